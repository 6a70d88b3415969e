//! How often and how fast inverse kinematics finds poses that are known to be reachable.
//! `cargo bench -p enact-robot --bench inverse -- 10000`
//!
//! With a folder as second argument the questions and answers are written there, one file
//! of JSON lines per robot, for `compare.py`.
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use enact_robot::inverse::{POSE_TOLERANCE, POSITION_TOLERANCE};
use enact_robot::{IkTarget, Robot};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|word| word != "--bench");
    let count: usize = arguments
        .next()
        .map_or(10_000, |word| word.parse().expect("a number of poses"));
    let folder = arguments.next().map(PathBuf::from);
    for name in ["so101", "panda", "ur5e"] {
        let robots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots");
        let robot = Robot::load(&robots.join(name)).unwrap_or_else(|error| panic!("{error}"));
        let lines = measure(&robot, count);
        if let Some(folder) = &folder {
            let home = format!("{:?}", &robot.home()[..robot.arm_joints().len()]);
            for (file, text) in [("jsonl", lines), ("home.json", home)] {
                let file = folder.join(format!("{name}.{file}"));
                std::fs::write(&file, text).unwrap_or_else(|error| panic!("{error}"));
            }
        }
    }
}

/// Solves poses made by forward kinematics inside the limits, from home.
fn measure(robot: &Robot, count: usize) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (mut times, mut solved, mut lines) = (Vec::new(), 0, String::new());
    for _ in 0..count {
        let joints: Vec<f64> = robot
            .arm_joints()
            .iter()
            .map(|joint| rng.random_range(joint.limits.min..=joint.limits.max))
            .collect();
        let pose = robot.forward(&joints);
        let begin = Instant::now();
        let answer = robot.inverse(&IkTarget::Pose(pose), robot.home());
        let micros = begin.elapsed().as_secs_f64() * 1e6;
        times.push(micros);
        let right = answer.is_ok_and(|answer| {
            let reached = robot.forward(&answer.joints);
            let off = (reached.translation.vector - pose.translation.vector).norm();
            let turned = reached.rotation.angle_to(&pose.rotation);
            off <= POSITION_TOLERANCE && turned <= POSE_TOLERANCE
        });
        solved += usize::from(right);
        writeln!(
            lines,
            r#"{{"joints":{joints:?},"solved":{right},"micros":{micros:.2}}}"#
        )
        .expect("a string takes everything");
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{}: {:.2} % of {count} poses, {:.1} µs median, {:.1} µs at 95 %, {:.0} µs at 99.9 %",
        robot.name(),
        solved as f64 / count as f64 * 100.0,
        times[count / 2],
        times[count * 95 / 100],
        times[count * 999 / 1000]
    );
    lines
}
