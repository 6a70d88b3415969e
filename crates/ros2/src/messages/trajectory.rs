//! `trajectory_msgs`.

use serde::{Deserialize, Serialize};

use super::Duration;
use super::geometry::{Transform, Twist};
use super::std_msgs::Header;

/// `trajectory_msgs/JointTrajectoryPoint`: lists as long as the joints' names, or empty.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JointTrajectoryPoint {
    /// Positions, rad or m.
    pub positions: Vec<f64>,
    /// Velocities, rad/s or m/s.
    pub velocities: Vec<f64>,
    /// Accelerations, rad/s² or m/s².
    pub accelerations: Vec<f64>,
    /// Torques or forces, N·m or N.
    pub effort: Vec<f64>,
    /// When the joints are there, after the start.
    pub time_from_start: Duration,
}

impl JointTrajectoryPoint {
    /// Creates a point of positions alone, `seconds` after the start.
    pub fn from_positions(positions: Vec<f64>, seconds: f64) -> Self {
        Self {
            positions,
            ..Self::empty_at(seconds)
        }
    }

    /// Creates a point that says nothing, `seconds` after the start.
    pub fn empty_at(seconds: f64) -> Self {
        Self {
            positions: Vec::new(),
            velocities: Vec::new(),
            accelerations: Vec::new(),
            effort: Vec::new(),
            time_from_start: Duration::from_nanos((seconds * 1e9).round() as i64),
        }
    }

    /// Returns when the joints are there, seconds after the start.
    pub fn time_from_start_s(&self) -> f64 {
        self.time_from_start.to_nanos() as f64 / 1e9
    }
}

/// `trajectory_msgs/JointTrajectory`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JointTrajectory {
    /// When it starts; zero is now.
    pub header: Header,
    /// Names of the joints.
    pub joint_names: Vec<String>,
    /// The points.
    pub points: Vec<JointTrajectoryPoint>,
}

impl JointTrajectory {
    /// Creates a trajectory that starts now.
    pub fn new(joint_names: Vec<String>, points: Vec<JointTrajectoryPoint>) -> Self {
        Self {
            header: Header::untimed(""),
            joint_names,
            points,
        }
    }
}

/// `trajectory_msgs/MultiDOFJointTrajectoryPoint`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MultiDofJointTrajectoryPoint {
    /// Poses.
    pub transforms: Vec<Transform>,
    /// Velocities.
    pub velocities: Vec<Twist>,
    /// Accelerations.
    pub accelerations: Vec<Twist>,
    /// When the joints are there, after the start.
    pub time_from_start: Duration,
}

impl MultiDofJointTrajectoryPoint {
    /// Creates a point that says nothing.
    pub fn empty() -> Self {
        Self {
            transforms: Vec::new(),
            velocities: Vec::new(),
            accelerations: Vec::new(),
            time_from_start: Duration::zero(),
        }
    }
}

/// `trajectory_msgs/MultiDOFJointTrajectory`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MultiDofJointTrajectory {
    /// When it starts.
    pub header: Header,
    /// Names of the joints.
    pub joint_names: Vec<String>,
    /// The points.
    pub points: Vec<MultiDofJointTrajectoryPoint>,
}

impl MultiDofJointTrajectory {
    /// Creates a trajectory without joints.
    pub fn empty() -> Self {
        Self {
            header: Header::untimed(""),
            joint_names: Vec::new(),
            points: Vec::new(),
        }
    }
}

super::messages!(
    JointTrajectoryPoint,
    JointTrajectory,
    MultiDofJointTrajectoryPoint,
    MultiDofJointTrajectory
);
