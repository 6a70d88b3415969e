//! A stop ends whatever is going on: the program as a black box, and servers that would keep it
//! waiting for ever.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use enact_testkit::repository_root;
use serde_json::{Value, json};
use tempfile::TempDir;

mod program;

use program::http;

/// Everything that these tests wait for comes within a second on a calm machine. Nothing of what
/// is stopped would ever come to an end before the time limit of a request, 300 s.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

const TASK: &str = "point to the red cube";
const PLAN: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;

/// What a server does with a request.
#[derive(Clone, Copy)]
enum Manner {
    /// It thinks for ever.
    Silent,
    /// It begins with an answer and does not go on.
    Hangs,
    /// It sends one byte after the other.
    Drips,
    /// It answers with a plan.
    Plans,
}

/// What a server was heard to do.
#[derive(Debug, PartialEq)]
enum Heard {
    /// A request came.
    Asked(String),
    /// The one who asked has closed the connection.
    LetGo,
}

/// A server whose requests are met in these manners, one after the other, each on a connection of
/// its own.
fn server(manners: &[Manner]) -> (String, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let (heard, hearing) = channel();
    let manners = manners.to_vec();
    thread::spawn(move || {
        for manner in manners {
            let (stream, _) = listener.accept().unwrap();
            let heard = heard.clone();
            thread::spawn(move || {
                let head = http::read(&stream).head;
                let first = head.lines().next().unwrap().to_owned();
                heard.send(Heard::Asked(first)).unwrap();
                answer(stream, manner);
                // The test may be over.
                let _ = heard.send(Heard::LetGo);
            });
        }
    });
    (address, hearing)
}

/// Answers, then waits until the other side lets go.
fn answer(mut stream: TcpStream, manner: Manner) {
    match manner {
        Manner::Silent => {}
        Manner::Hangs => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-").unwrap(),
        Manner::Drips => {
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            while stream.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
            return;
        }
        Manner::Plans => {
            let body = json!({
                "choices": [{"message": {"content": PLAN}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 300, "completion_tokens": 12},
            });
            let body = body.to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", body.len());
            write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
            return;
        }
    }
    // A connection that is cut is closed, too.
    let _ = stream.read(&mut [0; 1]);
}

fn next(hearing: &Receiver<Heard>) -> Heard {
    hearing
        .recv_timeout(TEST_TIMEOUT)
        .expect("nothing is heard of it")
}

/// A program that runs, in a folder of its own.
struct Running {
    child: Child,
    folder: TempDir,
    input: Option<ChildStdin>,
    talk: BufReader<ChildStderr>,
    said: String,
}

/// How a program ended.
struct Ended {
    status: ExitStatus,
    folder: TempDir,
    told: String,
    said: String,
}

impl Running {
    /// A chat with a model that is kept.
    fn chat(model: &str) -> Self {
        Self::start(&[
            "chat",
            "--perception",
            "ground-truth",
            "--record",
            "run.mcap",
            "--model",
            model,
        ])
    }

    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("plan.json"), PLAN).unwrap();
        Self::start_in(folder, arguments)
    }

    fn start_in(folder: TempDir, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
            .args(arguments)
            .current_dir(folder.path())
            .env("ENACT_HOME", repository_root().canonicalize().unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            folder,
            input: child.stdin.take(),
            talk: BufReader::new(child.stderr.take().unwrap()),
            said: String::new(),
            child,
        }
    }

    fn signal(&self, name: &str) {
        let told = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status();
        assert!(told.unwrap().success());
    }

    fn enter(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Reads what the program says until it says this.
    fn hear(&mut self, words: &str) {
        let mut byte = [0];
        while !self.said.ends_with(words) {
            let count = self.talk.read(&mut byte).unwrap();
            assert!(count > 0, "it never said `{words}`: {}", self.said);
            self.said.push(char::from(byte[0]));
        }
    }

    /// Waits until the program has ended, by itself and with its input still open.
    fn end(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > TEST_TIMEOUT {
                self.child.kill().unwrap();
                panic!("it does not end; it said: {}", self.said);
            }
            thread::sleep(Duration::from_millis(5));
        };
        self.talk.read_to_string(&mut self.said).unwrap();
        let mut told = String::new();
        let mut output = self.child.stdout.take().unwrap();
        output.read_to_string(&mut told).unwrap();
        Ended {
            status,
            folder: self.folder,
            told,
            said: self.said,
        }
    }
}

