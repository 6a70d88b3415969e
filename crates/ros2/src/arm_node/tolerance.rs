//! How far joints may be from their path and their goal, as a goal says it.

use enact_arm::ArmState;
use enact_robot::Robot;

use super::executor::ArrivalTolerance;
use crate::messages::control::{FollowJointTrajectoryGoal, JointTolerance};
use crate::trajectory::GoalFault;

/// Returns the greatest distance of each arm joint from its path, where there is one.
///
/// # Errors
/// A [`GoalFault`] for a joint that there is not.
pub fn path_tolerances(
    robot: &Robot,
    goal: &FollowJointTrajectoryGoal,
) -> Result<Vec<Option<f64>>, GoalFault> {
    positions(robot, &goal.path_tolerance)
}

/// Returns when the arm is there.
///
/// # Errors
/// A [`GoalFault`] for a joint that there is not, or a negative time.
pub fn arrival_tolerance(
    robot: &Robot,
    goal: &FollowJointTrajectoryGoal,
) -> Result<ArrivalTolerance, GoalFault> {
    let patience = std::time::Duration::try_from(goal.goal_time_tolerance.clone());
    Ok(ArrivalTolerance {
        tolerance: positions(robot, &goal.goal_tolerance)?,
        patience: patience
            .map_err(|_| GoalFault::invalid_goal("goal_time_tolerance is negative"))?
            .min(std::time::Duration::from_secs(60)),
    })
}

/// Returns the limits of positions. Zero is the default, which is none here: the gate's limit of the
/// following error holds in any case. A negative number is none as well.
fn positions(robot: &Robot, given: &[JointTolerance]) -> Result<Vec<Option<f64>>, GoalFault> {
    let mut limits = vec![None; robot.arm_joints().len()];
    for tolerance in given {
        let mut joints = robot.arm_joints().iter();
        let index = joints
            .position(|joint| joint.name == tolerance.name)
            .ok_or_else(|| {
                GoalFault::invalid_joints(format!(
                    "a tolerance names joint `{}`, which is none of the controller's",
                    tolerance.name
                ))
            })?;
        if !tolerance.position.is_finite() {
            return Err(GoalFault::invalid_goal(format!(
                "joint `{}`: its tolerance is {}, which is no finite number",
                tolerance.name, tolerance.position
            )));
        }
        limits[index] = (tolerance.position > 0.0).then_some(tolerance.position);
    }
    Ok(limits)
}

/// Returns how the first joint is too far from its path.
pub fn path_violation(robot: &Robot, state: &ArmState, limits: &[Option<f64>]) -> Option<String> {
    let commanded = state.commanded.as_ref()?;
    let joints = robot.arm_joints().iter().zip(limits).enumerate();
    joints
        .filter_map(|(index, (joint, limit))| Some((index, joint, (*limit)?)))
        .find_map(|(index, joint, limit)| {
            let distance = (commanded[index] - state.position[index]).abs();
            let unit = if joint.prismatic { "m" } else { "rad" };
            let is_near = distance <= limit;
            (!is_near).then(|| {
                format!(
                    "joint `{}`: {distance:.4} {unit} from its path (tolerance {limit} {unit})",
                    joint.name
                )
            })
        })
}
