//! Encodes an event as messages of a recording.

use std::sync::Arc;

use enact_arm::{ArmState, Execution};
use enact_plan::{ObjectView, Usage, Verdict};
use enact_robot::{Robot, Trajectory};
use enact_runtime::Event;
use enact_types::{Frame, Pose, Stamp};
use serde::Serialize;
use serde_json::json;

use crate::collision_world::CollisionWorldMessage;
use crate::foxglove::{self, CAMERA_FRAME_ID, Level, Log};
use crate::message::{self, JointStates, MotionEndMessage};
use crate::picture;
use crate::scene::Scene;
use crate::topic::Topic;

/// Smallest interval between link poses, or between points of a path, seconds.
const SPACING: f64 = 0.02;

/// One message on its way to a recording.
#[derive(Clone, Debug)]
pub struct EncodedMessage {
    /// Topic of its channel.
    pub topic: Topic,
    /// Camera of a stream topic.
    pub camera: Option<Arc<str>>,
    /// Time on the arm's clock.
    pub at: Stamp,
    body: Payload,
}

/// A message, or the data to make it from.
#[derive(Clone, Debug)]
enum Payload {
    Json(Vec<u8>),
    Picture(Arc<Frame>),
}

impl EncodedMessage {
    pub(crate) fn new(topic: Topic, at: Stamp, message: &impl Serialize) -> Self {
        let json = serde_json::to_vec(message).expect("our messages have text keys only");
        Self {
            topic,
            camera: None,
            at,
            body: Payload::Json(json),
        }
    }

    /// Returns the messages of a streamed picture of `camera`, taken at a time on the arm's clock.
    pub(crate) fn of_streamed_frame(camera: &Arc<str>, at: Stamp, frame: Frame) -> Vec<Self> {
        let frame = Arc::new(frame);
        let entry = |topic| Self {
            topic,
            camera: Some(Arc::clone(camera)),
            at,
            body: Payload::Picture(Arc::clone(&frame)),
        };
        let depth = frame.depth.as_ref().map(|_| entry(Topic::StreamDepth));
        [entry(Topic::StreamImage)]
            .into_iter()
            .chain(depth)
            .collect()
    }

    /// Returns the calibration and the pose of `camera` for the pictures that follow. `base` is the
    /// frame of the pose.
    pub(crate) fn of_camera_calibration_and_pose(
        camera: &Arc<str>,
        at: Stamp,
        frame: &Frame,
        base: &str,
    ) -> Vec<Self> {
        let place = foxglove::transform(at, base, camera, &frame.base_from_camera);
        let calibration = foxglove::calibration(frame, at, camera);
        vec![
            Self {
                camera: Some(Arc::clone(camera)),
                ..Self::new(Topic::StreamCalibration, at, &calibration)
            },
            Self::new(Topic::Transforms, at, &json!({"transforms": [place]})),
        ]
    }

    /// Returns its size in memory, bytes.
    pub(crate) fn size(&self) -> usize {
        match &self.body {
            Payload::Json(json) => json.len(),
            Payload::Picture(frame) => {
                let depths = frame.depth.as_ref().map_or(0, |depth| depth.meters.len());
                frame.rgb.as_raw().len() + 4 * depths
            }
        }
    }

    /// Returns the message as JSON; pictures are compressed only here.
    pub fn into_json(self) -> Vec<u8> {
        let frame = match self.body {
            Payload::Json(json) => return json,
            Payload::Picture(frame) => frame,
        };
        let camera = self.camera.as_deref().unwrap_or(CAMERA_FRAME_ID);
        let written = match (self.topic, &frame.depth) {
            (Topic::StreamImage, _) => {
                serde_json::to_vec(&picture::encode_streamed_color(&frame, self.at, camera))
            }
            (Topic::StreamDepth, Some(depth)) => {
                serde_json::to_vec(&picture::encode_streamed_depth(depth, self.at, camera))
            }
            (Topic::Depth, Some(depth)) => {
                serde_json::to_vec(&picture::encode_measured_depth(depth, self.at))
            }
            _ => serde_json::to_vec(&picture::encode_color_as_png(&frame, self.at)),
        };
        written.expect("our messages have text keys only")
    }
}

/// Encodes events as messages. The same events give the same messages.
#[derive(Clone, Debug)]
pub struct Encoder {
    robot: Robot,
    scene: Scene,
    now: Stamp,
    /// Time of the last link poses.
    shown: Option<Stamp>,
    /// True if a preview path is drawn.
    ghost: bool,
}

