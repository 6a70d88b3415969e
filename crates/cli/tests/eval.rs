//! `enact eval` as a black box.

mod program;

use std::process::Command;

use program::{is_one_clear_error, run, status, stderr, write};
use serde_json::Value;

/// A model that sees and plans as it should passes this by far, a broken one does not.
const FLOOR: u64 = 15;
/// The same for things found on four rendered pictures, percent.
const FOUND: f64 = 80.0;

fn eval(arguments: &[&str]) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .current_dir(enact_testkit::repository_root())
        .arg("eval")
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    (value, output.status.code().unwrap())
}

/// What does not depend on how fast the machine is.
fn outcome(report: &Value) -> Value {
    let mut report = report.clone();
    report["seconds"] = report["seconds"]["simulated"].clone();
    report
}

#[test]
fn the_model_that_ships_does_the_core() {
    let (report, _) = eval(&["core", "--episodes", "20"]);
    assert_eq!(report["suite"], "core");
    assert_eq!(report["episodes"], 20);
    let successes = report["successes"].as_u64().unwrap();
    assert!(successes >= FLOOR, "{report:#}");
    for key in ["by_task", "failures", "executable", "turns", "seconds"] {
        assert!(!report[key].is_null(), "{key} is missing from {report:#}");
    }
}

/// One sentence of each of twenty kinds; another of each with another seed.
#[test]
fn what_people_say_is_mostly_done_and_never_wrong() {
    let (report, status) = eval(&["said", "--episodes", "20", "--most-wrong", "0"]);
    let all = report["outcomes"].as_array().unwrap().last().unwrap();
    assert_eq!(all["wrong"], 0, "{report:#}");
    assert!(all["right"].as_u64().unwrap() >= FLOOR, "{report:#}");
    assert_eq!(status, 0);
}

#[test]
fn the_planner_that_knows_the_goal_turns_things() {
    let (report, _) = eval(&["turning", "--planner", "scripted", "--episodes", "5"]);
    assert_eq!(report["successes"], 5, "{report:#}");
}

#[test]
fn what_the_model_finds_on_labeled_pictures_is_counted_by_set_up() {
    let labels = "crates/cli/tests/photos/labels.json";
    let (report, status) = eval(&["--photos", labels]);
    assert_eq!(status, 0);
    assert_eq!(report["all"]["pictures"], 4);
    let percent = |key: &str| {
        let share = &report["all"][key];
        100.0 * share["successes"].as_f64().unwrap() / share["of"].as_f64().unwrap()
    };
    for key in ["found", "colour", "colour_and_shape", "on_a_thing"] {
        assert!(percent(key) >= FOUND, "{key}: {report:#}");
    }
    let setups = report["by_setup"].as_object().unwrap();
    assert_eq!(setups.keys().collect::<Vec<_>>(), ["other light", "plain"]);
}

#[test]
fn labels_that_cannot_be_scored_are_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let no_list = write(folder.path(), "no.json", "{}");
    let lost = write(
        folder.path(),
        "lost.json",
        r#"[{"file": "lost.jpg", "setup": "one", "objects": []}]"#,
    );
    for (labels, parts) in [
        (no_list.as_str(), ["no.json", "labeled pictures"]),
        (lost.as_str(), ["lost.jpg", "cannot read"]),
    ] {
        is_one_clear_error(&run(&["eval", "--photos", labels]), &parts);
    }
    let other = [
        "eval",
        "--photos",
        "crates/cli/tests/photos/labels.json",
        "--kind",
        "Z",
    ];
    is_one_clear_error(&run(&other), &["`Z`"]);
}

#[test]
fn a_report_is_one_page_that_compares_with_an_earlier_evaluation() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let eval = |more: &[&str]| {
        let fixed = [
            "eval",
            "disturbed",
            "--planner",
            "scripted",
            "--episodes",
            "2",
        ];
        run(&[&fixed[..], more].concat())
    };
    assert_eq!(status(&eval(&["--out", &at("before")])), 0);
    // With one turn, whatever is moved is lost.
    let now = eval(&[
        "--set",
        "turns=1",
        "--out",
        &at("now"),
        "--report",
        &at("page"),
        "--compare",
        &at("before"),
    ]);
    assert_eq!(status(&now), 0, "{}", stderr(&now));
    let page = std::fs::read_to_string(folder.path().join("page/index.html")).unwrap();
    for part in [
        "0.0 % (0.0–65.8), 0 of 2",
        "2 worse",
        "data:image/jpeg",
        "--set turns=1 --episode 1",
    ] {
        assert!(page.contains(part), "{part} is missing from {page}");
    }
    assert!(folder.path().join("now/pictures/0-last.jpg").exists());
    let missing = eval(&["--report", &at("page"), "--compare", &at("nowhere")]);
    is_one_clear_error(&missing, &["nowhere"]);
}

#[test]
fn the_same_seeds_give_the_same_table_however_it_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let scripted = |more: &[&str]| {
        let fixed = ["core", "--planner", "scripted", "--seed", "5"];
        eval(&[&fixed[..], more].concat()).0
    };
    let whole = scripted(&["--episodes", "6"]);
    let two_at_once = scripted(&["--episodes", "6", "--jobs", "2"]);
    assert_eq!(outcome(&whole), outcome(&two_at_once));
    scripted(&["--episodes", "3", "--out", out]);
    // As if the run had been killed while it wrote.
    let kept = folder.path().join("episodes.jsonl");
    let text = std::fs::read_to_string(&kept).unwrap();
    std::fs::write(&kept, &text[..text.len() - 20]).unwrap();
    let gone_on = scripted(&["--episodes", "6", "--out", out]);
    assert_eq!(outcome(&whole), outcome(&gone_on));
}

#[test]
fn kept_episodes_of_other_settings_are_not_mixed_in() {
    let folder = tempfile::tempdir().unwrap();
    let run = |seed: &str| {
        Command::new(env!("CARGO_BIN_EXE_enact"))
            .current_dir(enact_testkit::repository_root())
            .args(["eval", "core", "--planner", "scripted", "--episodes", "1"])
            .args(["--seed", seed, "--out"])
            .arg(folder.path())
            .output()
            .unwrap()
    };
    assert!(run("1").status.success());
    let refused = run("2");
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(message.contains("other settings"), "{message}");
}

/// Moved before the first picture, it would cost nothing.
#[test]
fn what_is_moved_after_the_plan_or_on_the_way_costs_a_second_turn() {
    let (report, _) = eval(&["disturbed", "--planner", "scripted", "--episodes", "2"]);
    assert_eq!(
        (&report["successes"], &report["turns"]),
        (&2.into(), &2.0.into())
    );
}

/// An object that moves after the plan takes a second turn, which is not given here.
#[test]
fn below_the_floor_the_exit_status_is_one() {
    let one = ["disturbed", "--planner", "scripted", "--episodes", "1"];
    let exit = |more: &[&str]| eval(&[&one[..], more].concat()).1;
    assert_eq!(exit(&["--floor", "100"]), 0);
    assert_eq!(exit(&["--floor", "100", "--set", "turns=1"]), 1);
}
