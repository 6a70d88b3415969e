//! A part of a task, and whether it is done.

use crate::goal::{Goal, Table};
use crate::outcome::{Outcome, Verdict};
use crate::skills::Step;

/// A part of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// What is to be done.
    pub words: String,
    /// What shall be true after it; `None` until the model was asked, no facts if it cannot be
    /// checked.
    pub goal: Option<Goal>,
    /// Whether that shall stay true until the task ends.
    pub lasts: bool,
    /// Times that it came undone.
    pub undone: usize,
    was_done: bool,
    /// Length of the history when its steps were proposed, and those steps.
    proposed: Option<(usize, Vec<Step>)>,
}

/// How a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Open,
    /// It is done, and was before.
    Done,
    JustDone,
    /// It was done and is not any more.
    Undone,
}

impl Part {
    pub fn new(words: String) -> Self {
        Self {
            words,
            ..Self::default()
        }
    }

    /// Whether perception tells that it is done.
    pub fn is_checkable(&self) -> bool {
        self.goal
            .as_ref()
            .is_some_and(|goal| !goal.facts.is_empty())
    }

    /// What is not so yet, in words.
    pub fn describe_unmet_facts(&self, table: &Table) -> String {
        let goal = self.goal.clone().unwrap_or_default();
        let facts = table
            .unmet_facts(&goal)
            .into_iter()
            .map(ToString::to_string);
        facts.collect::<Vec<_>>().join(" and ")
    }

    /// Returns how it stands, and keeps account of that.
    pub fn update_progress(&mut self, table: &Table, history: &[Outcome]) -> Progress {
        // What is undone on purpose, or left no trace, stays done.
        if self.was_done && !(self.lasts && self.is_checkable()) {
            return Progress::Done;
        }
        let is_done = match &self.goal {
            Some(goal) if !goal.facts.is_empty() => table.satisfies_goal(goal),
            _ => self.is_carried_out(history),
        };
        let was_done = std::mem::replace(&mut self.was_done, is_done);
        match (was_done, is_done) {
            (false, false) => Progress::Open,
            (true, true) => Progress::Done,
            (false, true) => Progress::JustDone,
            (true, false) => {
                self.undone += 1;
                Progress::Undone
            }
        }
    }

    /// Whether all steps that were proposed for it have worked since.
    fn is_carried_out(&self, history: &[Outcome]) -> bool {
        let Some((since, steps)) = &self.proposed else {
            return false;
        };
        let mut after = history[*since.min(&history.len())..].iter();
        steps.iter().all(|step| {
            after.any(|outcome| outcome.step == *step && outcome.verdict == Verdict::Yes)
        })
    }

    /// Notes what is proposed for it.
    pub fn note_proposed_steps(&mut self, steps: &[Step], history: usize) {
        let moving = steps.iter().filter(|step| step.moves_arm());
        let moving: Vec<Step> = moving.cloned().collect();
        if !moving.is_empty() {
            self.proposed = Some((history, moving));
        }
    }

    /// Takes it for done.
    pub fn mark_done(&mut self) {
        self.was_done = true;
    }
}
