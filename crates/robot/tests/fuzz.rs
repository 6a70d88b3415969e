//! Random motions: none puts a command outside the gate.
//!
//! The long run: `ENACT_FUZZ=1000000 cargo test -p enact-robot --test fuzz -- --ignored`

use std::path::Path;
use std::sync::Arc;

use enact_robot::{
    CollisionWorld, Gate, HalfSpace, Obstacle, Robot, Shape, StartState, Trajectory,
};
use enact_types::{JointVector, Pose, Refusal};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Resolution of distances between samples, and largest deviation of a stop from the path, meters.
const RESOLUTION: f64 = 0.0003;

struct Tally {
    admitted: u64,
    collisions: u64,
    limits: u64,
}

fn robot(name: &str) -> Robot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../robots")
        .join(name);
    Robot::load(&folder).unwrap_or_else(|error| panic!("{error}"))
}

fn posture(robot: &Robot, rng: &mut ChaCha8Rng) -> JointVector {
    let joints = robot.joints().iter();
    joints
        .map(|joint| rng.random_range(joint.limits.min..=joint.limits.max))
        .collect()
}

/// Returns a motion from one posture towards another at a random speed, sometimes with a broken
/// number.
fn motion(robot: &Robot, rng: &mut ChaCha8Rng) -> Vec<JointVector> {
    let (from, to) = (posture(robot, rng), posture(robot, rng));
    let share = rng.random_range(0.02..1.0_f64).powi(2);
    let steps = rng.random_range(2..400_usize);
    let mut samples: Vec<JointVector> = (0..=steps)
        .map(|step| {
            let time = step as f64 / steps as f64;
            let along = share * time.powi(3) * (10.0 - 15.0 * time + 6.0 * time * time);
            let joints = from.iter().zip(to.iter());
            joints.map(|(a, b)| a + along * (b - a)).collect()
        })
        .collect();
    if rng.random_range(0..3) == 0 {
        let (at, joint) = (
            rng.random_range(0..samples.len()),
            rng.random_range(0..from.len()),
        );
        let limits = robot.joints()[joint].limits;
        samples[at][joint] = match rng.random_range(0..7) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => limits.max.next_up(),
            3 => limits.min.next_down(),
            4 => f64::from_bits(rng.random()),
            5 => samples[at][joint] + rng.random_range(-0.1..0.1),
            _ => samples[at][joint] + rng.random_range(-1e-6..1e-6),
        };
    }
    samples
}

fn around(rng: &mut ChaCha8Rng) -> CollisionWorld {
    let obstacle = |index: usize, rng: &mut ChaCha8Rng| {
        let mut at = |low: f64, high: f64| rng.random_range(low..high);
        let shape = Shape::Box {
            half: [at(0.002, 0.1), at(0.002, 0.1), at(0.002, 0.1)],
        };
        let place = Pose::translation(at(-0.5, 0.6), at(-0.5, 0.5), at(0.0, 0.6));
        let name = format!("box {index}");
        (Arc::new(Obstacle::new(&name, [(shape, place)])), 0.004)
    };
    CollisionWorld {
        obstacles: (0..rng.random_range(0..4))
            .map(|index| obstacle(index, rng))
            .collect(),
        half_spaces: vec![HalfSpace::table_half_space(0.003)],
        ..CollisionWorld::default()
    }
}

