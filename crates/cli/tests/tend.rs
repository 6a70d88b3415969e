//! `enact tend`: the list of tasks survives the program, and everything comes to an end.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde_json::{Value, json};

mod program;

use program::chat_server::chat_server;
use program::planner_server::serve;
use program::{enact, is_one_clear_error, objects, piped, run, status, stderr, stdout};

const RED: &str = "point to the red cube";
const BLUE: &str = "point to the blue bowl";
/// Longer than anything takes on a busy machine.
const TEST_TIMEOUT: Duration = Duration::from_secs(120);

fn tasks(tasks: &[&str]) -> Option<String> {
    Some(json!({"tasks": tasks}).to_string())
}

fn is_about_the_list(words: &str) -> bool {
    words.contains("own list of tasks")
}

fn pointing(words: &str) -> Option<String> {
    let object = match words.contains(&format!("Task: {RED}")) {
        true => "red cube",
        false => "blue bowl",
    };
    let steps = json!([{"skill": "point", "object": object}, {"skill": "done"}]);
    Some(json!({"steps": steps}).to_string())
}

fn list(file: &str) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// The state of each task, in order.
fn states(list: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tasks = list["tasks"].as_array().unwrap().iter();
    tasks
        .map(|task| (text(&task["instruction"]), text(&task["state"])))
        .collect()
}

fn pair(instruction: &str, state: &str) -> (String, String) {
    (instruction.to_owned(), state.to_owned())
}

fn arguments<'a>(place: &'a str, file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let set_up = [
        "tend",
        "--perception",
        "ground-truth",
        "--model",
        place,
        "--tasks",
        file,
    ];
    [&set_up[..], more].concat()
}

fn wait_for(asked: &Receiver<String>, what: &str) {
    while !asked.recv_timeout(TEST_TIMEOUT).unwrap().contains(what) {}
}

