//! The robots that ship: shapes, jaws and home postures.

use std::f64::consts::{FRAC_PI_2, PI};
use std::path::Path;

use enact_robot::{CollisionWorld, IkTarget, LinkShape, Robot, Shape};
use enact_types::{JointVector, Point3, Pose, Vector3};
use nalgebra::{Rotation3, Translation3};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

fn load(name: &str) -> Robot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../robots")
        .join(name);
    Robot::load(&folder).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the height of the lowest point of a shape.
fn lowest(shape: &LinkShape, base_from_link: &Pose) -> f64 {
    let pose = base_from_link * shape.link_from_shape;
    let up = pose.rotation.inverse() * Vector3::z();
    let depth = match shape.shape {
        Shape::Box { half } => up.abs().dot(&Vector3::from(half)),
        Shape::Cylinder {
            radius,
            half_length,
        } => radius * up.xy().norm() + half_length * up.z.abs(),
        Shape::Capsule {
            radius,
            half_length,
        } => radius + half_length * up.z.abs(),
        Shape::Sphere { radius } => radius,
        Shape::Hull(ref hull) => hull.extent_along(&-up),
    };
    pose.translation.z - depth
}

/// Returns the corners of the `index`th shape of a link, a box, in the frame of link `frame`.
fn corners(robot: &Robot, joints: &[f64], link: &str, index: usize, frame: &str) -> Vec<Point3> {
    let shape = &robot
        .links()
        .iter()
        .find(|candidate| candidate.name == link)
        .unwrap()
        .shapes[index];
    let Shape::Box { half: [x, y, z] } = shape.shape else {
        panic!("{link} has no box there");
    };
    let pose = robot.frame_pose(frame, joints).unwrap().inverse()
        * robot.frame_pose(link, joints).unwrap()
        * shape.link_from_shape;
    let signs = [-1.0, 1.0];
    let corner = |sx: f64, sy: f64, sz: f64| pose * Point3::new(sx * x, sy * y, sz * z);
    signs
        .into_iter()
        .flat_map(|sx| {
            signs
                .into_iter()
                .flat_map(move |sy| signs.map(|sz| corner(sx, sy, sz)))
        })
        .collect()
}

/// Returns the corners of the moving jaw of a small arm in its gripper link, the gripper at
/// `angle`.
fn jaw(robot: &Robot, angle: f64) -> Vec<Point3> {
    let mut joints = vec![0.0; 6];
    joints[5] = angle;
    corners(robot, &joints, "moving_jaw_link", 0, "gripper_link")
}

const FINGER_FACE: f64 = -0.0079;
/// The small arms, and the height of the fixed finger's tip in the gripper link.
const SMALL_ARMS: [(&str, f64); 2] = [("so101", -0.1044), ("so100", -0.1054)];

#[test]
fn nothing_is_ignored_and_every_robot_has_a_gripper() {
    for name in ["so101", "so100", "panda", "ur5e"] {
        let robot = load(name);
        assert_eq!(robot.warnings(), [""; 0], "{name}");
        let gripper = robot.gripper().unwrap();
        assert!(
            (gripper.joint_for_opening(gripper.fingertip_opening(gripper.open)) - gripper.open)
                .abs()
                < 1e-9
        );
        assert!(robot.links().iter().any(|link| !link.shapes.is_empty()));
    }
}

#[test]
fn every_home_is_clear_of_the_table() {
    for name in ["so101", "so100", "panda", "ur5e"] {
        let robot = load(name);
        let poses = robot.link_poses(robot.home());
        let first_moving = robot.links().iter().position(|link| {
            link.mount
                .as_ref()
                .is_some_and(|mount| mount.motion.is_some())
        });
        // The first moving link turns on the foot and may come arbitrarily near to the table.
        for (link, pose) in robot
            .links()
            .iter()
            .zip(&poses)
            .skip(first_moving.unwrap() + 1)
        {
            for shape in &link.shapes {
                let height = lowest(shape, pose);
                assert!(
                    height > 0.05,
                    "{name}: {} is {height} m above the table",
                    link.name
                );
            }
        }
    }
}

#[test]
fn the_small_arms_rest_out_of_the_cameras_way() {
    for name in ["so101", "so100"] {
        let robot = load(name);
        let tool = robot.forward(robot.home()).translation;
        assert!(tool.x < 0.165 && tool.z > 0.12, "{name}: {tool}");
        let gripper = robot.gripper().unwrap();
        let opening = gripper.fingertip_opening(robot.home()[gripper.joint]);
        assert!((0.02..0.05).contains(&opening), "{name}: {opening}");
    }
}

