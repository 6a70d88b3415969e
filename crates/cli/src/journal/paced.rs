//! An arm no faster than told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState};
use enact_robot::{Command, Robot};

/// Waits before each reading until as much time has passed as the arm needs at its pace.
pub struct Paced {
    arm: Box<dyn Arm>,
    period: Duration,
    due: Option<Instant>,
    /// Without it no time is waited for.
    on: Arc<AtomicBool>,
}

impl Paced {
    /// `arm` at `speed` times its own pace, while `on`.
    pub fn new(arm: Box<dyn Arm>, robot: &Robot, speed: f64, on: Arc<AtomicBool>) -> Self {
        Self {
            arm,
            period: robot.control_period().div_f64(speed),
            due: None,
            on,
        }
    }
}

impl Arm for Paced {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.due = None;
        self.arm.state()
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        if self.on.load(Ordering::Relaxed) {
            let due = self.due.unwrap_or_else(Instant::now) + self.period;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            self.due = Some(due);
        }
        self.arm.cycle(command)
    }
}
