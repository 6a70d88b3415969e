//! An admitted trajectory as the goal of a controller.

use enact_robot::{Robot, Trajectory};

use super::GripperController;
use crate::messages::control::{FollowJointTrajectoryGoal, GripperCommand, GripperCommandGoal};
use crate::messages::trajectory::{JointTrajectory, JointTrajectoryPoint};

/// Returns the goal of the trajectory controller: one point per control period with velocities and
/// accelerations, so that the controller's quintics meet the gate's samples; `None` if none of its
/// joints moves.
pub fn joint_goal(
    robot: &Robot,
    trajectory: &Trajectory,
    gripper: &GripperController,
) -> Option<FollowJointTrajectoryGoal> {
    let count = match gripper {
        GripperController::SameController => robot.joints().len(),
        GripperController::Action(_) | GripperController::None => robot.arm_joints().len(),
    };
    let samples = trajectory.positions();
    let moves = samples
        .iter()
        .any(|sample| sample[..count] != samples[0][..count]);
    if !moves {
        return None;
    }
    let period = trajectory.sample_period().as_secs_f64();
    let at = |index: isize, joint: usize| {
        let last = samples.len() as isize - 1;
        samples[index.clamp(0, last) as usize][joint]
    };
    // The start is the controller's own; the motion is at rest before and after.
    let points = (1..samples.len()).map(|index| {
        let (before, here) = (index as isize - 1, index as isize);
        let is_last = index + 1 == samples.len();
        let velocity = |joint| match is_last {
            true => 0.0,
            false => (at(here + 1, joint) - at(before, joint)) / (2.0 * period),
        };
        let acceleration = |joint| match is_last {
            true => 0.0,
            false => {
                (at(here + 1, joint) - 2.0 * at(here, joint) + at(before, joint))
                    / (period * period)
            }
        };
        JointTrajectoryPoint {
            velocities: (0..count).map(velocity).collect(),
            accelerations: (0..count).map(acceleration).collect(),
            ..JointTrajectoryPoint::from_positions(
                samples[index][..count].to_vec(),
                index as f64 * period,
            )
        }
    });
    let joints = robot.joints()[..count].iter();
    let names = joints.map(|joint| joint.name.clone()).collect();
    Some(FollowJointTrajectoryGoal::new(JointTrajectory::new(
        names,
        points.collect(),
    )))
}

/// Returns the goal of the gripper's controller, if it moves.
pub fn gripper_goal(robot: &Robot, trajectory: &Trajectory) -> Option<GripperCommandGoal> {
    let joint = robot.gripper()?.joint;
    let from = trajectory.positions()[0][joint];
    let to = trajectory.end_positions()[joint];
    (from != to).then_some(GripperCommandGoal {
        command: GripperCommand {
            position: to,
            max_effort: 0.0,
        },
    })
}
