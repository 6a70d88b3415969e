use std::path::Path;
use std::sync::LazyLock;

use enact_arm::{Arm, IdealArm};
use enact_robot::{Gate, Robot, Trajectory};
use enact_types::JointVector;

use super::GripperController;
use super::goal::{gripper_goal, joint_goal};
use super::joint_map::JointStateCollector;
use crate::messages::sensor::JointState;
use crate::messages::std_msgs::Header;
use crate::trajectory::Waypoints;
use crate::trajectory::spline::Spline;

static ROBOT: LazyLock<Robot> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    Robot::load(Path::new(folder)).expect("it ships")
});

/// Returns a motion of one joint by `by`, in two seconds.
fn motion(joint: usize, by: f64) -> Trajectory {
    let state = IdealArm::new(&ROBOT).state().unwrap();
    let sample = |step: u32| -> JointVector {
        let t = f64::from(step) / 400.0;
        let mut joints = ROBOT.home().clone();
        joints[joint] += by * t.powi(3) * (10.0 - 15.0 * t + 6.0 * t * t);
        joints
    };
    let samples = (0..=400).map(sample).collect();
    Gate::new(&ROBOT)
        .admit(samples, &state.as_start_state())
        .unwrap()
}

#[test]
fn the_controller_is_sent_what_the_gate_admitted() {
    let trajectory = motion(0, 0.5);
    let goal = joint_goal(&ROBOT, &trajectory, &GripperController::None).unwrap();
    let names = goal.trajectory.joint_names.clone();
    assert_eq!(names.len(), 5, "the gripper is not the controller's");
    // As a controller of ROS 2 reads it.
    let waypoints = Waypoints::read(&goal.trajectory, &names).unwrap();
    let spline = Spline::from_rest(&ROBOT.home()[..5], &waypoints);
    let period = trajectory.sample_period().as_secs_f64();
    for (index, sample) in trajectory.positions().iter().enumerate() {
        let found = spline.positions_at(index as f64 * period);
        assert!((found[0] - sample[0]).abs() < 1e-9, "{index}");
    }
    let whole = joint_goal(&ROBOT, &trajectory, &GripperController::SameController).unwrap();
    assert_eq!(whole.trajectory.joint_names.len(), 6);
}

#[test]
fn only_controllers_whose_joints_move_get_goals() {
    let action = GripperController::Action("gripper".to_owned());
    let (turn, grip) = (motion(0, 0.5), motion(5, 0.4));
    assert!(gripper_goal(&ROBOT, &turn).is_none());
    assert!(joint_goal(&ROBOT, &grip, &action).is_none());
    let goal = gripper_goal(&ROBOT, &grip).unwrap();
    assert_eq!(goal.command.position, grip.end_positions()[5]);
    assert!(joint_goal(&ROBOT, &grip, &GripperController::SameController).is_some());
}

fn told(names: &[&str], position: &[f64]) -> JointState {
    JointState {
        header: Header::untimed(""),
        name: names.iter().map(|name| (*name).to_owned()).collect(),
        position: position.to_vec(),
        velocity: vec![],
        effort: vec![1.0; names.len()],
    }
}

#[test]
fn joint_states_come_in_any_order_and_in_parts() {
    let mut map = JointStateCollector::new(&ROBOT);
    assert!(!map.update_from(&told(&["knee"], &[1.0])));
    assert!(map.update_from(&told(
        &["wrist_roll", "knee", "shoulder_pan"],
        &[0.5, 9.0, 0.1]
    )));
    let missing = map.complete_reading().unwrap_err();
    assert_eq!(
        missing,
        ["shoulder_lift", "elbow_flex", "wrist_flex", "gripper"]
    );
    let rest = ["shoulder_lift", "elbow_flex", "wrist_flex", "gripper"];
    map.update_from(&told(&rest, &[0.2, 0.3, 0.4, 0.6]));
    let reading = map.complete_reading().unwrap();
    assert_eq!(reading.position, vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6].into());
    assert_eq!(reading.velocity, JointVector::zeros(6));
    let limit = ROBOT.joints()[0].limits.effort;
    assert_eq!(reading.effort[0], 1.0 / limit);
    // What is no number changes nothing.
    assert!(!map.update_from(&told(&["shoulder_pan"], &[f64::NAN])));
    assert_eq!(map.complete_reading().unwrap(), reading);
}
