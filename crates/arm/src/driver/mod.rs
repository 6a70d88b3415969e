//! An arm of servos on a bus.
//!
//! | module | idea |
//! |---|---|
//! | [`bus_config`] | which servo moves which joint |
//! | [`joint`] | between a joint's radians and its servo's steps |
//! | [`feedback`] | what a servo reports, and whether to believe it |
//! | [`id_conflict`] | whether a servo is alone with its id |
//! | [`firmware`] | which firmware servos run |
//! | [`arming`] | from a port to an arm that holds itself up |
//! | [`cycle`] | goals out, state in, at the control rate |
//! | [`health`] | what forbids further motion |
//! | [`shutdown`] | how an arm is left |

pub mod arming;
pub mod bus_config;
pub mod cycle;
pub mod feedback;
pub mod firmware;
pub mod health;
pub mod id_conflict;
pub mod joint;
pub mod shutdown;
mod verify;

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

/// An arm of servos, armed: [`ServoArm::arm`] is the only way to one. Dropping it leaves the
/// arm as [`ShutdownMode`] says.
pub struct ServoArm {
    bus: Bus,
    joints: Vec<ServoJoint>,
    ids: Vec<u8>,
    period: Duration,
    tracks: Vec<FeedbackFilter>,
    /// Of each servo.
    firmware: Vec<String>,
    limits: Vec<HealthLimits>,
    /// What each servo was last told, in steps.
    goals: Vec<i64>,
    /// What the arm was last told.
    commanded: JointVector,
    /// Whether the servos are known to have the goals.
    goals_verified: bool,
    /// What a servo suffers from now.
    alarm: Option<String>,
    /// Why the last command was not sent.
    refusal: Option<String>,
    /// What ended it all, until the arm is armed anew.
    fault: Option<ArmError>,
    /// When the next goals are due.
    due: Option<Duration>,
    /// How to leave the arm; `None` once it is left.
    shutdown: Option<ShutdownMode>,
    timing: CycleTiming,
}

/// How well the control rate is kept, since the arm was armed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CycleTiming {
    /// Control periods.
    pub cycles: u64,
    /// Those that began more than half a period late.
    pub overruns: u64,
    /// Readings that no servo can have reached since the one before.
    pub outliers: u64,
    /// Goals sent again because they had not arrived.
    pub resent: u64,
}

impl ServoArm {
    /// How well the bus works.
    pub fn counters(&self) -> BusStats {
        self.bus.counters()
    }

    /// The firmware version of each joint's servo.
    pub fn firmware(&self) -> &[String] {
        &self.firmware
    }

    /// How well the control rate is kept.
    pub fn timing(&self) -> CycleTiming {
        self.timing
    }

    /// The arm by its last believed readings.
    fn report(&self) -> ArmState {
        let read = |of: &dyn Fn(&ServoJoint, &FeedbackFilter) -> f64| -> JointVector {
            let joints = self.joints.iter().zip(&self.tracks);
            joints.map(|(joint, track)| of(joint, track)).collect()
        };
        ArmState {
            stamp: Stamp::from_nanos(self.bus.now().as_nanos() as u64),
            position: read(&|joint, track| joint.position(track.reading.steps)),
            velocity: read(&|joint, track| {
                let velocity = joint.servo.model.map.velocity;
                joint.direction() * velocity.value(track.reading.velocity)
            }),
            effort: read(&|joint, track| {
                joint.direction() * track.reading.load as f64 / joint.servo.model.full_load
            }),
            commanded: Some(self.commanded.clone()),
            alarm: self.refusal.clone().or_else(|| self.alarm.clone()),
        }
    }

    /// The error that ended it all, if one did.
    fn check_fault(&self) -> Result<(), ArmError> {
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// Remembers an error: nothing is sent any more that could move the arm.
    fn latch<T>(&mut self, result: Result<T, ArmError>) -> Result<T, ArmError> {
        if let Err(error) = &result {
            self.fault = Some(error.clone());
        }
        result
    }
}
