//! An event as entries of a journal.

use std::sync::Arc;

use enact_arm::{ArmState, Execution};
use enact_bridge::Event;
use enact_plan::{ObjectView, Usage, Verdict};
use enact_robot::{Robot, Trajectory};
use enact_types::{Frame, Stamp};
use serde::Serialize;
use serde_json::json;

use crate::foxglove::{self, CAMERA, Level, Log};
use crate::message::{self, JointStates, MotionEnd};
use crate::picture;
use crate::surroundings::Surroundings;
use crate::topic::Topic;

/// Link poses and points of a path closer together than this are left out, seconds.
const SPACING: f64 = 0.02;

/// One message on its way to a journal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its channel.
    pub topic: Topic,
    /// When, on the arm's clock.
    pub at: Stamp,
    body: Body,
}

/// A message, or what it is yet to be made of.
#[derive(Clone, Debug)]
enum Body {
    Json(Vec<u8>),
    Picture(Arc<Frame>),
}

impl Entry {
    pub(crate) fn new(topic: Topic, at: Stamp, message: &impl Serialize) -> Self {
        let json = serde_json::to_vec(message).expect("our messages have text keys only");
        Self {
            topic,
            at,
            body: Body::Json(json),
        }
    }

    /// Bytes that it takes in memory.
    pub(crate) fn size(&self) -> usize {
        match &self.body {
            Body::Json(json) => json.len(),
            Body::Picture(frame) => {
                let depths = frame.depth.as_ref().map_or(0, |depth| depth.metres.len());
                frame.rgb.as_raw().len() + 4 * depths
            }
        }
    }

    /// The message as JSON; pictures are compressed only here.
    pub fn into_json(self) -> Vec<u8> {
        let written = match (self.body, self.topic) {
            (Body::Json(json), _) => return json,
            (Body::Picture(frame), Topic::Image) => serde_json::to_vec(&picture::colour(&frame)),
            (Body::Picture(frame), _) => match &frame.depth {
                Some(depth) => serde_json::to_vec(&picture::depth(&frame, depth)),
                None => Ok(Vec::new()),
            },
        };
        written.expect("our messages have text keys only")
    }
}

/// Turns events into entries. The same events give the same entries.
#[derive(Clone, Debug)]
pub struct Encoder {
    robot: Robot,
    joints: Vec<String>,
    now: Stamp,
}

impl Encoder {
    /// An encoder of what `robot` does.
    pub fn new(robot: &Robot) -> Self {
        Self {
            joints: robot
                .joints()
                .iter()
                .map(|joint| joint.name.clone())
                .collect(),
            robot: robot.clone(),
            now: Stamp::ZERO,
        }
    }

    /// The newest time on the arm's clock that was told of.
    pub fn now(&self) -> Stamp {
        self.now
    }

    /// The entries of an event.
    pub fn encode(&mut self, event: &Event<'_>) -> Vec<Entry> {
        let mut entries = self.messages(event);
        if let Some((level, name, line)) = talk(event) {
            let log = Log::new(self.now, level, name, line);
            entries.push(self.entry(Topic::Log, &log));
        }
        entries
    }

