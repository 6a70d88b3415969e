//! An arm of servos on a bus.
//!
//! | module | idea |
//! |---|---|
//! | [`bus_config`] | the servo of each joint |
//! | [`joint`] | conversion between a joint's radians and its servo's steps |
//! | [`feedback`] | feedback of a servo, with a plausibility filter |
//! | [`id_conflict`] | detects servos that share an id |
//! | [`firmware`] | firmware versions of the servos |
//! | [`arming`] | takes an arm from a port to holding its position |
//! | [`cycle`] | sends goals and reads the state at the control rate |
//! | [`health`] | conditions that forbid further motion |
//! | [`shutdown`] | shutdown of an arm |

pub mod arming;
pub mod bus_config;
pub mod cycle;
pub mod feedback;
pub mod firmware;
pub mod health;
pub mod id_conflict;
pub mod joint;
pub mod shutdown;
mod verified_write;

use std::time::Duration;

use enact_types::{JointVector, Stamp};
use serde::Serialize;

use crate::bus::{Bus, BusStats};
use crate::{ArmError, ArmState};
pub use arming::ArmingOptions;
pub use bus_config::{BusConfig, BusConfigError};
use feedback::FeedbackFilter;
use health::HealthLimits;
use joint::ServoJoint;
pub use shutdown::ShutdownMode;

/// An armed arm of servos: [`ServoArm::arm`] is the only constructor. Dropping it shuts the arm
/// down as [`ShutdownMode`] says.
pub struct ServoArm {
    bus: Bus,
    joints: Vec<ServoJoint>,
    ids: Vec<u8>,
    period: Duration,
    tracks: Vec<FeedbackFilter>,
    /// Firmware version of each servo.
    firmware: Vec<String>,
    limits: Vec<HealthLimits>,
    /// Last goal of each servo, in steps.
    goals: Vec<i64>,
    /// Last command to the arm.
    commanded: JointVector,
    /// True if the servos are known to have the goals.
    goals_verified: bool,
    /// The current alarm of a servo.
    alarm: Option<String>,
    /// Reason that the last command was not sent.
    refusal: Option<String>,
    /// Error that ended operation until the arm is armed again.
    fault: Option<ArmError>,
    /// Time when the next goals are due.
    due: Option<Duration>,
    /// Shutdown that is still to be done; `None` once it is done.
    shutdown: Option<ShutdownMode>,
    timing: CycleStats,
}

/// Timing statistics of the control cycle since the arm was armed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CycleStats {
    /// Number of control periods.
    pub cycles: u64,
    /// Periods that began more than half a period late.
    pub overruns: u64,
    /// Readings that no servo can have reached since the previous one.
    pub outliers: u64,
    /// Goals sent again because they had not arrived.
    pub resent: u64,
}

impl ServoArm {
    /// Returns the counters of the bus.
    pub fn bus_stats(&self) -> BusStats {
        self.bus.counters()
    }

    /// Returns the firmware version of each joint's servo.
    pub fn firmware_versions(&self) -> &[String] {
        &self.firmware
    }

    /// Returns the timing statistics of the control cycle.
    pub fn cycle_stats(&self) -> CycleStats {
        self.timing
    }

    /// Returns the state of the arm by its last accepted readings.
    fn report(&self) -> ArmState {
        let read = |of: &dyn Fn(&ServoJoint, &FeedbackFilter) -> f64| -> JointVector {
            let joints = self.joints.iter().zip(&self.tracks);
            joints.map(|(joint, track)| of(joint, track)).collect()
        };
        ArmState {
            stamp: Stamp::from_nanos(self.bus.now().as_nanos() as u64),
            position: read(&|joint, track| joint.position_from_steps(track.reading.steps)),
            velocity: read(&|joint, track| {
                let velocity = joint.servo.model.map.velocity;
                joint.direction_sign() * velocity.physical_value(track.reading.velocity)
            }),
            effort: read(&|joint, track| {
                joint.direction_sign() * track.reading.load as f64 / joint.servo.model.full_load
            }),
            commanded: Some(self.commanded.clone()),
            alarm: self.refusal.clone().or_else(|| self.alarm.clone()),
        }
    }

    /// Returns the error that ended operation, if there was one.
    fn check_fault(&self) -> Result<(), ArmError> {
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// Latches an error: nothing that could move the arm is sent any more.
    fn latch<T>(&mut self, result: Result<T, ArmError>) -> Result<T, ArmError> {
        if let Err(error) = &result {
            self.fault = Some(error.clone());
        }
        result
    }
}
