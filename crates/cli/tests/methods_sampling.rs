//! Drawing plans, votes, thoughts and edited prompts, through the program.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use enact_recording::Recording;
use serde_json::{Value, json};

mod program;

use program::{
    PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, enact, http, is_one_clear_error, repository_root, run,
    run_with_input, status, stderr, stdout,
};

const POINT: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;
const PUT_AND_REST: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"home"},{"skill":"done"}]}"#;

/// A server that gives these answers in turn, again and again, and the bodies of the requests.
fn server(answers: Vec<String>) -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let (sender, requests) = channel();
    thread::spawn(move || {
        for content in answers.iter().cycle() {
            let (stream, _) = listener.accept().unwrap();
            let _ = sender.send(http::read(&stream).body);
            let said = json!({"choices": [{"message": {"content": content}}]});
            http::answer(stream, 200, &said);
        }
    });
    (format!("{place}#m"), requests)
}

/// The words of a run of the task, planned by this server.
fn asking<'a>(place: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "run",
        PUT_CUBE_INSTRUCTION,
        "--perception",
        "ground-truth",
        "--plan-with",
        place,
    ];
    [&words[..], more].concat()
}

/// Everything that a recording tells.
fn kept(record: &Path) -> String {
    let recording = Recording::open(record).unwrap();
    let records = recording.messages().iter();
    records
        .map(|record| String::from_utf8_lossy(&record.json).into_owned())
        .collect()
}

