use std::path::Path;
use std::sync::LazyLock;

use enact_arm::{Arm, ArmState, IdealArm};
use enact_robot::{CollisionWorld, Gate, Robot, Trajectory};
use enact_types::JointVector;

use super::smooth::moving_average;
use super::spline::Spline;
use super::{GoalFault, Waypoints, plan_gripper, plan_joints};
use crate::messages::control::error_code::{INVALID_GOAL, INVALID_JOINTS};
use crate::messages::trajectory::{JointTrajectory, JointTrajectoryPoint};

static ROBOT: LazyLock<Robot> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    Robot::load(Path::new(folder)).expect("it ships")
});

fn names() -> Vec<String> {
    let joints = ROBOT.arm_joints().iter();
    joints.map(|joint| joint.name.clone()).collect()
}

/// Returns home with the first joint moved by `by`.
fn turned(by: f64) -> Vec<f64> {
    let mut joints = ROBOT.home()[..names().len()].to_vec();
    joints[0] += by;
    joints
}

fn trajectory(points: Vec<JointTrajectoryPoint>) -> JointTrajectory {
    JointTrajectory::new(names(), points)
}

fn at_home() -> ArmState {
    IdealArm::new(&ROBOT).state().expect("it has one")
}

fn planned(points: Vec<JointTrajectoryPoint>) -> Result<Trajectory, GoalFault> {
    let waypoints = Waypoints::read(&trajectory(points), &names())?;
    let (gate, table) = (Gate::new(&ROBOT), CollisionWorld::with_table_only(&ROBOT));
    plan_joints(&ROBOT, &gate, &table, &at_home(), &waypoints)
}

#[test]
fn one_point_of_positions_is_a_motion_from_rest_to_rest() {
    let motion = planned(vec![JointTrajectoryPoint::from_positions(turned(0.5), 2.0)]).unwrap();
    assert_eq!(&motion.end_positions()[..names().len()], turned(0.5));
    assert_eq!(motion.positions()[0], *ROBOT.home());
    let seconds = motion.duration().as_secs_f64();
    assert!((2.0..=2.2).contains(&seconds), "{seconds}");
}

#[test]
fn joints_come_in_any_order() {
    let mut turned_around =
        trajectory(vec![JointTrajectoryPoint::from_positions(turned(0.5), 2.0)]);
    turned_around.joint_names.reverse();
    turned_around.points[0].positions.reverse();
    let waypoints = Waypoints::read(&turned_around, &names()).unwrap();
    assert_eq!(waypoints.points[0].positions, turned(0.5));
}

#[test]
fn points_are_passed_at_their_times() {
    // Positions alone, and the velocities and accelerations of a motion planner.
    let times = [0.8, 1.7, 2.5];
    let places = [0.2, 0.5, 0.3];
    let bare = |at: usize| JointTrajectoryPoint::from_positions(turned(places[at]), times[at]);
    let full = |at: usize| JointTrajectoryPoint {
        velocities: vec![0.1 * (2 - at) as f64; names().len()],
        accelerations: vec![0.0; names().len()],
        ..bare(at)
    };
    for points in [(0..3).map(bare).collect(), (0..3).map(full).collect()] {
        let waypoints = Waypoints::read(&trajectory(points), &names()).unwrap();
        let spline = Spline::from_rest(&turned(0.0), &waypoints);
        for (time, place) in times.iter().zip(places) {
            let found = spline.positions_at(*time)[0] - turned(0.0)[0];
            assert!((found - place).abs() < 1e-12, "{found} at {time}");
        }
        // Nothing jumps, and velocity does not either.
        let rate = |time: f64| {
            (spline.positions_at(time + 1e-6)[0] - spline.positions_at(time - 1e-6)[0]) / 2e-6
        };
        for time in [0.8, 1.7] {
            let step = rate(time + 2e-6) - rate(time - 2e-6);
            assert!(step.abs() < 1e-3, "{step} at {time}");
        }
        assert!(rate(2e-6).abs() < 1e-3);
    }
}

#[test]
fn steps_of_acceleration_become_ramps_that_the_gate_admits() {
    // Full acceleration at once, as motion planners of ROS 2 send it: half a second up, half down.
    let (acceleration, half) = (4.0, 0.5);
    let point = |time: f64, place: f64, rate: f64, push: f64| {
        let mut first = vec![0.0; names().len()];
        let mut second = first.clone();
        (first[0], second[0]) = (rate, push);
        JointTrajectoryPoint {
            velocities: first,
            accelerations: second,
            ..JointTrajectoryPoint::from_positions(turned(place), time)
        }
    };
    let top = acceleration * half;
    let points = vec![
        point(0.0, 0.0, 0.0, acceleration),
        point(half, 0.5 * top * half, top, acceleration),
        point(
            half + 0.01,
            0.5 * top * half + 0.01 * top,
            top,
            -acceleration,
        ),
        point(
            2.0 * half + 0.01,
            top * half + 0.01 * top,
            0.0,
            -acceleration,
        ),
    ];
    let motion = planned(points).unwrap();
    let end = motion.end_positions()[0] - ROBOT.home()[0];
    assert!((end - (top * half + 0.01 * top)).abs() < 1e-12, "{end}");
}

