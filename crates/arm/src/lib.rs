//! An arm that takes commands, and the thread that streams them.
//!
//! | module | idea |
//! |---|---|
//! | [`state`] | state reported by an arm |
//! | [`thread`] | an arm on a thread of its own, one trajectory after another |
//! | [`realtime`] | real-time scheduling, where the system grants it |
//! | [`executor`] | whatever carries out whole trajectories, here or elsewhere |
//! | [`execution`] | outcome of a trajectory |
//! | [`error`] | errors of an arm |
//! | [`ideal`] | an arm without inertia, for tests and dry runs |
//! | [`driver`] | an arm of servos |
//! | [`calibration`] | the zero position of each joint, in LeRobot's own files |
//! | [`servo`] | servo models and their registers |
//! | [`bus`] | requests and replies on a servo bus |
//! | [`protocol`] | packets of such buses |

pub mod bus;
pub mod calibration;
mod command_stream;
pub mod driver;
pub mod error;
pub mod execution;
pub mod executor;
pub mod ideal;
pub mod protocol;
pub mod realtime;
pub mod servo;
pub mod state;
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
pub use executor::TrajectoryExecutor;
pub use ideal::IdealArm;
pub use state::ArmState;
pub use thread::ArmThread;

/// An arm with position-controlled joints. It holds its last command until the next.
pub trait Arm: Send {
    /// Returns the current state without waiting or moving.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply.
    fn state(&mut self) -> Result<ArmState, ArmError>;

    /// Checks whether the arm can follow a trajectory, beyond what the gate checks. Called before
    /// the first command is sent.
    ///
    /// # Errors
    /// A [`Refusal`] for the first position that the arm cannot reach.
    fn admits(&self, _trajectory: &Trajectory) -> Result<(), Refusal> {
        Ok(())
    }

    /// Sends one command, lets one control period pass, and returns the state.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not accept the command or does not reply.
    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError>;

    /// Looks after the arm while it does not move; called about ten times a second.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply.
    fn idle(&mut self) -> Result<(), ArmError> {
        Ok(())
    }
}
