use std::time::Instant;

use super::*;
use crate::testing::shipped;
use proptest::test_runner::{Config, TestRunner};
use proptest::{strategy::Strategy, strategy::ValueTree};

/// Share of random reachable poses that are found again from home, and the mean time in µs.
fn success(name: &str, count: usize, target: impl Fn(&Robot, &Pose) -> IkTarget) -> (f64, f64) {
    let robot = shipped(name);
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let joints: Vec<_> = robot
        .arm_joints()
        .iter()
        .map(|joint| joint.limits.min..joint.limits.max)
        .collect();
    let mut found = 0;
    let begin = Instant::now();
    for _ in 0..count {
        let joints = joints.new_tree(&mut runner).unwrap().current();
        let pose = robot.forward(&joints);
        if let Ok(solution) = robot.inverse(&target(&robot, &pose), robot.home()) {
            check(&robot, &pose, &solution);
            found += 1;
        }
    }
    let micros = begin.elapsed().as_secs_f64() * 1e6 / count as f64;
    (found as f64 / count as f64, micros)
}

/// The answer is inside the limits and where it says.
fn check(robot: &Robot, pose: &Pose, solution: &IkSolution) {
    for (joint, position) in robot.arm_joints().iter().zip(&solution.joints) {
        assert!(joint.limits.min <= *position && *position <= joint.limits.max);
    }
    let reached = robot.forward(&solution.joints);
    let distance = (reached.translation.vector - pose.translation.vector).norm();
    assert!((distance - solution.position_error).abs() < 1e-9 && distance <= POSITION_TOLERANCE);
}

fn whole(_: &Robot, pose: &Pose) -> IkTarget {
    IkTarget::Pose(*pose)
}

fn approach(robot: &Robot, pose: &Pose) -> IkTarget {
    IkTarget::Approach {
        position: Point3::from(pose.translation.vector),
        approach: pose.rotation * robot.approach_axis(),
        opening: None,
    }
}

fn grasp(robot: &Robot, pose: &Pose) -> IkTarget {
    IkTarget::Approach {
        position: Point3::from(pose.translation.vector),
        approach: pose.rotation * robot.approach_axis(),
        opening: Some(-(pose.rotation * robot.opening_axis())),
    }
}

fn assert_found(count: usize) {
    for name in ["so101", "panda", "ur5e"] {
        for (what, target) in [
            ("pose", whole as fn(&Robot, &Pose) -> IkTarget),
            ("approach", approach),
            ("grasp", grasp),
        ] {
            let (share, micros) = success(name, count, target);
            assert!(share >= 0.99, "{name}, {what}: {share} in {micros:.0} µs");
        }
    }
}

#[test]
fn reachable_targets_are_reached() {
    assert_found(300);
}

#[test]
#[ignore = "a measurement over many poses"]
fn reachable_targets_are_reached_10_000_times() {
    assert_found(10_000);
}

#[test]
fn a_near_seed_gives_a_near_solution() {
    let robot = shipped("ur5e");
    let joints = [0.4, -1.2, 1.4, -1.7, -1.5, 0.3];
    let seed: Vec<f64> = joints.iter().map(|position| position + 0.1).collect();
    let solution = robot
        .inverse(&IkTarget::Pose(robot.forward(&joints)), &seed)
        .unwrap();
    for (found, joint) in solution.joints.iter().zip(joints) {
        assert!((found - joint).abs() < 1e-6);
    }
}

#[test]
fn what_is_out_of_reach_is_refused_with_the_distance() {
    let robot = shipped("so101");
    let far = IkTarget::Approach {
        position: Point3::new(1.0, 0.0, 0.1),
        approach: -Vector3::z_axis(),
        opening: None,
    };
    match robot.inverse(&far, robot.home()) {
        Err(Refusal::Unreachable { distance, .. }) => {
            assert!((0.5..0.7).contains(&distance), "{distance}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_vertical_hand_reaches_the_table_in_front() {
    let robot = shipped("so101");
    for (x, y) in [(0.2, 0.0), (0.18, 0.1), (0.2, -0.12)] {
        let target = IkTarget::Approach {
            position: Point3::new(x, y, 0.02),
            approach: -Vector3::z_axis(),
            opening: Some(Vector3::x_axis()),
        };
        let solution = robot.inverse(&target, robot.home()).unwrap();
        assert!(solution.rotation_error < APPROACH_TOLERANCE);
    }
}

#[test]
fn nonsense_is_refused() {
    let robot = shipped("so101");
    let at = |x: f64| IkTarget::Approach {
        position: Point3::new(x, 0.0, 0.1),
        approach: Vector3::x_axis(),
        opening: Some(Vector3::x_axis()),
    };
    assert!(matches!(
        robot.inverse(&at(0.2), robot.home()),
        Err(Refusal::Malformed(_))
    ));
    let pose = IkTarget::Pose(Pose::translation(f64::NAN, 0.0, 0.0));
    assert!(matches!(
        robot.inverse(&pose, robot.home()),
        Err(Refusal::NotFinite { .. })
    ));
    let pose = IkTarget::Pose(robot.forward(robot.home()));
    assert!(matches!(
        robot.inverse(&pose, &[0.0; 3]),
        Err(Refusal::Malformed(_))
    ));
}
