//! An arm that takes commands, and the thread that streams them.
//!
//! | module | idea |
//! |---|---|
//! | [`state`] | what an arm reports |
//! | [`thread`] | an arm on a thread of its own, one trajectory after another |
//! | [`realtime`] | real-time scheduling, where the system grants it |
//! | [`execution`] | how a trajectory ended |
//! | [`error`] | what keeps an arm from working |
//! | [`ideal`] | an arm without inertia, for tests and dry runs |
//! | [`driver`] | an arm of servos |
//! | [`calibration`] | where each joint's zero is, in LeRobot's own files |
//! | [`servo`] | servo models and their registers |
//! | [`bus`] | requests and answers on a bus of servos |
//! | [`protocol`] | packets of such buses |

pub mod bus;
pub mod calibration;
pub mod driver;
pub mod error;
pub mod execution;
pub mod ideal;
pub mod protocol;
pub mod realtime;
pub mod servo;
pub mod state;
mod stream;
#[cfg(test)]
mod testing;
pub mod thread;
#[cfg(test)]
mod thread_tests;

use enact_robot::{Command, Trajectory};
use enact_types::Refusal;

pub use driver::ShutdownMode;
pub use enact_types::StopSwitch;
pub use error::{ArmError, ArmingFault};
pub use execution::{ContactPolicy, Execution, ExecutionEnd};
pub use ideal::IdealArm;
pub use state::ArmState;
pub use thread::ArmThread;

/// An arm with position-controlled joints. It holds its last command until the next.
pub trait Arm: Send {
    /// Where the arm is now, without waiting and without moving it.
    ///
    /// # Errors
    /// If the arm does not answer.
    fn state(&mut self) -> Result<ArmState, ArmError>;

    /// Whether the arm can go all the way: what it knows beyond what the gate checks. Asked before
    /// the first command is sent.
    ///
    /// # Errors
    /// Where it cannot go.
    fn admits(&self, _trajectory: &Trajectory) -> Result<(), Refusal> {
        Ok(())
    }

    /// Sends one command, lets one control period pass, and reports.
    ///
    /// # Errors
    /// If the arm does not take the command or does not answer.
    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError>;

    /// Looks after the arm while nobody moves it; called some ten times a second.
    ///
    /// # Errors
    /// If the arm does not answer.
    fn idle(&mut self) -> Result<(), ArmError> {
        Ok(())
    }
}