#[test]
fn an_average_begins_and_ends_at_rest_and_keeps_what_rests() {
    let samples: Vec<JointVector> = (0..20)
        .map(|at| JointVector::from(vec![f64::from(at) * 0.1, 0.3]))
        .collect();
    let smooth = moving_average(&samples, 3);
    assert_eq!(smooth.len(), samples.len() + 6);
    assert_eq!(smooth.first(), samples.first());
    assert_eq!(smooth.last(), samples.last());
    assert!(smooth.iter().all(|sample| sample[1] == 0.3));
    assert_eq!(moving_average(&samples, 0), samples);
}

#[test]
fn what_the_gate_refuses_is_told_with_joint_value_and_limit() {
    let beyond = planned(vec![JointTrajectoryPoint::from_positions(turned(4.0), 8.0)]).unwrap_err();
    assert_eq!(beyond.code, INVALID_GOAL);
    for part in ["shoulder_pan", "rad", "outside"] {
        assert!(beyond.why.contains(part), "{}", beyond.why);
    }
    let hasty = planned(vec![JointTrajectoryPoint::from_positions(turned(1.5), 0.3)]).unwrap_err();
    assert!(hasty.why.contains("shoulder_pan"), "{}", hasty.why);
    let mut down = ROBOT.home()[..names().len()].to_vec();
    (down[1], down[2], down[3]) = (1.2, 0.6, 0.8);
    let table = planned(vec![JointTrajectoryPoint::from_positions(down, 6.0)]).unwrap_err();
    assert!(table.why.contains("table"), "{}", table.why);
}

#[test]
fn what_is_no_trajectory_is_refused_with_the_reason() {
    let point = || JointTrajectoryPoint::from_positions(turned(0.2), 1.0);
    let with = |spoil: fn(&mut JointTrajectory)| {
        let mut given = trajectory(vec![
            point(),
            JointTrajectoryPoint::from_positions(turned(0.3), 2.0),
        ]);
        spoil(&mut given);
        Waypoints::read(&given, &names()).unwrap_err()
    };
    type Spoil = fn(&mut JointTrajectory);
    let cases: [(i32, &str, Spoil); 13] = [
        (INVALID_GOAL, "no points", |t| t.points.clear()),
        (INVALID_JOINTS, "`shoulder_pan` is missing", |t| {
            t.joint_names.remove(0);
        }),
        (INVALID_JOINTS, "no joint `knee`", |t| {
            t.joint_names[0] = "knee".to_owned();
        }),
        (INVALID_JOINTS, "more than once", |t| {
            t.joint_names[1] = t.joint_names[0].clone();
            t.joint_names.push("shoulder_lift".to_owned());
        }),
        (INVALID_GOAL, "4 positions for 5", |t| {
            t.points[1].positions.pop();
        }),
        (INVALID_GOAL, "NaN", |t| t.points[1].positions[2] = f64::NAN),
        (INVALID_GOAL, "inf", |t| {
            t.points[1].positions[2] = f64::INFINITY;
        }),
        (INVALID_GOAL, "times begin at 0 and increase", |t| {
            t.points[1].time_from_start = t.points[0].time_from_start.clone();
        }),
        (INVALID_GOAL, "at most 300 s", |t| {
            t.points[1].time_from_start = JointTrajectoryPoint::empty_at(1e4).time_from_start;
        }),
        (INVALID_GOAL, "no positions", |t| {
            t.points[0].positions.clear();
        }),
        (INVALID_GOAL, "other derivatives", |t| {
            t.points[0].velocities = vec![0.0; 5];
        }),
        (INVALID_GOAL, "no velocities", |t| {
            t.points[0].accelerations = vec![0.0; 5];
            t.points[1].accelerations = vec![0.0; 5];
        }),
        (INVALID_GOAL, "must be at rest", |t| {
            t.points[0].velocities = vec![0.0; 5];
            t.points[1].velocities = vec![0.0, 0.0, 0.1, 0.0, 0.0];
        }),
    ];
    for (code, why, spoil) in cases {
        let fault = with(spoil);
        assert!(fault.why.contains(why), "{} is not {why}", fault.why);
        assert_eq!(fault.code, code, "{why}");
    }
}

#[test]
fn a_start_elsewhere_is_refused_with_the_distance() {
    let away = vec![
        JointTrajectoryPoint::from_positions(turned(0.4), 0.0),
        JointTrajectoryPoint::from_positions(turned(0.5), 2.0),
    ];
    let fault = planned(away).unwrap_err();
    assert_eq!(fault.code, INVALID_GOAL);
    assert!(fault.why.contains("at time 0"), "{}", fault.why);
    // Where the arm is, give or take what a measurement differs from a command, is a start.
    let near = vec![
        JointTrajectoryPoint::from_positions(turned(0.02), 0.0),
        JointTrajectoryPoint::from_positions(turned(0.5), 2.0),
    ];
    planned(near).unwrap();
}

#[test]
fn a_gripper_moves_within_its_limits_and_no_further() {
    let (gate, table) = (Gate::new(&ROBOT), CollisionWorld::with_table_only(&ROBOT));
    let plan = |position| plan_gripper(&ROBOT, &gate, &table, &at_home(), position);
    let gripper = ROBOT.gripper().unwrap();
    for position in [
        gripper.open,
        gripper.closed,
        at_home().position[gripper.joint],
    ] {
        let motion = plan(position).unwrap();
        assert_eq!(motion.end_positions()[gripper.joint], position);
        assert_eq!(motion.end_positions()[..5], ROBOT.home()[..5]);
    }
    for (position, why) in [(9.0, "gripper"), (f64::NAN, "finite"), (1e300, "gripper")] {
        let fault = plan(position).unwrap_err();
        assert!(fault.why.contains(why), "{}", fault.why);
    }
}