/// Checks the limits and the clearance again, from their definition.
fn assert_inside(
    robot: &Robot,
    around: &CollisionWorld,
    motion: &Trajectory,
    rng: &mut ChaCha8Rng,
) {
    let samples = motion.positions();
    let period = motion.sample_period().as_secs_f64();
    let last = samples.len() as isize - 1;
    for (index, joint) in robot.joints().iter().enumerate() {
        let limits = joint.limits;
        let x = |at: isize| samples[at.clamp(0, last) as usize][index];
        for at in 0..last + 3 {
            let v = |at: isize| (x(at) - x(at - 1)) / period;
            let a = |at: isize| (v(at) - v(at - 1)) / period;
            let j = (a(at) - a(at - 1)) / period;
            let within = |value: f64, limit: f64| value.abs() <= limit * (1.0 + 1e-6);
            assert!(limits.min <= x(at) && x(at) <= limits.max, "{}", joint.name);
            assert!(within(v(at), limits.velocity) && within(a(at), limits.acceleration));
            // Uncertainty of the third difference of numbers near 1.
            assert!(
                within(j, limits.jerk + 1e-8 / period.powi(3)),
                "{}: {j}",
                joint.name
            );
        }
    }
    let tool: Vec<_> = samples
        .iter()
        .map(|joints| robot.working_point(joints))
        .collect();
    for pair in tool.windows(2) {
        let speed = (pair[1] - pair[0]).norm() / period;
        let limit = robot
            .tool_speed_limit()
            .speed_limit_at_point(&pair[1], around, 0.0);
        assert!(
            limit.is_none_or(|(limit, _)| speed <= limit * (1.0 + 1e-9)),
            "{speed}"
        );
    }
    // Pairs that are too close at the start or end may be as close on the way: not checked here.
    let strict = |joints: &[f64]| robot.collider().check_posture(joints, around).is_ok();
    if !strict(&samples[0]) || !strict(&samples[samples.len() - 1]) {
        return;
    }
    for _ in 0..6 {
        let along = rng.random::<f64>() * last as f64;
        let at = (along as usize).min(last as usize);
        let next = (at + 1).min(last as usize);
        let share = along - at as f64;
        let joints: JointVector = samples[at]
            .iter()
            .zip(samples[next].iter())
            .map(|(a, b)| a + share * (b - a))
            .collect();
        if let Err(refusal) = robot.collider().check_posture(&joints, around) {
            let near = matches!(&refusal, Refusal::Collision { distance, margin, .. } if margin - distance <= RESOLUTION);
            assert!(near, "{refusal} at {along} of {last}");
        }
    }
}

fn fuzz(robot: &Robot, cases: u64, seed: u64) -> Tally {
    let gate = Gate::new(robot);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut tally = Tally {
        admitted: 0,
        collisions: 0,
        limits: 0,
    };
    for _ in 0..cases {
        let samples = motion(robot, &mut rng);
        let around = around(&mut rng);
        let at = samples[0].clone();
        let start = StartState {
            measured: &at,
            commanded: Some(&at),
        };
        match gate.admit_among_obstacles(samples, &start, &around) {
            Ok(trajectory) => {
                tally.admitted += 1;
                assert_inside(robot, &around, &trajectory, &mut rng);
                let mut previous = &at;
                for (command, position) in trajectory.commands().zip(trajectory.positions()) {
                    assert_eq!(gate.check_command(&command, previous), Ok(()));
                    previous = position;
                }
            }
            Err(Refusal::Collision { .. }) => tally.collisions += 1,
            Err(_) => tally.limits += 1,
        }
    }
    tally
}

#[test]
fn random_motions_stay_inside() {
    let tally = fuzz(&robot("so101"), 400, 1);
    assert!(tally.admitted > 20, "{}", tally.admitted);
    assert!(tally.collisions > 20 && tally.limits > 20);
}

#[test]
#[ignore = "the long run: ENACT_FUZZ says how many"]
fn a_great_many_random_motions_stay_inside() {
    let cases: u64 = std::env::var("ENACT_FUZZ").map_or(1_000_000, |text| {
        text.parse().expect("ENACT_FUZZ is a number")
    });
    for (seed, name) in ["so101", "panda", "ur5e"].into_iter().enumerate() {
        let tally = fuzz(&robot(name), cases.div_ceil(3), seed as u64);
        assert!(tally.admitted > 0 && tally.collisions > 0 && tally.limits > 0);
    }
}
