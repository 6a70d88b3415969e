//! What an arm of servos does is kept with what its camera sees, without being asked for.

use std::path::Path;
use std::process::Command;

use enact_recording::{Message, Recording, Topic};
use enact_testkit::real_time::repeat_if_held_up;
use enact_testkit::repository_root;

/// Long enough for a film, which is rendered at low priority.
const POINT: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"home"},{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;

fn run(folder: &Path, more: &[&str]) -> Recording {
    let (plan, file) = (folder.join("plan.json"), folder.join("run.mcap"));
    std::fs::write(&plan, POINT).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args([
            "run",
            "point to the red cube",
            "--perception",
            "ground-truth",
        ])
        .args(["--launch", "so101-emulated", "--seed", "11"])
        .args(more)
        .arg("--plan")
        .arg(&plan)
        .arg("--record")
        .arg(&file)
        .current_dir(repository_root())
        .output()
        .unwrap();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{output:?} {talk}");
    Recording::open(&file).unwrap()
}

#[test]
fn an_emulated_arm_is_filmed_by_its_own_clock() {
    repeat_if_held_up(|| {
        let folder = tempfile::tempdir().unwrap();
        let event_log = run(folder.path(), &[]);
        let motions = event_log.motions().unwrap();
        let readings = motions.iter().flat_map(|motion| &motion.readings);
        let moving: Vec<f64> = readings.map(|reading| reading.stamp.seconds()).collect();
        let shots: Vec<&Message> = event_log.messages_of_topic(Topic::StreamImage).collect();
        assert!(shots.len() > 5, "{}", shots.len());
        let at: Vec<f64> = shots.iter().map(|shot| shot.at.seconds()).collect();
        assert!(at.is_sorted());
        // While it moves, and a moment longer.
        let near = |at: &&f64| moving.iter().any(|moved| (*moved - **at).abs() < 0.3);
        let shown = at.iter().filter(near).count();
        assert!(shown + 1 >= at.len(), "{shown} of {}: {at:?}", at.len());
        let [first, last] = [0, shots.len() - 1].map(|shot| shots[shot].picture().unwrap().rgb);
        assert!(first != last);
        // What the model saw is of the same clock: never before what was read before it.
        let mut newest = 0.0;
        for record in event_log.messages() {
            match record.topic {
                Topic::JointStates => newest = record.at.seconds(),
                Topic::Image => assert!(record.at.seconds() >= newest),
                _ => {}
            }
        }
        for frame in event_log.frames().unwrap() {
            let nearest = moving.iter().map(|at| (at - frame.stamp.seconds()).abs());
            assert!(
                nearest.fold(f64::INFINITY, f64::min) < 10.0,
                "{}",
                frame.stamp
            );
        }
    });
}

#[test]
fn nothing_is_filmed_if_nobody_wants_it() {
    repeat_if_held_up(|| {
        let folder = tempfile::tempdir().unwrap();
        let event_log = run(folder.path(), &["--record-fps", "0"]);
        assert_eq!(event_log.messages_of_topic(Topic::StreamImage).count(), 0);
        assert!(event_log.frames().unwrap().len() > 1);
    });
}

#[test]
fn several_cameras_are_recorded_and_exported_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let launch = folder.path().join("three.toml");
    std::fs::write(
        &launch,
        r#"
robot = "so101"
scene = "tabletop"
model = "models/tabletop"
turns = 3
record_fps = 5

[[camera]]
source = "sim"

[[camera]]
name = "side"
source = "sim"
eye = [0.2, 0.5, 0.3]
target = [0.2, 0.0, 0.0]
width = 160
height = 120

[[camera]]
name = "wrist"
source = "sim"
mount = "gripper_link"
eye = [0.0, 0.06, 0.0]
target = [0.0, 0.0, -0.1]
vertical_fov_deg = 70
width = 160
height = 120
"#,
    )
    .unwrap();
    let (plan, file) = (
        folder.path().join("plan.json"),
        folder.path().join("run.mcap"),
    );
    std::fs::write(&plan, POINT).unwrap();
    let shown = folder.path().join("run.rrd");
    let enact = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_enact"))
            .args(arguments)
            .current_dir(repository_root())
            .output()
            .unwrap();
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{talk}");
        talk
    };
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (launch, plan, file, shown) = (text(&launch), text(&plan), text(&file), text(&shown));
    enact(&[
        "run",
        "point to the red cube",
        "--perception",
        "ground-truth",
        "--launch",
        &launch,
        "--seed",
        "11",
        "--plan",
        &plan,
        "--record",
        &file,
        "--view",
        &shown,
    ]);
    let recording = Recording::open(file.as_ref()).unwrap();
    for name in ["front", "side", "wrist"] {
        let shots = recording.messages_of_topic(Topic::StreamImage);
        let shots: Vec<_> = shots
            .filter(|it| it.camera.as_deref() == Some(name))
            .collect();
        assert!(shots.len() > 5, "{name}: {}", shots.len());
        let [first, last] = [0, shots.len() - 1].map(|it| shots[it].picture().unwrap().rgb);
        assert!(first != last, "{name}");
        let wide = if name == "front" { 320 } else { 160 };
        assert_eq!(first.width(), wide);
    }
    // The one on the wrist is told where it is whenever that changes.
    let told = |name: &str| {
        let transforms = recording.messages_of_topic(Topic::Transforms);
        let child = format!("\"child_frame_id\":\"{name}\"");
        transforms
            .filter(|it| it.to_text().contains(&child))
            .count()
    };
    assert_eq!((told("front"), told("side")), (1, 1));
    assert!(told("wrist") > 5, "{}", told("wrist"));

    let set = text(&folder.path().join("set"));
    enact(&["export", &file, "--lerobot", &set]);
    let info = std::fs::read_to_string(Path::new(&set).join("meta/info.json")).unwrap();
    for name in ["front", "side", "wrist"] {
        assert!(
            info.contains(&format!("observation.images.{name}")),
            "{info}"
        );
    }
    let again = text(&folder.path().join("again.rrd"));
    enact(&["view", &file, "--view", &again]);
    for file in [shown, again] {
        let bytes = std::fs::read(&file).unwrap();
        for name in ["world/cameras/side", "world/cameras/wrist"] {
            let is_there = bytes
                .windows(name.len())
                .any(|part| part == name.as_bytes());
            assert!(is_there, "{file}: {name}");
        }
    }
}