impl Encoder {
    /// Creates an encoder of the events of `robot`.
    pub fn new(robot: &Robot) -> Self {
        Self {
            scene: Scene::new(base_of(robot)),
            robot: robot.clone(),
            now: Stamp::ZERO,
            shown: None,
            ghost: false,
        }
    }

    /// Returns the newest time on the arm's clock of any event.
    pub fn latest_stamp(&self) -> Stamp {
        self.now
    }

    /// Encodes an event.
    pub fn encode(&mut self, event: &Event<'_>) -> Vec<EncodedMessage> {
        let mut entries = self.messages(event);
        if let Some((level, name, line)) = talk(event) {
            let log = Log::new(self.now, level, name, line);
            entries.push(self.encode_at_current_time(Topic::Log, &log));
        }
        entries
    }

    fn messages(&mut self, event: &Event<'_>) -> Vec<EncodedMessage> {
        match event {
            Event::CollisionWorld { obstacles, walls } => {
                let around = CollisionWorldMessage::of(obstacles, walls);
                let drawn = self.scene.draw_bodies(self.now, &around.bodies);
                vec![
                    self.encode_at_current_time(Topic::CollisionWorld, &around),
                    self.encode_at_current_time(Topic::Scene, &drawn),
                ]
            }
            Event::ApprovalRequired => {
                vec![self.encode_at_current_time(
                    Topic::Approval,
                    &message::ApprovalMessage { agreed: None },
                )]
            }
            Event::Approved(agreed) => {
                let agreed = Some(*agreed);
                vec![
                    self.encode_at_current_time(
                        Topic::Approval,
                        &message::ApprovalMessage { agreed },
                    ),
                ]
            }
            Event::TaskStarted {
                instruction,
                options,
                ..
            } => {
                let task = message::TaskMessage {
                    instruction: (*instruction).to_owned(),
                    options: *options,
                };
                vec![self.encode_at_current_time(Topic::Task, &task)]
            }
            Event::UserCommand(order) => {
                vec![self.encode_at_current_time(
                    Topic::UserCommand,
                    &message::UserCommandMessage { order: *order },
                )]
            }
            Event::TurnStarted(turn) => {
                let gone = std::mem::take(&mut self.ghost)
                    .then(|| self.scene.delete_previewed_path(self.now));
                let gone = gone.map(|gone| self.encode_at_current_time(Topic::Scene, &gone));
                let turn =
                    self.encode_at_current_time(Topic::Turn, &message::TurnMessage { turn: *turn });
                [turn].into_iter().chain(gone).collect()
            }
            Event::FrameCaptured(frame) => self.saw(frame),
            Event::Perceived {
                answer,
                objects,
                dropped,
            } => {
                let drawn = self.scene.draw_objects(self.now, objects);
                let objects = message::ObjectsMessage {
                    objects: objects.to_vec(),
                    dropped: dropped.to_vec(),
                };
                let said = message::ResponseMessage::of(answer, None);
                let mut entries = self.answered(Topic::Perception, &said, answer.usage);
                entries.push(self.encode_at_current_time(Topic::Objects, &objects));
                entries.push(self.encode_at_current_time(Topic::Scene, &drawn));
                entries
            }
            Event::Planned { situation, answer } => {
                let said = message::ResponseMessage::of(answer, Some(situation));
                self.answered(Topic::Plan, &said, answer.usage)
            }
            Event::StepStarted(step) => {
                let step = message::StepStartMessage {
                    step: (*step).clone(),
                };
                vec![self.encode_at_current_time(Topic::Step, &step)]
            }
            Event::Previewed(tool_path) => self.previewed(tool_path),
            Event::MotionStarted { trajectory, .. } => self.moving(event, trajectory),
            Event::MotionEnded(execution) => self.moved(execution),
            Event::StateRead(state) => self.read(state),
            Event::StepVerified(outcome) => {
                vec![self.encode_at_current_time(Topic::Verdict, outcome)]
            }
            Event::Said(text) => {
                let text = (*text).to_owned();
                vec![self.encode_at_current_time(Topic::Speech, &message::SpeechMessage { text })]
            }
            Event::TaskEnded(report) => vec![self.encode_at_current_time(Topic::Report, report)],
            Event::TaskFailed(error) => {
                let broke = message::RunFailureMessage {
                    how: "error".to_owned(),
                    reason: error.to_string(),
                };
                vec![self.encode_at_current_time(Topic::Failure, &broke)]
            }
        }
    }

