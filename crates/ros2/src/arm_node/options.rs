//! How the arm appears in ROS 2.

use enact_robot::{CollisionWorld, Robot};

/// How the arm appears in ROS 2.
#[derive(Clone, Debug)]
pub struct ArmNodeOptions {
    /// Name of the controller of the arm's joints: the action is
    /// `<controller>/follow_joint_trajectory`.
    pub controller: String,
    /// Name of the gripper's action.
    pub gripper_action: String,
    /// Joint states, and transforms of moving links, a second.
    pub rate: f64,
    /// Whether transforms are published; `robot_state_publisher` does the same.
    pub transforms: bool,
    /// The URDF, for `robot_description`; `None` to leave that to others.
    pub description: Option<String>,
    /// What motions keep clear of.
    pub around: CollisionWorld,
}

impl ArmNodeOptions {
    /// Creates the usual options for a robot on a table: 50 Hz, names as `ros2_control` has them.
    pub fn new(robot: &Robot) -> Self {
        Self {
            controller: "arm_controller".to_owned(),
            gripper_action: "gripper_controller/gripper_cmd".to_owned(),
            rate: 50.0,
            transforms: true,
            description: None,
            around: CollisionWorld::with_table_only(robot),
        }
    }
}
