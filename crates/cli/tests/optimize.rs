//! `enact optimize` with a model behind a server.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

mod program;

use program::chat_server::{Asked, chat_server};
use program::{enact, is_one_clear_error, object, run, status, stderr, stdout, write};

const POINT: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;
const ASK: &str = r#"{"steps":[{"skill":"ask","question":"Which one?"}]}"#;
/// The text with which the model knows what is meant.
const PLANTED: &str = "You plan for a robot arm. What is meant is always the cube.";

const SUITE: &str = "about = \"Pointing.\"\nscene = \"tabletop\"\nturns = 1\n\
    [[tasks]]\nname = \"point\"\ninstructions = [\"point to what I mean\", \"show me what I mean\"]\n\
    objects = [{ role = \"object\", shape = \"cube\", color = \"red\" }]\n\
    random = { count = [0, 0] }\npointed = \"object\"\n";

/// Plans as a text deserves, and proposes such texts: the one that helps comes second.
fn model(helps: bool) -> impl Fn(&Asked) -> String + Send {
    let proposed = AtomicUsize::new(0);
    move |asked| {
        let words = &asked.words;
        if words.contains("One part of its instructions") {
            let text = match proposed.fetch_add(1, Ordering::SeqCst) {
                1 if helps => PLANTED.to_owned(),
                number => format!("You plan for a robot arm, attempt {number}."),
            };
            return serde_json::json!({ "text": text }).to_string();
        }
        let plan = if words.contains(PLANTED) { POINT } else { ASK };
        plan.to_owned()
    }
}

fn arguments<'a>(suite: &'a str, server: &'a str, out: &'a str) -> Vec<&'a str> {
    vec![
        "optimize",
        suite,
        "--plan-with",
        server,
        "--out",
        out,
        "--perception",
        "ground-truth",
        "--meaning",
        "off",
        "--rounds",
        "2",
        "--candidates",
        "2",
        "--episodes",
        "4",
        "--held-out",
        "8",
    ]
}

/// Returns how many texts were tried, by the state of the search.
fn tried(folder: &Path) -> usize {
    let state = std::fs::read(folder.join("role.search.json")).unwrap_or_default();
    let state: Value = serde_json::from_slice(&state).unwrap_or_default();
    state["tried"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_text_that_helps_is_found_although_the_search_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (server, asked) = chat_server(model(true));
    let suite = write(folder.path(), "pointing.toml", SUITE);
    let out = folder.path().join("prompts").display().to_string();
    let arguments = arguments(&suite, &server, &out);
    let mut killed = program::piped(&mut enact(&arguments));
    let started = Instant::now();
    while tried(out.as_ref()) < 2 && started.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let before = tried(out.as_ref());
    assert!(before >= 2);
    asked.try_iter().count();
    let output = run(&arguments);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(
        stdout(&output).contains("role.txt is better"),
        "{}",
        stdout(&output)
    );
    // Only what was missing was tried: five texts in training, and two that are judged.
    let plans = asked
        .try_iter()
        .filter(|it| it.words.contains("Skills:"))
        .count();
    assert!(
        plans <= 4 * (5 - before) + 2 * 8 + 4,
        "{plans} after {before}"
    );
    let text = std::fs::read_to_string(Path::new(&out).join("role.txt")).unwrap();
    assert_eq!(text, format!("{PLANTED}\n"));
    let record = std::fs::read(Path::new(&out).join("role.record.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["is_better"], true);
    assert_eq!(record["held_out"]["test"]["won"], 8, "{record:#}");
    // Other settings are another search.
    let other = [&arguments[..], &["--seed", "3"]].concat();
    is_one_clear_error(&run(&other), &["other settings"]);
}

#[test]
fn without_a_better_text_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _asked) = chat_server(model(false));
    let suite = write(folder.path(), "pointing.toml", SUITE);
    let out = folder.path().join("prompts").display().to_string();
    let arguments = arguments(&suite, &server, &out);
    let output = run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert_eq!(object(&output)["is_better"], false);
    assert!(!Path::new(&out).join("role.txt").exists());
    let unknown = run(&[&arguments[..], &["--block", "poem"]].concat());
    is_one_clear_error(&unknown, &["`poem`", "role.txt"]);
}

#[test]
fn models_that_know_their_own_prompts_alone_are_refused_once_before_anything_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (server, asked) = chat_server(model(true));
    let suite = write(folder.path(), "pointing.toml", SUITE);
    let out = folder.path().join("prompts").display().to_string();
    let refused = |more: &[&str], remedy: &str| {
        let output = run(&[&["optimize", &suite, "--out", &out][..], more].concat());
        is_one_clear_error(&output, &["models/tabletop", "two prompts", remedy]);
        let talk = stderr(&output);
        assert_eq!(
            (talk.lines().count(), talk.matches("prompts").count()),
            (1, 1),
            "{talk}"
        );
        assert!(!Path::new(&out).exists());
    };
    refused(&[], "--plan-with MODEL");
    refused(&["--proposer", &server], "--plan-with MODEL");
    let shipped = ["--plan-with", &server, "--proposer", "models/tabletop"];
    refused(&shipped, "--proposer MODEL");
    assert!(asked.try_iter().next().is_none());
}
