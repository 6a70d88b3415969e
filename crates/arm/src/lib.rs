//! An arm that takes commands, and the thread that streams them.
//!
//! | module | idea |
//! |---|---|
//! | [`state`] | what an arm reports |
//! | [`stop`] | the switch that stops it |
//! | [`thread`] | an arm on a thread of its own, one trajectory after another |
//! | [`execution`] | how a trajectory ended |
//! | [`ideal`] | an arm without inertia, for tests and dry runs |

pub mod bus;
pub mod calibration;
pub mod execution;
pub mod ideal;
pub mod protocol;
pub mod servo;
pub mod state;
pub mod stop;
mod stream;
pub mod thread;
#[cfg(test)]
mod thread_tests;

use enact_robot::Command;
use thiserror::Error;

pub use execution::{Contact, End, Execution};
pub use ideal::IdealArm;
pub use state::ArmState;
pub use stop::StopSwitch;
pub use thread::ArmThread;

/// An arm with position-controlled joints. It holds its last command until the next.
pub trait Arm: Send {
    /// Where the arm is now, without waiting and without moving it.
    ///
    /// # Errors
    /// If the arm does not answer.
    fn state(&mut self) -> Result<ArmState, ArmError>;

    /// Sends one command, lets one control period pass, and reports.
    ///
    /// # Errors
    /// If the arm does not take the command or does not answer.
    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError>;
}

/// Broken communication with an arm.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ArmError {
    /// The arm does not answer, or answers nonsense.
    #[error("the arm does not answer: {0}")]
    Silent(String),
    /// The thread that drives the arm has ended.
    #[error("the thread that drives the arm has ended")]
    Gone,
}