fn is_verified(record: &str) {
    let output = run(&["replay", record, "--verify"]);
    assert_eq!(status(&output), 0, "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn a_vote_is_held_told_kept_and_verified() {
    let (place, requests) = server(
        [POINT, PUT_CUBE_PLAN, PUT_AND_REST]
            .map(str::to_owned)
            .to_vec(),
    );
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.mcap").display().to_string();
    let words = asking(&place, &["--vote", "3", "--seed", "5", "--record", &record]);
    let output = enact(&words).output().unwrap();
    let talk = stderr(&output);
    assert_eq!(status(&output), 0, "{talk}");
    assert!(
        talk.contains("vote  2 of the 3 plans come to the same"),
        "{talk}"
    );
    let asked: Vec<Value> = requests.try_iter().collect();
    assert!(asked.iter().all(|body| body["temperature"] == 1.0));
    assert_eq!(asked[0]["messages"], asked[1]["messages"]);
    assert_ne!(asked[0]["seed"], asked[1]["seed"]);
    assert!(kept(record.as_ref()).contains("\"vote\":3"));
    is_verified(&record);
}

#[test]
fn a_thought_is_shown_kept_and_not_done() {
    let thoughtful = json!({
        "thought": "First {\"steps\":[{\"skill\":\"home\"}]}, or rather not.",
        "steps": serde_json::from_str::<Value>(PUT_CUBE_PLAN).unwrap()["steps"],
    });
    let (place, requests) = server(vec![thoughtful.to_string()]);
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("run.mcap").display().to_string();
    let words = asking(&place, &["--think", "64", "--record", &record]);
    let output = enact(&words).output().unwrap();
    let talk = stderr(&output);
    assert_eq!(status(&output), 0, "{talk}");
    assert!(talk.contains("thought  First {"), "{talk}");
    assert!(!talk.contains("doing  home"), "{talk}");
    let asked = requests.try_iter().next().unwrap();
    let schema = &asked["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["required"], json!(["thought", "steps"]));
    assert!(kept(record.as_ref()).contains("or rather not"));
    is_verified(&record);
}

#[test]
fn what_rules_leave_idle_is_said_once() {
    let truth = [
        "--perception",
        "ground-truth",
        "--vote",
        "3",
        "--examples",
        "2",
    ];
    let idle = "note  --examples, --vote: not asked, the instruction was understood by rules; \
                --meaning off asks the model\n";
    let output = run(&[&["run", PUT_CUBE_INSTRUCTION][..], &truth].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(
        stderr(&output).matches(idle).count(),
        1,
        "{}",
        stderr(&output)
    );
    let talk = stderr(&output);
    assert!(!talk.contains("come to the same"), "{talk}");
    assert_eq!(talk.matches("planned  ").count(), 1, "{talk}");
    let asked = ["--meaning", "off", "--turns", "1"];
    let asked = run(&[&["run", PUT_CUBE_INSTRUCTION][..], &truth, &asked].concat());
    assert!(
        !stderr(&asked).contains(": not asked"),
        "{}",
        stderr(&asked)
    );
    let lines = format!("{PUT_CUBE_INSTRUCTION}\npoint to the red cube\n/quit\n");
    let chat = run_with_input(&[&["chat"][..], &truth].concat(), lines.as_bytes());
    let talk = stderr(&chat);
    assert_eq!(talk.matches("task  ").count(), 2, "{talk}");
    assert_eq!(talk.matches(idle).count(), 1, "{talk}");
    // What a launch file has on for others is not asked about.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let text = fs::read_to_string(repository_root().join("launch/sim.toml")).unwrap();
    fs::write(&file, format!("{text}\n[planning.methods]\nexamples = 2\n")).unwrap();
    let launch = ["--launch", file.to_str().unwrap()];
    let output = run(&[
        &["run", PUT_CUBE_INSTRUCTION, truth[0], truth[1]][..],
        &launch,
    ]
    .concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(
        !stderr(&output).contains(": not asked"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn draws_are_asked_for_as_flags_and_launch_file_say() {
    let (place, requests) = server(vec![POINT.to_owned()]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let text = fs::read_to_string(repository_root().join("launch/sim.toml")).unwrap();
    let sampling = "[planning.sampling]\ntemperature = 0.9\ntop_p = 0.8\ntop_k = 5\nseed = 3\n";
    fs::write(&file, format!("{text}\n{sampling}")).unwrap();
    let launch = file.display().to_string();
    let more = [
        "--launch",
        &launch,
        "--temperature",
        "0.4",
        "--min-p",
        "0.1",
        "--turns",
        "1",
    ];
    run(&asking(
        &place,
        &[&more[..], &["--repetition-penalty", "1.1"]].concat(),
    ));
    let asked = requests.try_iter().next().unwrap();
    let number = |name: &str| asked[name].as_f64().unwrap_or(f64::NAN);
    let names = [
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "repetition_penalty",
    ];
    assert_eq!(names.map(number), [0.4, 0.8, 5.0, 0.1, 1.1], "{asked}");
    assert!(asked["seed"].is_u64());
    // The same seed, the same draw.
    run(&asking(
        &place,
        &[&more[..], &["--repetition-penalty", "1.1"]].concat(),
    ));
    assert_eq!(requests.try_iter().next().unwrap()["seed"], asked["seed"]);
}

#[test]
fn what_is_wrong_with_draws_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let text = fs::read_to_string(repository_root().join("launch/sim.toml")).unwrap();
    let launch = file.display().to_string();
    for (sampling, parts) in [
        (
            "[planning.sampling]\ntemperature = 3",
            ["mine.toml", "temperature is 3"],
        ),
        ("[planning.sampling]\ntop_q = 1", ["mine.toml", "top_q"]),
        (
            "[perception.sampling]\ntemperature = 1",
            ["mine.toml", "never drawn"],
        ),
    ] {
        fs::write(&file, format!("{text}\n{sampling}\n")).unwrap();
        is_one_clear_error(
            &run(&["run", PUT_CUBE_INSTRUCTION, "--launch", &launch]),
            &parts,
        );
    }
    for (flags, part) in [
        (&["--top-p", "0"][..], "top_p is 0"),
        (&["--top-p", "0.5"], "temperature"),
        (
            &["--vote", "3", "--temperature", "0"],
            "all 3 plans are the same",
        ),
    ] {
        is_one_clear_error(
            &run(&[&["run", PUT_CUBE_INSTRUCTION], flags].concat()),
            &[part],
        );
    }
}

#[test]
fn edited_prompts_are_asked_with_and_kept_by_their_hash() {
    let (place, requests) = server(vec![PUT_CUBE_PLAN.to_owned()]);
    let folder = tempfile::tempdir().unwrap();
    let prompts = folder.path().join("prompts");
    let path = prompts.display().to_string();
    assert_eq!(status(&run(&["prompts", &path])), 0);
    let frame = prompts.join("plan.txt");
    let built_in = fs::read_to_string(&frame).unwrap();
    fs::write(&frame, format!("{{% include \"robot.txt\" %}}\n{built_in}")).unwrap();
    let role = prompts.join("role.txt");
    fs::write(&role, "Plan for {{ robot.name }}, and answer as ever.").unwrap();
    let record = folder.path().join("run.mcap").display().to_string();
    let asked = asking(&place, &["--prompts", &path, "--record", &record]);
    let output = enact(&asked).output().unwrap();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = requests.try_iter().next().unwrap()["messages"][0]["content"].to_string();
    for part in [
        "Plan for so101, and answer",
        "one arm of 5 joints",
        "Skills:",
    ] {
        assert!(text.contains(part), "{part} is missing from {text}");
    }
    let info = Recording::open(record.as_ref())
        .unwrap()
        .run_info()
        .unwrap();
    assert_eq!(info.prompts.map(|digits| digits.len()), Some(64));
    is_verified(&record);
    // A fault is told at once, and nobody is asked.
    fs::write(&role, "Plan.\n{{ robott }}").unwrap();
    is_one_clear_error(&run(&asked), &["role.txt, line 2", "`robott`"]);
    assert!(requests.try_iter().next().is_none());
    // Who was trained on one text is asked with that.
    fs::write(&role, "Plan.").unwrap();
    let shipped = run(&["run", PUT_CUBE_INSTRUCTION, "--prompts", &path]);
    is_one_clear_error(&shipped, &["compact"]);
}

#[test]
fn a_prompt_without_the_task_or_the_objects_is_one_clear_error() {
    let (place, requests) = server(vec![PUT_CUBE_PLAN.to_owned()]);
    let folder = tempfile::tempdir().unwrap();
    let prompts = folder.path().join("prompts");
    let path = prompts.display().to_string();
    assert_eq!(status(&run(&["prompts", &path])), 0);
    let frame = fs::read_to_string(prompts.join("plan.txt")).unwrap();
    for (block, text, parts) in [
        (
            "plan.txt",
            frame.replace("{% include \"task.txt\" %}", ""),
            ["plan.txt: ", "the task", "{% include \"task.txt\" %}"],
        ),
        (
            "plan.txt",
            frame.replace("{% include \"scene.txt\" %}", ""),
            ["plan.txt: ", "the objects", "{% include \"scene.txt\" %}"],
        ),
        (
            "task.txt",
            "Do it.\n".to_owned(),
            ["task.txt: ", "the task", "{{ task }}"],
        ),
    ] {
        assert_eq!(status(&run(&["prompts", &path, "--force"])), 0);
        fs::write(prompts.join(block), text).unwrap();
        let output = run(&asking(&place, &["--prompts", &path]));
        is_one_clear_error(&output, &parts);
    }
    assert!(requests.try_iter().next().is_none());
    // By another block of another name it is shown as well.
    assert_eq!(status(&run(&["prompts", &path, "--force"])), 0);
    let renamed = frame.replace("task.txt", "order.txt");
    fs::write(prompts.join("plan.txt"), renamed).unwrap();
    fs::write(prompts.join("order.txt"), "You are told: {{ task }}\n").unwrap();
    let output = run(&asking(&place, &["--prompts", &path]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let asked = requests.try_iter().next().unwrap().to_string();
    assert!(
        asked.contains(&format!("You are told: {PUT_CUBE_INSTRUCTION}")),
        "{asked}"
    );
}

#[test]
fn the_built_in_blocks_are_printed() {
    let output = run(&["prompts"]);
    assert_eq!(status(&output), 0);
    let text = stdout(&output);
    assert!(
        text.contains("{# role.txt #}\nYou plan for a robot arm"),
        "{text}"
    );
    assert!(text.contains("{# task.txt #}"), "{text}");
}
