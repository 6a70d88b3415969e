//! An arm whose time stands still while it is filmed.

use enact_arm::{Arm, ArmError, ArmState};
use enact_camera::Camera;
use enact_robot::{Command, Trajectory};
use enact_types::{Refusal, Stamp};

use super::FrameSink;

/// An arm in whose time nothing happens while a picture is taken: the same motions give the same
/// film.
pub struct LockstepArm {
    arm: Box<dyn Arm>,
    camera: Box<dyn Camera>,
    sink: Box<dyn FrameSink>,
    /// Pictures per second.
    fps: u32,
    /// Number of pictures due so far, from zero on the arm's clock.
    due: u64,
}

impl LockstepArm {
    /// Wraps `arm`, filmed by `camera` at a number of pictures per second.
    pub fn new(
        arm: Box<dyn Arm>,
        camera: Box<dyn Camera>,
        sink: impl FrameSink + 'static,
        fps: u32,
    ) -> Self {
        Self {
            arm,
            camera,
            sink: Box::new(sink),
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
        self.sink.receive_waiting(frame, now);
        Ok(())
    }
}

impl Arm for LockstepArm {
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