#[test]
fn the_fixed_finger_is_where_the_model_has_it() {
    for (name, tip) in SMALL_ARMS {
        let finger = corners(&load(name), &[0.0; 6], "gripper_link", 1, "gripper_link");
        let extreme = |of: fn(&Point3) -> f64| {
            finger
                .iter()
                .map(of)
                .fold((f64::MAX, f64::MIN), |(low, high), v| {
                    (low.min(v), high.max(v))
                })
        };
        assert!((extreme(|p| p.x).1 - FINGER_FACE).abs() < 1e-9, "{name}");
        assert!((extreme(|p| p.z).0 - tip).abs() < 1e-9, "{name}");
        assert_eq!(extreme(|p| p.y), (-0.0075, 0.0075), "{name}");
    }
}

/// The tool frame lies on the finger's face, near its tip, z towards the tip, the jaw on the
/// side that `opening_axis` names.
#[test]
fn the_tool_frame_is_at_the_fixed_fingertip() {
    for (name, tip) in SMALL_ARMS {
        let robot = load(name);
        let gripper = robot.gripper().unwrap();
        let zero = [0.0; 6];
        let in_gripper = robot.frame_pose("gripper_link", &zero).unwrap().inverse()
            * robot.forward(&zero)
            * Translation3::from(gripper.tool_from_grasp.coords);
        let at = in_gripper.translation;
        assert!((at.x - FINGER_FACE).abs() < 1e-6 && (at.z - tip - 0.0063).abs() < 1e-4);
        let opening = in_gripper.rotation * gripper.opening_axis.into_inner();
        let approach = in_gripper.rotation * gripper.approach_axis.into_inner();
        assert!((opening - Vector3::x()).norm() < 1e-5, "{name}: {opening}");
        assert!(
            (approach + Vector3::z()).norm() < 1e-5,
            "{name}: {approach}"
        );
    }
}

#[test]
fn the_jaw_opens_as_its_table_says() {
    for (name, _) in SMALL_ARMS {
        let robot = load(name);
        let gripper = robot.gripper().unwrap();
        for (angle, opening) in &gripper.openings {
            // The lower end of the inner face moves; the outer one is behind it.
            let tips = jaw(&robot, *angle);
            let local = jaw(&robot, 10f64.to_radians());
            let inner_tip = (0..8)
                .filter(|corner| local[*corner].z < -0.1)
                .min_by(|a, b| local[*a].x.total_cmp(&local[*b].x))
                .unwrap();
            let actual = tips[inner_tip].x - FINGER_FACE;
            let error = (actual - opening).abs();
            assert!(
                error < 0.0015,
                "{name}, at {:.0}°: {actual} m, not {opening} m",
                angle.to_degrees()
            );
        }
    }
}

#[test]
fn the_jaw_is_parallel_at_ten_degrees_and_level_with_the_finger() {
    for (name, finger_tip) in SMALL_ARMS {
        let corners = jaw(&load(name), 10f64.to_radians());
        let inner = corners
            .iter()
            .map(|corner| corner.x)
            .fold(f64::MAX, f64::min);
        assert!((inner - FINGER_FACE - 0.0311).abs() < 1e-4, "{inner}");
        assert_eq!(
            corners
                .iter()
                .filter(|corner| (corner.x - inner).abs() < 1e-4)
                .count(),
            4
        );
        let tip = corners
            .iter()
            .map(|corner| corner.z)
            .fold(f64::MAX, f64::min);
        assert!((tip - finger_tip).abs() < 0.001, "{name}: {tip}");
    }
}

#[test]
fn the_shut_jaw_does_not_enter_the_finger() {
    for (name, _) in SMALL_ARMS {
        for corner in jaw(&load(name), -10f64.to_radians()) {
            assert!(corner.x > FINGER_FACE - 0.001, "{name}: {corner}");
        }
    }
}

/// The published model of the SO-100, link by link: origin, roll-pitch-yaw, axis, limits.
type Published = ([f64; 3], [f64; 3], Vector3, (f64, f64));

fn published_so100() -> [Published; 6] {
    [
        (
            [0.0, -0.0452, 0.0165],
            [FRAC_PI_2, 0.0, 0.0],
            Vector3::y(),
            (-2.0, 2.0),
        ),
        (
            [0.0, 0.1025, 0.0306],
            [-1.8, 0.0, 0.0],
            Vector3::x(),
            (0.0, 3.5),
        ),
        (
            [0.0, 0.11257, 0.028],
            [FRAC_PI_2, 0.0, 0.0],
            Vector3::x(),
            (-PI, 0.0),
        ),
        (
            [0.0, 0.0052, 0.1349],
            [-1.0, 0.0, 0.0],
            Vector3::x(),
            (-2.5, 1.2),
        ),
        (
            [0.0, -0.0601, 0.0],
            [0.0, FRAC_PI_2, 0.0],
            Vector3::y(),
            (-PI, PI),
        ),
        (
            [-0.0202, -0.0244, 0.0],
            [0.0, PI, 0.0],
            Vector3::z(),
            (-0.2, 2.0),
        ),
    ]
}