impl Ended {
    fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// What another command says in the same folder.
    fn then(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_enact"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("ENACT_HOME", repository_root().canonicalize().unwrap())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The report is one of a run that was stopped before anything moved, the recording is whole,
    /// and living through it again gives the same.
    fn is_stopped_and_kept(&self) {
        assert_eq!(self.code(), Some(1), "{}", self.said);
        let report: Value = serde_json::from_str(&self.told).unwrap();
        assert_eq!(report["ending"], "stopped", "{report}");
        assert_eq!(report["steps"], json!([]), "nothing was begun: {report}");
        let story = self.then(&["runs", "show", "run.mcap"]);
        assert!(!story.contains("it was stopped"), "{story}");
        assert!(
            story.trim_end().ends_with("outcome  not reached"),
            "{story}"
        );
        let again = self.then(&["replay", "run.mcap", "--verify"]);
        assert!(again.starts_with("the same"), "{again}");
    }
}

/// A run that asks this server, kept as `run.mcap`.
fn run<'a>(address: &'a str, more: &[&'a str]) -> Running {
    let model = format!("{address}#m");
    let arguments = [
        "run", TASK, "--json", "--record", "run.mcap", "--model", &model,
    ];
    Running::start(&[&arguments[..], more].concat())
}

#[test]
fn a_signal_ends_a_run_while_a_server_keeps_it_waiting() {
    let truth = &["--perception", "ground-truth"][..];
    for (signal, manner, more) in [
        ("-INT", Manner::Silent, truth),
        ("-TERM", Manner::Hangs, truth),
        ("-INT", Manner::Drips, truth),
        // Whoever only looks waits as well.
        ("-TERM", Manner::Silent, &[][..]),
    ] {
        let (address, hearing) = server(&[manner]);
        let running = run(&address, more);
        let asked = Heard::Asked("POST /v1/chat/completions HTTP/1.1".to_owned());
        assert_eq!(next(&hearing), asked);
        running.signal(signal);
        running.end().is_stopped_and_kept();
        assert_eq!(next(&hearing), Heard::LetGo, "the server need not think on");
    }
}

#[test]
fn a_file_and_enter_do_so_too() {
    let (address, hearing) = server(&[Manner::Silent, Manner::Silent]);
    let truth = ["--perception", "ground-truth"];
    let running = run(&address, &[&truth[..], &["--stop-file", "stop"]].concat());
    next(&hearing);
    std::fs::write(running.folder.path().join("stop"), "").unwrap();
    running.end().is_stopped_and_kept();
    assert_eq!(next(&hearing), Heard::LetGo);
    let mut running = run(&address, &[&truth[..], &["--stop-on-enter"]].concat());
    next(&hearing);
    running.enter("");
    running.end().is_stopped_and_kept();
}

#[test]
fn what_is_stopped_before_it_begins_never_begins() {
    // A server that does not say which models it has.
    let (address, hearing) = server(&[Manner::Silent]);
    let arguments = ["run", TASK, "--json", "--record", "run.mcap", "--model"];
    let running = Running::start(&[&arguments[..], &[&address]].concat());
    assert_eq!(
        next(&hearing),
        Heard::Asked("GET /v1/models HTTP/1.1".to_owned())
    );
    running.signal("-INT");
    let ended = running.end();
    assert_eq!(ended.code(), Some(1), "{}", ended.said);
    let report: Value = serde_json::from_str(&ended.told).unwrap();
    assert_eq!(report["ending"], "stopped", "{report}");
    assert_eq!(report["turns"], 0, "{report}");
    assert!(!ended.folder.path().join("run.mcap").exists());
    // The same for a model in this process.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("stop"), "").unwrap();
    let arguments = ["run", TASK, "--no-record", "--stop-file", "stop"];
    let ended = Running::start_in(folder, &arguments).end();
    assert_eq!(ended.code(), Some(1), "{}", ended.said);
    assert!(ended.told.starts_with("stopped (0 turns"), "{}", ended.told);
}

#[test]
fn in_a_chat_ctrl_c_ends_the_instruction_and_the_next_one_works() {
    let (address, hearing) = server(&[Manner::Silent, Manner::Plans, Manner::Plans]);
    let model = format!("{address}#m");
    let mut running = Running::chat(&model);
    running.enter(TASK);
    next(&hearing);
    running.signal("-INT");
    assert_eq!(next(&hearing), Heard::LetGo);
    running.enter(TASK);
    running.hear("worked  point to red cube");
    running.enter("/quit");
    let ended = running.end();
    assert_eq!(ended.code(), Some(0), "{}", ended.said);
    let lines: Vec<&str> = ended.told.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("stopped") && lines[1].starts_with("done"),
        "{lines:?}"
    );
    let again = ended.then(&["replay", "run.mcap", "--verify"]);
    assert!(again.starts_with("the same"), "{again}");
}

