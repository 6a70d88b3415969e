//! A robot's own list of tasks, for a goal that stands: tasks are made, carried out one by one,
//! and made anew from what came of them.
//!
//! | module | idea |
//! |---|---|
//! | [`request`] | asking a model for the tasks that are left |
//! | [`rules`] | the tasks that are left, by rules |

pub mod request;
pub mod rules;

use serde::{Deserialize, Serialize};

use crate::goal::Goal;

/// A goal in a person's words, and the tasks that lead there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskList {
    /// Version of the form.
    pub version: u32,
    /// The person's words.
    pub goal: String,
    /// What they mean, where that was read by rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Goal>,
    /// The tasks, those that are open in the order in which they are to be done.
    pub tasks: Vec<Task>,
    /// Turns of the loop that were taken so far.
    pub turns: u32,
    /// Whether nothing is left to do.
    pub is_over: bool,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What the robot tells itself to do.
    pub instruction: String,
    /// How it stands.
    pub state: TaskState,
    /// Times that it failed since it last worked.
    #[serde(default)]
    pub failures: u32,
    /// Times that it worked.
    #[serde(default)]
    pub successes: u32,
    /// What came of it last, in words.
    #[serde(default)]
    pub feedback: String,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It is to be done.
    Open,
    /// It was begun; if nobody carries it out, the program was ended meanwhile.
    Underway,
    /// It was done.
    Done,
    /// It is not tried again.
    SetAside,
}

/// An instruction that is not taken into a list, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedInstruction {
    /// The instruction.
    pub instruction: String,
    /// The reason, in words.
    pub reason: String,
}

impl TaskList {
    /// Version of the form that this program writes.
    pub const VERSION: u32 = 1;
    /// Most tasks that are open at once.
    pub const MAX_OPEN_TASKS: usize = 16;
    /// Failures after which a task is set aside.
    pub const MAX_FAILURES: u32 = 2;
    /// Times that a task is done before it is set aside because it comes undone.
    pub const SUCCESSES_BEFORE_SET_ASIDE: u32 = 3;

    /// Creates a list without tasks.
    pub fn new(goal: impl Into<String>) -> Self {
        Self {
            version: Self::VERSION,
            goal: goal.into(),
            facts: None,
            tasks: Vec::new(),
            turns: 0,
            is_over: false,
        }
    }

    /// Returns the index of the task that is next: the one that was interrupted, or the first open
    /// one.
    pub fn next_task_index(&self) -> Option<usize> {
        let first = |state| self.tasks.iter().position(|task| task.state == state);
        first(TaskState::Underway).or_else(|| first(TaskState::Open))
    }

    /// Returns the tasks that stand so.
    pub fn tasks_in_state(&self, state: TaskState) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(move |task| task.state == state)
    }

    /// Notes that a task is begun.
    pub fn mark_begun(&mut self, index: usize) {
        self.tasks[index].state = TaskState::Underway;
    }

    /// Notes that a task was interrupted and is to be done still.
    pub fn mark_interrupted(&mut self, index: usize) {
        self.tasks[index].state = TaskState::Open;
    }

    /// Notes that a task was done.
    pub fn mark_done(&mut self, index: usize) {
        let task = &mut self.tasks[index];
        task.state = TaskState::Done;
        task.failures = 0;
        task.successes += 1;
        task.feedback.clear();
    }

    /// Notes that a task failed; returns whether it is set aside for that.
    pub fn mark_failed(&mut self, index: usize, why: impl Into<String>) -> bool {
        let task = &mut self.tasks[index];
        task.failures += 1;
        task.feedback = why.into();
        let is_hopeless = task.failures >= Self::MAX_FAILURES;
        task.state = match is_hopeless {
            true => TaskState::SetAside,
            false => TaskState::Open,
        };
        is_hopeless
    }

    /// Sets a task aside.
    pub fn set_aside(&mut self, index: usize, why: impl Into<String>) {
        let task = &mut self.tasks[index];
        task.state = TaskState::SetAside;
        task.feedback = why.into();
    }

    /// Has these be the tasks that are open, in this order. What was set aside stays so, and what was
    /// done often enough is set aside: it comes undone. Returns what was not taken.
    pub fn replace_open_tasks(&mut self, instructions: Vec<String>) -> Vec<DroppedInstruction> {
        let mut dropped = Vec::new();
        let mut open: Vec<Task> = Vec::new();
        let mut drop = |instruction: String, reason: &str| {
            dropped.push(DroppedInstruction {
                instruction,
                reason: reason.to_owned(),
            });
        };
        for instruction in instructions {
            if open.iter().any(|task| task.instruction == instruction) {
                continue;
            }
            if open.len() == Self::MAX_OPEN_TASKS {
                drop(instruction, "the list is full");
                continue;
            }
            let known = self
                .tasks
                .iter()
                .position(|task| task.instruction == instruction);
            let Some(known) = known else {
                open.push(Task::new(instruction));
                continue;
            };
            if self.tasks[known].state == TaskState::SetAside {
                drop(instruction, "it was set aside");
            } else if self.tasks[known].successes >= Self::SUCCESSES_BEFORE_SET_ASIDE {
                let times = self.tasks[known].successes;
                self.set_aside(known, format!("it was done {times} times and comes undone"));
                drop(instruction, "it comes undone again and again");
            } else {
                open.push(Task {
                    state: TaskState::Open,
                    ..self.tasks.remove(known)
                });
            }
        }
        let is_settled = |task: &Task| matches!(task.state, TaskState::Done | TaskState::SetAside);
        self.tasks.retain(is_settled);
        self.tasks.extend(open);
        dropped
    }
}

impl Task {
    fn new(instruction: String) -> Self {
        Self {
            instruction,
            state: TaskState::Open,
            failures: 0,
            successes: 0,
            feedback: String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
