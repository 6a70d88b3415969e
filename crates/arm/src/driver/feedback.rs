//! Feedback of a servo, with a plausibility filter.

use std::time::Duration;

use super::joint::ServoJoint;
use crate::protocol::Status;
use crate::servo::ServoModel;

/// State of a servo, in register units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Position.
    pub steps: i64,
    /// Velocity.
    pub velocity: i64,
    /// Load.
    pub load: i64,
    /// Supply voltage.
    pub voltage: i64,
    /// Temperature.
    pub temperature: i64,
    /// Error byte of the reply.
    pub error: u8,
}

impl Reading {
    /// Parses a reply to a read of the model's feedback block; `None` if the reply has another
    /// length.
    pub fn new(model: &ServoModel, status: &Status) -> Option<Self> {
        let map = model.map;
        let number = |register: crate::servo::Register| {
            register.decode_from_block(map.feedback, &status.data)
        };
        Some(Self {
            steps: number(map.position)?,
            velocity: number(map.velocity)?,
            load: number(map.load)?,
            voltage: number(map.voltage)?,
            temperature: number(map.temperature)?,
            error: status.error,
        })
    }
}

/// Largest plausible speed as a multiple of the servo's own, because it can be pushed.
const PUSHED: f64 = 1.2;
/// Position noise of a reading, steps.
const NOISE: f64 = 20.0;

/// Filtered readings of a servo.
#[derive(Clone, Copy, Debug)]
pub struct FeedbackFilter {
    /// Last accepted reading.
    pub reading: Reading,
    /// Time of that reading.
    pub at: Duration,
    /// True if it is the reply to the last request.
    pub fresh: bool,
}

impl FeedbackFilter {
    /// Creates a filter with a first reading.
    pub fn new(reading: Reading, at: Duration) -> Self {
        Self {
            reading,
            at,
            fresh: true,
        }
    }

    /// Accepts a reading, unless no servo can have moved there since the last one; returns whether
    /// it was accepted.
    pub fn accept_if_plausible(
        &mut self,
        joint: &ServoJoint,
        reading: Reading,
        now: Duration,
    ) -> bool {
        let model = joint.servo.model;
        let one_turn = model.family_facts().turns.is_none();
        let elapsed = now.saturating_sub(self.at).as_secs_f64();
        let reach = PUSHED * model.top_speed * elapsed / model.step_size_rad() + NOISE;
        let way = (reading.steps - self.reading.steps).abs() as f64;
        let there = !one_turn || (0..model.steps_per_turn).contains(&reading.steps);
        self.fresh = there && way <= reach;
        if self.fresh {
            self.reading = reading;
            self.at = now;
        }
        self.fresh
    }
}
