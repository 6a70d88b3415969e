//! Arm, camera and agent that play back a recording, so that the loop runs through it again, to
//! watch the run or to verify that it is the same.
//!
//! | module | idea |
//! |---|---|
//! | `arm` | an arm that reports the recorded readings |
//! | `camera` | a camera that shows the recorded pictures |
//! | `agent` | an agent that gives the recorded responses |
//! | `inputs` | recorded inputs, request by request |
//! | `hand_guided` | playback of motion that a person commanded, without the loop |

mod agent;
mod arm;
mod camera;
mod hand_guided;
mod inputs;

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use enact_arm::{ArmThread, StopSwitch};
use enact_robot::Robot;
use enact_runtime::{Observer, RuntimeError, Session, UserCommand};

use crate::collision_world::CollisionWorldMessage;
use crate::error::RecordingError;
use crate::message::{ApprovalMessage, TaskMessage, UserCommandMessage};
use crate::reader::{Message, Recording};
use crate::topic::Topic;

use agent::RecordedAgent;
use arm::RecordedArm;
use camera::RecordedCamera;
use hand_guided::HandGuidedEvents;
use inputs::UserRequestCursor;

/// A recorded run, ready for playback.
pub struct Playback {
    robot: Arc<Robot>,
    around: Option<CollisionWorldMessage>,
    /// Answers to the approval of each plan, if approval was requested.
    approvals: Option<VecDeque<bool>>,
    demands: Vec<Request>,
    arm: RecordedArm,
    camera: RecordedCamera,
    agent: RecordedAgent,
    stop: Arc<OnceLock<StopSwitch>>,
    course: UserRequestCursor,
    /// Notes of a recording in which a person moved the arm, without the loop.
    guided: Option<HandGuidedEvents>,
}

/// A request of a person.
#[derive(Clone, Debug, PartialEq)]
enum Request {
    Task(TaskMessage),
    Order(UserCommand),
}

impl Playback {
    /// Creates arm, camera and agent from a recording.
    ///
    /// # Errors
    /// [`RecordingError`] for the first message that cannot be read, or a robot that cannot be
    /// loaded.
    pub fn new(recording: &Recording) -> Result<Self, RecordingError> {
        let stop = Arc::new(OnceLock::new());
        let course = UserRequestCursor::of(recording)?;
        Ok(Self {
            robot: Arc::new(recording.run_info()?.robot.load_robot()?),
            around: recording.collision_world()?,
            approvals: approvals(recording)?,
            demands: demands(recording)?,
            arm: RecordedArm::new(recording, Arc::clone(&stop))?,
            camera: RecordedCamera::new(recording, &course)?,
            agent: RecordedAgent::new(recording, &course)?,
            stop,
            course,
            guided: HandGuidedEvents::from_recording(recording)?,
        })
    }

    /// Returns the robot of the recording.
    pub fn robot(&self) -> &Arc<Robot> {
        &self.robot
    }

    /// Runs the loop through the recording again, watched by `observers`. Where the recording is
    /// truncated, arm, camera or agent fail, and the run ends there.
    ///
    /// # Errors
    /// [`RecordingError::Unfit`] if the robot cannot do what the loop requires.
    pub fn play<'a>(
        self,
        mut observers: Vec<Box<dyn Observer + 'a>>,
    ) -> Result<(), RecordingError> {
        if let Some(guided) = self.guided {
            guided.notify_observers(&self.robot, &mut observers);
            return Ok(());
        }
        let arm = ArmThread::start(Box::new(self.arm), &self.robot);
        let stop = arm.stop_switch();
        self.stop.get_or_init(|| stop.clone());
        let mut session = Session::new(
            Arc::clone(&self.robot),
            arm,
            Box::new(self.camera),
            Box::new(self.agent),
            observers,
        )
        .map_err(RecordingError::Unfit)?;
        if let Some(around) = &self.around {
            session = session.with_obstacles(around.obstacles(), around.walls());
        }
        if let Some(mut approvals) = self.approvals {
            let answer = move |_: &_, _: &_| approvals.pop_front().unwrap_or(false);
            session = session.with_approver(Box::new(answer));
        }
        for demand in self.demands {
            stop.release();
            self.course.begin_next_user_request();
            match meet(&mut session, &demand) {
                Ok(()) => {}
                Err(error) if error.is_caused_by_stop() => {}
                // Observers of a task have been told.
                Err(_) => break,
            }
        }
        Ok(())
    }
}

fn meet(session: &mut Session<'_>, demand: &Request) -> Result<(), RuntimeError> {
    match demand {
        Request::Task(TaskMessage {
            instruction,
            options,
        }) => session.run_task(instruction, *options).map(drop),
        Request::Order(UserCommand::See) => session.look_at_table().map(drop),
        Request::Order(UserCommand::Home) => session.move_home().map(drop),
        Request::Order(UserCommand::Jog { joint, by }) => session.jog_joint(*joint, *by).map(drop),
    }
}

fn approvals(recording: &Recording) -> Result<Option<VecDeque<bool>>, RecordingError> {
    let records = recording.messages_of_topic(Topic::Approval);
    let said: Vec<ApprovalMessage> = records
        .map(Message::deserialize_message)
        .collect::<Result<_, _>>()?;
    let answers = || said.iter().filter_map(|it| it.agreed).collect();
    Ok((!said.is_empty()).then(answers))
}

fn demands(recording: &Recording) -> Result<Vec<Request>, RecordingError> {
    let mut demands = Vec::new();
    for record in recording.messages() {
        match record.topic {
            Topic::Task => demands.push(Request::Task(record.deserialize_message()?)),
            Topic::UserCommand => demands.push(Request::Order(
                record.deserialize_message::<UserCommandMessage>()?.order,
            )),
            _ => {}
        }
    }
    Ok(demands)
}
