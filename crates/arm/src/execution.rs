//! Outcome of a trajectory.

use enact_types::Refusal;
use serde::{Deserialize, Serialize};

use crate::state::ArmState;

/// Whether contact is part of the motion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactPolicy {
    /// Contact is expected: efforts are not monitored.
    Expected,
    /// Contact is not expected: stop when an arm joint's effort stays above this fraction of its
    /// limit.
    Limit(f64),
}

/// Outcome of a trajectory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Reason that it ended.
    pub end: ExecutionEnd,
    /// State of the arm at the end.
    pub state: ArmState,
    /// All readings of the arm: one before the motion, one per command.
    pub samples: Vec<ArmState>,
    /// Number of commands of the trajectory that were sent; those after them slowed the arm down.
    pub followed: usize,
}

/// Reason that a trajectory ended. In every case the arm is at rest and holds its position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionEnd {
    /// The last command was sent.
    Finished,
    /// The stop switch was pressed, or the caller no longer waits for the trajectory.
    Stopped,
    /// The arm did not follow, or the trajectory did not start at its position.
    Fault(Refusal),
    /// An arm joint met resistance: the arm stopped and backed off along its path.
    Contact {
        /// Name of the joint.
        joint: String,
        /// Effort as a fraction of its limit.
        effort: f64,
    },
}
