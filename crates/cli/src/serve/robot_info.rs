//! The robot as the server tells it.

use enact_robot::Robot;
use enact_serve::session::skill_info;
use enact_serve::session::status::{JointInfo, RobotInfo};

/// Returns what the server tells of a robot, and of the model that is asked.
pub fn info_of_robot(robot: &Robot, model: Option<String>) -> RobotInfo {
    let joints = robot.joints();
    RobotInfo {
        name: robot.name().to_owned(),
        model,
        joints: joints
            .iter()
            .map(|joint| JointInfo {
                name: joint.name.clone(),
                kind: if joint.prismatic {
                    "prismatic"
                } else {
                    "revolute"
                },
                lower: joint.limits.min,
                upper: joint.limits.max,
                unit: if joint.prismatic { "m" } else { "rad" },
                velocity: joint.limits.velocity,
            })
            .collect(),
        gripper: robot
            .gripper()
            .map(|gripper| joints[gripper.joint].name.clone()),
        home: robot.home().to_vec(),
        skills: skill_info::motion_skills(),
    }
}
