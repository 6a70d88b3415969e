//! When to end, and how it ended.

use std::fmt;
use std::time::{Duration, Instant};

use enact_plan::{Task, TaskList, Verdict};
use enact_runtime::{TaskEnd, TaskReport};

use super::TendArgs;

/// Bounds of everything that is done for a goal.
#[derive(Clone, Copy, Debug)]
pub struct TendBudget {
    until: Option<Instant>,
    turns: u32,
}

/// The reason why it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TendEnd {
    /// Everything is done.
    NothingLeft,
    /// Everything else is done; what was set aside, in words.
    SetAside(String),
    /// Something is left, and there is no way to do it: why, in words.
    Stuck(String),
    /// No tasks could be made: why, in words.
    Unclear(String),
    /// No turns are left.
    OutOfTurns,
    /// The time is up.
    OutOfTime,
    /// It was stopped.
    Stopped,
}

impl TendBudget {
    /// Creates the bounds of a command line, from now on.
    pub fn new(args: &TendArgs) -> Self {
        let time = args
            .minutes
            .map(|minutes| Duration::from_secs_f64(60.0 * minutes));
        Self {
            until: time.and_then(|time| Instant::now().checked_add(time)),
            turns: args.total_turns,
        }
    }

    /// Returns the reason to begin no more task, if there is one.
    pub fn reason_to_end(&self, list: &TaskList) -> Option<TendEnd> {
        if list.turns >= self.turns {
            return Some(TendEnd::OutOfTurns);
        }
        let is_late = self.until.is_some_and(|until| Instant::now() >= until);
        is_late.then_some(TendEnd::OutOfTime)
    }

    /// Returns the turns of the next task, of which there are `most` at most.
    pub fn turns_for_next_task(&self, list: &TaskList, most: u32) -> u32 {
        most.min(self.turns.saturating_sub(list.turns))
    }
}

impl TendEnd {
    /// Returns a word for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NothingLeft => "nothing_left",
            Self::SetAside(_) => "set_aside",
            Self::Stuck(_) => "stuck",
            Self::Unclear(_) => "unclear",
            Self::OutOfTurns => "out_of_turns",
            Self::OutOfTime => "out_of_time",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for TendEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingLeft => f.write_str("nothing is left to do"),
            Self::SetAside(tasks) => write!(f, "nothing else is left to do; set aside: {tasks}"),
            Self::Stuck(why) | Self::Unclear(why) => f.write_str(why),
            Self::OutOfTurns => f.write_str("not finished: no turns left"),
            Self::OutOfTime => f.write_str("not finished: the time is up"),
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

/// Returns why a task was not done, in words.
pub fn describe_failure(report: &TaskReport) -> String {
    let failed = report.steps.last();
    let failed = failed.filter(|last| last.verdict != Verdict::Yes);
    match (report.said.last(), failed) {
        (Some(said), _) => said.trim_end_matches('.').to_owned(),
        (None, Some(outcome)) => outcome.to_string(),
        (None, None) if report.ending == TaskEnd::OutOfTurns => "no turns were left".to_owned(),
        (None, None) => "it came to nothing".to_owned(),
    }
}

/// Returns a task that was set aside, with the reason.
pub fn describe_set_aside_task(task: &Task) -> String {
    match task.feedback.is_empty() {
        true => task.instruction.clone(),
        false => format!("{} ({})", task.instruction, task.feedback),
    }
}
