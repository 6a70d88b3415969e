//! What a person had the arm do, without any loop.

use enact_arm::{ArmError, ArmState};
use enact_bridge::{BridgeError, Event, Observer, Report};
use enact_robot::Robot;

use crate::error::JournalError;
use crate::message::{Broke, JointStates, ModelInfo, Task};
use crate::reader::Journal;
use crate::topic::Topic;

/// What was noted while a person moved the arm.
#[derive(Clone, Debug)]
pub(super) struct Guided(Vec<Note>);

#[derive(Clone, Debug)]
enum Note {
    Task(Task),
    Reading(ArmState),
    Ended(Box<Report>),
    Broke(Broke),
}

impl Guided {
    /// Of a journal in which a person moved the arm; `None` of any other.
    pub fn of(journal: &Journal) -> Result<Option<Self>, JournalError> {
        if journal.info()?.model.planning != ModelInfo::PERSON {
            return Ok(None);
        }
        let mut notes = Vec::new();
        for record in journal.records() {
            notes.push(match record.topic {
                Topic::Task => Note::Task(record.read()?),
                Topic::JointStates => Note::Reading(record.read::<JointStates>()?.state()),
                Topic::Report => Note::Ended(record.read()?),
                Topic::Broke => Note::Broke(record.read()?),
                _ => continue,
            });
        }
        Ok(Some(Self(notes)))
    }

    pub fn tell(self, robot: &Robot, observers: &mut [Box<dyn Observer + '_>]) {
        let mut tell = |event: &Event<'_>| {
            for observer in observers.iter_mut() {
                observer.observe(event);
            }
        };
        for note in self.0 {
            match note {
                Note::Task(Task { task, bounds }) => tell(&Event::Started {
                    task: &task,
                    robot,
                    bounds,
                }),
                Note::Reading(state) => tell(&Event::Read(&state)),
                Note::Ended(report) => tell(&Event::Ended(&report)),
                Note::Broke(broke) => {
                    let error = BridgeError::Arm(ArmError::Silent(broke.reason));
                    tell(&Event::Broke(&error));
                }
            }
        }
    }
}
