//! Any bytes, as strokes of an arm: what the gate lets pass keeps every limit.
//!
//! A stroke is a byte for each joint, how far it goes, and one for how long it takes; a stroke of no
//! time is a number put into the motion as it stands, whatever it is.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use enact_robot::{Gate, Robot, StartState, Trajectory};
use enact_types::JointVector;

static ROBOT: LazyLock<Robot> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../robots/so101");
    Robot::load(&folder).expect("it ships")
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let gate = Gate::new(&ROBOT);
    let samples = motion(input);
    let measured = samples[0].clone();
    let start = StartState {
        measured: &measured,
        commanded: Some(&measured),
    };
    let Ok(trajectory) = gate.admit(samples, &start) else {
        return;
    };
    check(&trajectory);
    let mut previous = &measured;
    for (command, position) in trajectory.commands().zip(trajectory.positions()) {
        assert_eq!(gate.pass(&command, previous), Ok(()));
        previous = position;
    }
});

/// From home, stroke by stroke.
fn motion(input: &[u8]) -> Vec<JointVector> {
    let joints = ROBOT.joints();
    let mut samples = vec![ROBOT.home().clone()];
    for stroke in input.chunks_exact(joints.len() + 1).take(8) {
        let (time, goals) = stroke.split_last().expect("it is not empty");
        let from = samples[samples.len() - 1].clone();
        if *time == 0 {
            let mut any = from;
            any[usize::from(goals[0]) % joints.len()] = f64::from(f32::from_le_bytes([
                goals[1], goals[2], goals[3], goals[4],
            ]));
            samples.push(any);
            continue;
        }
        let steps = 2 * usize::from(*time);
        samples.extend((1..=steps).map(|step| {
            let t = step as f64 / steps as f64;
            let along = t.powi(3) * (10.0 - 15.0 * t + 6.0 * t * t);
            let each = from.iter().zip(goals).zip(joints);
            each.map(|((from, goal), joint)| {
                let reach = joint.limits.max - joint.limits.min;
                from + along * reach * f64::from(*goal as i8) / 256.0
            })
            .collect()
        }));
    }
    samples
}

/// The limits once more, from their definition.
fn check(motion: &Trajectory) {
    let samples = motion.positions();
    let period = motion.period().as_secs_f64();
    let last = samples.len() as isize - 1;
    for (index, joint) in ROBOT.joints().iter().enumerate() {
        let limits = joint.limits;
        let x = |at: isize| samples[at.clamp(0, last) as usize][index];
        for at in 0..last + 3 {
            let v = |at: isize| (x(at) - x(at - 1)) / period;
            let a = (v(at) - v(at - 1)) / period;
            let within = |value: f64, limit: f64| value.abs() <= limit * (1.0 + 1e-6);
            assert!(limits.min <= x(at) && x(at) <= limits.max, "{}", joint.name);
            assert!(within(v(at), limits.velocity), "{}", joint.name);
            assert!(within(a, limits.acceleration), "{}", joint.name);
        }
    }
}