/// Positions and signs of the published model's joints when all joints are at zero here.
const SO100_ZERO: [(f64, f64); 6] = [
    (0.0, -1.0),
    (1.8, 1.0),
    (-FRAC_PI_2, 1.0),
    (1.0 - FRAC_PI_2, 1.0),
    (0.0, 1.0),
    (0.0, 1.0),
];

#[test]
fn the_so100_moves_as_the_published_model_does() {
    let robot = load("so100");
    let joints_at = |share: [f64; 6]| -> Vec<f64> {
        let joints = robot.joints().iter().zip(share);
        joints
            .map(|(joint, share)| {
                let limits = joint.limits;
                limits.min + share * (limits.max - limits.min)
            })
            .collect()
    };
    // From a link here to the same link there.
    let mut turned: Option<Vec<Pose>> = None;
    for share in [
        [0.5, 0.5, 0.5, 0.5, 0.5, 0.1],
        [0.0, 1.0, 0.0, 1.0, 0.0, 1.0],
        [1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
        [0.3, 0.6, 0.8, 0.35, 0.7, 0.4],
        [0.8, 0.2, 0.4, 0.9, 0.1, 0.6],
    ] {
        let joints = joints_at(share);
        let here = [
            "shoulder_link",
            "upper_arm_link",
            "lower_arm_link",
            "wrist_link",
            "gripper_link",
            "moving_jaw_link",
        ]
        .map(|link| robot.frame_pose(link, &joints).unwrap());
        // Forward is -y there and x here.
        let mut there = rotation([0.0, 0.0, FRAC_PI_2]);
        let mut between = Vec::new();
        let chain = published_so100().into_iter().zip(SO100_ZERO).zip(&joints);
        for ((((origin, rpy, axis, _), (zero, sign)), joint), here) in chain.zip(here) {
            let angle = zero + sign * joint;
            there *= Pose::new(Vector3::from(origin), Vector3::zeros()) * rotation(rpy);
            there *= Pose::new(Vector3::zeros(), axis * angle);
            between.push(here.inverse() * there);
        }
        let first = turned.get_or_insert_with(|| between.clone());
        for (link, (now, before)) in between.iter().zip(&*first).enumerate() {
            let off = (now.translation.vector - before.translation.vector).norm();
            let angle = now.rotation.angle_to(&before.rotation);
            assert!(off < 1e-5 && angle < 1e-5, "link {link}: {off} m, {angle}");
            // Frames may be turned, and moved along the axis of the jaw; nothing else.
            assert!(now.translation.vector.norm() < 1e-5, "link {link}: {now}");
        }
    }
}

#[test]
fn the_so100_stays_within_the_published_limits() {
    let robot = load("so100");
    let published = published_so100().map(|(.., limits)| limits);
    for ((joint, (zero, sign)), (lower, upper)) in
        robot.joints().iter().zip(SO100_ZERO).zip(published)
    {
        for end in [joint.limits.min, joint.limits.max] {
            let end = zero + sign * end;
            assert!(
                (lower - 1e-5..=upper + 1e-5).contains(&end),
                "{}: {end}",
                joint.name
            );
        }
    }
}

fn rotation([roll, pitch, yaw]: [f64; 3]) -> Pose {
    let rotation = Rotation3::from_euler_angles(roll, pitch, yaw);
    Pose::from_parts(Translation3::identity(), rotation.into())
}

/// The closed form of planar arms: at random postures the tool's own pose is reached again.
#[test]
fn the_small_arms_reach_what_they_reach() {
    for (name, _) in SMALL_ARMS {
        let robot = load(name);
        let mut runner = TestRunner::deterministic();
        for _ in 0..300 {
            let posture: Vec<f64> = robot
                .joints()
                .iter()
                .map(|joint| {
                    let share = (0.0..1.0_f64).new_tree(&mut runner).unwrap().current();
                    joint.limits.min + share * (joint.limits.max - joint.limits.min)
                })
                .collect();
            let pose = robot.forward(&posture);
            let found = robot
                .inverse(&IkTarget::Pose(pose), robot.home())
                .unwrap_or_else(|refusal| panic!("{name} at {posture:?}: {refusal}"));
            let off = robot.forward(&found.joints).inverse() * pose;
            assert!(off.translation.vector.norm() < 2e-4, "{name}: {off}");
        }
    }
}

#[test]
fn the_small_arms_are_clear_of_themselves_upright_and_at_home() {
    for (name, _) in SMALL_ARMS {
        let robot = load(name);
        let alone = CollisionWorld::default();
        for posture in [robot.home().clone(), JointVector::zeros(6)] {
            if let Err(refusal) = robot.collider().check_posture(&posture, &alone) {
                panic!("{name} at {posture:?}: {refusal}");
            }
        }
    }
}
