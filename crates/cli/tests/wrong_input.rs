//! Wrong input: one clear error that says what, where and what to do. And what other programs write
//! in their own way, which is right.

mod program;

use std::fs;

use program::*;

const MARK: &str = "\u{feff}";

fn utf16(text: &str) -> Vec<u8> {
    let marked = format!("{MARK}{text}");
    marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The ways in which an editor may write a text.
fn written(text: &str) -> [(&'static str, Vec<u8>); 3] {
    [
        ("UTF-8 with a mark", format!("{MARK}{text}").into_bytes()),
        ("UTF-16", utf16(text)),
        (
            "Windows' line ends",
            text.replace('\n', "\r\n").into_bytes(),
        ),
    ]
}

#[test]
fn every_text_file_is_read_whichever_editor_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    for (how, plan) in written(PUT_CUBE_PLAN) {
        let plan = write(folder.path(), "plan.json", plan);
        for path in [
            "scenes/tabletop.toml",
            "launch/sim.toml",
            "suites/core.toml",
        ] {
            for (_, text) in written(&read_shipped_file(path))
                .into_iter()
                .filter(|it| it.0 == how)
            {
                let name = path.replace('/', "-");
                write(folder.path(), &name, text);
            }
        }
        let [scene, launch, suite] = ["scenes-tabletop", "launch-sim", "suites-core"].map(|name| {
            folder
                .path()
                .join(format!("{name}.toml"))
                .display()
                .to_string()
        });
        for (file, kind) in [
            (&scene, "scene"),
            (&launch, "launch"),
            (&suite, "suite"),
            (&plan, "plan"),
        ] {
            let output = run(&["check", file]);
            let said = stdout(&output);
            assert_eq!(said, format!("ok: {file} ({kind})\n"), "{how}");
        }
        let output = run(&[
            "run",
            PUT_CUBE_INSTRUCTION,
            "--scene",
            &scene,
            "--launch",
            &launch,
            "--plan",
            &plan,
            "--perception",
            "ground-truth",
            "--dry-run",
        ]);
        assert_eq!(status(&output), 0, "{how}: {}", stderr(&output));
        let output = run(&["eval", &suite, "--planner", "scripted", "--episodes", "1"]);
        assert_eq!(status(&output), 0, "{how}: {}", stderr(&output));
    }
}

#[test]
fn a_robot_is_read_whichever_editor_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    for (how, _) in written("") {
        for name in ["robot.urdf", "robot.toml", "bus.toml"] {
            let text = read_shipped_file(&format!("robots/so101/{name}"));
            let mut ways = written(&text).into_iter();
            write(folder.path(), name, ways.find(|it| it.0 == how).unwrap().1);
        }
        let robot = folder.path().display().to_string();
        let told = object(&run(&["robot", "show", &robot, "--json"]));
        assert_eq!(told["joints"][0]["servo"], 1, "{how}");
        let bus = folder.path().join("bus.toml").display().to_string();
        assert_eq!(status(&run(&["check", &bus])), 0, "{how}");
    }
}

#[test]
fn a_calibration_and_faults_are_read_whichever_editor_wrote_them() {
    let folder = tempfile::tempdir().unwrap();
    let joint =
        r#"{"id": 1, "drive_mode": 0, "homing_offset": -7, "range_min": 7, "range_max": 9}"#;
    let calibration = format!("{{\n\"shoulder_pan\": {joint}\n}}\n");
    for (how, text) in written(&calibration) {
        let file = write(folder.path(), "mine.json", text);
        let said = stdout(&run(&["check", &file]));
        assert_eq!(said, format!("ok: {file} (calibration)\n"), "{how}");
    }
    for (how, text) in written("[[rule]]\nfault = \"silent\"\n") {
        let file = write(folder.path(), "faults.toml", text);
        let said = stdout(&run(&["check", &file]));
        assert_eq!(said, format!("ok: {file} (faults)\n"), "{how}");
    }
}

