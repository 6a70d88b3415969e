//! The program, called as a user would.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

pub mod chat_server;
pub mod http;
pub mod planner_server;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub use enact_testkit::{PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, read_shipped_file, repository_root};
use serde_json::Value;

/// `enact`, in the repository, with nothing on standard input. Runs are not kept unless a test
/// says where.
pub fn enact(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
    command.args(arguments);
    if let ["run" | "chat" | "tend", rest @ ..] = arguments
        && !rest.contains(&"--record")
    {
        command.arg("--no-record");
    }
    command.current_dir(repository_root()).stdin(Stdio::null());
    command
}

/// What comes of it.
pub fn run(arguments: &[&str]) -> Output {
    enact(arguments).output().unwrap()
}

/// What comes of [`TASK`] by this plan, with perfect perception.
pub fn put(plan: &str, more: &[&str]) -> Output {
    run(&put_arguments(plan, more))
}

/// The command line of [`put`].
pub fn put_arguments<'a>(plan: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let put = [
        "run",
        PUT_CUBE_INSTRUCTION,
        "--plan",
        plan,
        "--perception",
        "ground-truth",
    ];
    [&put[..], more].concat()
}

/// The same with something on standard input.
pub fn run_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = piped(enact(arguments).stdin(Stdio::piped()));
    // Whoever does not read to the end closes the pipe.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input);
    child.wait_with_output().unwrap()
}

/// Starts a command whose output is caught.
pub fn piped(command: &mut Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Its exit status.
pub fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// What it said.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What it printed.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The JSON objects that it printed, a line each.
pub fn objects(output: &Output) -> Vec<Value> {
    let read = |line: &str| -> Value {
        let value = serde_json::from_str(line);
        value.unwrap_or_else(|error| panic!("{error}: {line}: {output:?}"))
    };
    stdout(output).lines().map(read).collect()
}

/// The only JSON object that it printed.
pub fn object(output: &Output) -> Value {
    match objects(output).as_slice() {
        [only] if only.is_object() => only.clone(),
        _ => panic!("{output:?}"),
    }
}

/// Writes a file and returns its path.
pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

/// One message, not a trace: what, where, and nothing on standard output.
pub fn is_one_clear_error(output: &Output, parts: &[&str]) {
    let talk = stderr(output);
    assert_eq!(status(output), 2, "{talk}");
    assert!(output.stdout.is_empty(), "{output:?}");
    assert!(
        talk.starts_with("enact: ") && talk.lines().count() <= 6,
        "{talk}"
    );
    assert!(!talk.contains("panicked"), "{talk}");
    for part in parts {
        assert!(talk.contains(part), "`{part}` is missing from: {talk}");
    }
}
