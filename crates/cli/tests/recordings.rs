//! Kept runs through the program: listed, told, replayed, verified, exported.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use enact_recording::{Recording, Topic};
use enact_testkit::{PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, repository_root};
use serde_json::Value;

/// Runs the program in `folder`.
fn enact(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(arguments)
        .current_dir(folder)
        .env("ENACT_HOME", repository_root().canonicalize().unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().unwrap() < 2, "{talk}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Keeps a run in `folder` and returns the path of its recording there.
fn kept(folder: &Path, more: &[&str]) -> String {
    fs::write(folder.join("plan.json"), PUT_CUBE_PLAN).unwrap();
    let mut arguments = vec![
        "run",
        PUT_CUBE_INSTRUCTION,
        "--plan",
        "plan.json",
        "--perception",
        "ground-truth",
    ];
    arguments.extend(more);
    let output = enact(folder, &arguments);
    assert!(output.status.success(), "{output:?}");
    let mut files = fs::read_dir(folder.join("runs")).unwrap();
    let file = files.next().unwrap().unwrap().file_name();
    assert!(files.next().is_none());
    format!("runs/{}", file.to_str().unwrap())
}

#[test]
fn a_run_is_kept_listed_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &[]);
    assert!(
        file.ends_with("-put-the-red-cube-in-the-blue-bowl.mcap"),
        "{file}"
    );
    let list = stdout(&enact(folder.path(), &["runs"]));
    assert!(
        list.contains("reached") && list.contains(PUT_CUBE_INSTRUCTION),
        "{list}"
    );
    let line: Value = json(&enact(folder.path(), &["runs", "--json"]));
    assert_eq!(line["reached"], true);
    let story = stdout(&enact(folder.path(), &["runs", "show", &file]));
    for part in [
        "so101",
        "tabletop",
        "red cube",
        "pick red cube: yes",
        "reached",
    ] {
        assert!(story.contains(part), "`{part}` is missing from {story}");
    }
}

#[test]
fn what_shall_not_be_kept_is_not_and_what_cannot_be_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.json"), PUT_CUBE_PLAN).unwrap();
    let run = |more: &[&str]| {
        let mut arguments = vec![
            "run",
            PUT_CUBE_INSTRUCTION,
            "--plan",
            "plan.json",
            "--dry-run",
        ];
        arguments.extend(["--perception", "ground-truth"]);
        arguments.extend(more);
        enact(folder.path(), &arguments)
    };
    assert!(run(&["--no-record"]).status.success());
    assert!(!folder.path().join("runs").exists());
    let refused = run(&["--record", "plan.json/run.mcap"]);
    assert_eq!(refused.status.code(), Some(2));
    let talk = String::from_utf8(refused.stderr).unwrap();
    assert!(talk.contains("plan.json/run.mcap"), "{talk}");
}

#[test]
fn a_dry_run_reaches_nothing_and_says_whether_it_could() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.json"), PUT_CUBE_PLAN).unwrap();
    let mut run = vec![
        "run",
        PUT_CUBE_INSTRUCTION,
        "--plan",
        "plan.json",
        "--perception",
        "ground-truth",
    ];
    run.extend(["--dry-run", "--json"]);
    let output = enact(folder.path(), &run);
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    assert_eq!(report["success"], Value::Null, "{report}");
    assert_eq!(report["feasible"], true, "{report}");
    let line = json(&enact(folder.path(), &["runs", "--json"]));
    assert_eq!(line["reached"], Value::Null, "{line}");
    assert_eq!(line["outcome"], "dry run", "{line}");

    let absent = r#"{"steps":[{"skill":"pick","object":"golden crown"}]}"#;
    fs::write(folder.path().join("plan.json"), absent).unwrap();
    let output = enact(folder.path(), &run);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    assert_eq!(report["success"], Value::Null, "{report}");
    assert_eq!(report["feasible"], false, "{report}");
}

#[test]
fn a_run_is_filmed_if_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &["--record-fps", "4", "--record-depth"]);
    let event_log = Recording::open(&folder.path().join(&file)).unwrap();
    let seconds = event_log.duration().as_secs_f64();
    for topic in [Topic::StreamImage, Topic::StreamDepth] {
        let count = event_log.messages_of_topic(topic).count() as f64;
        assert!(
            (count - seconds * 4.0).abs() < 2.0,
            "{count} in {seconds} s"
        );
    }
    assert_eq!(event_log.run_info().unwrap().launch["record_fps"], 4);
    let verified = json(&enact(
        folder.path(),
        &["replay", &file, "--verify", "--json"],
    ));
    assert_eq!(verified["same"], true, "{verified}");

    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &[]);
    let event_log = Recording::open(&folder.path().join(&file)).unwrap();
    assert_eq!(event_log.messages_of_topic(Topic::StreamImage).count(), 0);
}