#[test]
fn standard_input_may_begin_with_a_mark() {
    let pose = "{\"joints\":[0,0,0,0,0]}\r\n";
    let marked = format!("{MARK}{pose}");
    let plain = run_with_input(&["robot", "fk", "so101"], pose.as_bytes());
    let output = run_with_input(&["robot", "fk", "so101"], marked.as_bytes());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(output.stdout, plain.stdout);
    let output = run_with_input(&["robot", "fk", "so101"], &utf16(pose));
    is_one_clear_error(&output, &["stdin", "UTF-16", "UTF-8"]);
    let output = run_with_input(&["robot", "fk", "so101"], b"\n{\"joints\":[\xe9]}\n");
    is_one_clear_error(&output, &["stdin, line 2", "utf-8"]);
}

#[test]
fn what_is_no_text_says_so_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let latin = read_shipped_file("scenes/tabletop.toml").replacen('#', "# Gr\u{fc}n #", 1);
    let latin: Vec<u8> = latin.chars().map(|letter| letter as u8).collect();
    let latin = write(folder.path(), "latin.toml", latin);
    is_one_clear_error(
        &run(&["scene", &latin]),
        &["latin.toml", "line ", "0xfc", "UTF-8"],
    );
    let picture = folder.path().join("a.png").display().to_string();
    assert_eq!(status(&run(&["render", "tabletop", "--out", &picture])), 0);
    for arguments in [
        &["scene", &picture][..],
        &["run", PUT_CUBE_INSTRUCTION, "--launch", &picture],
        &["eval", &picture],
        &[
            "run",
            PUT_CUBE_INSTRUCTION,
            "--plan",
            &picture,
            "--perception",
            "ground-truth",
        ],
    ] {
        is_one_clear_error(&run(arguments), &["a.png", "not UTF-8 text"]);
    }
}

#[test]
fn nothing_is_done_where_nothing_is_said() {
    for nothing in ["", " ", "\t\n", MARK, "\u{3000}"] {
        let output = run(&["run", nothing]);
        is_one_clear_error(&output, &["the instruction is empty", "enact run"]);
    }
    for mute in ["?", "...", "\u{1f916}"] {
        is_one_clear_error(&run(&["run", mute]), &["no words", "enact run"]);
    }
}

#[test]
fn small_talk_is_answered_and_moves_nothing_whatever_a_model_plans() {
    let (model, asked) = planner_server::serve(|_| Some(PUT_CUBE_PLAN.to_owned()));
    let told = |instruction: &str| {
        let with = ["--perception", "ground-truth", "--model", &model, "--json"];
        let output = run(&[&["run", instruction][..], &with].concat());
        (object(&output), stderr(&output))
    };
    for (instruction, answer) in [
        ("Good morning!", "Hello. Tell me what I can do for you."),
        ("Thank you, well done", "You are welcome."),
        ("nice weather today", "All right."),
        ("你好", "你好"),
    ] {
        let (report, talk) = told(instruction);
        assert_eq!(report["steps"], serde_json::json!([]), "{talk}");
        let said = report["said"][0].as_str().unwrap();
        assert!(said.starts_with(answer), "{instruction}: {said}");
        assert_eq!(asked.try_iter().count(), 0, "{talk}");
    }
    let (report, talk) = told(&format!("Good morning, {PUT_CUBE_INSTRUCTION}"));
    assert_eq!(report["success"], true, "{talk}");
}

#[test]
fn blank_lines_are_nothing_in_a_chat_and_mute_ones_are_said_to_be() {
    let lines = format!("{MARK}\n   \n\n?!\n/quit\n");
    let output = run_with_input(&["chat", "--perception", "ground-truth"], lines.as_bytes());
    let talk = stderr(&output);
    assert_eq!(status(&output), 0, "{talk}");
    assert!(output.stdout.is_empty());
    assert_eq!(talk.matches("no words").count(), 1, "{talk}");
    assert!(!talk.contains("task  "), "{talk}");
}

#[test]
fn an_instruction_that_the_model_cannot_read_moves_nothing() {
    let long = "put the red cube in the blue bowl and ".repeat(170);
    let output = run(&["run", &long]);
    is_one_clear_error(&output, &["too long", "tokens", "fewer words"]);
    assert!(!stderr(&output).contains("saw"), "it did not even look");
}