    /// Returns a message at the current time.
    pub(crate) fn encode_at_current_time(
        &self,
        topic: Topic,
        message: &impl Serialize,
    ) -> EncodedMessage {
        EncodedMessage::new(topic, self.now, message)
    }

    /// Returns the messages of a model's response and its cost.
    fn answered(
        &self,
        topic: Topic,
        said: &message::ResponseMessage,
        usage: Usage,
    ) -> Vec<EncodedMessage> {
        let of = match topic {
            Topic::Plan => "plan",
            _ => "perception",
        };
        let timing = message::UsageMessage {
            of: of.to_owned(),
            usage,
        };
        vec![
            self.encode_at_current_time(topic, said),
            self.encode_at_current_time(Topic::Timing, &timing),
        ]
    }

    fn saw(&mut self, frame: &Frame) -> Vec<EncodedMessage> {
        self.now = self.now.max(frame.stamp);
        let base = self.base_frame_id();
        let seen = foxglove::transform(self.now, base, CAMERA_FRAME_ID, &frame.base_from_camera);
        let calibration = foxglove::calibration(frame, self.now, CAMERA_FRAME_ID);
        let shared = Arc::new(frame.clone());
        let picture = |topic| EncodedMessage {
            topic,
            camera: None,
            at: self.now,
            body: Payload::Picture(Arc::clone(&shared)),
        };
        let mut entries = vec![
            self.encode_at_current_time(Topic::Frame, &message::FrameMessage::from(frame)),
            picture(Topic::Image),
        ];
        if frame.depth.is_some() {
            entries.push(picture(Topic::Depth));
        }
        entries.push(self.encode_at_current_time(Topic::Calibration, &calibration));
        entries
            .push(self.encode_at_current_time(Topic::Transforms, &json!({"transforms": [seen]})));
        entries
    }

    fn moving(&self, event: &Event<'_>, trajectory: &Trajectory) -> Vec<EncodedMessage> {
        let tool_path = self.tool_path(trajectory);
        let path = foxglove::poses(self.now, self.base_frame_id(), tool_path.iter().copied());
        let drawn = self.scene.draw_tool_path(self.now, tool_path.into_iter());
        let motion = message::MotionMessage::of(event);
        let motion = motion.map(|motion| self.encode_at_current_time(Topic::Motion, &motion));
        motion
            .into_iter()
            .chain([
                self.encode_at_current_time(Topic::Path, &path),
                self.encode_at_current_time(Topic::Scene, &drawn),
            ])
            .collect()
    }

    /// Returns the drawing of a preview. The preview follows from the plan and the perceived
    /// objects, so it is only drawn.
    fn previewed(&mut self, motions: &[Trajectory]) -> Vec<EncodedMessage> {
        if motions.is_empty() {
            return Vec::new();
        }
        self.ghost = true;
        let tool_path = motions.iter().flat_map(|motion| self.tool_path(motion));
        let drawn = self.scene.draw_previewed_path(self.now, tool_path);
        vec![self.encode_at_current_time(Topic::Scene, &drawn)]
    }

    /// Returns the path of the tool in a motion.
    fn tool_path(&self, trajectory: &Trajectory) -> Vec<Pose> {
        let stride = (SPACING / trajectory.sample_period().as_secs_f64())
            .round()
            .max(1.0) as usize;
        trajectory
            .positions()
            .iter()
            .step_by(stride)
            .chain([trajectory.end_positions()])
            .map(|joints| self.robot.forward(joints))
            .collect()
    }

    fn moved(&mut self, execution: &Execution) -> Vec<EncodedMessage> {
        let mut entries = Vec::with_capacity(execution.samples.len() * 5 / 4 + 2);
        for state in &execution.samples {
            entries.extend(self.read(state));
        }
        entries.push(
            self.encode_at_current_time(Topic::MotionEnd, &MotionEndMessage::from(execution)),
        );
        entries
    }

