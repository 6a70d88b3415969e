//! Our own messages.

use std::time::Duration;

use enact_arm::{ContactPolicy, Execution, ExecutionEnd};
use enact_plan::{Exchange, PictureConvention, Situation, Token, Usage};
use enact_robot::{MeshDecomposition, Robot};
use enact_runtime::{Event, TaskOptions, UserCommand};
use enact_types::{Frame, Intrinsics, JointVector, Pose, Stamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::RecordingError;
pub use crate::joints::JointStates;
use crate::servos::ServoInfo;

/// Configuration of a run: enough to repeat it without the files it was started from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// Version of enact.
    pub enact: String,
    /// The robot.
    pub robot: RobotInfo,
    /// The scene; `None` if nothing is simulated.
    pub scene: Option<SceneInfo>,
    /// The launch file with the command line's changes.
    pub launch: Value,
    /// Random seed.
    pub seed: u64,
    /// The model.
    pub model: ModelInfo,
    /// The servos, if LeRobot knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub servos: Option<ServoInfo>,
    /// SHA-256 of the blocks of the prompt for plans with their names, in hexadecimal digits, where
    /// they are not the built-in ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<String>,
}

/// The files of a robot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RobotInfo {
    /// Its name.
    pub name: String,
    /// The text of `robot.urdf`.
    pub urdf: String,
    /// The text of `robot.toml`.
    pub toml: Option<String>,
    /// Convex bodies of its meshes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Value>")]
    pub meshes: Vec<MeshDecomposition>,
}

impl RobotInfo {
    /// Loads the robot.
    ///
    /// # Errors
    /// [`RecordingError::Robot`] if the texts do not describe a robot.
    pub fn load_robot(&self) -> Result<Robot, RecordingError> {
        let toml = self.toml.as_deref();
        Ok(Robot::parse_with_meshes(
            &self.name,
            &self.urdf,
            toml,
            &self.meshes,
        )?)
    }
}

/// A simulated scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SceneInfo {
    /// Its name.
    pub name: String,
    /// The text of its file.
    pub toml: String,
    /// The scene as drawn by the seed, in the simulator's format.
    pub layout: Value,
}

/// A model, or what stands in for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelInfo {
    /// Folder, file, hub id or address.
    pub name: String,
    /// SHA-256 of its weights in hexadecimal digits, where they are files of this machine.
    pub sha256: Option<String>,
    /// Source of detections.
    pub perception: String,
    /// Source of plans.
    pub planning: String,
    /// The model that plans, where another one sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planner: Option<PlannerInfo>,
}

/// A model that only plans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannerInfo {
    /// Folder, file, hub id or address.
    pub name: String,
    /// SHA-256 of its weights in hexadecimal digits, where they are files of this machine.
    pub sha256: Option<String>,
}

impl ModelInfo {
    /// Source of plans when a person moves the arm.
    pub const HAND_GUIDED_SOURCE: &str = "person";
}

/// The wall clock's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunStartMessage {
    /// Seconds since 1970 when the recording was begun.
    pub unix_seconds: f64,
    /// The command line.
    pub command: Vec<String>,
}

/// A task begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskMessage {
    /// The person's instruction.
    #[serde(rename = "task")]
    pub instruction: String,
    /// Options of the task.
    #[schemars(with = "Value")]
    #[serde(rename = "bounds")]
    pub options: TaskOptions,
}

/// A person asked for something outside of any task.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserCommandMessage {
    /// For what: a word, or a word with its numbers.
    #[schemars(with = "Value")]
    pub order: UserCommand,
}

/// Somebody agreed to a plan, or did not, or will be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalMessage {
    /// The answer; left out when an approver is required from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<bool>,
}

/// A turn begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TurnMessage {
    /// Counted from 1.
    pub turn: u32,
}

/// Metadata of the picture that follows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrameMessage {
    /// The camera's count.
    pub sequence: u64,
    /// Time at which it was taken, on the camera's clock.
    #[schemars(with = "u64")]
    pub stamp: Stamp,
    /// Projection.
    #[schemars(with = "Value")]
    pub intrinsics: Intrinsics,
    /// Pose of the camera.
    #[schemars(with = "Value")]
    pub base_from_camera: Pose,
    /// True if depth follows.
    pub has_depth: bool,
}

impl From<&Frame> for FrameMessage {
    fn from(frame: &Frame) -> Self {
        Self {
            sequence: frame.sequence,
            stamp: frame.stamp,
            intrinsics: frame.intrinsics,
            base_from_camera: frame.base_from_camera,
            has_depth: frame.depth.is_some(),
        }
    }
}