#[test]
fn a_chat_that_is_told_to_end_does_so_at_its_prompt_and_while_it_waits() {
    for thinks in [false, true] {
        let (address, hearing) = server(&[Manner::Silent]);
        let model = format!("{address}#m");
        let mut running = Running::chat(&model);
        running.hear("/quit   leave");
        if thinks {
            running.enter(TASK);
            next(&hearing);
        }
        running.signal("-TERM");
        let ended = running.end();
        assert_eq!(ended.code(), Some(0), "{}", ended.said);
        assert!(ended.said.contains("kept  run.mcap"), "{}", ended.said);
        ended.then(&["runs", "show", "run.mcap"]);
    }
}

#[test]
fn nobody_waits_for_a_yes_after_a_stop() {
    let more = [
        "--perception",
        "ground-truth",
        "--plan",
        "plan.json",
        "--approve",
    ];
    let mut running = run("http://127.0.0.1:9/v1", &more);
    running.hear("[y/N] ");
    running.signal("-TERM");
    running.end().is_stopped_and_kept();
}

#[test]
fn nobody_waits_for_enter_after_a_stop() {
    let more = [
        "--perception",
        "ground-truth",
        "--plan",
        "plan.json",
        "--record",
        "run.mcap",
    ];
    let ended = Running::start(&[&["run", TASK], &more[..]].concat()).end();
    assert_eq!(ended.code(), Some(0), "{}", ended.said);
    let mut running = Running::start_in(ended.folder, &["replay", "run.mcap", "--step"]);
    running.hear("press Enter");
    running.signal("-INT");
    let ended = running.end();
    assert_eq!(ended.code(), Some(1), "{}", ended.said);
}

/// Neither moves an arm nor keeps a recording: the signal itself ends it.
#[test]
fn what_only_asks_a_model_ends_at_once() {
    let more = [
        "--perception",
        "ground-truth",
        "--plan",
        "plan.json",
        "--record",
        "run.mcap",
    ];
    let mut folder = Running::start(&[&["run", TASK], &more[..]].concat())
        .end()
        .folder;
    // Neither handles signals. SIGINT would do the same, but whoever runs tests in the background
    // of a shell hands it down as ignored.
    for command in [
        &["replay", "run.mcap", "--reask"][..],
        &["eval", "core", "--episodes", "1"],
    ] {
        let (address, hearing) = server(&[Manner::Silent]);
        let model = format!("{address}#m");
        let running = Running::start_in(folder, &[command, &["--model", &model]].concat());
        next(&hearing);
        running.signal("-TERM");
        let ended = running.end();
        assert!(!ended.status.success(), "{}", ended.said);
        assert_eq!(next(&hearing), Heard::LetGo);
        folder = ended.folder;
    }
}
