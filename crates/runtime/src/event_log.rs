//! A run as lines of JSON, with equal bytes for equal runs.
//!
//! No wall time, address or path is written, so equal scenes, seeds, models and versions give equal
//! event logs.

use std::io::{self, Write};

use enact_arm::ArmState;
use enact_types::JointVector;
use serde_json::{Value, json};

use crate::event::{Event, Observer};

/// Writes a line of JSON per event.
#[derive(Debug)]
pub struct EventLog<W> {
    sink: W,
    failure: Option<io::Error>,
}

impl<W: Write> EventLog<W> {
    /// Creates an event log into `sink`.
    pub fn new(sink: W) -> Self {
        Self {
            sink,
            failure: None,
        }
    }

    /// Returns the sink.
    ///
    /// # Errors
    /// The first error of writing to the sink.
    pub fn finish(mut self) -> io::Result<W> {
        match self.failure {
            Some(error) => Err(error),
            None => {
                self.sink.flush()?;
                Ok(self.sink)
            }
        }
    }
}

impl<W: Write> Observer for EventLog<W> {
    fn observe(&mut self, event: &Event<'_>) {
        if self.failure.is_none()
            && let Some(line) = line(event)
            && let Err(error) = writeln!(self.sink, "{line}")
        {
            self.failure = Some(error);
        }
    }
}

/// Returns the line of an event; `None` for readings of a standing arm and for facts of the scene
/// file.
fn line(event: &Event<'_>) -> Option<Value> {
    Some(match event {
        Event::TaskStarted {
            instruction, robot, ..
        } => json!({"started": instruction, "robot": robot.name()}),
        Event::UserCommand(order) => json!({"ordered": order}),
        Event::TurnStarted(turn) => json!({"turn": turn}),
        Event::FrameCaptured(frame) => json!({
            "frame": frame.sequence,
            "stamp_ns": frame.stamp.nanos(),
            "rgb_crc32": crc32fast::hash(frame.rgb.as_raw()),
        }),
        Event::Perceived {
            answer,
            objects,
            dropped,
        } => json!({
            "perceived": answer.completion,
            "objects": objects,
            "dropped": dropped,
        }),
        Event::Planned { answer, .. } => json!({
            "prompt": answer.prompt,
            "completion": answer.completion,
            "rejected": answer.parsed.as_ref().err().map(ToString::to_string),
        }),
        Event::StepStarted(step) => json!({"step": step}),
        Event::MotionStarted {
            purpose,
            trajectory,
            ..
        } => json!({
            "moving": purpose,
            "samples": trajectory.len(),
            "positions_crc32": crc32fast::hash(&bytes_of(trajectory.positions())),
            "end": trajectory.end_positions(),
        }),
        Event::MotionEnded(execution) => json!({"moved": arm(&execution.state)}),
        Event::CollisionWorld { .. }
        | Event::ApprovalRequired
        | Event::Previewed(_)
        | Event::StateRead(_) => {
            return None;
        }
        Event::Approved(agreed) => json!({"agreed": agreed}),
        Event::StepVerified(outcome) => json!({"judged": outcome}),
        Event::Said(text) => json!({"said": text}),
        Event::TaskEnded(report) => json!({"ended": report}),
        Event::TaskFailed(error) => json!({"broke": error.to_string()}),
    })
}

fn arm(state: &ArmState) -> Value {
    json!({
        "stamp_ns": state.stamp.nanos(),
        "position": state.position,
        "effort": state.effort,
    })
}

fn bytes_of(positions: &[JointVector]) -> Vec<u8> {
    positions
        .iter()
        .flat_map(|joints| joints.iter())
        .flat_map(|value| value.to_le_bytes())
        .collect()
}
