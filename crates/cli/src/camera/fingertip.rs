//! The fingertip, by the arm's kinematics.

use enact_robot::Robot;
use enact_types::Point3;

/// Returns the end of the closed fingers in the base, by the arm's joints.
pub fn fingertip_in_base(robot: &Robot, joints: &[f64]) -> Point3 {
    let gripper = robot.gripper_or_bare_tool();
    let reach = gripper.approach_axis.into_inner() * gripper.fingertip_reach;
    robot.forward(joints) * (gripper.tool_from_grasp + reach)
}
