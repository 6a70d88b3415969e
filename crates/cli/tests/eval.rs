//! `enact eval` as a black box.

use std::process::Command;

use serde_json::Value;

/// A model that sees and plans as it should passes this by far, a broken one does not.
const FLOOR: u64 = 15;

fn eval(arguments: &[&str]) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .current_dir(enact_testkit::root())
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
            .current_dir(enact_testkit::root())
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
