//! What an arm of servos does is kept with what its camera sees, without being asked for.

use std::path::Path;
use std::process::Command;

use enact_recording::{Message, Recording, Topic};
use enact_testkit::real_time::in_real_time;
use enact_testkit::root;

const POINT: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;

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
        .current_dir(root())
        .output()
        .unwrap();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{output:?} {talk}");
    Recording::open(&file).unwrap()
}

#[test]
fn an_emulated_arm_is_filmed_by_its_own_clock() {
    in_real_time(|| {
        let folder = tempfile::tempdir().unwrap();
        let event_log = run(folder.path(), &[]);
        let motions = event_log.motions().unwrap();
        let readings = motions.iter().flat_map(|motion| &motion.readings);
        let moving: Vec<f64> = readings.map(|reading| reading.stamp.seconds()).collect();
        let shots: Vec<&Message> = event_log.of(Topic::StreamImage).collect();
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
        for record in event_log.records() {
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
    in_real_time(|| {
        let folder = tempfile::tempdir().unwrap();
        let event_log = run(folder.path(), &["--record-fps", "0"]);
        assert_eq!(event_log.of(Topic::StreamImage).count(), 0);
        assert!(event_log.frames().unwrap().len() > 1);
    });
}