    /// Returns the messages of a reading, with the link poses if the last ones are old enough.
    fn read(&mut self, state: &ArmState) -> Vec<EncodedMessage> {
        self.now = self.now.max(state.stamp);
        let states = JointStates::of(state, self.robot.joints());
        let reading = self.encode_at_current_time(Topic::JointStates, &states);
        let is_due = |last: Stamp| state.stamp.since(last).as_secs_f64() >= SPACING;
        let links = self.shown.is_none_or(is_due).then(|| self.links(state));
        let links = links.flatten();
        if links.is_some() {
            self.shown = Some(state.stamp);
        }
        [reading].into_iter().chain(links).collect()
    }

    /// Returns the pose of each link in its parent according to the URDF; `None` if the reading
    /// does not cover all joints.
    fn links(&self, state: &ArmState) -> Option<EncodedMessage> {
        let joints = &state.position;
        if joints.len() != self.robot.joints().len() || !joints.is_finite() {
            return None;
        }
        let links = self.robot.links();
        let on_parents = links.iter().filter_map(|link| {
            let mount = link.mount.as_ref()?;
            let parent = &links[mount.parent].name;
            let parent_from_link = mount.parent_from_link(joints);
            Some(foxglove::transform(
                state.stamp,
                parent,
                &link.name,
                &parent_from_link,
            ))
        });
        let links: Vec<_> = on_parents.collect();
        Some(self.encode_at_current_time(Topic::Transforms, &json!({"transforms": links})))
    }

    /// Returns what viewers need to know about the robot besides its URDF.
    pub(crate) fn encode_robot_meshes(&self) -> Option<EncodedMessage> {
        let drawn = self.scene.draw_meshes(self.now, &self.robot)?;
        Some(self.encode_at_current_time(Topic::Scene, &drawn))
    }

    pub(crate) fn base_frame_id(&self) -> &str {
        base_of(&self.robot)
    }
}

/// Returns the name of the base frame.
fn base_of(robot: &Robot) -> &str {
    robot
        .links()
        .first()
        .map_or("base", |link| link.name.as_str())
}

/// Returns the log line of an event: level, subject and text.
fn talk(event: &Event<'_>) -> Option<(Level, &'static str, String)> {
    Some(match event {
        Event::TaskStarted { instruction, .. } => (Level::Info, "task", (*instruction).to_owned()),
        Event::TurnStarted(turn) => (Level::Info, "turn", turn.to_string()),
        Event::Perceived {
            answer,
            objects,
            dropped,
        } => match &answer.parsed {
            Ok(_) if dropped.is_empty() => (Level::Info, "saw", names(objects)),
            Ok(_) => {
                let line = format!("{}; not taken: {}", names(objects), dropped.join("; "));
                (Level::Warning, "saw", line)
            }
            Err(rejection) => (Level::Warning, "rejected", rejection.to_string()),
        },
        Event::Planned { answer, .. } => match &answer.parsed {
            Ok(plan) => (Level::Info, "planned", plan.to_string()),
            Err(rejection) => (Level::Warning, "rejected", rejection.to_string()),
        },
        Event::StepStarted(step) => (Level::Info, "doing", step.to_string()),
        Event::MotionStarted {
            purpose,
            trajectory,
            ..
        } => {
            let seconds = trajectory.duration().as_secs_f64();
            (Level::Info, "motion", format!("{purpose}, {seconds:.1} s"))
        }
        Event::StepVerified(outcome) => match outcome.verdict {
            Verdict::Yes => (Level::Info, "verdict", outcome.to_string()),
            _ => (Level::Warning, "verdict", outcome.to_string()),
        },
        Event::Said(text) => (Level::Info, "says", (*text).to_owned()),
        Event::TaskEnded(report) => (Level::Info, "ended", format!("{:?}", report.ending)),
        Event::TaskFailed(error) => (Level::Error, "broke", error.to_string()),
        Event::Approved(true) => (Level::Info, "agreed", "yes".to_owned()),
        Event::Approved(false) => (Level::Warning, "agreed", "no".to_owned()),
        Event::CollisionWorld { .. }
        | Event::ApprovalRequired
        | Event::UserCommand(_)
        | Event::FrameCaptured(_)
        | Event::Previewed(_)
        | Event::MotionEnded(_)
        | Event::StateRead(_) => return None,
    })
}

fn names(objects: &[ObjectView]) -> String {
    if objects.is_empty() {
        return "nothing".to_owned();
    }
    let names: Vec<&str> = objects.iter().map(|object| object.name.as_str()).collect();
    names.join(", ")
}
