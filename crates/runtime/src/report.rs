//! The result of a run.

use enact_plan::{Outcome, Usage, Verdict};
use serde::{Deserialize, Serialize};

/// The reason why a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEnd {
    /// The planner declared the task done and no step contradicts it.
    Done,
    /// The robot answered a question in words.
    Answered,
    /// The robot only replied in words.
    Said,
    /// The robot waits for an answer.
    Asked,
    /// No turn was left.
    OutOfTurns,
    /// The run was stopped.
    Stopped,
    /// Nothing was to be moved; the first plan was shown.
    DryRun,
}

/// The result of a run, as far as the robot itself can tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskReport {
    /// Reason for its end.
    pub ending: TaskEnd,
    /// Number of turns.
    pub turns: u32,
    /// Outcome of every attempted step, in order.
    pub steps: Vec<Outcome>,
    /// Every refusal, in words.
    pub refusals: Vec<String>,
    /// Statements and questions of the robot, in order.
    pub said: Vec<String>,
    /// Duration on the arm's clock, seconds.
    pub arm_seconds: f64,
    /// Cost of the model.
    #[serde(skip)]
    pub usage: Usage,
}

impl TaskReport {
    /// Returns whether the robot has reason to believe that it did what was asked.
    pub fn reports_success(&self) -> bool {
        let last_is_good = self
            .steps
            .last()
            .is_none_or(|outcome| outcome.verdict == Verdict::Yes);
        self.ending == TaskEnd::Answered || self.ending == TaskEnd::Done && last_is_good
    }
}