#[test]
fn a_kept_run_replays_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &["--seed", "4"]);
    let replayed = json(&enact(folder.path(), &["replay", &file, "--json"]));
    assert_eq!(replayed["as_recorded"], true, "{replayed}");
    assert_eq!(replayed["motions"], replayed["bit_for_bit"]);
    assert_eq!(replayed["reached"], true);
    let verified = json(&enact(
        folder.path(),
        &["replay", &file, "--verify", "--json"],
    ));
    assert_eq!(verified["same"], true, "{verified}");
    let part = stdout(&enact(folder.path(), &["replay", &file, "--until", "1"]));
    assert!(part.contains("turn 1"), "{part}");
    let none = enact(folder.path(), &["replay", &file, "--step"]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("press Enter"));
}

#[test]
fn a_kept_run_is_repeated_by_an_arm_of_servos() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &["--seed", "4"]);
    let launch = fs::read_to_string(repository_root().join("launch/so101-emulated.toml")).unwrap();
    // The arm has a time of its own, in which it is never too late.
    let emulated = "source = \"emulated\"\n";
    let launch = launch.replace(emulated, &format!("{emulated}pty = false\n"));
    fs::write(folder.path().join("arm.toml"), launch).unwrap();
    let arm = ["replay", &file, "--arm", "arm.toml", "--speed", "100"];
    let replayed = json(&enact(folder.path(), &[&arm[..], &["--json"]].concat()));
    assert_eq!(replayed["refused"], Value::Null, "{replayed}");
    assert_eq!(replayed["ended_otherwise"], 0);
    assert_eq!(replayed["reached"], true);
    assert_eq!(replayed["bit_for_bit"], 0);

    // A stop covers all motion, also the one to where the recording begins.
    let stop = ["--stop-file", "plan.json"];
    let stopped = enact(folder.path(), &[&arm[..], &stop].concat());
    let talk = String::from_utf8_lossy(&stopped.stderr);
    assert_eq!(stopped.status.code(), Some(2), "{stopped:?}");
    assert!(talk.contains("stopped on the way"), "{talk}");

    let other = enact(folder.path(), &["replay", &file, "--arm", "panda"]);
    assert_eq!(other.status.code(), Some(2));
    let port = enact(folder.path(), &["replay", &file, "--port", "/dev/null"]);
    assert_eq!(port.status.code(), Some(2));
}

#[test]
fn a_kept_run_is_shown_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &[]);
    let seen = enact(folder.path(), &["view", &file, "--view", "run.rrd"]);
    assert!(seen.status.success(), "{seen:?}");
    assert!(fs::metadata(folder.path().join("run.rrd")).unwrap().len() > 100_000);
    let no_form = enact(folder.path(), &["view", &file, "--view", "run.txt"]);
    assert_eq!(no_form.status.code(), Some(2));
    assert!(!folder.path().join("run.txt").exists());

    let arguments = [
        "export",
        &file,
        "--csv",
        "run.csv",
        "--lerobot",
        "data",
        "--fps",
        "2",
    ];
    let exported = enact(folder.path(), &arguments);
    assert!(exported.status.success(), "{exported:?}");
    let table = fs::read_to_string(folder.path().join("run.csv")).unwrap();
    assert!(table.starts_with("task,turn,time,shoulder_pan.position,"));
    assert!(table.lines().count() > 1000);
    let info = fs::read_to_string(folder.path().join("data/meta/info.json")).unwrap();
    let info: Value = serde_json::from_str(&info).unwrap();
    assert_eq!(
        info["features"]["observation.images.front"]["shape"][0],
        240
    );
    assert!(info["total_frames"].as_u64().unwrap() > 10);
    assert_eq!(info["robot_type"], "so_follower");
    assert_eq!(info["features"]["action"]["names"][5], "gripper.pos");

    let again = enact(folder.path(), &arguments);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    let more = enact(
        folder.path(),
        &[&arguments[..], &["--append", "--only", "reached", "--json"]].concat(),
    );
    assert!(more.status.success(), "{more:?}");
    let written: Value = serde_json::from_slice(&more.stdout).unwrap();
    assert_eq!(written["csv"]["path"], "run.csv");
    assert_eq!(written["lerobot"]["episodes"], 1);
    assert_eq!(written["lerobot"]["total_episodes"], 2);
    assert_eq!(written["lerobot"]["robot_type"], "so_follower");
    let info = fs::read_to_string(folder.path().join("data/meta/info.json")).unwrap();
    let info: Value = serde_json::from_str(&info).unwrap();
    assert_eq!(info["total_episodes"], 2);
    for (options, why) in [
        (["--units", "rad"], "robot_type"),
        (["--cameras", "wrist"], "no camera `wrist`"),
        (["--fps", "5"], "try --fps 2"),
    ] {
        let mut arguments = vec!["export", &file, "--lerobot", "data", "--append"];
        if options[0] != "--fps" {
            arguments.extend(["--fps", "2"]);
        }
        arguments.extend(options);
        let refused = enact(folder.path(), &arguments);
        let talk = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{talk}");
        assert!(talk.contains(why), "{talk}");
    }
}

