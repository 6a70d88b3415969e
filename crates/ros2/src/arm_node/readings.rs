//! The newest reading of the arm, for whoever publishes it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use enact_arm::{Arm, ArmError, ArmState};
use enact_robot::{Command, Trajectory};
use enact_types::Refusal;
use ros2_client::builtin_interfaces::Time;

/// The newest reading, and what is wrong with the arm.
#[derive(Clone, Debug, Default)]
pub struct SharedLatestReading(Arc<Mutex<LatestReading>>);

/// What is known of the arm now.
#[derive(Clone, Debug, Default)]
pub struct LatestReading {
    /// Counts readings.
    pub count: u64,
    /// The newest reading and when it was taken, on the system's clock.
    pub reading: Option<(Time, ArmState)>,
    /// Why there is none now.
    pub fault: Option<String>,
}

impl SharedLatestReading {
    /// Returns what is known now.
    pub fn newest(&self) -> LatestReading {
        self.lock().clone()
    }

    fn note(&self, state: &Result<ArmState, ArmError>) {
        let mut newest = self.lock();
        match state {
            Ok(state) => {
                newest.count += 1;
                newest.reading = Some((Time::now(), state.clone()));
                newest.fault = None;
            }
            Err(error) => newest.fault = Some(error.to_string()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, LatestReading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An arm whose readings are noted.
pub struct WatchedArm {
    /// The arm.
    pub arm: Box<dyn Arm>,
    /// Where they are noted.
    pub readings: SharedLatestReading,
}

impl Arm for WatchedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        let state = self.arm.state();
        self.readings.note(&state);
        state
    }

    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        self.arm.admits(trajectory)
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let state = self.arm.cycle(command);
        self.readings.note(&state);
        state
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.arm.idle()
    }
}
