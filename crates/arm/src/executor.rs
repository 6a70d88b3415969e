//! Whatever carries out whole trajectories.

use enact_robot::{CollisionWorld, Trajectory};

use crate::{ArmError, ArmState, ContactPolicy, Execution, StopSwitch};

/// Carries out one trajectory after another: an arm on a thread of this program
/// ([`ArmThread`](crate::ArmThread)), or one on another machine, which judges contact, following and
/// stops where the arm is.
pub trait TrajectoryExecutor: Send {
    /// Returns the current state of the arm.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply.
    fn state(&self) -> Result<ArmState, ArmError>;

    /// Follows a trajectory that the gate has admitted among what is `around`, and waits until the
    /// arm is at rest.
    ///
    /// # Errors
    /// [`ArmError`] if the arm does not reply. Everything else is an
    /// [`ExecutionEnd`](crate::ExecutionEnd).
    fn execute(
        &self,
        trajectory: Trajectory,
        around: &CollisionWorld,
        contact: ContactPolicy,
    ) -> Result<Execution, ArmError>;

    /// Returns the switch that stops the arm, usable from any thread.
    fn stop_switch(&self) -> StopSwitch;
}

impl<T: TrajectoryExecutor + ?Sized> TrajectoryExecutor for Box<T> {
    fn state(&self) -> Result<ArmState, ArmError> {
        (**self).state()
    }

    fn execute(
        &self,
        trajectory: Trajectory,
        around: &CollisionWorld,
        contact: ContactPolicy,
    ) -> Result<Execution, ArmError> {
        (**self).execute(trajectory, around, contact)
    }

    fn stop_switch(&self) -> StopSwitch {
        (**self).stop_switch()
    }
}