    fn messages(&mut self, event: &Event<'_>) -> Vec<Entry> {
        match event {
            Event::Surrounded { obstacles, walls } => {
                let around = Surroundings::of(obstacles, walls);
                vec![self.entry(Topic::Surroundings, &around)]
            }
            Event::Supervised => {
                vec![self.entry(Topic::Approval, &message::Approval { agreed: None })]
            }
            Event::Agreed(agreed) => {
                let agreed = Some(*agreed);
                vec![self.entry(Topic::Approval, &message::Approval { agreed })]
            }
            Event::Started { task, bounds, .. } => {
                let task = message::Task {
                    task: (*task).to_owned(),
                    bounds: *bounds,
                };
                vec![self.entry(Topic::Task, &task)]
            }
            Event::Ordered(order) => {
                vec![self.entry(Topic::Order, &message::Ordered { order: *order })]
            }
            Event::Turn(turn) => vec![self.entry(Topic::Turn, &message::Turn { turn: *turn })],
            Event::Saw(frame) => self.saw(frame),
            Event::Perceived {
                answer,
                objects,
                dropped,
            } => {
                let objects = message::Objects {
                    objects: objects.to_vec(),
                    dropped: dropped.to_vec(),
                };
                let said = message::Answer::of(answer, None);
                let mut entries = self.answered(Topic::Perception, &said, answer.usage);
                entries.push(self.entry(Topic::Objects, &objects));
                entries
            }
            Event::Planned { situation, answer } => {
                let said = message::Answer::of(answer, Some(situation));
                self.answered(Topic::Plan, &said, answer.usage)
            }
            Event::Step(step) => {
                let step = message::Step {
                    step: (*step).clone(),
                };
                vec![self.entry(Topic::Step, &step)]
            }
            // It follows from the plan and what was seen.
            Event::Rehearsed(_) => Vec::new(),
            Event::Moving { trajectory, .. } => self.moving(event, trajectory),
            Event::Moved(execution) => self.moved(execution),
            Event::Read(state) => vec![self.reading(state)],
            Event::Judged(outcome) => vec![self.entry(Topic::Verdict, outcome)],
            Event::Said(text) => {
                let text = (*text).to_owned();
                vec![self.entry(Topic::Said, &message::Said { text })]
            }
            Event::Ended(report) => vec![self.entry(Topic::Report, report)],
            Event::Broke(error) => {
                let broke = message::Broke {
                    how: "error".to_owned(),
                    reason: error.to_string(),
                };
                vec![self.entry(Topic::Broke, &broke)]
            }
        }
    }

    /// An entry of now.
    pub(crate) fn entry(&self, topic: Topic, message: &impl Serialize) -> Entry {
        Entry::new(topic, self.now, message)
    }

    /// What a model said, and what that cost.
    fn answered(&self, topic: Topic, said: &message::Answer, usage: Usage) -> Vec<Entry> {
        let of = match topic {
            Topic::Plan => "plan",
            _ => "perception",
        };
        let timing = message::Timing {
            of: of.to_owned(),
            usage,
        };
        vec![self.entry(topic, said), self.entry(Topic::Timing, &timing)]
    }

    fn saw(&mut self, frame: &Frame) -> Vec<Entry> {
        self.now = self.now.max(frame.stamp);
        let base = self.base();
        let seen = foxglove::transform(self.now, base, CAMERA, &frame.base_from_camera);
        let shared = Arc::new(frame.clone());
        let picture = |topic| Entry {
            topic,
            at: self.now,
            body: Body::Picture(Arc::clone(&shared)),
        };
        let mut entries = vec![
            self.entry(Topic::Frame, &message::FrameHead::from(frame)),
            picture(Topic::Image),
        ];
        if frame.depth.is_some() {
            entries.push(picture(Topic::Depth));
        }
        entries.push(self.entry(Topic::Calibration, &foxglove::calibration(frame)));
        entries.push(self.entry(Topic::Transforms, &json!({"transforms": [seen]})));
        entries
    }

    fn moving(&self, event: &Event<'_>, trajectory: &Trajectory) -> Vec<Entry> {
        let stride = (SPACING / trajectory.period().as_secs_f64())
            .round()
            .max(1.0) as usize;
        let points = trajectory
            .positions()
            .iter()
            .step_by(stride)
            .chain([trajectory.end()])
            .map(|joints| self.robot.forward(joints));
        let path = foxglove::poses(self.now, self.base(), points);
        let motion = message::Motion::of(event);
        let motion = motion.map(|motion| self.entry(Topic::Motion, &motion));
        motion
            .into_iter()
            .chain([self.entry(Topic::Path, &path)])
            .collect()
    }

