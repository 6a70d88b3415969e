//! `enact serve` as a black box: tasks by HTTP in the default simulator, and what stops them.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use enact_testkit::http_client::{EventStream, HttpClient, TEST_TIMEOUT};
use serde_json::{Value, json};
use tempfile::TempDir;

mod program;

use program::{
    PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, enact, is_one_clear_error, piped, repository_root, run,
    write,
};

/// A server that runs, killed at the end of a test.
struct Serving {
    child: Child,
    client: HttpClient,
}

impl Serving {
    /// Serves the simulator with the plan of a file, and perfect perception.
    fn scripted(folder: &Path, more: &[&str]) -> Self {
        let plan = write(folder, "plan.json", PUT_CUBE_PLAN);
        Self::start(folder, &[&["--plan", plan.as_str()][..], more].concat())
    }

    fn start(folder: &Path, more: &[&str]) -> Self {
        let state = folder.join("queue.json").display().to_string();
        let runs = folder.join("kept").display().to_string();
        let arguments = [
            &[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--perception",
                "ground-truth",
                "--state",
                state.as_str(),
                "--runs",
                runs.as_str(),
            ][..],
            more,
        ]
        .concat();
        let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
            .args(arguments)
            .current_dir(folder)
            .env("ENACT_HOME", repository_root().canonicalize().unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut talk = child.stderr.take().unwrap();
        // Read, so that it does not wait for a reader.
        let said = thread::spawn(move || {
            let mut said = String::new();
            let _ = talk.read_to_string(&mut said);
            said
        });
        let mut line = String::new();
        let told = child.stdout.take().unwrap();
        BufReader::new(told).read_line(&mut line).unwrap();
        let Some((address, token)) = parts(&line) else {
            panic!("`{line}`: {}", said.join().unwrap());
        };
        let client = HttpClient::new(address, Some(&token));
        Self { child, client }
    }

    /// The same with the lease taken.
    fn driven(self) -> Self {
        let driver = self.client.post("/v1/driver", &Value::Null);
        assert_eq!(driver.status, 200, "{driver:?}");
        self
    }

    fn task(&self, instruction: &str, approve: bool) -> u64 {
        let task = json!({"instruction": instruction, "approve": approve});
        let answer = self.client.post("/v1/tasks", &task);
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.json()["id"].as_u64().unwrap()
    }

    /// Waits until a task is over.
    fn over(&self, events: &mut EventStream, id: u64) -> Value {
        events.wait_for_event("task", |task| {
            task["id"] == id && !["queued", "running"].contains(&task["state"].as_str().unwrap())
        });
        self.client.get(&format!("/v1/tasks/{id}")).json()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns address and token of the link.
fn parts(line: &str) -> Option<(SocketAddr, String)> {
    let rest = line.trim().strip_prefix("http://")?;
    let (address, token) = rest.split_once("/?token=")?;
    Some((address.parse().ok()?, token.to_owned()))
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_task_is_carried_out_and_told() {
    let folder = folder();
    let serving = Serving::scripted(folder.path(), &["--record", "runs/one.mcap"]).driven();
    let mut events = serving.client.open_event_stream(&[]);
    assert_eq!(events.next_event().data["recording"], "one.mcap");
    let id = serving.task(PUT_CUBE_INSTRUCTION, false);
    let seen = events.wait_for_event("objects", |_| true).data;
    let names: Vec<&str> = seen["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["id"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"red cube"), "{names:?}");
    let plan = events.wait_for_event("plan", |_| true).data;
    assert_eq!(plan["steps"][0]["text"], "pick red cube");
    events.wait_for_event("step", |step| step["verdict"] == "yes");
    let task = serving.over(&mut events, id);
    assert_eq!(task["state"], "ended");
    assert_eq!(task["ending"], "done", "{task}");
    assert_eq!(task["reached"], true, "physics has it in the bowl");
    let scene = serving.client.get("/v1/scene").json();
    assert!(scene["age_s"].as_f64().unwrap() >= 0.0);
    let status = serving.client.get("/v1/status").json();
    assert_eq!(status["state"], "idle");
    assert!(status["joints"].as_array().unwrap().len() > 4, "{status}");
    let picture = serving.client.get("/v1/camera/frame.jpg");
    let picture = image::load_from_memory(&picture.body).unwrap();
    assert!(picture.width() > 100);
    let robot = serving.client.get("/v1/robot").json();
    assert_eq!(robot["name"], "so101");
    assert_eq!(serving.client.get("/v1/models").json()["name"], json!(null));
    drop(events);
    signal(&serving.child, "-TERM");
    let mut serving = serving;
    assert!(serving.child.wait().unwrap().success());
    // The recording is whole, and the loop comes to the same with it.
    let file = folder.path().join("runs/one.mcap").display().to_string();
    let again = run(&["replay", &file, "--verify"]);
    assert!(again.status.success(), "{again:?}");
}

fn signal(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args([signal, id.as_str()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn an_edited_plan_is_carried_out_instead() {
    let folder = folder();
    let serving = Serving::scripted(folder.path(), &["--no-record"]).driven();
    let mut events = serving.client.open_event_stream(&[]);
    let id = serving.task(PUT_CUBE_INSTRUCTION, true);
    let waiting = events
        .wait_for_event("plan", |plan| plan["waiting"] == true)
        .data;
    let path = format!("/v1/tasks/{id}/plan");
    let shown = serving.client.get(&path).json();
    assert_eq!(shown["steps"][0]["verdict"], "feasible");
    let nonsense = json!({"plan": waiting["plan"], "decision": "approve",
        "steps": [{"skill": "throw", "object": "red cube"}]});
    assert_eq!(
        serving.client.post(&path, &nonsense).problem_type(),
        "invalid"
    );
    let edited = json!({"plan": waiting["plan"], "decision": "approve",
        "steps": [{"skill": "point", "object": "red cube"}, {"skill": "done"}]});
    assert_eq!(serving.client.post(&path, &edited).status, 202);
    let step = events.wait_for_event("step", |_| true).data;
    assert_eq!(step["text"], "point to red cube", "and nothing before it");
    let task = serving.over(&mut events, id);
    assert_eq!(task["ending"], "done", "{task}");
    assert_eq!(task["reached"], false, "it is not in the bowl");
}

#[test]
fn an_edited_plan_that_is_refused_waits_again() {
    let folder = folder();
    let serving = Serving::scripted(folder.path(), &["--no-record"]).driven();
    let mut events = serving.client.open_event_stream(&[]);
    let id = serving.task(PUT_CUBE_INSTRUCTION, true);
    let first = events
        .wait_for_event("plan", |plan| plan["waiting"] == true)
        .data;
    let path = format!("/v1/tasks/{id}/plan");
    let edited = json!({"plan": first["plan"], "decision": "approve",
        "steps": [{"skill": "pick", "object": "golden goose"}, {"skill": "done"}]});
    assert_eq!(serving.client.post(&path, &edited).status, 202);
    let again = events.wait_for_event("plan", |plan| {
        plan["waiting"] == true && plan["plan"] != first["plan"]
    });
    assert_eq!(again.data["edited"], true);
    let shown = serving.client.get(&path).json();
    assert_eq!(shown["steps"][0]["verdict"], "refused");
    let no = json!({"plan": shown["plan"], "decision": "reject"});
    assert_eq!(serving.client.post(&path, &no).status, 202);
    assert_eq!(serving.over(&mut events, id)["ending"], "rejected");
}

/// Returns whether a joint is at another place than it was.
fn is_elsewhere(before: &Value, now: &Value) -> bool {
    let positions = |joints: &Value| -> Vec<f64> {
        let joints = joints["joints"].as_array().unwrap().iter();
        joints.map(|it| it["position"].as_f64().unwrap()).collect()
    };
    let (before, now) = (positions(before), positions(now));
    before.iter().zip(&now).any(|(a, b)| (a - b).abs() > 0.02)
}

#[test]
fn a_stop_in_mid_motion_is_cleared_and_the_task_run_again() {
    let folder = folder();
    let serving = Serving::scripted(folder.path(), &["--no-record", "--realtime"]).driven();
    let mut events = serving.client.open_event_stream(&[]);
    let id = serving.task(PUT_CUBE_INSTRUCTION, false);
    events.wait_for_event("step", |step| step["verdict"].is_null());
    let first = events.wait_for_event("joints", |_| true).data;
    events.wait_for_event("joints", |now| is_elsewhere(&first, now));
    assert_eq!(serving.client.post("/v1/stop", &Value::Null).status, 200);
    let task = serving.over(&mut events, id);
    assert_eq!(task["ending"], "stopped", "{task}");
    assert_eq!(task["reached"], json!(null), "nobody has looked: {task}");
    let gripper = serving.client.get("/v1/status").json()["gripper"].clone();
    assert_eq!(gripper["is_known"], false, "{gripper}");
    let refused = serving
        .client
        .post("/v1/tasks", &json!({"instruction": PUT_CUBE_INSTRUCTION}));
    assert_eq!(refused.problem_type(), "stopped");
    let cleared = serving.client.post("/v1/clear", &Value::Null).json();
    assert_eq!(
        (&cleared["state"], &cleared["stopped"]),
        (&json!("idle"), &json!(false))
    );
    let id = serving.task(PUT_CUBE_INSTRUCTION, false);
    let task = serving.over(&mut events, id);
    assert_eq!(task["reached"], true, "{task}");
    let gripper = serving.client.get("/v1/status").json()["gripper"].clone();
    assert_eq!(
        (&gripper["is_known"], &gripper["holding"]),
        (&json!(true), &json!(null))
    );
}

#[test]
fn steps_and_joints_are_moved_one_by_one() {
    let folder = folder();
    let serving = Serving::scripted(folder.path(), &["--record", "runs/one.mcap"]).driven();
    let mut events = serving.client.open_event_stream(&[]);
    let client = &serving.client;
    let taken = |path: &str, body: &Value| -> u64 {
        let answer = client.post(path, body);
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.json()["id"].as_u64().unwrap()
    };
    let nothing = taken(
        "/v1/skills",
        &json!({"skill": "push", "object": "goose", "direction": "left"}),
    );
    let task = serving.over(&mut events, nothing);
    assert_eq!(task["reached"], false, "{task}");
    assert_eq!(task["ending"], "refused", "{task}");
    let reason = task["reason"].as_str().unwrap();
    assert!(
        reason.contains("no `goose` is seen") && reason.contains("blue bowl"),
        "{task}"
    );
    assert!(!task["said"].to_string().contains('?'), "{task}");
    let id = taken(
        "/v1/skills",
        &json!({"skill": "pick", "object": "red cube"}),
    );
    assert_eq!(serving.over(&mut events, id)["ending"], "done");
    assert_eq!(
        client.get("/v1/status").json()["gripper"]["holding"],
        "red cube"
    );
    assert_eq!(
        client
            .post("/v1/skills", &json!({"skill": "done"}))
            .problem_type(),
        "invalid"
    );
    let joint = client.get("/v1/robot").json()["joints"][0]["name"].clone();
    let at = |client: &HttpClient| {
        let status = client.get("/v1/status").json();
        status["joints"][0]["position"].as_f64().unwrap()
    };
    let before = at(client);
    let id = taken("/v1/jog", &json!({"joint": joint, "by": 0.2}));
    let task = serving.over(&mut events, id);
    assert_eq!(task["ending"], "done", "{task}");
    assert!((at(client) - before - 0.2).abs() < 0.05);
    assert_eq!(
        client
            .post("/v1/jog", &json!({"joint": joint, "by": 2.0}))
            .problem_type(),
        "invalid"
    );
    let id = taken("/v1/home", &Value::Null);
    assert_eq!(serving.over(&mut events, id)["ending"], "done");
    assert!((at(client) - before).abs() < 0.05);
    let id = taken("/v1/plans", &json!({"instruction": PUT_CUBE_INSTRUCTION}));
    assert_eq!(serving.over(&mut events, id)["ending"], "dry_run");
    let plan = client.get(&format!("/v1/tasks/{id}/plan")).json();
    assert_eq!(plan["waiting"], false);
    assert!(plan["steps"][0]["verdict"].is_string(), "{plan}");
    drop(events);
    signal(&serving.child, "-TERM");
    let mut serving = serving;
    assert!(serving.child.wait().unwrap().success());
    let file = folder.path().join("runs/one.mcap").display().to_string();
    let again = run(&["replay", &file, "--verify"]);
    assert!(again.status.success(), "{again:?}");
}

/// Names of the files in a folder.
fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_recording_is_told_as_growing_ended_or_cut_off() {
    for (end, outcome, story) in [
        ("-TERM", "no task", "SIGTERM"),
        ("-KILL", "cut off", "was killed"),
    ] {
        let folder = folder();
        let mut serving = Serving::scripted(folder.path(), &[]);
        let recording = serving.client.get("/v1/status").json()["recording"].clone();
        let runs = serving.client.get("/v1/runs").json();
        let [run] = &runs["runs"].as_array().unwrap()[..] else {
            panic!("{runs}");
        };
        assert_eq!(run["name"], recording, "it is kept where runs are shown");
        assert_eq!(run["outcome"], "still running", "{run}");
        assert_eq!(run["error"], json!(null), "{run}");
        let kept = folder.path().join("kept");
        let file = kept.join(recording.as_str().unwrap());
        // What has not reached the disk cannot be read after a kill.
        let is_read = (0..1000).any(|_| {
            thread::sleep(std::time::Duration::from_millis(20));
            serving.client.get("/v1/runs").json()["runs"][0]["unix_seconds"].is_number()
        });
        assert!(is_read);
        signal(&serving.child, end);
        serving.child.wait().unwrap();
        let kept = kept.display().to_string();
        let listed = enact_list(&kept);
        assert_eq!(listed["outcome"], outcome, "{listed}");
        let told = run_of(&["runs", "show", &file.display().to_string()]);
        assert!(told.contains(story), "{told}");
        assert_eq!(told.contains("was killed"), end == "-KILL", "{told}");
    }
}

/// The only recording in a folder, as a program is told of it.
fn enact_list(folder: &str) -> Value {
    serde_json::from_str(&run_of(&["runs", "--dir", folder, "--json"])).unwrap()
}

/// What a command says.
fn run_of(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_start_that_fails_leaves_no_recording() {
    let folder = folder();
    let first = Serving::scripted(folder.path(), &["--no-record"]);
    let state = folder.path().join("queue.json").display().to_string();
    let runs = folder.path().join("others").display().to_string();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let second = run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--perception",
        "ground-truth",
        "--plan",
        &plan,
        "--state",
        &state,
        "--runs",
        &runs,
    ]);
    is_one_clear_error(&second, &["another server uses it", "--state"]);
    let nothing: [&str; 0] = [];
    assert_eq!(files(&folder.path().join("others")), nothing);
    drop(first);
}

#[test]
fn what_is_wrong_with_a_configuration_is_told_without_a_place_of_its_own() {
    let folder = folder();
    let serving = Serving::scripted(folder.path(), &["--no-record"]);
    let check = |text: &str| {
        let asked = json!({"kind": "launch", "text": text});
        serving.client.post("/v1/config/check", &asked).json()
    };
    let here = std::env::temp_dir().canonicalize().unwrap();
    for text in ["robot = 7\n", "robot = \"nobody\"\n", "no toml"] {
        let checked = check(text);
        assert_eq!(checked["ok"], false, "{checked}");
        let error = checked["error"].as_str().unwrap();
        assert!(error.contains("launch.toml"), "{error}");
        assert!(!error.contains(&here.display().to_string()), "{error}");
    }
}

#[test]
fn the_queue_survives_kill_and_nothing_moves_by_itself() {
    let folder = folder();
    let more = ["--no-record", "--realtime"];
    let mut killed = Serving::scripted(folder.path(), &more).driven();
    let mut events = killed.client.open_event_stream(&[]);
    let first = killed.task(PUT_CUBE_INSTRUCTION, false);
    let second = killed.task(PUT_CUBE_INSTRUCTION, false);
    events.wait_for_event("step", |step| step["verdict"].is_null());
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    let serving = Serving::scripted(folder.path(), &["--no-record"]);
    let status = serving.client.get("/v1/status").json();
    assert_eq!(status["state"], "paused");
    assert_eq!(status["driver"], json!(null));
    assert_eq!(status["queue"][0]["id"], second);
    let was = serving.client.get(&format!("/v1/tasks/{first}")).json();
    assert_eq!(was["state"], "interrupted");
    let serving = serving.driven();
    let mut events = serving.client.open_event_stream(&[]);
    let resumed = serving.client.post("/v1/resume", &Value::Null);
    assert_eq!(resumed.status, 200);
    assert_eq!(serving.over(&mut events, second)["reached"], true);
}

#[test]
fn the_arm_waits_when_its_driver_is_killed_and_goes_on_when_one_comes_back() {
    let folder = folder();
    let serving = Serving::scripted(folder.path(), &["--no-record", "--realtime"]).driven();
    let mut events = serving.client.open_event_stream(&[]);
    let id = serving.task(PUT_CUBE_INSTRUCTION, false);
    events.wait_for_event("step", |step| step["verdict"].is_null());
    // What is left of a client that is killed: connections that the system closes.
    drop(events);
    let status = || serving.client.get("/v1/status").json();
    let begun = Instant::now();
    while status()["state"] != "paused" {
        assert!(begun.elapsed() < 5 * TEST_TIMEOUT, "{}", status());
        thread::sleep(Duration::from_millis(50));
    }
    let (before, task) = (status(), format!("/v1/tasks/{id}"));
    assert!(before["pause_reason"].is_string(), "{before}");
    thread::sleep(Duration::from_secs(1));
    assert!(!is_elsewhere(&before, &status()), "it holds itself there");
    assert_eq!(serving.client.get(&task).json()["state"], "running");
    let serving = serving.driven();
    let mut events = serving.client.open_event_stream(&[]);
    let resumed = serving.client.post("/v1/resume", &Value::Null);
    assert_eq!(resumed.status, 200);
    assert_eq!(serving.over(&mut events, id)["reached"], true);
}

#[test]
fn a_stop_is_answered_while_a_model_keeps_everybody_waiting() {
    // A server that accepts and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let model = format!("http://{}/v1#m", silent.local_addr().unwrap());
    let folder = folder();
    let serving = Serving::start(folder.path(), &["--no-record", "--model", &model]).driven();
    let mut events = serving.client.open_event_stream(&[]);
    let id = serving.task(PUT_CUBE_INSTRUCTION, false);
    events.wait_for_event("instruction", |begun| begun["task"] == id);
    for _ in 0..64 {
        serving.task(PUT_CUBE_INSTRUCTION, false);
    }
    let (_asked, _) = silent.accept().unwrap();
    assert_eq!(serving.client.post("/v1/stop", &Value::Null).status, 200);
    let task = serving.over(&mut events, id);
    assert_eq!(task["ending"], "stopped", "{task}");
    let cleared = serving.client.post("/v1/clear", &Value::Null).json();
    assert_eq!(cleared["state"], "paused", "what waits does not begin");
}

#[test]
fn what_would_be_open_or_cannot_be_is_one_clear_error() {
    let folder = folder();
    let error = |arguments: &[&str], parts: &[&str]| {
        is_one_clear_error(&run(&[&["serve"][..], arguments].concat()), parts);
    };
    error(
        &["--listen", "0.0.0.0:0"],
        &["--tls-cert", "--tokens", "127.0.0.1"],
    );
    let weak = "[[token]]\nname = \"ada\"\nrole = \"drive\"\ntoken = \"secret\"\n";
    let tokens = write(folder.path(), "tokens.toml", weak);
    let mode = |mode: &str| {
        let set = Command::new("chmod").args([mode, tokens.as_str()]).status();
        assert!(set.unwrap().success());
    };
    mode("644");
    error(&["--tokens", &tokens], &["others can read", "chmod 600"]);
    mode("600");
    error(&["--tokens", &tokens], &["`ada`", "at least 24"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    error(&["--listen", &address], &["cannot listen on", &address]);
    let pair = ["--tls-cert", "missing.pem", "--tls-key", "key.pem"];
    error(&pair, &["cannot read the certificate missing.pem"]);
    let ended = piped(&mut enact(&["serve", "--tls-cert", "cert.pem"])).wait_with_output();
    let ended = ended.unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let ended = run(&["serve", "--host", "a b"]);
    assert_eq!(ended.status.code(), Some(2));
    let why = String::from_utf8_lossy(&ended.stderr);
    assert!(why.contains("`a b` is no name of a host"), "{why}");
}
