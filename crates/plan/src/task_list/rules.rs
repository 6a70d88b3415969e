//! The tasks that are left, by rules: what is wanted is read from the goal's words once, and each
//! thing that a search would move for it is a task.

use super::{Task, TaskList, TaskState};
use crate::candidates::words_for_step;
use crate::goal::{Goal, StandingGoal, Table, obstacle, search};
use crate::replies::{Language, not_seen};
use crate::situation::Situation;
use crate::skills::Step;

/// What is left to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemainingWork {
    /// These tasks, in this order; none if the goal is reached.
    Tasks(Vec<String>),
    /// Something, but not how: what stands in the way, in words.
    Stuck(String),
    /// The goal's words are not understood: what to say of that.
    Unclear(String),
}

/// Returns what is left to do for the goal of `list` as things stand. What the goal means is kept in
/// the list. What was set aside is left where it is.
pub fn find_remaining_tasks(list: &mut TaskList, situation: &Situation) -> RemainingWork {
    let situation = Situation {
        instruction: list.goal.clone(),
        ..situation.clone()
    };
    let goal = match &list.facts {
        Some(goal) => goal.clone(),
        None => match StandingGoal::from_instruction(&situation) {
            StandingGoal::Unclear(text) => return RemainingWork::Unclear(text),
            StandingGoal::Goal(goal) => list.facts.insert(goal).clone(),
        },
    };
    let table = Table::from_situation(&situation);
    let goal = goal.without_objects(&set_aside(list, &table));
    if let Some(name) = table.first_absent_name(&goal) {
        return RemainingWork::Stuck(not_seen(Language::English, name));
    }
    match search::find_steps(&goal, &table) {
        Ok(steps) => RemainingWork::Tasks(steps.iter().filter_map(task).collect()),
        Err(stuck) => RemainingWork::Stuck(why(&goal, &table, stuck)),
    }
}

fn why(goal: &Goal, table: &Table, stuck: search::Stuck) -> String {
    obstacle::explain_unreachable_goal(goal, table, stuck, Language::English)
}

/// Where a thing is put is a task; that it is picked up first goes without saying.
fn task(step: &Step) -> Option<String> {
    step.held_before()?;
    words_for_step(step)
}

/// The names of what tasks that were set aside were to move.
fn set_aside(list: &TaskList, table: &Table) -> Vec<String> {
    let tasks: Vec<&Task> = list.tasks_in_state(TaskState::SetAside).collect();
    let begins = |task: &Task, name: &str| {
        let rest = task.instruction.strip_prefix("put the ");
        let rest = rest.and_then(|rest| rest.strip_prefix(name));
        // “put the red cube 2 in …” is not about the red cube.
        rest.is_some_and(|rest| {
            let next = rest.trim_start().split(' ').next().unwrap_or_default();
            next.parse::<u32>().is_err()
        })
    };
    let names = table.object_names();
    names
        .filter(|name| tasks.iter().any(|task| begins(task, name)))
        .map(str::to_owned)
        .collect()
}
