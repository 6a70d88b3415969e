//! `--json`: objects, a line each, and nothing else on standard output.

mod program;

use program::*;
use serde_json::Value;

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("{value} is no object"))
        .keys()
        .map(String::as_str)
        .collect()
}

fn has(value: &Value, wanted: &[&str]) {
    let keys = keys(value);
    for key in wanted {
        assert!(keys.contains(key), "`{key}` is missing from {value}");
    }
}

#[test]
fn a_robot_is_told_with_its_limits() {
    let output = run(&["robot", "show", "so101", "--json"]);
    let robot = object(&output);
    assert_eq!(robot["name"], "so101");
    assert_eq!(robot["tool"], "gripper_frame_link");
    let joints = robot["joints"].as_array().unwrap();
    assert_eq!(joints.len(), 6);
    assert_eq!(joints[5]["part"], "gripper");
    assert_eq!(
        (&joints[0]["unit"], &joints[0]["servo"]),
        (&"rad".into(), &1.into())
    );
    assert_eq!(joints[0]["velocity"], 2.5);
    let within = joints[1]["min"].as_f64() <= joints[1]["home"].as_f64();
    assert!(within && joints[1]["home"].as_f64() <= joints[1]["max"].as_f64());
    assert!(robot["gripper"]["widest"].as_f64().unwrap() > 0.1);
}

#[test]
fn kinematics_are_json_with_or_without_being_asked_to() {
    let pose = b"{\"joints\":[0,0,0,0,0]}\n";
    let plain = run_with_input(&["robot", "fk", "so101"], pose);
    let asked = run_with_input(&["robot", "fk", "so101", "--json"], pose);
    assert_eq!(stdout(&plain), stdout(&asked));
    has(&object(&asked), &["position", "quaternion_xyzw"]);
    let target = b"{\"position\":[2,0,0],\"approach\":[0,0,-1]}\n";
    has(
        &object(&run_with_input(&["robot", "ik", "so101", "--json"], target)),
        &["refusal"],
    );
}

#[test]
fn a_check_says_of_each_file_what_it_is_or_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let bad = write(folder.path(), "bad.toml", "[table]\nsize = 3\n");
    let output = run(&[
        "check",
        "--json",
        "launch/sim.toml",
        &bad,
        "suites/core.toml",
    ]);
    assert_eq!(status(&output), 2);
    let told = objects(&output);
    assert_eq!(told.len(), 3);
    let kinds = told.iter().map(|it| (it["ok"].clone(), it["kind"].clone()));
    let kinds: Vec<(Value, Value)> = kinds.collect();
    assert_eq!(kinds[0], (true.into(), "launch".into()));
    assert_eq!(kinds[1], (false.into(), Value::Null));
    assert_eq!(kinds[2], (true.into(), "suite".into()));
    let error = told[1]["error"].as_str().unwrap();
    assert!(error.contains("bad.toml:2"), "{error}");
}

#[test]
fn a_scene_and_its_picture_are_told() {
    let scene = object(&run(&["scene", "tabletop", "--seed", "3", "--json"]));
    has(&scene, &["scene", "seed", "objects", "task"]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.png").display().to_string();
    let picture = object(&run(&["render", "tabletop", "--out", &out, "--json"]));
    assert_eq!(
        (&picture["rgb"], &picture["width"]),
        (&out.into(), &320.into())
    );
    assert_eq!(picture["depth"], Value::Null);
    has(
        &picture["base_from_camera"],
        &["position", "quaternion_xyzw"],
    );
    let out = folder.path().join("data").display().to_string();
    let arguments = [
        "dataset", "--frames", "1", "--plans", "1", "--json", "--out", &out,
    ];
    assert_eq!(object(&run(&arguments))["frames"], 1);
}

#[test]
fn an_episode_is_told_as_asked() {
    let arguments = ["eval", "core", "--planner", "scripted", "--episode", "0"];
    let json = run(&[&arguments[..], &["--json"]].concat());
    let record = object(&json);
    assert_eq!(record["success"], true, "{record}");
    has(&record, &["episode", "task", "instruction", "turns"]);
    let words = stdout(&run(&arguments));
    assert!(
        words.starts_with("episode 0 (") && words.contains("succeeded"),
        "{words}"
    );
    assert_eq!(words.lines().count(), 1);
    let both = run(&[&arguments[..], &["--md"]].concat());
    assert_eq!(status(&both), 2, "a table of one episode is not asked for");
}

#[test]
fn kept_runs_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let file = folder.path().join("run.mcap").display().to_string();
    assert_eq!(status(&put(&plan, &["--record", &file])), 0);
    let text = write(folder.path(), "other.mcap", "no recording");
    let place = folder.path().display().to_string();
    let list = objects(&run(&["runs", "--json", "--dir", &place]));
    assert_eq!(list.len(), 2);
    assert_eq!(
        (&list[0]["file"], &list[0]["outcome"]),
        (&text.into(), &"unreadable".into())
    );
    assert!(list[0]["error"].as_str().unwrap().contains("MCAP"));
    assert_eq!(
        (&list[1]["reached"], &list[1]["error"]),
        (&true.into(), &Value::Null)
    );
    for arguments in [
        ["runs", "show", &file, "--json"],
        ["runs", "--json", "show", &file],
    ] {
        let story = object(&run(&arguments));
        assert_eq!(
            (&story["robot"], &story["outcome"]),
            (&"so101".into(), &"reached".into())
        );
        has(&story, &["command", "scene", "seed", "model", "how"]);
        assert!(story["log"].as_array().unwrap().len() > 5);
    }
}

#[test]
fn every_subcommand_that_prints_facts_takes_it() {
    for command in [
        "run",
        "chat",
        "check",
        "scene",
        "render",
        "dataset",
        "eval",
        "runs",
        "runs show",
        "replay",
        "robot show",
        "robot fk",
        "robot ik",
        "arm list",
        "arm scan",
        "arm info",
        "arm monitor",
        "arm torque",
        "arm reboot",
        "arm jog",
        "arm home",
        "arm set-id",
        "arm calibrate",
        "arm doctor",
        "arm teleop",
        "bus emulate",
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        let help = stdout(&run(&[&words[..], &["--help"]].concat()));
        assert!(help.contains("--json"), "{command}: {help}");
    }
}
