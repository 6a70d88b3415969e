//! The motions of a recording.

use enact_arm::{ArmState, ContactPolicy};
use enact_types::JointVector;

use crate::error::RecordingError;
use crate::message::{JointStates, MotionEndMessage, MotionMessage};
use crate::reader::Recording;
use crate::topic::Topic;

/// A motion and the arm's readings of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedMotion {
    /// Number of the turn that it belongs to, counted over all tasks; 0 before the first.
    pub turn: u32,
    /// The admitted motion.
    pub planned: MotionMessage,
    /// Readings: one before the motion, one per command.
    pub readings: Vec<ArmState>,
    /// End of the motion; `None` if the recording is truncated.
    pub end: Option<MotionEndMessage>,
}

impl RecordedMotion {
    /// Returns the commands that were sent, from rest to rest, and whether contact was part of
    /// them: the planned commands, or those actually sent if the motion was cut short.
    pub fn commands(&self) -> (Vec<JointVector>, ContactPolicy) {
        match &self.end {
            Some(end) if end.followed < self.planned.positions.len() => {
                let sent = self.readings.iter().skip(1);
                let sent = sent.filter_map(|reading| reading.commanded.clone());
                (sent.collect(), ContactPolicy::Expected)
            }
            _ => (
                self.planned.positions.clone(),
                self.planned.contact_policy(),
            ),
        }
    }

    fn take(&mut self, reading: ArmState) -> Result<(), RecordingError> {
        let joints = self
            .planned
            .positions
            .first()
            .map_or(0, |joints| joints.len());
        let given = reading.position.len();
        if given != joints {
            let text = format!("a reading has {given} joints, its motion {joints}");
            return Err(RecordingError::NotOurs(text.into()));
        }
        self.readings.push(reading);
        Ok(())
    }
}

impl Recording {
    /// Returns all motions in order.
    ///
    /// # Errors
    /// [`RecordingError`] for the first message of a motion that cannot be read.
    pub fn motions(&self) -> Result<Vec<RecordedMotion>, RecordingError> {
        let mut motions: Vec<RecordedMotion> = Vec::new();
        let mut turn = 0;
        let mut moving = false;
        for record in self.messages() {
            match record.topic {
                Topic::Turn => turn += 1,
                Topic::Motion => {
                    motions.push(RecordedMotion {
                        turn,
                        planned: record.deserialize_message()?,
                        readings: Vec::new(),
                        end: None,
                    });
                    moving = true;
                }
                Topic::JointStates if moving => {
                    let reading = record.deserialize_message::<JointStates>()?.to_arm_state();
                    if let Some(motion) = motions.last_mut() {
                        motion.take(reading)?;
                    }
                }
                Topic::MotionEnd => {
                    if let Some(motion) = motions.last_mut() {
                        motion.end = Some(record.deserialize_message()?);
                    }
                    moving = false;
                }
                _ => {}
            }
        }
        Ok(motions)
    }
}
