//! How a run went.

use enact_plan::{Outcome, Usage, Verdict};
use serde::{Deserialize, Serialize};

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEnd {
    /// The planner declared the task done and no step speaks against it.
    Done,
    /// The robot had only words.
    Said,
    /// The robot waits for an answer.
    Asked,
    /// No turn was left.
    OutOfTurns,
    /// Someone stopped it.
    Stopped,
    /// Nothing was to be moved: the first plan was shown.
    DryRun,
}

/// How a run went, as far as the robot itself can tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskReport {
    /// Why it ended.
    pub ending: TaskEnd,
    /// Turns of the loop.
    pub turns: u32,
    /// Every step tried, in order.
    pub steps: Vec<Outcome>,
    /// Every refusal, in words.
    pub refusals: Vec<String>,
    /// What the robot said or asked, in order.
    pub said: Vec<String>,
    /// Time on the arm's clock, seconds.
    pub arm_seconds: f64,
    /// What the model cost.
    #[serde(skip)]
    pub usage: Usage,
}

impl TaskReport {
    /// Whether the robot has reason to believe that it did what was asked.
    pub fn believes_success(&self) -> bool {
        let last_is_good = self
            .steps
            .last()
            .is_none_or(|outcome| outcome.verdict == Verdict::Yes);
        self.ending == TaskEnd::Done && last_is_good
    }
}
