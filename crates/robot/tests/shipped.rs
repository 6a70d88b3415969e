//! The robots that ship: shapes, jaws and home postures.

use std::path::Path;

use enact_robot::{LinkShape, Robot, Shape};
use enact_types::{Point3, Pose, Vector3};

fn load(name: &str) -> Robot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../robots")
        .join(name);
    Robot::load(&folder).unwrap_or_else(|error| panic!("{error}"))
}

/// Height of the lowest point of a shape.
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
    };
    pose.translation.z - depth
}

/// Corners of the `index`th shape of a link, a box, in the frame of link `frame`.
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

/// Corners of the moving jaw of the SO-101 in its gripper link, the gripper at `angle`.
fn jaw(robot: &Robot, angle: f64) -> Vec<Point3> {
    let mut joints = vec![0.0; 6];
    joints[5] = angle;
    corners(robot, &joints, "moving_jaw_link", 0, "gripper_link")
}

const FINGER_FACE: f64 = -0.0079;
const FINGER_TIP: f64 = -0.1044;

#[test]
fn nothing_is_ignored_and_every_robot_has_a_gripper() {
    for name in ["so101", "panda", "ur5e"] {
        let robot = load(name);
        assert_eq!(robot.warnings(), [""; 0], "{name}");
        let gripper = robot.gripper().unwrap();
        assert!((gripper.joint_for(gripper.opening(gripper.open)) - gripper.open).abs() < 1e-9);
        assert!(robot.links().iter().any(|link| !link.shapes.is_empty()));
    }
}

#[test]
fn every_home_is_clear_of_the_table() {
    for name in ["so101", "panda", "ur5e"] {
        let robot = load(name);
        let poses = robot.link_poses(robot.home());
        let first_moving = robot.links().iter().position(|link| {
            link.mount
                .as_ref()
                .is_some_and(|mount| mount.motion.is_some())
        });
        // The first moving link turns on the foot and comes as near to the table as it likes.
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
fn the_so101_rests_out_of_the_cameras_way() {
    let robot = load("so101");
    let tool = robot.forward(robot.home()).translation;
    assert!(tool.x < 0.16 && tool.z > 0.12, "{tool}");
    let gripper = robot.gripper().unwrap();
    let opening = gripper.opening(robot.home()[gripper.joint]);
    assert!((0.02..0.05).contains(&opening), "{opening}");
}

#[test]
fn the_so101_fixed_finger_is_where_the_model_has_it() {
    let finger = corners(&load("so101"), &[0.0; 6], "gripper_link", 1, "gripper_link");
    let extreme = |of: fn(&Point3) -> f64| {
        finger
            .iter()
            .map(of)
            .fold((f64::MAX, f64::MIN), |(low, high), v| {
                (low.min(v), high.max(v))
            })
    };
    assert!((extreme(|p| p.x).1 - FINGER_FACE).abs() < 1e-9);
    assert!((extreme(|p| p.z).0 - FINGER_TIP).abs() < 1e-9);
    assert_eq!(extreme(|p| p.y), (-0.0075, 0.0075));
}

#[test]
fn the_so101_jaw_opens_as_its_table_says() {
    let robot = load("so101");
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
            "at {:.0}°: {actual} m, not {opening} m",
            angle.to_degrees()
        );
    }
}

#[test]
fn the_so101_jaw_is_parallel_at_ten_degrees_and_level_with_the_finger() {
    let corners = jaw(&load("so101"), 10f64.to_radians());
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
    assert!((tip - FINGER_TIP).abs() < 0.001, "{tip}");
}

#[test]
fn the_so101_shut_jaw_does_not_enter_the_finger() {
    for corner in jaw(&load("so101"), -10f64.to_radians()) {
        assert!(corner.x > FINGER_FACE - 0.001, "{corner}");
    }
}
