//! The tools over a pipe, with a loop that does what a test says.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use enact_runtime::TaskEnd;
use enact_serve::mcp::{McpServer, PlanApprover};
use enact_serve::session::status::ArmMode;
use enact_serve::session::task::TaskState;
use enact_serve::{JobEnd, RequestResources, Role, Work};
use rmcp::ServiceExt;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, duplex,
    split,
};
use tokio::time::{sleep, timeout};

mod mock;

use mock::server::Folder;
use mock::{Mock, TEST_TIMEOUT, asking, client, picks, reported};

/// Bytes that the pipe holds.
const PIPE: usize = 1 << 16;
/// Name of the client before the pipe.
const ADA: &str = "ada";

/// A client before one end of a pipe; the server is at the other.
struct Tools {
    mock: Mock,
    output: WriteHalf<DuplexStream>,
    input: Lines<BufReader<ReadHalf<DuplexStream>>>,
}

impl Tools {
    /// Opens the pipe for a client that can do this, and may drive.
    async fn open(approver: PlanApprover, capabilities: Value) -> Self {
        let mock = Mock::new();
        let served = RequestResources::new(
            Arc::clone(&mock.session),
            Arc::new(Folder {
                path: PathBuf::from("nowhere"),
                picture: None,
            }),
        );
        let server = McpServer::new(served, client(ADA, Role::Drive), approver);
        let (ours, theirs) = duplex(PIPE);
        tokio::spawn(async move {
            let running = server.serve(theirs).await.unwrap();
            running.waiting().await.unwrap();
        });
        let (read, output) = split(ours);
        let mut tools = Self {
            mock,
            output,
            input: BufReader::new(read).lines(),
        };
        let params = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": capabilities,
            "clientInfo": {"name": "test", "version": "1"},
        });
        tools.request(1, "initialize", params).await;
        tools.answer(1).await;
        tools
            .send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
        tools
    }

    async fn send(&mut self, message: Value) {
        let line = format!("{message}\n");
        self.output.write_all(line.as_bytes()).await.unwrap();
    }

    async fn request(&mut self, id: u64, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
            .await;
    }

    async fn call(&mut self, id: u64, tool: &str, arguments: Value) {
        let params = json!({"name": tool, "arguments": arguments});
        self.request(id, "tools/call", params).await;
    }

    async fn cancel(&mut self, id: u64) {
        let params = json!({"requestId": id});
        self.send(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}))
            .await;
    }

    /// Returns the next message for which `is_it` holds, and passes over others.
    async fn receive(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = timeout(TEST_TIMEOUT, self.input.next_line()).await.unwrap();
            let message: Value = serde_json::from_str(&line.unwrap().unwrap()).unwrap();
            if is_it(&message) {
                return message;
            }
        }
    }

    /// Returns the result of a request.
    async fn answer(&mut self, id: u64) -> Value {
        let is_answer = |message: &Value| message["id"] == id && message["method"].is_null();
        let mut answer = self.receive(is_answer).await;
        answer["result"].take()
    }

    /// Returns the sentence with which a call is refused.
    async fn refusal(&mut self, id: u64) -> String {
        let result = self.answer(id).await;
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// Returns number and text of the question that a person is asked.
    async fn question(&mut self) -> (Value, String) {
        let asked = self.receive(|message| message["method"] == "elicitation/create");
        let asked = asked.await;
        let message = asked["params"]["message"].as_str().unwrap().to_owned();
        (asked["id"].clone(), message)
    }

    async fn reply(&mut self, question: &Value, result: Value) {
        self.send(json!({"jsonrpc": "2.0", "id": question, "result": result}))
            .await;
    }

    /// Has the loop begin what was asked for.
    fn begun(&self) -> (u64, Work) {
        let job = self.mock.session.next_job().unwrap();
        (job.id, job.work)
    }
}

