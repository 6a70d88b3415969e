//! The model that ships does the job, through the program's own defaults.

use std::process::Command;

use serde_json::Value;

fn run(arguments: &[&str]) -> (i32, Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(arguments)
        .arg("--no-record")
        .current_dir(enact_testkit::repository_root())
        .output()
        .unwrap();
    let talk = String::from_utf8(output.stderr).unwrap();
    let report =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {talk}"));
    (output.status.code().unwrap(), report, talk)
}

#[test]
fn the_first_command_of_the_readme_puts_the_cube_in_the_bowl() {
    let (status, report, talk) = run(&["run", "put the red cube in the blue bowl", "--json"]);
    assert_eq!(report["success"], true, "{talk}");
    assert_eq!(status, 0);
    assert!(report["model"]["completion_tokens"].as_u64().unwrap() > 0);
    assert!(report["turns"].as_u64().unwrap() <= 3);
}

#[test]
fn most_tables_that_it_has_never_seen_go_well() {
    let reached = (9001..=9006)
        .filter(|seed| {
            let seed = seed.to_string();
            let (_, report, _) = run(&[
                "run",
                "put the red cube in the blue bowl",
                "--json",
                "--seed",
                &seed,
            ]);
            report["success"] == true
        })
        .count();
    assert!(reached >= 4, "only {reached} of 6");
}

#[test]
fn an_object_that_is_not_there_is_said_and_nothing_moves() {
    let (status, report, talk) = run(&[
        "run",
        "put the purple tray in the blue bowl",
        "--json",
        "--seed",
        "9001",
    ]);
    assert_eq!(status, 1, "{talk}");
    assert_eq!(report["success"], false);
}
