//! A task in parts, as Re3 writes stories (Yang et al., 2022): an outline, then for each part what
//! shall be true after it, then its steps.
//!
//! | module | idea |
//! |---|---|
//! | `outline` | asking for an outline, and for what shall be true after a part |
//! | `part` | a part of a task, and whether it is done |

mod outline;
mod part;

use super::task_memory::CurrentTaskMemory;
use super::{ExchangeKind, LayersBelow, PlanningTurn, Strategy};
use crate::goal::Table;
use crate::planner::{ModelResponse, PlannerError, Rejection};
use crate::situation::Note;
use crate::skills::{Step, StepKind};
use crate::step::Plan;

use part::{Part, Progress};

/// The method's name.
const NAME: &str = "decompose";
/// Times that a part may come undone before the person is told.
const MAX_UNDONE: usize = 2;

/// Has the model take a task apart, and the layers below plan for one part at a time. A part whose
/// goal is seen to hold is not done again; one that came undone is. Only when all are done, the plan
/// says `done`.
#[derive(Debug, Default)]
pub struct Decompose {
    task: CurrentTaskMemory<Work>,
}

/// A task in parts.
#[derive(Debug, Default)]
struct Work {
    /// `None` until the model was asked; empty if it made no parts.
    parts: Option<Vec<Part>>,
}

impl Strategy for Decompose {
    fn name(&self) -> &'static str {
        NAME
    }

    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        rest: &mut LayersBelow<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        if !turn.is_for_methods() {
            return rest.plan_below(turn);
        }
        let work = self.task.memory_of_task(turn.task);
        let parts = match &mut work.parts {
            Some(parts) => parts,
            none => none.insert(outline::ask_for_parts(turn)?),
        };
        if parts.is_empty() {
            return rest.plan_below(turn);
        }
        // Each pass settles a part or ends.
        for _ in 0..=parts.len() {
            let Some(current) = next(parts, turn)? else {
                turn.add_exchange(NAME, ExchangeKind::Decision, "every part is done");
                return Ok(ModelResponse::from_plan(Plan {
                    steps: vec![Step::done_step()],
                }));
            };
            if parts[current].undone > MAX_UNDONE {
                let words = &parts[current].words;
                return Ok(ModelResponse::from_plan(Plan {
                    steps: vec![Step::ask_step(format!(
                        "“{words}” comes undone again and again. Shall I go on?"
                    ))],
                }));
            }
            let response = plan_for(parts, current, turn, rest)?;
            if let Some(response) = taken(&mut parts[current], response, turn) {
                return Ok(response);
            }
        }
        rest.plan_below(turn)
    }
}

/// Returns the first part that is not done. Parts before it that came undone are noticed.
fn next(parts: &mut [Part], turn: &mut PlanningTurn<'_>) -> Result<Option<usize>, PlannerError> {
    let table = Table::from_situation(&turn.situation);
    for index in 0..parts.len() {
        if parts[index].goal.is_none() {
            let words: Vec<String> = parts.iter().map(|part| part.words.clone()).collect();
            let (goal, lasts) = outline::ask_for_part_goal(turn, &words, index)?;
            (parts[index].goal, parts[index].lasts) = (Some(goal), lasts);
        }
        let part = &mut parts[index];
        let number = index + 1;
        match part.update_progress(&table, &turn.situation.history) {
            Progress::Done => {}
            Progress::JustDone => {
                let text = format!("part {number} is done: {}", part.words);
                turn.add_exchange(NAME, ExchangeKind::Decision, text);
            }
            Progress::Open => return Ok(Some(index)),
            Progress::Undone => {
                let text = format!("part {number} came undone: {}", part.words);
                turn.add_exchange(NAME, ExchangeKind::Decision, text);
                return Ok(Some(index));
            }
        }
    }
    Ok(None)
}

/// Asks the layers below for the steps of one part.
fn plan_for(
    parts: &[Part],
    current: usize,
    turn: &mut PlanningTurn<'_>,
    rest: &mut LayersBelow<'_>,
) -> Result<ModelResponse<Plan>, PlannerError> {
    let part = &parts[current];
    let mut text = format!("{} (part {} of {})", part.words, current + 1, parts.len());
    let goal = part.goal.clone().unwrap_or_default();
    if !goal.facts.is_empty() {
        text += &format!("\nIt is done when this is so: {goal}");
    }
    turn.situation.notes.push(Note {
        topic: "Plan for this part of the task alone".to_owned(),
        text,
    });
    turn.goal = Some(goal);
    let response = rest.plan_below(turn);
    turn.goal = None;
    turn.situation.notes.pop();
    response
}

/// Takes a plan for a part; `None` if nothing is left to do of it. Only the last part ends a task.
fn taken(
    part: &mut Part,
    response: ModelResponse<Plan>,
    turn: &mut PlanningTurn<'_>,
) -> Option<ModelResponse<Plan>> {
    let Ok(plan) = &response.parsed else {
        return Some(response);
    };
    let ends = |step: &Step| step.kind() == StepKind::Completion;
    let steps: Vec<Step> = plan
        .steps
        .iter()
        .filter(|step| !ends(step))
        .cloned()
        .collect();
    if !steps.is_empty() {
        part.note_proposed_steps(&steps, turn.situation.history.len());
        let is_changed = steps.len() < plan.steps.len();
        let plan = Plan { steps };
        return Some(match is_changed {
            false => response,
            true => ModelResponse {
                completion: ModelResponse::from_plan(plan.clone()).completion,
                parsed: Ok(plan),
                tokens: Vec::new(),
                ..response
            },
        });
    }
    if part.is_checkable() {
        let open = part.describe_unmet_facts(&Table::from_situation(&turn.situation));
        return Some(ModelResponse {
            parsed: Err(Rejection(format!(
                "“{}” is not done: it is not so that {open}",
                part.words
            ))),
            ..response
        });
    }
    part.mark_done();
    // What it cost is not lost.
    turn.usage += response.usage;
    turn.exchanges.extend(response.exchanges);
    None
}

#[cfg(test)]
mod tests;