fn pick_it() -> Value {
    json!({"instruction": "pick the red cube"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_stops_what_moves_and_nothing_else() {
    for (tool, arguments, moves) in [
        ("see", json!({"picture": false}), false),
        ("plan", pick_it(), false),
        ("home", json!({}), true),
        ("pick", json!({"object": "red cube"}), true),
        ("run_task", pick_it(), true),
    ] {
        let mut tools = Tools::open(PlanApprover::Nobody, json!({})).await;
        tools.call(2, tool, arguments).await;
        let (id, work) = tools.begun();
        assert_eq!(work.may_move_arm(), moves, "{tool}");
        tools.cancel(2).await;
        if moves {
            tools.mock.wait_until(|status| status.stopped);
        } else {
            sleep(Duration::from_millis(200)).await;
            assert!(!tools.mock.stop.is_pressed(), "{tool}");
        }
        tools
            .mock
            .session
            .finish_task(id, reported(TaskEnd::Stopped));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_takes_what_waits_out_of_the_queue() {
    let mut tools = Tools::open(PlanApprover::Nobody, json!({})).await;
    tools.call(2, "run_task", pick_it()).await;
    let (first, _) = tools.begun();
    tools.call(3, "plan", pick_it()).await;
    let queue = tools
        .mock
        .wait_until(|status| status.queue.len() == 1)
        .queue;
    tools.cancel(3).await;
    tools.mock.wait_until(|status| status.queue.is_empty());
    let waited = tools.mock.session.task(queue[0].id).unwrap();
    assert_eq!(waited.state, TaskState::Cancelled);
    assert!(!tools.mock.stop.is_pressed());
    tools
        .mock
        .session
        .finish_task(first, reported(TaskEnd::Done));
    assert_eq!(tools.answer(2).await["isError"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_for_each_plan_through_the_client() {
    for (said, agreed) in [
        (json!({"action": "accept", "content": {"yes": true}}), true),
        (
            json!({"action": "accept", "content": {"yes": false}}),
            false,
        ),
        (json!({"action": "decline"}), false),
    ] {
        let mut tools = Tools::open(PlanApprover::Client, json!({"elicitation": {}})).await;
        tools.call(2, "run_task", pick_it()).await;
        let (id, _) = tools.begun();
        assert_eq!(tools.mock.status().driver.unwrap().name, ADA);
        let asked = asking(&tools.mock, &picks(&["red cube"]), None);
        let (question, message) = tools.question().await;
        assert!(message.contains("1. pick red cube\n"), "{message}");
        tools.reply(&question, said).await;
        assert_eq!(asked.join().unwrap(), agreed);
        let end = if agreed {
            TaskEnd::Done
        } else {
            TaskEnd::Stopped
        };
        tools.mock.session.finish_task(id, reported(end));
        match agreed {
            true => assert_eq!(tools.answer(2).await["isError"], false),
            false => assert!(tools.refusal(2).await.contains("a person said no")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_taken_back_when_its_call_is_cancelled() {
    let mut tools = Tools::open(PlanApprover::Client, json!({"elicitation": {}})).await;
    tools.call(2, "run_task", pick_it()).await;
    let (id, _) = tools.begun();
    let asked = asking(&tools.mock, &picks(&["red cube"]), None);
    let (question, _) = tools.question().await;
    tools.cancel(2).await;
    let taken_back = tools.receive(|message| message["method"] == "notifications/cancelled");
    assert_eq!(taken_back.await["params"]["requestId"], question);
    assert!(!asked.join().unwrap());
    assert!(tools.mock.stop.is_pressed());
    // Whoever answers all the same says yes to nothing.
    let yes = json!({"action": "accept", "content": {"yes": true}});
    tools.reply(&question, yes).await;
    tools
        .mock
        .session
        .finish_task(id, reported(TaskEnd::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_fails_to_ask_said_neither_yes_nor_no() {
    let failure = json!({"code": -32603, "message": "there is no screen"});
    let mut tools = Tools::open(PlanApprover::Client, json!({"elicitation": {}})).await;
    tools.call(2, "run_task", pick_it()).await;
    let (id, _) = tools.begun();
    let asked = asking(&tools.mock, &picks(&["red cube"]), None);
    let (question, _) = tools.question().await;
    tools
        .send(json!({"jsonrpc": "2.0", "id": question, "error": failure}))
        .await;
    assert!(!asked.join().unwrap());
    let why = tools.refusal(2).await;
    assert!(why.contains("could not ask a person"), "{why}");
    assert!(why.contains("there is no screen"), "{why}");
    tools
        .mock
        .session
        .finish_task(id, reported(TaskEnd::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_at_the_console_can_approve_what_the_client_cannot_ask_for() {
    let mut tools = Tools::open(PlanApprover::ClientOrConsole, json!({})).await;
    tools.call(2, "run_task", pick_it()).await;
    let (id, _) = tools.begun();
    let asked = asking(&tools.mock, &picks(&["red cube"]), None);
    let waiting = ArmMode::WaitingForApproval;
    let status = tools.mock.wait_until(|status| status.state == waiting);
    assert_eq!(status.driver, None, "the lease is free");
    let lin = client("lin", Role::Drive);
    let session = &tools.mock.session;
    session.take_lease(&lin, false).unwrap();
    let plan = session.plan_of_task(id).unwrap().plan;
    session.decide_on_plan(&lin, id, plan, true, None).unwrap();
    assert!(asked.join().unwrap());
    session.finish_task(id, reported(TaskEnd::Done));
    assert_eq!(tools.answer(2).await["isError"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_arm_is_not_moved_and_can_look() {
    let mut tools = Tools::open(PlanApprover::Nobody, json!({})).await;
    let ada = client(ADA, Role::Drive);
    tools.mock.session.take_lease(&ada, false).unwrap();
    tools.mock.session.pause_work(&ada).unwrap();
    for (id, tool, arguments) in [(2, "home", json!({})), (3, "run_task", pick_it())] {
        tools.call(id, tool, arguments).await;
        let why = tools.refusal(id).await;
        assert!(why.contains("`resume`"), "{tool}: {why}");
    }
    tools.call(4, "see", json!({"picture": false})).await;
    let (id, work) = tools.begun();
    assert_eq!(work, Work::Look);
    tools.mock.session.finish_task(id, JobEnd::Seen);
    let seen = tools.answer(4).await;
    assert_eq!(seen["structuredContent"]["looked"], true, "{seen}");
    assert_eq!(seen["structuredContent"]["state"], "paused", "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_lease_keeps_the_arm_from_being_moved_and_not_from_being_stopped() {
    let mut tools = Tools::open(PlanApprover::Client, json!({"elicitation": {}})).await;
    let lin = client("lin", Role::Drive);
    tools.mock.session.take_lease(&lin, false).unwrap();
    for (id, tool, arguments) in [
        (2, "home", json!({})),
        (3, "pick", json!({"object": "red cube"})),
        (4, "run_task", pick_it()),
    ] {
        tools.call(id, tool, arguments).await;
        let why = tools.refusal(id).await;
        assert!(why.contains("lin has the lease"), "{tool}: {why}");
    }
    tools.call(5, "stop", json!({})).await;
    assert_eq!(tools.answer(5).await["structuredContent"]["stopped"], true);
    assert!(tools.mock.stop.is_pressed());
}
