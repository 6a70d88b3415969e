//! The program as a black box: what it prints, where, and its exit status.

mod program;

use program::*;
use serde_json::Value;

#[test]
fn a_plan_from_a_file_is_carried_out_and_reported_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let output = put(&plan, &["--json", "--seed", "11"]);
    let report = object(&output);
    assert_eq!(report["success"], true, "{report}");
    assert_eq!(status(&output), 0);
    assert_eq!(report["seed"], 11);
    assert_eq!(report["steps"][0]["skill"], "pick");
    assert_eq!(report["steps"][0]["arguments"]["object"], "red cube");
    assert_eq!(report["steps"][0]["verdict"], "yes");
    assert!(report["sim_seconds"].as_f64().unwrap() > 1.0);
    assert!(report["refusals"].as_array().unwrap().is_empty());
}

#[test]
fn a_run_tells_what_was_seen_planned_done_and_observed() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let talk = stderr(&put(&plan, &[]));
    for part in [
        "saw  ",
        "red cube at",
        "planned  pick red cube",
        "doing  pick red cube",
        "worked  pick red cube",
    ] {
        assert!(talk.contains(part), "`{part}` is missing from: {talk}");
    }
}

#[test]
fn the_same_seed_writes_the_same_journal() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let event_log = |name: &str| {
        let path = folder.path().join(name);
        let text = path.display().to_string();
        put(&plan, &["--event-log", &text]);
        std::fs::read(path).unwrap()
    };
    let first = event_log("a");
    assert!(first.len() > 1000);
    assert!(first == event_log("b"));
}

#[test]
fn a_dry_run_moves_nothing_and_prints_what_would_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let event_log = folder.path().join("events.jsonl").display().to_string();
    let output = put(&plan, &["--dry-run", "--event-log", &event_log]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(
        text.contains("place red cube in blue bowl") && text.contains("lower"),
        "{text}"
    );
    assert!(!stderr(&output).contains("worked"));
    let event_log = std::fs::read_to_string(event_log).unwrap();
    assert!(event_log.contains("perceived") && !event_log.contains("\"moving\""));
}

#[test]
fn an_object_that_is_not_there_is_refused_with_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(
        folder.path(),
        "plan.json",
        r#"{"steps":[{"skill":"pick","object":"pink hat"}]}"#,
    );
    let output = run(&[
        "run",
        "take the hat",
        "--plan",
        &plan,
        "--perception",
        "ground-truth",
        "--json",
        "--turns",
        "1",
    ]);
    let report = object(&output);
    assert_eq!(status(&output), 1);
    assert_eq!(report["success"], false);
    let refusal = report["refusals"][0].as_str().unwrap();
    assert!(
        refusal.contains("no `pink hat` is seen; seen:") && refusal.contains("red cube"),
        "{refusal}"
    );
}

#[test]
fn an_unreachable_object_is_refused_with_the_distance() {
    let folder = tempfile::tempdir().unwrap();
    let text = read_shipped_file("scenes/tabletop.toml");
    let far = text.replacen("color = \"red\"", "color = \"red\"\nat = [-0.12, 0.26]", 1);
    assert_ne!(far, text);
    let scene = write(folder.path(), "far.toml", &far);
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let output = run(&[
        "run",
        PUT_CUBE_INSTRUCTION,
        "--scene",
        &scene,
        "--plan",
        &plan,
        "--perception",
        "ground-truth",
        "--json",
        "--turns",
        "1",
    ]);
    let report = object(&output);
    assert_eq!(status(&output), 1);
    let refusal = report["refusals"][0].as_str().unwrap();
    assert!(refusal.contains("out of reach"), "{refusal}");
}

