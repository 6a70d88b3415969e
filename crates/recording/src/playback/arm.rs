//! An arm that reports the recorded readings.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use enact_arm::{Arm, ArmError, ArmState, StopSwitch};
use enact_robot::Command;
use enact_runtime::{TaskEnd, TaskReport};

use crate::error::RecordingError;
use crate::message::{JointStates, MotionEndMessage};
use crate::reader::Recording;
use crate::topic::Topic;

/// Reports the recorded readings one after another, whatever it is commanded, and presses its stop
/// switch where it was pressed in the recording.
#[derive(Debug)]
pub(super) struct RecordedArm {
    readings: VecDeque<Reading>,
    stop: Arc<OnceLock<StopSwitch>>,
}

#[derive(Clone, Debug)]
struct Reading {
    state: ArmState,
    /// True if the arm was stopped at this reading.
    stopped: bool,
}

impl RecordedArm {
    pub(super) fn new(
        recording: &Recording,
        stop: Arc<OnceLock<StopSwitch>>,
    ) -> Result<Self, RecordingError> {
        let mut readings: Vec<Reading> = Vec::new();
        // Start of the current motion and turn, and whether a motion was stopped in the current
        // task.
        let (mut motion, mut turn) = (0, 0);
        let mut stopped = false;
        for record in recording.messages() {
            match record.topic {
                Topic::Task => (turn, stopped) = (0, false),
                Topic::Turn => turn = readings.len(),
                Topic::JointStates => readings.push(Reading {
                    state: record.deserialize_message::<JointStates>()?.to_arm_state(),
                    stopped: false,
                }),
                Topic::Motion => motion = readings.len(),
                Topic::MotionEnd => {
                    let end: MotionEndMessage = record.deserialize_message()?;
                    if end.end == MotionEndMessage::STOPPED {
                        press(&mut readings, motion + end.followed);
                        stopped = true;
                    }
                }
                Topic::Report => {
                    let report: TaskReport = record.deserialize_message()?;
                    if report.ending == TaskEnd::Stopped && !stopped {
                        // Between two motions: the reading before the one that ends the task. If
                        // the arm was not read in this turn, the agent was not waited for.
                        let last = readings.len().saturating_sub(2);
                        if last >= turn || report.turns == 0 {
                            press(&mut readings, last);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(Self {
            readings: readings.into(),
            stop,
        })
    }

    fn next(&mut self) -> Result<ArmState, ArmError> {
        let reading = self
            .readings
            .pop_front()
            .ok_or_else(|| ArmError::Silent("the recording ends here".to_owned()))?;
        if reading.stopped
            && let Some(stop) = self.stop.get()
        {
            stop.press();
        }
        Ok(reading.state)
    }
}

fn press(readings: &mut [Reading], at: usize) {
    if let Some(reading) = readings.get_mut(at) {
        reading.stopped = true;
    }
}

impl Arm for RecordedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.next()
    }

    fn cycle(&mut self, _: &Command) -> Result<ArmState, ArmError> {
        self.next()
    }
}
