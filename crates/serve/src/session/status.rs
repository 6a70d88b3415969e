//! What a session tells: its status, the scene, the robot.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::task::TaskState;
use crate::access::Role;

/// What the arm is doing, the most important of what holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArmMode {
    /// Nothing.
    Idle,
    /// It looks or plans.
    Planning,
    /// A plan waits for a yes.
    WaitingForApproval,
    /// It moves.
    Moving,
    /// It waits between two steps.
    Paused,
    /// The stop switch is pressed.
    Stopped,
    /// The arm has failed.
    Faulted,
}

/// The state of the session.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Status {
    /// What the arm is doing.
    pub state: ArmMode,
    /// Whether the stop switch is pressed.
    pub stopped: bool,
    /// Who or what pressed it.
    pub stop_reason: Option<String>,
    /// Why it is paused.
    pub pause_reason: Option<String>,
    /// What failed.
    pub fault: Option<String>,
    /// Who has the lease.
    pub driver: Option<Driver>,
    /// Who asks; left out in events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub you: Option<RequestingClient>,
    /// The task that is being carried out.
    pub task: Option<CurrentTask>,
    /// The tasks that wait.
    pub queue: Vec<QueuedTask>,
    /// Where the joints are; left out in events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joints: Option<Vec<JointReading>>,
    /// The gripper, if there is one.
    pub gripper: Option<GripperStatus>,
    /// Name of the robot.
    pub robot: String,
    /// Name of the model that is asked, if one is.
    pub model: Option<String>,
    /// Name of the recording of this session, if it is recorded.
    pub recording: Option<String>,
}

/// Who has the lease.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Driver {
    /// Name of the client.
    pub name: String,
    /// Seconds until the lease runs out, if its holder is not heard of.
    pub expires_in_s: f64,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequestingClient {
    /// Name of the token.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it has the lease.
    pub is_driver: bool,
}

/// The task that is being carried out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CurrentTask {
    /// Its number.
    pub id: u64,
    /// What was asked.
    pub instruction: String,
    /// Its state.
    pub state: TaskState,
    /// Turn of the loop, from 1; 0 before the first.
    pub turn: u32,
}

/// A task that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueuedTask {
    /// Its number.
    pub id: u64,
    /// What was asked.
    pub instruction: String,
    /// How many tasks are before it.
    pub place: usize,
    /// Who asked.
    pub by: String,
}

/// Where a joint is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct JointReading {
    /// Name of the joint.
    pub name: String,
    /// Where it is.
    pub position: f64,
    /// Lowest position.
    pub lower: f64,
    /// Highest position.
    pub upper: f64,
    /// `rad` or `m`.
    pub unit: &'static str,
    /// Torque or force as a fraction of the limit.
    pub load: f64,
    /// Degrees Celsius, where the arm tells.
    pub temperature: Option<f64>,
}

/// The gripper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GripperStatus {
    /// Name of its joint.
    pub joint: String,
    /// Name of what it holds; null where that is nothing, or not known.
    pub holding: Option<String>,
    /// Whether it is known what it holds: it is not before the first look, while something is taken
    /// or put, and after a step that was stopped or did not work, until the next look.
    pub is_known: bool,
}

/// The robot.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RobotInfo {
    /// Its name.
    pub name: String,
    /// Name of the model that is asked, if one is.
    pub model: Option<String>,
    /// All driven joints, the arm's first.
    pub joints: Vec<JointInfo>,
    /// Name of the joint that drives the gripper.
    pub gripper: Option<String>,
    /// The home posture, a number per joint.
    pub home: Vec<f64>,
    /// What it can be told to do.
    pub skills: Vec<SkillInfo>,
}

/// A joint.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct JointInfo {
    /// Its name.
    pub name: String,
    /// `revolute` or `prismatic`.
    pub kind: &'static str,
    /// Lowest position.
    pub lower: f64,
    /// Highest position.
    pub upper: f64,
    /// `rad` or `m`.
    pub unit: &'static str,
    /// Largest speed, per second.
    pub velocity: f64,
}

impl JointInfo {
    /// Largest jog of a revolute joint, radians, and of a prismatic one, meters.
    const MAX_JOG: (f64, f64) = (0.35, 0.05);

    /// Returns how far one jog may take it.
    pub fn largest_jog(&self) -> f64 {
        match self.unit {
            "m" => Self::MAX_JOG.1,
            _ => Self::MAX_JOG.0,
        }
    }
}

/// A skill.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SkillInfo {
    /// Its name in plans.
    pub name: String,
    /// What it does.
    pub description: String,
    /// What it needs to be told.
    pub arguments: Vec<ArgumentInfo>,
}

/// An argument of a skill.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ArgumentInfo {
    /// Its name.
    pub name: String,
    /// `object` (a name of the scene), `choice` (one of `values`), `number` or `text`.
    pub kind: &'static str,
    /// What can be chosen; for a number the least and the most.
    pub values: Vec<Value>,
}

/// What was seen last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Scene {
    /// How long ago that was, seconds; null before the first look.
    pub age_s: Option<f64>,
    /// All objects that are known.
    pub objects: Vec<SceneObject>,
    /// Name of what the gripper holds; null where that is nothing, or not known.
    pub holding: Option<String>,
    /// Whether it is known what the gripper holds.
    pub is_holding_known: bool,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SceneObject {
    /// Unique name, as plans use it.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// `[y, x]` in thousandths of the picture.
    pub point: [u16; 2],
    /// `[x, y, z]` in the base frame.
    pub position_m: [f64; 3],
    /// Largest extent.
    pub size_m: f64,
    /// Whether the arm gets there.
    pub reachable: bool,
    /// What it is in, on or beside.
    pub rests: Option<RestingPlace>,
    /// Skills that can have it as their object.
    pub can: Vec<String>,
    /// `[y0, x0, y1, x1]` in thousandths of the picture, where it is known.
    #[serde(rename = "box")]
    pub bounds: Option<[u16; 4]>,
}

/// What an object is in, on or beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestingPlace {
    /// How.
    pub relation: String,
    /// Name of the other object.
    pub on: String,
}
