//! `enact mcp` and `/mcp` as black boxes, by an official client of the protocol.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use enact_testkit::http_client::HttpClient;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ClientRequest,
    ElicitRequestParams, ElicitResult, ElicitationAction, GetPromptRequestParams, Implementation,
    ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams, Request,
};
use rmcp::service::{NotificationContext, PeerRequestOptions, RequestContext, RunningService};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient, ServiceExt,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{sleep, timeout};

mod program;

use program::{PUT, TASK, root, shipped, write};

/// Everything that is waited for comes within seconds on a calm machine.
const SOON: Duration = Duration::from_secs(120);
/// Interval of looks at what changes.
const PERIOD: Duration = Duration::from_millis(50);

/// A person before a client's screen.
#[derive(Clone)]
struct Person {
    /// What they say when they are asked; nothing: the client cannot ask.
    says: Option<bool>,
    asked: Arc<Mutex<Vec<String>>>,
    told: UnboundedSender<String>,
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let capabilities = match self.says {
            Some(_) => ClientCapabilities::builder().enable_elicitation().build(),
            None => ClientCapabilities::default(),
        };
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            panic!("it is no form");
        };
        self.asked.lock().unwrap().push(message);
        let content = json!({"yes": self.says.unwrap()});
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(content))
    }

    async fn on_progress(
        &self,
        progress: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        let _ = self.told.send(progress.message.unwrap_or_default());
    }
}

/// A client with a person before it.
struct Client {
    running: RunningService<RoleClient, Person>,
    asked: Arc<Mutex<Vec<String>>>,
    told: UnboundedReceiver<String>,
}

impl Client {
    fn person(says: Option<bool>) -> (Person, UnboundedReceiver<String>) {
        let (sender, told) = unbounded_channel();
        let person = Person {
            says,
            asked: Arc::default(),
            told: sender,
        };
        (person, told)
    }

    /// Starts `enact mcp` with the plan of [`TASK`] and perfect perception.
    async fn start(folder: &Path, says: Option<bool>, more: &[&str]) -> Self {
        Self::start_by(ClientLifecycleMode::Initialize, folder, says, more).await
    }

    async fn start_by(
        lifecycle: ClientLifecycleMode,
        folder: &Path,
        says: Option<bool>,
        more: &[&str],
    ) -> Self {
        let (person, told) = Self::person(says);
        let asked = Arc::clone(&person.asked);
        let command = tokio::process::Command::from(command(folder, more));
        let transport = TokioChildProcess::new(command).unwrap();
        let running = person.serve_with_lifecycle(transport, lifecycle);
        let running = timeout(SOON, running).await.unwrap().unwrap();
        Self {
            running,
            asked,
            told,
        }
    }

    /// Connects to a server, by the token of a client.
    async fn connect(address: &str, token: &str, says: Option<bool>) -> Self {
        let (person, told) = Self::person(says);
        let asked = Arc::clone(&person.asked);
        let config = StreamableHttpClientTransportConfig::with_uri(format!("http://{address}/mcp"));
        let transport = StreamableHttpClientTransport::from_config(config.auth_header(token));
        let running = timeout(SOON, person.serve(transport)).await.unwrap();
        Self {
            running: running.unwrap(),
            asked,
            told,
        }
    }

    async fn call(&self, tool: &str, arguments: Value) -> CallToolResult {
        let called = self.running.call_tool(params(tool, &arguments));
        let result = timeout(SOON, called).await.unwrap();
        result.unwrap_or_else(|error| panic!("{tool}: {error}"))
    }

    /// Calls a tool that must not fail, and returns what it tells.
    async fn done(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_eq!(result.is_error, Some(false), "{tool}: {result:?}");
        result.structured_content.unwrap()
    }

