//! State reported by an arm.

use enact_robot::StartState;
use enact_types::{JointVector, Stamp};
use serde::{Deserialize, Serialize};

/// A reading of every joint, in the robot's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmState {
    /// Time of the reading, on the arm's clock.
    pub stamp: Stamp,
    /// Positions, rad or m.
    pub position: JointVector,
    /// Velocities, rad/s or m/s.
    pub velocity: JointVector,
    /// Torque or force as a fraction of the joint's limit, -1..=1.
    pub effort: JointVector,
    /// The last command, `None` before the first.
    pub commanded: Option<JointVector>,
    /// Condition that forbids further motion, as a sentence; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
}

impl ArmState {
    /// Returns the last commanded positions, or the measured ones before the first command: motion
    /// continues from there.
    pub fn commanded_or_measured(&self) -> &JointVector {
        self.commanded.as_ref().unwrap_or(&self.position)
    }

    /// Returns this state as the start of a motion.
    pub fn as_start_state(&self) -> StartState<'_> {
        StartState {
            measured: &self.position,
            commanded: self.commanded.as_ref(),
        }
    }
}
