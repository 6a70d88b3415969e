//! Models behind servers, through the program: keys, proxies, launch files, and what is told and kept.

use std::fs;
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use enact_recording::Recording;
use serde_json::json;

mod program;

use program::http::{self, Request};
use program::{enact, repository_root, status, stderr};

const TASK: &str = "point to the red cube";
const PLAN: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;
const KEY: &str = "sk-test-0123456789";

/// A server that wants the key, is busy at first, and thinks before it answers.
fn server() -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let (sender, requests) = channel();
    thread::spawn(move || {
        for number in 0.. {
            let (stream, _) = listener.accept().unwrap();
            let request = http::read(&stream);
            let (status, body) = if !request.head.contains(&format!("Bearer {KEY}")) {
                (401, json!({"error": {"message": "wrong key"}}))
            } else if number == 0 {
                (503, json!({"error": {"message": "Loading model"}}))
            } else {
                let content = format!("<think>It is red.\u{1b}[31m</think>{PLAN}");
                (200, json!({"choices": [{"message": {"content": content}}]}))
            };
            let _ = sender.send(request);
            http::answer(stream, status, &body);
        }
    });
    (format!("{place}#m"), requests)
}

#[test]
fn a_key_of_its_own_is_sent_and_stands_nowhere() {
    let (place, _requests) = server();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (record, event_log) = (path("run.mcap"), path("run.jsonl"));
    let mut command = enact(&[
        "run",
        TASK,
        "--perception",
        "ground-truth",
        "--model",
        &place,
        "--record",
        &record,
    ]);
    let output = command
        .args(["--event-log", &event_log, "--key-env", "MY_SERVERS_KEY"])
        .env("MY_SERVERS_KEY", format!("{KEY}\n"))
        // No proxy stands between this computer and itself.
        .env("http_proxy", "http://127.0.0.1:9")
        .env("ALL_PROXY", "socks5h://127.0.0.1:9")
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    let talk = stderr(&output);
    assert_eq!(status(&output), 0, "{talk}");
    assert!(talk.contains("Loading model; asking again in"), "{talk}");
    assert!(
        talk.contains("thought  <think>It is red.[31m</think>"),
        "{talk}"
    );
    let kept = Recording::open(record.as_ref()).unwrap();
    let kept: String = kept
        .messages()
        .iter()
        .map(|record| String::from_utf8_lossy(&record.json).into_owned())
        .collect();
    assert!(kept.contains("It is red.") && kept.contains("MY_SERVERS_KEY"));
    for text in [talk, kept, fs::read_to_string(event_log).unwrap()] {
        assert!(!text.contains(KEY));
    }
}

#[test]
fn what_is_wrong_with_a_key_is_one_sentence() {
    let (place, _requests) = server();
    let refused = |name: &str, key: &str| {
        let mut command = enact(&[
            "run",
            TASK,
            "--perception",
            "ground-truth",
            "--model",
            &place,
        ]);
        let output = command
            .env(name, key)
            .args(["--key-env", name])
            .output()
            .unwrap();
        assert_eq!(status(&output), 2);
        stderr(&output)
    };
    for (name, key, named) in [
        ("A_KEY", "sk-another-one", "401 Unauthorized"),
        ("A_KEY", "sk-test\n0123456789", "line break"),
        ("A_KEY", "", "`A_KEY` is not set"),
        ("A-KEY", "x", "name of the variable"),
    ] {
        let talk = refused(name, key);
        assert!(talk.contains(named), "{talk}");
        assert!(!talk.contains("0123456789"), "{talk}");
    }
}

#[test]
fn a_launch_file_says_how_a_server_is_asked() {
    let (place, requests) = server();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let launch = |server: &str| {
        let mut text = fs::read_to_string(repository_root().join("launch/sim.toml")).unwrap();
        text = text.replace("models/tabletop", &place);
        fs::write(&file, format!("{text}\n[server]\n{server}\n")).unwrap();
        enact(&[
            "run",
            TASK,
            "--perception",
            "ground-truth",
            "--launch",
            file.to_str().unwrap(),
        ])
        .env("OPENAI_API_KEY", "of another server")
        .env("MINE", KEY)
        .output()
        .unwrap()
    };
    let output = launch(
        "key_env = \"MINE\"\npicture_format = \"jpeg\"\npicture_side = 100\nmax_tokens = 77",
    );
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let body = requests.try_iter().last().unwrap().body;
    assert_eq!(body["max_tokens"], 77);
    let content = &body["messages"][0]["content"];
    let url = content[0]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/jpeg;base64,"), "{url}");
    for (wrong, named) in [
        ("picture_side = 0", "picture_side must be at least 16"),
        ("max_tokens = 0", "max_tokens must be"),
        ("picture_format = \"gif\"", "gif"),
        ("keyenv = \"MINE\"", "keyenv"),
    ] {
        let output = launch(wrong);
        assert_eq!(status(&output), 2);
        assert!(stderr(&output).contains(named), "{}", stderr(&output));
    }
}