    /// Calls a tool that must be refused, and returns the sentence.
    async fn refused(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result.is_error, Some(true), "{tool}: {result:?}");
        result.content[0].as_text().unwrap().text.clone()
    }

    async fn told(&mut self, message: &str) {
        let found = async {
            while let Some(told) = self.told.recv().await {
                if told == message {
                    return;
                }
            }
            panic!("`{message}` was not told");
        };
        timeout(SOON, found).await.unwrap();
    }

    /// What the arm is doing, without a look.
    async fn state(&self) -> String {
        let told = self.done("see", json!({"look": false, "picture": false}));
        told.await["state"].as_str().unwrap().to_owned()
    }

    async fn reaches_state(&self, state: &str) {
        let begun = Instant::now();
        loop {
            let now = self.state().await;
            if now == state {
                return;
            }
            assert!(begun.elapsed() < SOON, "it is {now}, not {state}");
            sleep(PERIOD).await;
        }
    }

    /// What the red cube rests on, as it is seen now.
    async fn cube_rests(&self) -> Value {
        let seen = self.done("see", json!({"picture": false})).await;
        assert_eq!(seen["looked"], true, "{seen}");
        let objects = seen["scene"]["objects"].as_array().unwrap();
        let cube = objects.iter().find(|object| object["id"] == "red cube");
        cube.unwrap_or_else(|| panic!("{seen}"))["rests"].clone()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn leave(self) {
        self.running.cancel().await.unwrap();
    }
}

fn params(tool: &str, arguments: &Value) -> CallToolRequestParams {
    let arguments = arguments.as_object().unwrap().clone();
    CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments)
}