/// A request to a model and its response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseMessage {
    /// The text that was sent.
    pub prompt: String,
    /// The text that came back.
    pub completion: String,
    /// The model's reasoning before the answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub thinking: String,
    /// The JSON schema that it had to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grammar: Option<Value>,
    /// It token by token, where the model tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Value>")]
    pub tokens: Vec<Token>,
    /// Convention in which it writes positions; left out for that of the shipped model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub pointing: Option<PictureConvention>,
    /// What methods said on the way to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Value>")]
    pub exchanges: Vec<Exchange>,
    /// Reason why it was rejected.
    pub rejected: Option<String>,
    /// The situation that the plan rests on; `None` for a list of objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Value")]
    pub situation: Option<Situation>,
}

impl ResponseMessage {
    pub(crate) fn of<T>(
        answer: &enact_plan::ModelResponse<T>,
        situation: Option<&Situation>,
    ) -> Self {
        Self {
            prompt: answer.prompt.clone(),
            completion: answer.completion.clone(),
            thinking: answer.thinking.clone(),
            grammar: answer.grammar.clone(),
            tokens: answer.tokens.clone(),
            pointing: answer.pointing,
            exchanges: answer.exchanges.clone(),
            rejected: answer.parsed.as_ref().err().map(ToString::to_string),
            situation: situation.cloned(),
        }
    }
}

/// Cost of requests to a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UsageMessage {
    /// `perception` or `plan`.
    pub of: String,
    /// The cost.
    #[schemars(with = "Value")]
    pub usage: Usage,
}

/// Objects on the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectsMessage {
    /// With what can be done with each.
    #[schemars(with = "Vec<Value>")]
    pub objects: Vec<enact_plan::ObjectView>,
    /// Detections that were not taken, and why.
    pub dropped: Vec<String>,
}

/// A step begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepStartMessage {
    /// Which.
    #[schemars(with = "Value")]
    pub step: enact_plan::Step,
}

/// An admitted motion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MotionMessage {
    /// Its purpose.
    pub purpose: String,
    /// An arm joint's effort that stops it, as a fraction of the largest; `None` where
    /// contact is expected.
    pub contact_limit: Option<f64>,
    /// Time between two commands, nanoseconds.
    pub period_ns: u64,
    /// A command per control period.
    #[schemars(with = "Vec<Vec<f64>>")]
    pub positions: Vec<JointVector>,
}

impl MotionMessage {
    pub(crate) fn of(event: &Event<'_>) -> Option<Self> {
        let Event::MotionStarted {
            purpose,
            trajectory,
            contact,
        } = event
        else {
            return None;
        };
        Some(Self {
            purpose: (*purpose).to_owned(),
            contact_limit: match contact {
                ContactPolicy::Expected => None,
                ContactPolicy::Limit(limit) => Some(*limit),
            },
            period_ns: trajectory.sample_period().as_nanos() as u64,
            positions: trajectory.positions().to_vec(),
        })
    }

    /// Returns whether contact was part of the motion.
    pub fn contact_policy(&self) -> ContactPolicy {
        self.contact_limit
            .map_or(ContactPolicy::Expected, ContactPolicy::Limit)
    }

    /// Returns the time from the first command to the last.
    pub fn motion_duration(&self) -> Duration {
        let periods = self.positions.len().saturating_sub(1) as u64;
        Duration::from_nanos(self.period_ns * periods)
    }
}

/// End of a motion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MotionEndMessage {
    /// `finished`, `stopped`, `fault` or `contact`.
    pub end: String,
    /// The reason, if there is more to say.
    pub reason: Option<String>,
    /// Commands that were followed before the arm slowed down.
    pub followed: usize,
}

impl MotionEndMessage {
    /// Value of `end` for a completed motion.
    pub const FINISHED: &str = "finished";
    /// Value of `end` for a motion that someone stopped.
    pub const STOPPED: &str = "stopped";
}

impl From<&Execution> for MotionEndMessage {
    fn from(execution: &Execution) -> Self {
        let (end, reason) = match &execution.end {
            ExecutionEnd::Finished => (Self::FINISHED, None),
            ExecutionEnd::Stopped => (Self::STOPPED, None),
            ExecutionEnd::Fault(refusal) => ("fault", Some(refusal.to_string())),
            ExecutionEnd::Contact { joint, effort } => (
                "contact",
                Some(format!("joint `{joint}` at {effort:.2} of its effort")),
            ),
        };
        Self {
            end: end.to_owned(),
            reason,
            followed: execution.followed,
        }
    }
}

/// The robot said something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpeechMessage {
    /// The text.
    pub text: String,
}

/// The run was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunFailureMessage {
    /// `error` or `panic`.
    pub how: String,
    /// The reason.
    pub reason: String,
}

/// Success of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeMessage {
    /// By physics where the goal is known, else by what the robot observed.
    pub reached: bool,
}