/// Fault 24 of a camera whose program writes its pictures into a folder.
#[test]
fn a_live_folder_in_which_nothing_is_written_is_a_frozen_camera() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let picture = folder.path().join("view.png").display().to_string();
    assert_eq!(status(&run(&["render", "tabletop", "--out", &picture])), 0);
    let text = read_shipped_file("launch/sim.toml");
    let live = "source = \"folder\"\npath = \".\"\nlive = true";
    let launch = text.replace("source = \"sim\"", live);
    let launch = write(folder.path(), "live.toml", &launch);
    assert_eq!(status(&run(&["check", &launch])), 0);
    let output = run(&[
        "run",
        PUT_CUBE_INSTRUCTION,
        "--launch",
        &launch,
        "--plan",
        &plan,
    ]);
    assert_eq!(status(&output), 2, "{output:?}");
    let talk = stderr(&output);
    let error = talk.lines().find(|line| line.starts_with("enact: "));
    let error = error.unwrap_or_else(|| panic!("{talk}"));
    assert!(
        error.contains("frozen") && error.contains("view.png"),
        "{error}"
    );
}

/// The indented lines that follow a phrase of a page.
fn example(page: &str, after: &str) -> String {
    let (_, rest) = page.split_once(after).expect("the page has the phrase");
    rest.lines()
        .skip_while(|line| !line.starts_with("    "))
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect()
}

#[test]
fn what_the_documentation_says_of_another_arm_is_sound() {
    let page = read_shipped_file("docs/your-arm.md");
    let folder = tempfile::tempdir().unwrap();
    let robot = folder.path().join("koch");
    std::fs::create_dir(&robot).unwrap();
    for name in ["robot.urdf", "robot.toml"] {
        std::fs::copy(
            repository_root().join("robots/so101").join(name),
            robot.join(name),
        )
        .unwrap();
    }
    write(&robot, "bus.toml", example(&page, "For a Koch v1.1"));
    let text = read_shipped_file("launch/so101.toml");
    let named = format!("robot = \"{}\"", robot.display());
    let launch = text.replace("robot = \"so101\"", &named);
    let launch = write(folder.path(), "koch.toml", &launch);
    let output = run(&["check", &launch]);
    assert_eq!(status(&output), 0, "{output:?}");
}

#[test]
fn the_documented_cameras_are_those_of_the_launch_files() {
    let commands = example(
        &read_shipped_file("docs/your-arm.md"),
        "writes to works, too",
    );
    let ffmpeg = commands.lines().find(|line| line.starts_with("ffmpeg "));
    let camera = example(&read_shipped_file("docs/your-arm.md"), "`live = true` says");
    let path = camera.lines().find_map(|line| line.strip_prefix("path = "));
    let folder = path.unwrap().trim_matches('"');
    assert!(ffmpeg.unwrap().contains(&format!("{folder}/")), "{folder}");
    let camera = example(
        &read_shipped_file("docs/your-arm.md"),
        "take the first webcam",
    );
    for launch in ["launch/so101.toml", "launch/so100.toml"] {
        assert!(
            read_shipped_file(launch).contains(camera.trim()),
            "{launch}"
        );
    }
}

#[test]
fn bad_input_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let empty = empty.display().to_string();
    let missing = folder.path().join("nowhere").display().to_string();
    is_one_clear_error(
        &run(&["run", PUT_CUBE_INSTRUCTION, "--model", &missing]),
        &["nowhere"],
    );
    is_one_clear_error(
        &run(&["run", PUT_CUBE_INSTRUCTION, "--model", &empty]),
        &["empty"],
    );
    is_one_clear_error(
        &run(&["run", PUT_CUBE_INSTRUCTION, "--robot", "so102"]),
        &["so102", "so101"],
    );
    is_one_clear_error(
        &run(&["run", PUT_CUBE_INSTRUCTION, "--scene", "tabeltop"]),
        &["tabeltop", "did you mean `tabletop`"],
    );
    is_one_clear_error(
        &run(&["run", PUT_CUBE_INSTRUCTION, "--launch", "simm"]),
        &["did you mean `sim`"],
    );
    let plan = write(
        folder.path(),
        "plan.json",
        r#"{"steps":[{"skill":"throw"}]}"#,
    );
    is_one_clear_error(&put(&plan, &[]), &["throw", "plan.json"]);
    let text = read_shipped_file("scenes/tabletop.toml");
    let typo = write(
        folder.path(),
        "typo.toml",
        text.replace("[camera]", "[camra]"),
    );
    is_one_clear_error(
        &run(&["run", PUT_CUBE_INSTRUCTION, "--scene", &typo]),
        &["typo.toml:", "camra"],
    );
}

