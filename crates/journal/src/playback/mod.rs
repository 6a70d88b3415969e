//! Arm, camera and mind that repeat what a journal holds, so that the loop lives through
//! the run again: for whoever wants to watch it, or to know that it is the same.
//!
//! | module | idea |
//! |---|---|
//! | `arm` | an arm that reports what was recorded |
//! | `camera` | the pictures that were recorded |
//! | `mind` | the answers that were recorded |
//! | `parts` | what was taken in, demand by demand |
//! | `guided` | what a person had the arm do, without any loop |

mod arm;
mod camera;
mod guided;
mod mind;
mod parts;

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use enact_arm::{ArmThread, StopSwitch};
use enact_bridge::{BridgeError, Observer, Order, Session};
use enact_robot::Robot;

use crate::error::JournalError;
use crate::message::{Approval, Ordered, Task};
use crate::reader::{Journal, Record};
use crate::surroundings::Surroundings;
use crate::topic::Topic;

use arm::RecordedArm;
use camera::RecordedCamera;
use guided::Guided;
use mind::RecordedMind;
use parts::Course;

/// A recorded run, ready to be lived through again.
pub struct Playback {
    robot: Arc<Robot>,
    around: Option<Surroundings>,
    /// What somebody answered to each plan, where somebody was asked.
    approvals: Option<VecDeque<bool>>,
    demands: Vec<Demand>,
    arm: RecordedArm,
    camera: RecordedCamera,
    mind: RecordedMind,
    stop: Arc<OnceLock<StopSwitch>>,
    course: Course,
    /// What there is to tell where a person moved the arm, and no loop.
    guided: Option<Guided>,
}

/// What a person asked for.
#[derive(Clone, Debug, PartialEq)]
enum Demand {
    Task(Task),
    Order(Order),
}

impl Playback {
    /// Takes arm, camera and mind from a journal.
    ///
    /// # Errors
    /// The first message that cannot be read, or a robot that cannot be loaded.
    pub fn new(journal: &Journal) -> Result<Self, JournalError> {
        let stop = Arc::new(OnceLock::new());
        let course = Course::of(journal)?;
        Ok(Self {
            robot: Arc::new(journal.info()?.robot.load()?),
            around: journal.surroundings()?,
            approvals: approvals(journal)?,
            demands: demands(journal)?,
            arm: RecordedArm::new(journal, Arc::clone(&stop))?,
            camera: RecordedCamera::new(journal, &course)?,
            mind: RecordedMind::new(journal, &course)?,
            stop,
            course,
            guided: Guided::of(journal)?,
        })
    }

    /// Who acts.
    pub fn robot(&self) -> &Arc<Robot> {
        &self.robot
    }

    /// Lives through the run again, watched by `observers`. Where the journal was cut,
    /// arm, camera or mind fail, and the run breaks off there.
    ///
    /// # Errors
    /// If the robot cannot do what the loop needs.
    pub fn play<'a>(self, mut observers: Vec<Box<dyn Observer + 'a>>) -> Result<(), JournalError> {
        if let Some(guided) = self.guided {
            guided.tell(&self.robot, &mut observers);
            return Ok(());
        }
        let arm = ArmThread::start(Box::new(self.arm), &self.robot);
        let stop = arm.stop_switch();
        self.stop.get_or_init(|| stop.clone());
        let mut session = Session::new(
            Arc::clone(&self.robot),
            arm,
            Box::new(self.camera),
            Box::new(self.mind),
            observers,
        )
        .map_err(JournalError::Unfit)?;
        if let Some(around) = &self.around {
            session = session.among(around.obstacles(), around.walls());
        }
        if let Some(mut approvals) = self.approvals {
            let answer = move |_: &_, _: &_| approvals.pop_front().unwrap_or(false);
            session = session.approved_by(Box::new(answer));
        }
        for demand in self.demands {
            stop.release();
            self.course.go_on();
            match meet(&mut session, &demand) {
                Ok(()) => {}
                Err(error) if error.is_stop() => {}
                // Observers of a task have been told.
                Err(_) => break,
            }
        }
        Ok(())
    }
}

fn meet(session: &mut Session<'_>, demand: &Demand) -> Result<(), BridgeError> {
    match demand {
        Demand::Task(Task { task, bounds }) => session.run(task, *bounds).map(drop),
        Demand::Order(Order::See) => session.see().map(drop),
        Demand::Order(Order::Home) => session.home().map(drop),
    }
}

fn approvals(journal: &Journal) -> Result<Option<VecDeque<bool>>, JournalError> {
    let records = journal.of(Topic::Approval);
    let said: Vec<Approval> = records.map(Record::read).collect::<Result<_, _>>()?;
    let answers = || said.iter().filter_map(|it| it.agreed).collect();
    Ok((!said.is_empty()).then(answers))
}

fn demands(journal: &Journal) -> Result<Vec<Demand>, JournalError> {
    let mut demands = Vec::new();
    for record in journal.records() {
        match record.topic {
            Topic::Task => demands.push(Demand::Task(record.read()?)),
            Topic::Order => demands.push(Demand::Order(record.read::<Ordered>()?.order)),
            _ => {}
        }
    }
    Ok(demands)
}
