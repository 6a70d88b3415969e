//! Reasons for the failure of an episode.

use std::fmt;

use enact_plan::{ObjectView, Step, Verdict};
use enact_runtime::{TaskEnd, TaskReport};
use serde::{Deserialize, Serialize};

/// The reason for the failure of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// An object of the task was not listed, or was listed as something else.
    PerceivedWrong,
    /// The plan names objects other than those of the task.
    PlannedWrong,
    /// The gate or the grounding refused.
    Refused,
    /// The fingers closed on nothing.
    GraspedNothing,
    /// The object fell.
    Dropped,
    /// No turn was left.
    OutOfTurns,
    /// The robot acted where it should have answered.
    Acted,
    /// The robot answered where it should have acted, or answered wrong.
    Spoke,
    /// The robot believed that it had reached the goal.
    NotReached,
    /// A joint was measured beyond its limits.
    OutOfLimits,
    /// The run broke with an error.
    Broken,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PerceivedWrong => "perceived wrong",
            Self::PlannedWrong => "planned wrong",
            Self::Refused => "refused",
            Self::GraspedNothing => "grasped nothing",
            Self::Dropped => "dropped",
            Self::OutOfTurns => "ran out of turns",
            Self::Acted => "acted where it should not",
            Self::Spoke => "spoke where it should act",
            Self::NotReached => "thought it was done",
            Self::OutOfLimits => "left its limits",
            Self::Broken => "broke",
        })
    }
}

/// Evidence for the classification.
pub struct EpisodeEvidence<'a> {
    /// Names of the objects that the task is about.
    pub involved: &'a [String],
    /// Objects listed at the first look.
    pub first_seen: &'a [ObjectView],
    /// Whether the task expects only an answer.
    pub wants_answer: bool,
    /// Report of the run.
    pub report: &'a TaskReport,
}

/// Returns the first failure on the way from picture to motion.
pub fn classify_failure(case: &EpisodeEvidence<'_>) -> Failure {
    let report = case.report;
    let moved = report.steps.iter().any(|outcome| outcome.step.moves_arm());
    if case.wants_answer {
        return if moved {
            Failure::Acted
        } else {
            Failure::Spoke
        };
    }
    let is_seen = |name: &String| case.first_seen.iter().any(|seen| seen.name == *name);
    if !case.involved.iter().all(is_seen) {
        return Failure::PerceivedWrong;
    }
    if !moved
        && matches!(
            report.ending,
            TaskEnd::Said | TaskEnd::Answered | TaskEnd::Asked
        )
    {
        return Failure::Spoke;
    }
    let names_other = |step: &Step| {
        step.object_names()
            .any(|name| !case.involved.iter().any(|part| part == name))
    };
    if !moved
        || report
            .steps
            .iter()
            .any(|outcome| names_other(&outcome.step))
    {
        return Failure::PlannedWrong;
    }
    let last = report
        .steps
        .iter()
        .rev()
        .find(|outcome| outcome.verdict != Verdict::Yes);
    match last {
        Some(outcome) if outcome.verdict == Verdict::Refused => Failure::Refused,
        Some(outcome) if outcome.reason.contains("closed on nothing") => Failure::GraspedNothing,
        Some(outcome) if outcome.reason.contains("slipped") || outcome.reason.contains("fell") => {
            Failure::Dropped
        }
        _ if report.ending == TaskEnd::OutOfTurns => Failure::OutOfTurns,
        _ => Failure::NotReached,
    }
}
