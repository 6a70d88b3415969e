//! How a trajectory ended.

use enact_types::Refusal;

use crate::state::ArmState;

/// Whether touching something is part of the motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ContactPolicy {
    /// It is: efforts are not watched.
    Expected,
    /// It is not: stop when an arm joint's effort stays above this fraction of its largest.
    Limit(f64),
}

/// What became of a trajectory.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// Why it ended.
    pub end: ExecutionEnd,
    /// The arm at its end.
    pub state: ArmState,
    /// Every reading of the arm: one before the motion, one per command.
    pub samples: Vec<ArmState>,
    /// Commands of the trajectory that were sent; those after them slowed the arm down.
    pub followed: usize,
}

/// Why a trajectory ended. In every case the arm stands still and holds.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecutionEnd {
    /// The last command was sent.
    Finished,
    /// Someone pressed the stop switch, or nobody waits for the trajectory any more.
    Stopped,
    /// The arm did not follow, or the trajectory did not start where it is.
    Fault(Refusal),
    /// An arm joint met resistance: the arm stopped and backed off along its path.
    Contact {
        /// Its name.
        joint: String,
        /// Effort as a fraction of its largest.
        effort: f64,
    },
}