#[test]
fn a_truncated_model_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = repository_root().join("models/tabletop");
    for entry in std::fs::read_dir(&shipped).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let weights = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "safetensors")
        })
        .unwrap();
    let bytes = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    let model = folder.path().display().to_string();
    is_one_clear_error(
        &run(&["run", PUT_CUBE_INSTRUCTION, "--model", &model]),
        &["safetensors"],
    );
}

#[test]
fn everything_that_ships_is_sound() {
    let output = run(&["check"]);
    assert_eq!(
        status(&output),
        0,
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["so101", "panda", "ur5e", "tabletop.toml", "sim.toml"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn check_names_file_line_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let text = read_shipped_file("scenes/tabletop.toml");
    let path = write(
        folder.path(),
        "scene.toml",
        text.replace("color = \"red\"", "color = \"redd\""),
    );
    let output = run(&["check", &path]);
    assert_eq!(status(&output), 2);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("scene.toml:") && said.contains("redd") && said.contains("red"),
        "{said}"
    );
}

#[test]
fn forward_and_inverse_kinematics_answer_line_by_line() {
    let poses = "{\"joints\":[0,0,0,0,0]}\n{\"joints\":[0.3,-0.6,0.7,0.4,-0.5]}\n";
    let output = run_with_input(&["robot", "fk", "so101"], poses.as_bytes());
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let x = |answer: &Value| answer["position"][0].as_f64().unwrap();
    assert_eq!(answers.len(), 2);
    assert!((x(&answers[0]) - 0.39136).abs() < 1e-5 && (x(&answers[1]) - 0.28942).abs() < 1e-5);

    let back = run_with_input(
        &["robot", "ik", "so101"],
        format!(
            "{}\n{{\"position\":[2,0,0],\"approach\":[0,0,-1]}}\n",
            answers[1]
        )
        .as_bytes(),
    );
    let text = String::from_utf8(back.stdout).unwrap();
    let mut lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let solved = lines.next().unwrap();
    assert!(
        solved["position_error"].as_f64().unwrap() < 1e-4,
        "{solved}"
    );
    assert!(
        lines.next().unwrap()["refusal"]
            .as_str()
            .unwrap()
            .contains("out of reach")
    );
}

#[test]
fn a_wrong_number_of_joints_is_told_with_the_line() {
    let output = run_with_input(&["robot", "fk", "so101"], b"{\"joints\":[0,0]}\n");
    is_one_clear_error(&output, &["line 1", "2 joints", "shoulder_pan"]);
}

#[test]
fn a_picture_is_rendered_with_depth() {
    let folder = tempfile::tempdir().unwrap();
    let (out, depth) = (folder.path().join("a.png"), folder.path().join("d.png"));
    let output = run(&[
        "render",
        "mixed",
        "--seed",
        "5",
        "--out",
        out.to_str().unwrap(),
        "--depth",
        depth.to_str().unwrap(),
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(
        image::open(out).unwrap().into_rgb8().dimensions(),
        (320, 240)
    );
    let depth = image::open(depth).unwrap().into_luma16();
    let middle = depth.get_pixel(160, 120)[0];
    assert!((400..900).contains(&middle), "{middle} mm");
}

#[test]
fn a_data_set_is_written_and_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let summary = |name: &str| {
        let out = folder.path().join(name);
        let output = run(&[
            "dataset",
            "--out",
            out.to_str().unwrap(),
            "--frames",
            "3",
            "--plans",
            "5",
            "--seed",
            "4",
        ]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        std::fs::read_to_string(out.join("dataset.json")).unwrap()
    };
    assert_eq!(summary("a"), summary("b"));
    let pictures = std::fs::metadata(folder.path().join("a/frames.rgb")).unwrap();
    assert_eq!(pictures.len(), 3 * 336 * 336 * 3);
}

#[test]
fn a_file_stops_the_arm() {
    let folder = tempfile::tempdir().unwrap();
    let plan = write(folder.path(), "plan.json", PUT_CUBE_PLAN);
    let stop = write(folder.path(), "stop", "");
    let output = put(&plan, &["--stop-file", &stop]);
    assert_eq!(status(&output), 1, "{output:?}");
    assert!(output.stdout.starts_with(b"stopped"), "{output:?}");
}