#[test]
fn the_list_survives_being_killed_and_is_gone_on_with_until_nothing_is_left() {
    let is_stuck = Arc::new(AtomicBool::new(true));
    let stuck = Arc::clone(&is_stuck);
    let (place, asked) = serve(move |words| {
        let done = |task: &str| words.contains(&format!("Done: {task}"));
        if is_about_the_list(words) {
            return match (done(RED), done(BLUE)) {
                (false, false) => tasks(&[RED, BLUE]),
                (true, false) => tasks(&[BLUE]),
                _ => tasks(&[]),
            };
        }
        let waits = words.contains(&format!("Task: {BLUE}")) && stuck.load(Ordering::SeqCst);
        if waits { None } else { pointing(words) }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.json").display().to_string();
    let mut child = piped(&mut enact(&arguments(
        &place,
        &file,
        &["show", "me", "all"],
    )));
    wait_for(&asked, &format!("Task: {BLUE}"));
    child.kill().unwrap();
    child.wait().unwrap();
    let left = list(&file);
    assert_eq!(left["goal"], "show me all");
    assert_eq!(states(&left), [pair(RED, "done"), pair(BLUE, "underway")]);

    // Another goal does not replace it by accident.
    let output = run(&arguments(&place, &file, &["something", "else"]));
    is_one_clear_error(&output, &["show me all", "--resume"]);

    is_stuck.store(false, Ordering::SeqCst);
    asked.try_iter().for_each(drop);
    let output = run(&arguments(&place, &file, &["--resume", "--json"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let told = objects(&output);
    assert_eq!(told[0]["task"], BLUE);
    assert_eq!(told.last().unwrap()["ending"], "nothing_left");
    let asked: Vec<String> = asked.try_iter().collect();
    let red = format!("Task: {RED}");
    assert!(asked.iter().all(|words| !words.contains(&red)), "{asked:?}");
    let over = list(&file);
    assert_eq!(states(&over), [pair(RED, "done"), pair(BLUE, "done")]);
    assert_eq!(over["is_over"], true);
    let output = run(&arguments(&place, &file, &["--resume"]));
    is_one_clear_error(&output, &["nothing is left"]);
}

#[test]
fn two_programs_do_not_work_on_one_list() {
    // The plan never comes.
    let (place, asked) = serve(|words| match is_about_the_list(words) {
        true => tasks(&[RED]),
        false => None,
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.json").display().to_string();
    let mut child = piped(&mut enact(&arguments(&place, &file, &["tidy up"])));
    wait_for(&asked, &format!("Task: {RED}"));
    let before = fs::read(&file).unwrap();
    for more in [&["--resume"][..], &["tidy up"], &["sort", "--anew"]] {
        let output = run(&arguments(&place, &file, more));
        is_one_clear_error(&output, &["another program", &file, "--tasks"]);
    }
    assert_eq!(fs::read(&file).unwrap(), before);
    child.kill().unwrap();
    child.wait().unwrap();
    let more = ["--resume", "--minutes", "0.00001"];
    let output = run(&arguments(&place, &file, &more));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).contains("the time is up"), "{output:?}");
}

#[test]
fn what_the_list_costs_is_counted_with_its_tasks() {
    let (place, asked) = chat_server(|asked| {
        let words = &asked.words;
        let answer = match is_about_the_list(words) {
            true if words.contains(&format!("Done: {RED}")) => tasks(&[]),
            true => tasks(&[RED]),
            false => pointing(words),
        };
        answer.unwrap()
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.json").display().to_string();
    let output = run(&arguments(&place, &file, &["show me", "--json"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(asked.try_iter().count(), 3, "two lists and a plan");
    let told = objects(&output);
    let [task, end] = told.as_slice() else {
        panic!("{told:?}");
    };
    let cost = |told: &Value| {
        let keys = ["requests", "prompt_tokens", "completion_tokens"];
        keys.map(|key| told["model"][key].as_u64().unwrap())
    };
    assert_eq!(cost(task), [1, 100, 10]);
    assert_eq!(cost(end), [3, 300, 30]);
}

#[test]
fn a_task_that_failed_twice_is_set_aside_and_said() {
    let (place, asked) = serve(|words| match is_about_the_list(words) {
        true => tasks(&[RED]),
        false => Some(r#"{"steps":[{"skill":"say","text":"I cannot do that."}]}"#.to_owned()),
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.json").display().to_string();
    let output = run(&arguments(&place, &file, &["tidy up"]));
    let talk = stderr(&output);
    assert_eq!(status(&output), 1, "{talk}");
    assert!(talk.contains("set aside"), "{talk}");
    let said = stdout(&output);
    assert!(
        said.contains(&format!("set aside: {RED} (I cannot do that)")),
        "{said}"
    );
    let plans = asked.try_iter().filter(|words| !is_about_the_list(words));
    assert_eq!(plans.count(), 2);
}

#[test]
fn turns_and_time_are_bounded_and_the_list_is_kept() {
    let (place, _asked) = serve(|words| match is_about_the_list(words) {
        // There is always something else to do.
        true if words.contains(&format!("Done: {RED}")) => tasks(&[BLUE]),
        true => tasks(&[RED, BLUE]),
        false => pointing(words),
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.json").display().to_string();
    let output = run(&arguments(
        &place,
        &file,
        &["tidy up", "--total-turns", "1"],
    ));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).contains("no turns left"), "{output:?}");
    assert!(stderr(&output).contains("--resume"), "{}", stderr(&output));
    assert_eq!(states(&list(&file))[0], pair(RED, "done"));
    let output = run(&arguments(
        &place,
        &file,
        &["--resume", "--minutes", "0.00001"],
    ));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).contains("the time is up"), "{output:?}");
    for (wrong, named) in [("0", "minutes"), ("NaN", "minutes"), ("soon", "minutes")] {
        let output = run(&arguments(&place, &file, &["--resume", "--minutes", wrong]));
        assert_eq!(status(&output), 2);
        assert!(stderr(&output).contains(named), "{}", stderr(&output));
    }
}

#[test]
fn what_the_person_does_not_approve_is_set_aside() {
    let (place, _asked) = serve(|words| match is_about_the_list(words) {
        true => tasks(&[RED]),
        false => pointing(words),
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.json").display().to_string();
    // Nobody answers on standard input.
    let output = run(&arguments(&place, &file, &["tidy up", "--approve"]));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).contains("you said no"), "{output:?}");
    assert_eq!(states(&list(&file)), [pair(RED, "set_aside")]);
}

#[test]
fn rules_make_the_tasks_for_the_model_that_ships() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tasks.json").display().to_string();
    let goal = "put the red cube in the blue bowl";
    let output = run(&arguments("models/tabletop", &file, &[goal, "--json"]));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let told = objects(&output);
    assert_eq!(told[0]["task"], goal);
    assert_eq!(told.last().unwrap()["ending"], "nothing_left");
    let again = ["keep the blue bowl empty", "--json"];
    // The simulated table begins anew with an empty bowl.
    let output = run(&arguments("models/tabletop", &file, &again));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(objects(&output).len(), 1);
    let output = run(&arguments("models/tabletop", &file, &["make it nice"]));
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(!stdout(&output).contains("nothing is left"), "{output:?}");
}