#[test]
fn a_file_of_another_kind_says_what_it_is_and_what_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    for (arguments, parts) in [
        (
            &["scene", "suites/core.toml"][..],
            ["is a suite, not a scene", "enact eval"],
        ),
        (
            &["eval", "scenes/tabletop.toml"],
            ["is a scene, not a suite", "enact scene"],
        ),
        (
            &["run", PUT_CUBE_INSTRUCTION, "--launch", "scenes/wall.toml"],
            ["is a scene", "--scene"],
        ),
        (
            &["run", PUT_CUBE_INSTRUCTION, "--scene", "launch/sim.toml"],
            ["is a launch file", "--launch"],
        ),
        (
            &[
                "run",
                PUT_CUBE_INSTRUCTION,
                "--launch",
                "robots/so101/bus.toml",
            ],
            ["is a bus.toml", "--robot"],
        ),
        (
            &["scene", "robots/so101/robot.urdf"],
            ["is a URDF, not a scene", "--robot"],
        ),
        (&["scene", &plan], ["is a plan, not a scene", "--plan"]),
    ] {
        is_one_clear_error(&run(arguments), &parts);
    }
}

#[test]
fn a_folder_an_empty_file_and_a_missing_one_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let empty = write(folder.path(), "empty.toml", "");
    let place = folder.path().display().to_string();
    let missing = folder.path().join("nowhere.toml").display().to_string();
    for arguments in [
        &["scene"][..],
        &["run", PUT_CUBE_INSTRUCTION, "--launch"],
        &["eval"],
    ] {
        let with = |file: &str| run(&[arguments, &[file]].concat());
        is_one_clear_error(&with(&place), &[&place, "is a folder"]);
        is_one_clear_error(&with(&missing), &["nowhere.toml", "there are: "]);
        is_one_clear_error(&with(&empty), &["empty.toml"]);
    }
    for (file, why) in [(&empty, "is empty"), (&missing, "No such file")] {
        let output = run(&["check", file]);
        assert_eq!(status(&output), 2);
        let said = stdout(&output);
        assert!(said.contains(why) && said.contains(file), "{said}");
    }
}

#[test]
fn recordings_that_are_none_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let empty = write(folder.path(), "empty.mcap", "");
    let missing = folder.path().join("nowhere.mcap").display().to_string();
    for arguments in [
        &["runs", "show"][..],
        &["replay"],
        &["view", "--view", "a.rrd"],
    ] {
        let with = |file: &str| run(&[arguments, &[file]].concat());
        is_one_clear_error(&with(&place), &[&place, "directory"]);
        is_one_clear_error(&with(&missing), &["nowhere.mcap", "No such file"]);
        is_one_clear_error(&with(&empty), &["empty.mcap", "no MCAP file"]);
        is_one_clear_error(&with("README.md"), &["README.md", "no MCAP file"]);
    }
}

#[test]
fn a_damaged_recording_is_told_from_one_that_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let file = folder.path().join("run.mcap").display().to_string();
    assert_eq!(status(&put(&plan, &["--record", &file])), 0);
    let whole = fs::read(&file).unwrap();
    let story = |bytes: &[u8]| {
        write(folder.path(), "other.mcap", bytes);
        let other = folder.path().join("other.mcap").display().to_string();
        let output = run(&["runs", "show", &other]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        (stdout(&output), stdout(&run(&["check", &other])))
    };
    let (told, checked) = story(&whole);
    assert!(
        told.contains("outcome  reached") && checked.starts_with("ok: "),
        "{told}{checked}"
    );
    let (told, checked) = story(&whole[..whole.len() * 2 / 3]);
    assert!(
        told.contains("was killed") && !told.contains("damage"),
        "{told}"
    );
    assert!(checked.starts_with("ok: "), "{checked}");
    let mut flipped = whole.clone();
    flipped[whole.len() * 2 / 3] ^= 0x10;
    let (told, checked) = story(&flipped);
    assert!(
        told.contains("is damaged") && !told.contains("killed"),
        "{told}"
    );
    assert!(
        checked.starts_with("bad: ") && checked.contains("is damaged"),
        "{checked}"
    );
}
