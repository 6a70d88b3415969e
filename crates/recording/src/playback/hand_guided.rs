//! Playback of motion that a person commanded, without the loop.

use enact_arm::{ArmError, ArmState};
use enact_robot::Robot;
use enact_runtime::{Event, Observer, RuntimeError, TaskReport};

use crate::error::RecordingError;
use crate::message::{JointStates, ModelInfo, RunFailureMessage, TaskMessage};
use crate::reader::Recording;
use crate::topic::Topic;

/// Notes taken while a person moved the arm.
#[derive(Clone, Debug)]
pub(super) struct HandGuidedEvents(Vec<Note>);

#[derive(Clone, Debug)]
enum Note {
    Task(TaskMessage),
    Reading(ArmState),
    Ended(Box<TaskReport>),
    Broke(RunFailureMessage),
}

impl HandGuidedEvents {
    /// Returns the notes of a recording in which a person moved the arm; `None` for any other.
    ///
    /// # Errors
    /// [`RecordingError`] for the first message that cannot be read.
    pub fn from_recording(recording: &Recording) -> Result<Option<Self>, RecordingError> {
        if recording.run_info()?.model.planning != ModelInfo::HAND_GUIDED_SOURCE {
            return Ok(None);
        }
        let mut notes = Vec::new();
        for record in recording.messages() {
            notes.push(match record.topic {
                Topic::Task => Note::Task(record.deserialize_message()?),
                Topic::JointStates => {
                    Note::Reading(record.deserialize_message::<JointStates>()?.to_arm_state())
                }
                Topic::Report => Note::Ended(record.deserialize_message()?),
                Topic::Failure => Note::Broke(record.deserialize_message()?),
                _ => continue,
            });
        }
        Ok(Some(Self(notes)))
    }

    pub fn notify_observers(self, robot: &Robot, observers: &mut [Box<dyn Observer + '_>]) {
        let mut tell = |event: &Event<'_>| {
            for observer in observers.iter_mut() {
                observer.observe(event);
            }
        };
        for note in self.0 {
            match note {
                Note::Task(TaskMessage {
                    instruction,
                    options,
                }) => tell(&Event::TaskStarted {
                    instruction: &instruction,
                    robot,
                    options,
                }),
                Note::Reading(state) => tell(&Event::StateRead(&state)),
                Note::Ended(report) => tell(&Event::TaskEnded(&report)),
                Note::Broke(broke) => {
                    let error = RuntimeError::Arm(ArmError::Silent(broke.reason));
                    tell(&Event::TaskFailed(&error));
                }
            }
        }
    }
}
