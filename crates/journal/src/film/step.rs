//! An arm whose time waits, filmed at instants of it.

use enact_arm::{Arm, ArmError, ArmState};
use enact_camera::Camera;
use enact_robot::{Command, Trajectory};
use enact_types::{Refusal, Stamp};

use super::Film;

/// An arm in whose time nothing happens while a picture is taken: the same motions give the same
/// film.
pub struct InStep {
    arm: Box<dyn Arm>,
    camera: Box<dyn Camera>,
    film: Film,
    /// Pictures a second.
    fps: u32,
    /// Pictures that were due so far, from the arm's time zero.
    due: u64,
}

impl InStep {
    /// The arm `arm`, filmed by `camera` so many times a second.
    pub fn new(arm: Box<dyn Arm>, camera: Box<dyn Camera>, film: Film, fps: u32) -> Self {
        Self {
            arm,
            camera,
            film,
            fps,
            due: 0,
        }
    }

    fn film(&mut self, now: Stamp) -> Result<(), ArmError> {
        let periods = u128::from(now.nanos()) * u128::from(self.fps) / 1_000_000_000;
        let periods = periods as u64;
        if periods < self.due {
            return Ok(());
        }
        self.due = periods + 1;
        let frame = self.camera.capture();
        let frame = frame.map_err(|error| ArmError::Silent(error.to_string()))?;
        self.film.take_in_time(frame, now);
        Ok(())
    }
}

impl Arm for InStep {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        let state = self.arm.state()?;
        self.film(state.stamp)?;
        Ok(state)
    }

    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        self.arm.admits(trajectory)
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let state = self.arm.cycle(command)?;
        self.film(state.stamp)?;
        Ok(state)
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.arm.idle()
    }
}