/// The command line, in a folder of its own.
fn command(folder: &Path, more: &[&str]) -> Command {
    let plan = write(folder, "plan.json", PUT);
    let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
    command
        .args(["mcp", "--plan", &plan, "--perception", "ground-truth"])
        .args(more)
        .current_dir(folder)
        .env("ENACT_HOME", root().canonicalize().unwrap());
    if !more.contains(&"--record") {
        command.arg("--no-record");
    }
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn in_bowl() -> Value {
    json!({"relation": "in", "on": "blue bowl"})
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_listed_and_says_what_moves() {
    let folder = folder();
    let client = Client::start(folder.path(), None, &[]).await;
    let tools = client.running.list_all_tools().await.unwrap();
    // Whether it only reads, whether it changes the table, whether twice is as good as once.
    let hints: BTreeMap<String, [Option<bool>; 3]> = tools
        .iter()
        .map(|tool| {
            let told = tool.annotations.clone().unwrap();
            let hints = [
                told.read_only_hint,
                told.destructive_hint,
                told.idempotent_hint,
            ];
            assert_eq!(told.open_world_hint, Some(false), "{}", tool.name);
            (tool.name.to_string(), hints)
        })
        .collect();
    let reads = [Some(true), None, None];
    let changes = [Some(false), Some(true), Some(false)];
    let moves = [Some(false), Some(false), Some(true)];
    let expected = [
        ("see", reads),
        ("plan", reads),
        ("runs", reads),
        ("replay_in_simulation", reads),
        ("run_task", changes),
        ("pick", changes),
        ("place", changes),
        ("push", changes),
        ("rotate", changes),
        ("point", moves),
        ("home", moves),
        ("stop", moves),
        ("clear", moves),
        ("resume", [Some(false), Some(true), Some(true)]),
    ];
    let expected = expected.map(|(name, hints)| (name.to_owned(), hints));
    assert_eq!(hints, BTreeMap::from(expected));
    let place = tools.iter().find(|tool| tool.name == "place").unwrap();
    let relations = &place.schema_as_json_value()["properties"]["relation"]["enum"];
    assert!(relations.as_array().unwrap().contains(&json!("left of")));

    let resources = client.running.list_all_resources().await.unwrap();
    for address in [
        "enact://camera/frame.jpg",
        "enact://robot",
        "enact://scene",
        "enact://status",
    ] {
        assert!(resources.iter().any(|it| it.uri == address), "{address}");
        let read = ReadResourceRequestParams::new(address);
        let read = client.running.read_resource(read).await.unwrap();
        let contents = serde_json::to_value(&read.contents[0]).unwrap();
        if address.ends_with(".jpg") {
            // The first bytes of a JPEG file.
            assert!(contents["blob"].as_str().unwrap().starts_with("/9j/"));
        } else {
            let text = contents["text"].as_str().unwrap();
            assert!(serde_json::from_str::<Value>(text).unwrap().is_object());
        }
    }
    for wrong in ["enact://nothing", "enact://runs/../secret.mcap"] {
        let read = ReadResourceRequestParams::new(wrong);
        assert!(client.running.read_resource(read).await.is_err(), "{wrong}");
    }

    let prompts = client.running.list_all_prompts().await.unwrap();
    assert!(prompts.iter().any(|prompt| prompt.name == "tidy"));
    let mut put = GetPromptRequestParams::new("put");
    put.arguments = json!({"object": "red cube", "place": "in the blue bowl"})
        .as_object()
        .cloned();
    let filled = client.running.get_prompt(put).await.unwrap();
    let text = serde_json::to_string(&filled.messages).unwrap();
    assert!(text.contains("Put the red cube in the blue bowl"), "{text}");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cube_is_put_in_the_bowl_step_by_step() {
    let folder = folder();
    let mut client = Client::start(folder.path(), None, &[]).await;
    assert_ne!(client.cube_rests().await, in_bowl());
    let picked = client.done("pick", json!({"object": "red cube"})).await;
    assert_eq!(picked["reached"], true, "{picked}");
    assert_eq!(picked["steps"][0]["verdict"], "yes", "{picked}");
    client.told("pick red cube: done").await;
    let place = json!({"object": "red cube", "relation": "in", "target": "blue bowl"});
    client.done("place", place).await;
    client.done("home", json!({})).await;
    assert_eq!(client.cube_rests().await, in_bowl());
    // The picture comes with it.
    let seen = client.call("see", json!({"look": false})).await;
    let picture = seen.content[1].as_image().unwrap();
    assert_eq!(picture.mime_type, "image/jpeg");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_carried_out_once_a_person_said_yes_to_it() {
    let lifecycles = [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        },
    ];
    for lifecycle in lifecycles {
        let folder = folder();
        let mut client = Client::start_by(lifecycle, folder.path(), Some(true), &[]).await;
        let planned = client.done("plan", json!({"instruction": TASK})).await;
        assert_eq!(planned["steps"][0]["verdict"], "feasible", "{planned}");
        assert!(client.asked().is_empty(), "a plan alone needs no yes");
        let done = client.done("run_task", json!({"instruction": TASK})).await;
        assert_eq!(done["ending"], "done", "{done}");
        assert_eq!(done["reached"], true, "physics has it in the bowl");
        let asked = client.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        for part in [TASK, "1. pick red cube\n", "2. place red cube in blue bowl"] {
            assert!(asked[0].contains(part), "{asked:?}");
        }
        client.told("place red cube in blue bowl: done").await;
        assert_eq!(client.cube_rests().await, in_bowl());
        client.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_persons_yes_nothing_moves() {
    let folder = folder();
    let client = Client::start(folder.path(), Some(false), &[]).await;
    let why = client
        .refused("run_task", json!({"instruction": TASK}))
        .await;
    assert!(why.contains("said no"), "{why}");
    assert_eq!(client.asked().len(), 1);
    assert_ne!(client.cube_rests().await, in_bowl());
    client.leave().await;

    let client = Client::start(folder.path(), None, &[]).await;
    let why = client
        .refused("run_task", json!({"instruction": TASK}))
        .await;
    assert!(why.contains("cannot ask a person"), "{why}");
    assert!(why.contains("--yes"), "{why}");
    assert_ne!(client.cube_rests().await, in_bowl());
    client.leave().await;

    let client = Client::start(folder.path(), None, &["--yes"]).await;
    let done = client.done("run_task", json!({"instruction": TASK})).await;
    assert_eq!(done["reached"], true, "{done}");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_a_limit_is_refused_with_the_reason() {
    let folder = folder();
    let client = Client::start(folder.path(), Some(true), &[]).await;
    for (tool, arguments, part) in [
        (
            "rotate",
            json!({"object": "red cube", "degrees": 400}),
            "-360 to 360",
        ),
        (
            "pick",
            json!({"object": "green elephant"}),
            "green elephant",
        ),
        (
            "push",
            json!({"object": "red cube", "direction": "up"}),
            "`left`",
        ),
        ("pick", json!({"object": "red cube", "speed": 9}), "speed"),
        ("run_task", json!({"instruction": "…"}), "no words"),
        ("runs", json!({"name": "../secret.mcap"}), "no such run"),
    ] {
        let why = client.refused(tool, arguments).await;
        assert!(why.contains(part), "{tool}: {why}");
    }
    assert!(client.asked().is_empty());
    client.leave().await;

    // A cube that lies beyond the arm's reach.
    let text = shipped("scenes/tabletop.toml");
    let far = text.replacen("color = \"red\"", "color = \"red\"\nat = [-0.12, 0.26]", 1);
    assert_ne!(far, text);
    let scene = write(folder.path(), "far.toml", &far);
    let client = Client::start(folder.path(), None, &["--scene", &scene]).await;
    let why = client.refused("pick", json!({"object": "red cube"})).await;
    assert!(why.contains("out of reach"), "{why}");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_call_stops_the_arm_until_a_person_lets_it_move() {
    let folder = folder();
    let mut client = Client::start(folder.path(), Some(true), &["--realtime"]).await;
    let request = Request::new(params("pick", &json!({"object": "red cube"})));
    let request = ClientRequest::CallToolRequest(request);
    let options = PeerRequestOptions::no_options();
    let handle = client.running.send_cancellable_request(request, options);
    let handle = handle.await.unwrap();
    client.told("pick red cube").await;
    handle.cancel(Some("enough".to_owned())).await.unwrap();
    client.reaches_state("stopped").await;
    let why = client.refused("home", json!({})).await;
    assert!(why.contains("`clear`"), "{why}");
    // The arm comes to its end before it may move again.
    let begun = Instant::now();
    while client.call("clear", json!({})).await.is_error == Some(true) {
        assert!(begun.elapsed() < SOON);
        sleep(PERIOD).await;
    }
    let asked = client.asked();
    assert!(asked[0].contains("May it move again?"), "{asked:?}");
    client.reaches_state("idle").await;
    client.done("home", json!({})).await;
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_waits_for_nothing() {
    let folder = folder();
    let mut client = Client::start(folder.path(), None, &["--realtime"]).await;
    let request = Request::new(params("pick", &json!({"object": "red cube"})));
    let request = ClientRequest::CallToolRequest(request);
    let options = PeerRequestOptions::no_options();
    let picking = client.running.send_cancellable_request(request, options);
    let picking = picking.await.unwrap();
    client.told("pick red cube").await;
    let stopped = client.done("stop", json!({})).await;
    assert_eq!(stopped["stopped"], true);
    let picked = timeout(SOON, picking.await_response()).await.unwrap();
    let picked = serde_json::to_value(picked.unwrap()).unwrap();
    assert_eq!(picked["isError"], true, "{picked}");
    let why = picked["content"][0]["text"].as_str().unwrap();
    assert!(why.contains("was stopped"), "{picked}");
    // Nobody can be asked.
    let why = client.refused("clear", json!({})).await;
    assert!(why.contains("a person's yes"), "{why}");
    assert_eq!(client.state().await, "stopped");
    client.leave().await;
}

#[test]
fn standard_output_carries_the_protocol_alone_and_its_end_ends_the_program() {
    let folder = folder();
    let mut child = command(folder.path(), &["--yes", "--realtime"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut talk = child.stderr.take().unwrap();
    let said = thread::spawn(move || {
        let mut said = String::new();
        talk.read_to_string(&mut said).unwrap();
        said
    });
    let mut send = |message: Value| writeln!(input, "{message}").unwrap();
    let client = json!({"name": "test", "version": "1"});
    let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
    send(json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}));
    send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let params = json!({
        "name": "run_task", "arguments": {"instruction": TASK}, "_meta": {"progressToken": "t"},
    });
    send(json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}));
    let mut lines = Vec::new();
    let mut read = |until: &dyn Fn(&Value) -> bool| loop {
        let mut line = String::new();
        if output.read_line(&mut line).unwrap() == 0 {
            return false;
        }
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("`{line}`"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        lines.push(line);
        if until(&message) {
            return true;
        }
    };
    assert!(read(&|message| message["id"] == 1));
    assert!(read(
        &|message| message["params"]["message"] == "pick red cube"
    ));
    // The client leaves in mid-motion: the arm brakes, the program ends.
    drop(input);
    assert!(!read(&|_| false));
    let status = child.wait().unwrap();
    let said = said.join().unwrap();
    assert!(status.success(), "{status}: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

/// A server for clients with tokens, killed at the end of a test.
struct Serving {
    child: Child,
    address: String,
}

const WATCH: &str = "watch-watch-watch-watch-watch";
const DRIVE: &str = "drive-drive-drive-drive-drive";

impl Serving {
    fn start(folder: &Path) -> Self {
        let plan = write(folder, "plan.json", PUT);
        let entry = |name: &str, token: &str| {
            format!("[[token]]\nname = \"{name}\"\nrole = \"{name}\"\ntoken = \"{token}\"\n")
        };
        let tokens = write(
            folder,
            "tokens.toml",
            entry("watch", WATCH) + &entry("drive", DRIVE),
        );
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&tokens, mode).unwrap();
        let state = folder.join("queue.json");
        let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
            .args(["serve", "--listen", "127.0.0.1:0", "--no-record"])
            .args(["--perception", "ground-truth", "--plan", &plan])
            .args(["--tokens", &tokens, "--state"])
            .arg(state)
            .current_dir(folder)
            .env("ENACT_HOME", root().canonicalize().unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let told = child.stdout.take().unwrap();
        BufReader::new(told).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("http://");
        let address = address.trim_end_matches('/').to_owned();
        Self { child, address }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_the_role_of_the_token_counts() {
    let folder = folder();
    let serving = Serving::start(folder.path());
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let accept = "Accept: application/json, text/event-stream";
    let post = |token: Option<&str>, headers: &[&str]| {
        let client = HttpClient::new(serving.address.parse().unwrap(), token);
        client.post_with("/mcp", &[headers, &[accept]].concat(), &ping)
    };
    for (token, headers, status) in [
        (None, vec![], 401),
        (Some("a token that nobody has"), vec![], 401),
        (Some(DRIVE), vec!["Host: evil.example"], 403),
        (Some(DRIVE), vec!["Origin: http://evil.example"], 403),
        // There is no such session.
        (Some(DRIVE), vec!["Mcp-Session-Id: 1"], 404),
    ] {
        assert_eq!(post(token, &headers).status, status, "{headers:?}");
    }
    let refused = post(None, &[]);
    assert!(refused.head.contains("www-authenticate: bearer"));

    let watcher = Client::connect(&serving.address, WATCH, Some(true)).await;
    for (tool, arguments) in [
        ("pick", json!({"object": "red cube"})),
        ("home", json!({})),
        ("run_task", json!({"instruction": TASK})),
        ("replay_in_simulation", json!({"name": "one.mcap"})),
    ] {
        let why = watcher.refused(tool, arguments).await;
        assert!(why.contains("has the role `watch`"), "{tool}: {why}");
    }
    assert!(watcher.asked().is_empty());
    let seen = watcher.done("see", json!({"picture": false})).await;
    assert_eq!(
        (&seen["looked"], &seen["state"]),
        (&json!(false), &json!("idle"))
    );

    let driver = Client::connect(&serving.address, DRIVE, Some(true)).await;
    let done = driver.done("run_task", json!({"instruction": TASK})).await;
    assert_eq!(done["reached"], true, "{done}");
    assert_eq!(driver.asked().len(), 1);
    // Whoever watches may stop; whoever drives may not clear what nobody said yes to.
    watcher.done("stop", json!({})).await;
    let why = driver.refused("home", json!({})).await;
    assert!(why.contains("`clear`"), "{why}");
    let why = watcher.refused("clear", json!({})).await;
    assert!(why.contains("has the role `watch`"), "{why}");
    driver.done("clear", json!({})).await;
    driver.done("home", json!({})).await;
    watcher.leave().await;
    driver.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_cannot_ask_waits_for_the_console() {
    let folder = folder();
    let serving = Serving::start(folder.path());
    let mut client = Client::connect(&serving.address, DRIVE, None).await;
    let request = Request::new(params("run_task", &json!({"instruction": TASK})));
    let request = ClientRequest::CallToolRequest(request);
    let options = PeerRequestOptions::no_options();
    let running = client.running.send_cancellable_request(request, options);
    let running = running.await.unwrap();
    let waits = "the plan waits until somebody approves it at the console";
    client.told(waits).await;
    // The console of the same token drives, and says yes.
    let address = serving.address.parse().unwrap();
    let approved = tokio::task::spawn_blocking(move || {
        let console = HttpClient::new(address, Some(DRIVE));
        let plan = console.get("/v1/tasks/1/plan").json();
        let decision = json!({"plan": plan["plan"], "decision": "approve"});
        console.post("/v1/tasks/1/plan", &decision).status
    });
    assert_eq!(approved.await.unwrap(), 202);
    let done = timeout(SOON, running.await_response()).await.unwrap();
    let done = serde_json::to_value(done.unwrap()).unwrap();
    assert_eq!(done["structuredContent"]["reached"], true, "{done}");
    client.leave().await;
}
