//! `control_msgs`: the actions of ros2_control.

use serde::{Deserialize, Serialize};

use super::Duration;
use super::std_msgs::Header;
use super::trajectory::{
    JointTrajectory, JointTrajectoryPoint, MultiDofJointTrajectory, MultiDofJointTrajectoryPoint,
};

/// `control_msgs/JointTolerance`: 0 is the default, a negative number no limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointTolerance {
    /// Name of the joint.
    pub name: String,
    /// Distance, rad or m.
    pub position: f64,
    /// Difference in velocity, rad/s or m/s.
    pub velocity: f64,
    /// Difference in acceleration, rad/s² or m/s².
    pub acceleration: f64,
}

/// `control_msgs/JointComponentTolerance`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointComponentTolerance {
    /// Name of the joint.
    pub joint_name: String,
    /// Component of the joint.
    pub component: u16,
    /// Distance.
    pub position: f64,
    /// Difference in velocity.
    pub velocity: f64,
    /// Difference in acceleration.
    pub acceleration: f64,
}

/// Goal of `control_msgs/FollowJointTrajectory`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FollowJointTrajectoryGoal {
    /// The motion.
    pub trajectory: JointTrajectory,
    /// Motion of joints of several degrees of freedom.
    pub multi_dof_trajectory: MultiDofJointTrajectory,
    /// How far joints may be from their path.
    pub path_tolerance: Vec<JointTolerance>,
    /// How far components may be from their path.
    pub component_path_tolerance: Vec<JointComponentTolerance>,
    /// How far joints may be from the goal at the end.
    pub goal_tolerance: Vec<JointTolerance>,
    /// How far components may be from the goal at the end.
    pub component_goal_tolerance: Vec<JointComponentTolerance>,
    /// How long joints may take to be within `goal_tolerance`.
    pub goal_time_tolerance: Duration,
}

impl FollowJointTrajectoryGoal {
    /// Creates a goal without tolerances.
    pub fn new(trajectory: JointTrajectory) -> Self {
        Self {
            trajectory,
            multi_dof_trajectory: MultiDofJointTrajectory::empty(),
            path_tolerance: Vec::new(),
            component_path_tolerance: Vec::new(),
            goal_tolerance: Vec::new(),
            component_goal_tolerance: Vec::new(),
            goal_time_tolerance: Duration::zero(),
        }
    }
}

/// Values of [`FollowJointTrajectoryResult::error_code`].
pub mod error_code {
    /// It arrived.
    pub const SUCCESSFUL: i32 = 0;
    /// The goal is not one that can be followed.
    pub const INVALID_GOAL: i32 = -1;
    /// The joints are not those of the controller.
    pub const INVALID_JOINTS: i32 = -2;
    /// It was to start in the past.
    pub const OLD_HEADER_TIMESTAMP: i32 = -3;
    /// It left its path, or was stopped on it.
    pub const PATH_TOLERANCE_VIOLATED: i32 = -4;
    /// It did not arrive.
    pub const GOAL_TOLERANCE_VIOLATED: i32 = -5;
}

/// Result of `control_msgs/FollowJointTrajectory`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowJointTrajectoryResult {
    /// One of [`error_code`].
    pub error_code: i32,
    /// Why, in a sentence; empty after success.
    pub error_string: String,
}

/// Feedback of `control_msgs/FollowJointTrajectory`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FollowJointTrajectoryFeedback {
    /// Time of the reading.
    pub header: Header,
    /// Names of the joints.
    pub joint_names: Vec<String>,
    /// Where they should be.
    pub desired: JointTrajectoryPoint,
    /// Where they are.
    pub actual: JointTrajectoryPoint,
    /// The difference: desired less actual.
    pub error: JointTrajectoryPoint,
    /// Names of joints of several degrees of freedom.
    pub multi_dof_joint_names: Vec<String>,
    /// Where those should be.
    pub multi_dof_desired: MultiDofJointTrajectoryPoint,
    /// Where those are.
    pub multi_dof_actual: MultiDofJointTrajectoryPoint,
    /// The difference of those.
    pub multi_dof_error: MultiDofJointTrajectoryPoint,
}

/// `control_msgs/GripperCommand`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GripperCommand {
    /// Where the fingers shall be; the position of the gripper's joint, rad or m.
    pub position: f64,
    /// Greatest effort, N·m or N; 0 is the usual one.
    pub max_effort: f64,
}

/// Goal of `control_msgs/GripperCommand`, the action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GripperCommandGoal {
    /// The command.
    pub command: GripperCommand,
}

/// Result and feedback of `control_msgs/GripperCommand`, the action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GripperCommandState {
    /// Where the gripper's joint is, rad or m.
    pub position: f64,
    /// Its effort, N·m or N.
    pub effort: f64,
    /// Whether it presses and does not move.
    pub stalled: bool,
    /// Whether it is where it was sent.
    pub reached_goal: bool,
}

super::messages!(
    JointTolerance,
    JointComponentTolerance,
    FollowJointTrajectoryGoal,
    FollowJointTrajectoryResult,
    FollowJointTrajectoryFeedback,
    GripperCommand,
    GripperCommandGoal,
    GripperCommandState
);
