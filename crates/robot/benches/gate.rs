//! Measures the cost of the gate: a two-second motion at 200 Hz, checking every link against every
//! other, the table, seven objects and the held object. `cargo bench -p enact-robot --bench gate`
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use enact_robot::collision::CollisionBody;
use enact_robot::{CollisionWorld, Gate, Obstacle, Robot, Shape, StartState};
use enact_types::{JointVector, Pose, Vector3};

/// Duration of the motion, seconds.
const DURATION: f64 = 2.0;
/// Number of motions that are gated.
const ROUNDS: usize = 200;

fn main() {
    for (name, swing) in [("so101", 0.7), ("panda", 0.6), ("ur5e", 0.7)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../robots")
            .join(name);
        let begin = Instant::now();
        let robot = Robot::load(&folder).unwrap_or_else(|error| panic!("{error}"));
        println!(
            "{name}: loaded in {:.0} ms, {} parts, watched: {:?}",
            begin.elapsed().as_secs_f64() * 1e3,
            robot.collider().collision_bodies().len(),
            robot.collider().checked_link_pairs()
        );
        let samples = motion(&robot, swing);
        let around = around(&robot, &samples);
        let gate = Gate::new(&robot);
        let start = StartState {
            measured: &samples[0],
            commanded: Some(&samples[0]),
        };
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let given = samples.clone();
                let begin = Instant::now();
                let admitted = gate.admit_among_obstacles(given, &start, black_box(&around));
                let time = begin.elapsed().as_secs_f64() * 1e3;
                admitted.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
                time
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{name}: {} samples at {:.0} Hz: {:.2} ms median, {:.2} ms at 95 %",
            samples.len(),
            1.0 / robot.control_period().as_secs_f64(),
            times[ROUNDS / 2],
            times[ROUNDS * 95 / 100]
        );
    }
}

/// Returns a swing of the whole arm low over the table, from rest to rest in two seconds.
fn motion(robot: &Robot, swing: f64) -> Vec<JointVector> {
    let period = robot.control_period().as_secs_f64();
    let steps = (DURATION / period).round();
    let home = robot.home();
    (0..=steps as usize)
        .map(|step| {
            let time = step as f64 / steps;
            let share = time.powi(3) * (10.0 - 15.0 * time + 6.0 * time * time);
            let mut sample = home.clone();
            sample[0] += swing * (2.0 * share - 1.0);
            sample[1] += 0.2 * share;
            sample
        })
        .collect()
}

/// Returns cubes, balls and a bowl below the path of the hand, near it but not in it.
fn around(robot: &Robot, samples: &[JointVector]) -> CollisionWorld {
    let margin = robot.clearance().objects;
    let cube = Shape::Box { half: [0.015; 3] };
    let held = CollisionBody::from_held_object(robot, "held cube", cube.clone(), Pose::identity());
    let mut around = CollisionWorld::with_table_only(robot).with_held_object(Some(Arc::new(held)));
    for index in 0..7 {
        let tool = robot.forward(&samples[samples.len() * (index + 1) / 9]);
        let at = tool.translation.vector;
        let low = Vector3::new(at.x, at.y, (at.z - 0.12).max(0.02));
        let place = Pose::from_parts(low.into(), nalgebra::UnitQuaternion::identity());
        let shapes: Vec<(Shape, Pose)> = match index {
            3 => (0..16)
                .map(|side| {
                    let turn = Vector3::z() * f64::from(side) * std::f64::consts::TAU / 16.0;
                    let wall = Shape::Box {
                        half: [0.002, 0.011, 0.02],
                    };
                    let out = Pose::translation(0.055, 0.0, 0.0);
                    (wall, place * Pose::rotation(turn) * out)
                })
                .collect(),
            5 => vec![(Shape::Sphere { radius: 0.02 }, place)],
            _ => vec![(cube.clone(), place)],
        };
        let obstacle = Obstacle::new(&format!("object {index}"), shapes);
        if robot
            .collider()
            .check_path(samples, &with(&around, &obstacle, margin))
            .is_ok()
        {
            around = with(&around, &obstacle, margin);
        }
    }
    println!("{}: {} objects", robot.name(), around.obstacles.len());
    around
}

fn with(around: &CollisionWorld, obstacle: &Obstacle, margin: f64) -> CollisionWorld {
    let mut more = around.clone();
    more.obstacles.push((Arc::new(obstacle.clone()), margin));
    more
}
