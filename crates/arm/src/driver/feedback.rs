//! What a servo reports, and whether to believe it.

use std::time::Duration;

use super::joint::ServoJoint;
use crate::protocol::Status;
use crate::servo::ServoModel;

/// A servo's state, in the numbers of its registers.
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
    /// The error byte of the answer.
    pub error: u8,
}

impl Reading {
    /// The state in an answer to a read of the model's feedback block; `None` if the answer
    /// is of another length.
    pub fn new(model: &ServoModel, status: &Status) -> Option<Self> {
        let map = model.map;
        let number = |register: crate::servo::Register| register.within(map.feedback, &status.data);
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

/// Speed beyond a servo's own that a reading may show: it can be pushed.
const PUSHED: f64 = 1.2;
/// Steps that a reading may be off by noise.
const NOISE: f64 = 20.0;

/// A servo's believed readings.
#[derive(Clone, Copy, Debug)]
pub struct FeedbackFilter {
    /// The last that was believed.
    pub reading: Reading,
    /// When it came.
    pub at: Duration,
    /// Whether it answers the last request.
    pub fresh: bool,
}

impl FeedbackFilter {
    /// A first reading.
    pub fn new(reading: Reading, at: Duration) -> Self {
        Self {
            reading,
            at,
            fresh: true,
        }
    }

    /// Takes a reading, unless no servo can have got there since the last one.
    pub fn take(&mut self, joint: &ServoJoint, reading: Reading, now: Duration) -> bool {
        let model = joint.servo.model;
        let one_turn = model.facts().turns.is_none();
        let elapsed = now.saturating_sub(self.at).as_secs_f64();
        let reach = PUSHED * model.top_speed * elapsed / model.step() + NOISE;
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
