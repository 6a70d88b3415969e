//! An evaluation whose model runs on several servers.

mod program;

use std::net::TcpListener;
use std::process::Output;

use program::chat_server::chat_server;
use program::{run, status, stderr, stdout};

const ASK: &str = r#"{"steps":[{"skill":"ask","question":"Which one?"}]}"#;

fn eval(model: &str) -> Output {
    let truth = ["eval", "core", "--perception", "ground-truth"];
    let output = run(&[&truth[..], &["--episodes", "6", "--md", "--model", model]].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    output
}

/// A server's address, as the program tells it.
fn told(model: &str) -> String {
    model.replace("#m", "/v1")
}

#[test]
fn episodes_are_shared_among_the_servers_of_a_model() {
    let (one, asked_one) = chat_server(|_| ASK.to_owned());
    let (two, asked_two) = chat_server(|_| ASK.to_owned());
    let shared = eval(&format!("{one},{two}"));
    for asked in [asked_one, asked_two] {
        assert!(asked.try_iter().count() > 0, "one did all the work");
    }
    let talk = stderr(&shared);
    for place in [&one, &two] {
        assert!(talk.contains(&format!("{}: ", told(place))), "{talk}");
    }
    assert!(talk.contains(" a minute, busy "), "{talk}");
    let alone = eval(&one);
    assert_eq!(stdout(&shared), stdout(&alone));
    assert!(!stderr(&alone).contains(" a minute"));
}

#[test]
fn a_server_that_is_gone_costs_no_episode() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("{}#m", listener.local_addr().unwrap());
    drop(listener);
    let (there, asked) = chat_server(|_| ASK.to_owned());
    let shared = eval(&format!("{gone},{there}"));
    let talk = stderr(&shared);
    assert!(
        talk.contains(&format!("{gone} is set aside for 5.0 s")),
        "{talk}"
    );
    assert!(talk.contains(", set aside "), "{talk}");
    assert!(asked.try_iter().count() >= 6);
    assert_eq!(stdout(&shared), stdout(&eval(&there)));
}
