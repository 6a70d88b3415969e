//! What an arm reports.

use enact_robot::StartState;
use enact_types::{JointVector, Stamp};
use serde::{Deserialize, Serialize};

/// A reading of every joint, in the robot's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmState {
    /// When it was taken, on the arm's clock.
    pub stamp: Stamp,
    /// Positions, rad or m.
    pub position: JointVector,
    /// Velocities, rad/s or m/s.
    pub velocity: JointVector,
    /// Torque or force as a fraction of the joint's largest, -1..=1.
    pub effort: JointVector,
    /// The last command, `None` before the first.
    pub commanded: Option<JointVector>,
    /// What forbids further motion, in a sentence; `None` if all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
}

impl ArmState {
    /// Where the arm was last told to be, or is, before the first command: motion goes on there.
    pub fn goal(&self) -> &JointVector {
        self.commanded.as_ref().unwrap_or(&self.position)
    }

    /// This as where a motion begins.
    pub fn start(&self) -> StartState<'_> {
        StartState {
            measured: &self.position,
            commanded: self.commanded.as_ref(),
        }
    }
}
