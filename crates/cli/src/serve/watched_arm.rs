//! An arm whose joints can be seen at any time, also while it stands.

use std::sync::Arc;

use enact_arm::{Arm, ArmError, ArmState};
use enact_robot::{Command, Trajectory};
use enact_serve::session::readings::LatestArmReading;
use enact_types::Refusal;

/// An arm that notes each of its readings. Nobody who looks at them keeps it waiting.
pub struct WatchedArm {
    arm: Box<dyn Arm>,
    readings: Arc<LatestArmReading>,
}

impl WatchedArm {
    /// Creates an arm that notes its readings there.
    pub fn new(arm: Box<dyn Arm>, readings: Arc<LatestArmReading>) -> Self {
        Self { arm, readings }
    }

    fn noted(&self, state: ArmState) -> ArmState {
        self.readings
            .store_reading(state.stamp, &state.position, &state.effort);
        state
    }
}

impl Arm for WatchedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        let state = self.arm.state()?;
        Ok(self.noted(state))
    }

    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        self.arm.admits(trajectory)
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let state = self.arm.cycle(command)?;
        Ok(self.noted(state))
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.arm.idle()?;
        self.state().map(drop)
    }
}