#[test]
fn what_only_might_have_moved_is_no_episode() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &["--dry-run"]);
    let refused = enact(folder.path(), &["export", &file, "--lerobot", "data"]);
    let talk = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{talk}");
    assert!(
        talk.contains("dry run") && talk.contains("nothing to export"),
        "{talk}"
    );
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
#[ignore = "needs the program `rerun`: pip install rerun-sdk==0.36.3"]
fn rerun_itself_takes_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &["--view", "live.rrd"]);
    enact(folder.path(), &["view", &file, "--view", "again.rrd"]);
    for shown in ["live.rrd", "again.rrd"] {
        let mut verify = Command::new("rerun");
        verify.args(["rrd", "verify", shown]);
        let status = verify.current_dir(folder.path()).status().unwrap();
        assert!(status.success(), "{shown}");
    }
}

#[test]
fn what_is_no_recording_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.mcap"), "notes").unwrap();
    for arguments in [
        ["replay", "notes.mcap"].as_slice(),
        &["runs", "show", "notes.mcap"],
        &["view", "notes.mcap"],
        &["export", "notes.mcap", "--csv", "out.csv"],
        &["replay", "missing.mcap"],
    ] {
        let output = enact(folder.path(), arguments);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(
            talk.starts_with("enact: ") && talk.contains(".mcap"),
            "{talk}"
        );
    }
    let list = stdout(&enact(folder.path(), &["runs", "--dir", "."]));
    assert!(list.contains("not a recording of enact"), "{list}");
}

#[test]
fn what_ends_before_its_run_begins_is_one_clear_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &[]);
    let bytes = fs::read(folder.path().join(file)).unwrap();
    fs::write(folder.path().join("cut.mcap"), &bytes[..1000]).unwrap();
    for arguments in [
        ["replay", "cut.mcap"].as_slice(),
        &["replay", "cut.mcap", "--verify"],
        &["runs", "show", "cut.mcap"],
        &["view", "cut.mcap", "--view", "out.rrd"],
        &["export", "cut.mcap", "--csv", "out.csv"],
        &["export", "cut.mcap", "--lerobot", "out"],
    ] {
        let output = enact(folder.path(), arguments);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {talk}");
        assert!(
            talk.contains("cut.mcap") && talk.contains("ends before"),
            "{arguments:?}: {talk}"
        );
    }
    assert!(!folder.path().join("out.csv").exists());
    assert!(!folder.path().join("out").exists());
}

#[test]
fn turns_after_the_last_motion_are_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = kept(folder.path(), &[]);
    let output = enact(folder.path(), &["replay", &file, "--from-turn", "9"]);
    let talk = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{talk}");
    assert!(talk.contains("from turn 9"), "{talk}");
}

#[test]
fn an_instruction_needs_no_quotation_marks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.json"), PUT_CUBE_PLAN).unwrap();
    let mut arguments = vec!["run"];
    arguments.extend(PUT_CUBE_INSTRUCTION.split(' '));
    arguments.extend(["--plan", "plan.json", "--perception", "ground-truth"]);
    let output = enact(folder.path(), &arguments);
    assert!(output.status.success(), "{output:?}");
    let list = stdout(&enact(folder.path(), &["runs"]));
    assert!(list.contains(PUT_CUBE_INSTRUCTION), "{list}");
}
