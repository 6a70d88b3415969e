//! Tasks: what was asked, and what became of it.

use enact_plan::{Exchange, Plan, Step};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Carry out an instruction.
    Instruction {
        /// The sentence.
        instruction: String,
    },
    /// Plan for an instruction; nothing moves.
    Plan {
        /// The sentence.
        instruction: String,
    },
    /// Carry out one step.
    Skill {
        /// The step.
        step: Step,
    },
    /// Look at the table; nothing moves.
    Look,
    /// Move home.
    Home,
    /// Turn one joint.
    Jog {
        /// Its name.
        joint: String,
        /// By how much, rad or m.
        by: f64,
    },
}

/// The kind of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// An instruction is carried out.
    Instruction,
    /// An instruction is planned for.
    Plan,
    /// One step is carried out.
    Skill,
    /// A look is taken.
    Look,
    /// The arm moves home.
    Home,
    /// One joint turns.
    Jog,
}

impl Work {
    /// Returns its kind.
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Instruction { .. } => TaskKind::Instruction,
            Self::Plan { .. } => TaskKind::Plan,
            Self::Skill { .. } => TaskKind::Skill,
            Self::Look => TaskKind::Look,
            Self::Home => TaskKind::Home,
            Self::Jog { .. } => TaskKind::Jog,
        }
    }

    /// Returns it in words.
    pub fn describe_in_words(&self) -> String {
        match self {
            Self::Instruction { instruction } | Self::Plan { instruction } => instruction.clone(),
            Self::Skill { step } => step.to_string(),
            Self::Look => "look".to_owned(),
            Self::Home => "home".to_owned(),
            Self::Jog { joint, by } => format!("jog {joint} by {by}"),
        }
    }

    /// Returns whether it is for somebody who watches the arm now: it waits behind nothing.
    pub fn is_immediate(&self) -> bool {
        matches!(
            self,
            Self::Skill { .. } | Self::Look | Self::Home | Self::Jog { .. }
        )
    }

    /// Returns whether it may move the arm.
    pub fn may_move_arm(&self) -> bool {
        !matches!(self, Self::Plan { .. } | Self::Look)
    }

    /// Returns a checksum that tells it from other work.
    pub(crate) fn fingerprint(&self, approve: bool) -> String {
        let text = json!({"work": self, "approve": approve}).to_string();
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It waits.
    Queued,
    /// It is being carried out.
    Running,
    /// It is over; `ending` says how.
    Ended,
    /// It was taken out of the queue.
    Cancelled,
    /// The program was killed meanwhile.
    Interrupted,
    /// Arm, camera or model failed.
    Failed,
}

/// A task, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskRecord {
    /// Its number.
    pub id: u64,
    /// Its kind.
    pub kind: TaskKind,
    /// What was asked, in words.
    pub instruction: String,
    /// Who asked.
    pub by: String,
    /// Whether each plan waits for a yes.
    pub approve: bool,
    /// How far it has come.
    pub state: TaskState,
    /// How many tasks are before it, while it waits.
    #[serde(default)]
    pub place: Option<usize>,
    /// Turn of the loop, from 1.
    pub turn: u32,
    /// How it ended: `done`, `answered`, `said`, `asked`, `out_of_turns`, `stopped`, `rejected`,
    /// `refused`, `not_done`, `dry_run`.
    pub ending: Option<String>,
    /// Whether the goal was reached, as far as is known.
    pub reached: Option<bool>,
    /// What the robot said.
    pub said: Vec<String>,
    /// Why it failed or was not done.
    pub reason: Option<String>,
    /// When it was asked, seconds since 1970.
    pub asked_at: f64,
    /// When it began.
    pub began_at: Option<f64>,
    /// When it was over.
    pub ended_at: Option<f64>,
}

/// A task that was taken up, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Accepted {
    /// Its number.
    pub id: u64,
    /// How many tasks are before it.
    pub place: usize,
}

/// A task with what is needed to carry it out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskEntry {
    pub(crate) record: TaskRecord,
    pub(crate) work: Work,
    /// Idempotency key of the request.
    #[serde(default)]
    pub(crate) key: Option<String>,
    /// Checksum of the request.
    pub(crate) print: String,
    /// The newest plan.
    #[serde(skip)]
    pub(crate) plan: Option<PlanView>,
    /// A plan that somebody edited and agreed to, until the loop takes it.
    #[serde(skip)]
    pub(crate) edited: Option<Plan>,
    /// The edited plan that the loop took: it is carried out if all of it is feasible.
    #[serde(skip)]
    pub(crate) agreed: Option<Plan>,
    /// Whether a plan was refused by the person who was asked.
    #[serde(skip)]
    pub(crate) rejected: bool,
}

/// The newest plan of a task.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlanView {
    /// Its number: another plan has another one.
    pub plan: u64,
    /// Its steps, in order.
    pub steps: Vec<PlannedStep>,
    /// Whether it waits for a yes.
    pub waiting: bool,
    /// Whether a person edited it.
    pub edited: bool,
    /// What the model thought about it.
    pub thoughts: Vec<String>,
    /// What planning methods said about it.
    pub critic: Vec<MethodNote>,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlannedStep {
    /// The step, as in plans.
    #[schema(value_type = Object)]
    pub step: Value,
    /// The step in words.
    pub text: String,
    /// What a preview says, `feasible` or `refused`, until it was tried; then `yes`, `no`, `unknown` or
    /// `refused`. Null where it was neither previewed nor tried.
    pub verdict: Option<String>,
    /// Why it is refused, or did not work.
    pub reason: Option<String>,
}

/// What a planning method said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MethodNote {
    /// The method.
    pub method: String,
    /// What it is, such as `critique` or `veto`.
    pub kind: String,
    /// Its text.
    pub text: String,
}

impl MethodNote {
    /// Tells an exchange.
    pub(crate) fn from_exchange(exchange: &Exchange) -> Self {
        let kind = json!(exchange.kind);
        Self {
            method: exchange.method.clone(),
            kind: kind.as_str().unwrap_or_default().to_owned(),
            text: exchange.text.clone(),
        }
    }
}

impl PlannedStep {
    /// Returns whether it was carried out, and judged.
    pub(crate) fn was_carried_out(&self) -> bool {
        matches!(self.verdict.as_deref(), Some("yes" | "no" | "unknown"))
    }

    /// Tells the steps of a plan that was not previewed.
    pub(crate) fn list_from_plan(plan: &Plan) -> Vec<Self> {
        let told = |step: &Step| Self {
            step: json!(step),
            text: step.to_string(),
            verdict: None,
            reason: None,
        };
        plan.steps.iter().map(told).collect()
    }
}