    fn moved(&mut self, execution: &Execution) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(execution.samples.len() * 5 / 4 + 2);
        let mut shown: Option<Stamp> = None;
        for state in &execution.samples {
            entries.push(self.reading(state));
            if shown.is_none_or(|last| state.stamp.since(last).as_secs_f64() >= SPACING) {
                entries.extend(self.links(state));
                shown = Some(state.stamp);
            }
        }
        entries.push(self.entry(Topic::MotionEnd, &MotionEnd::from(execution)));
        entries
    }

    fn reading(&mut self, state: &ArmState) -> Entry {
        self.now = self.now.max(state.stamp);
        self.entry(Topic::JointStates, &JointStates::of(state, &self.joints))
    }

    /// Where the links are; nothing where the reading is not of all joints.
    fn links(&self, state: &ArmState) -> Option<Entry> {
        if state.position.len() != self.joints.len() || !state.position.is_finite() {
            return None;
        }
        let poses = self.robot.link_poses(&state.position);
        let links: Vec<_> = self
            .robot
            .links()
            .iter()
            .zip(&poses)
            .skip(1)
            .map(|(link, pose)| foxglove::transform(state.stamp, self.base(), &link.name, pose))
            .collect();
        Some(self.entry(Topic::Transforms, &json!({"transforms": links})))
    }

    fn base(&self) -> &str {
        self.robot
            .links()
            .first()
            .map_or("base", |link| link.name.as_str())
    }
}

/// What an event says in one line: how loud, about what, and the line.
fn talk(event: &Event<'_>) -> Option<(Level, &'static str, String)> {
    Some(match event {
        Event::Started { task, .. } => (Level::Info, "task", (*task).to_owned()),
        Event::Turn(turn) => (Level::Info, "turn", turn.to_string()),
        Event::Perceived {
            answer,
            objects,
            dropped,
        } => match &answer.meaning {
            Ok(_) if dropped.is_empty() => (Level::Info, "saw", names(objects)),
            Ok(_) => {
                let line = format!("{}; not taken: {}", names(objects), dropped.join("; "));
                (Level::Warning, "saw", line)
            }
            Err(rejection) => (Level::Warning, "rejected", rejection.to_string()),
        },
        Event::Planned { answer, .. } => match &answer.meaning {
            Ok(plan) => (Level::Info, "planned", plan.to_string()),
            Err(rejection) => (Level::Warning, "rejected", rejection.to_string()),
        },
        Event::Step(step) => (Level::Info, "doing", step.to_string()),
        Event::Moving {
            purpose,
            trajectory,
            ..
        } => {
            let seconds = trajectory.duration().as_secs_f64();
            (Level::Info, "motion", format!("{purpose}, {seconds:.1} s"))
        }
        Event::Judged(outcome) => match outcome.verdict {
            Verdict::Yes => (Level::Info, "verdict", outcome.to_string()),
            _ => (Level::Warning, "verdict", outcome.to_string()),
        },
        Event::Said(text) => (Level::Info, "says", (*text).to_owned()),
        Event::Ended(report) => (Level::Info, "ended", format!("{:?}", report.ending)),
        Event::Broke(error) => (Level::Error, "broke", error.to_string()),
        Event::Agreed(true) => (Level::Info, "agreed", "yes".to_owned()),
        Event::Agreed(false) => (Level::Warning, "agreed", "no".to_owned()),
        Event::Surrounded { .. }
        | Event::Supervised
        | Event::Ordered(_)
        | Event::Saw(_)
        | Event::Rehearsed(_)
        | Event::Moved(_)
        | Event::Read(_) => return None,
    })
}

fn names(objects: &[ObjectView]) -> String {
    if objects.is_empty() {
        return "nothing".to_owned();
    }
    let names: Vec<&str> = objects.iter().map(|object| object.name.as_str()).collect();
    names.join(", ")
}
