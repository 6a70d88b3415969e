//! Goal first, as in LLM+P (Liu et al., 2023): the model writes what shall be true, a search finds
//! the steps, and perception says when it is true.

use super::task_memory::CurrentTaskMemory;
use super::{ExchangeKind, LayersBelow, PlanningTurn, Strategy, TextRequest};
use crate::goal::obstacle::explain_unreachable_goal;
use crate::goal::{Fact, Goal, Table, request, search};
use crate::planner::{ModelResponse, PlannerError};
use crate::replies::Language;
use crate::skills::{Skill, Step};
use crate::step::Plan;

/// The method's name.
const NAME: &str = "goal-first";

/// Has the model write the goal of a task, and plans for it by search. A plan of its own says
/// `done` only once all of the goal is seen to hold. What the goal language cannot say is left to the
/// layers below, and what is understood by rules is, too.
#[derive(Debug, Default)]
pub struct GoalFirst {
    task: CurrentTaskMemory<Pursuit>,
}

/// A task's goal and what came of it so far.
#[derive(Debug, Default)]
struct Pursuit {
    wanted: Wanted,
    /// Facts that were seen to hold on some turn.
    held: Vec<Fact>,
    /// Length of the history when steps were proposed last.
    proposed: Option<usize>,
    /// Number of vetoes that the last plan took into account.
    vetoes: usize,
}

#[derive(Debug, Default)]
enum Wanted {
    /// The model was not asked yet.
    #[default]
    Unasked,
    /// No facts say what is wanted.
    Unsaid,
    /// What shall be true, and the names of what it means by “every …”.
    Goal(Goal, Vec<String>),
}

impl Strategy for GoalFirst {
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
        let pursuit = self.task.memory_of_task(turn.task);
        let was_rejected = turn.situation.rejection.is_some()
            && pursuit.proposed == Some(turn.situation.history.len())
            // There may be a way around what was forbidden since.
            && pursuit.vetoes == turn.situation.vetoes.len();
        let goal = match turn.goal.clone() {
            // Whoever set it cannot be asked for another.
            Some(_) if was_rejected => None,
            Some(goal) => Some((goal, Vec::new())),
            None => {
                if was_rejected {
                    pursuit.wanted = Wanted::Unasked;
                }
                pursuit.goal(turn)?
            }
        };
        match goal {
            Some((goal, meant)) if !goal.facts.is_empty() => Ok(pursuit.plan(turn, &goal, &meant)),
            _ => rest.plan_below(turn),
        }
    }
}

impl Pursuit {
    /// Returns the goal of the task, for which the model is asked once.
    fn goal(
        &mut self,
        turn: &mut PlanningTurn<'_>,
    ) -> Result<Option<(Goal, Vec<String>)>, PlannerError> {
        if matches!(self.wanted, Wanted::Unasked) {
            self.wanted = asked(turn)?;
        }
        Ok(match &self.wanted {
            Wanted::Goal(goal, meant) => Some((goal.clone(), meant.clone())),
            Wanted::Unasked | Wanted::Unsaid => None,
        })
    }

    /// Returns the next steps towards `goal`, `done` if it is seen to hold, or what is in its way.
    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        goal: &Goal,
        meant: &[String],
    ) -> ModelResponse<Plan> {
        let table = Table::from_situation(&turn.situation);
        let lost = table.first_absent_name(goal).or_else(|| {
            let mut meant = meant.iter().map(String::as_str);
            meant.find(|name| !table.has_object(name))
        });
        if let Some(name) = lost {
            return say(format!("I lost sight of the {name}, so I cannot go on."));
        }
        let open = table.unmet_facts(goal);
        let undone = open.iter().filter(|fact| self.held.contains(fact));
        for fact in undone {
            turn.add_exchange(NAME, ExchangeKind::Decision, format!("came undone: {fact}"));
        }
        let holding = goal.facts.iter().filter(|fact| !open.contains(fact));
        self.held = holding.cloned().collect();
        if open.is_empty() {
            turn.add_exchange(NAME, ExchangeKind::Decision, "all of the goal holds");
            return ModelResponse::from_plan(Plan {
                steps: vec![Step::done_step()],
            });
        }
        self.vetoes = turn.situation.vetoes.len();
        match search::find_steps(goal, &table) {
            Ok(steps) => {
                let found = format!("steps to the goal: {}", steps.len());
                turn.add_exchange(NAME, ExchangeKind::Decision, found);
                self.proposed = Some(turn.situation.history.len());
                ModelResponse::from_plan(Plan {
                    steps: at_most(steps),
                })
            }
            Err(stuck) => {
                turn.add_exchange(NAME, ExchangeKind::Decision, stuck.to_string());
                let language = Language::detect_language(&turn.situation.instruction);
                say(explain_unreachable_goal(goal, &table, stuck, language))
            }
        }
    }
}

/// Asks the model for the goal.
fn asked(turn: &mut PlanningTurn<'_>) -> Result<Wanted, PlannerError> {
    let text = request::goal_prompt(&turn.situation);
    let schema = request::goal_schema(&turn.situation);
    let reply = turn.ask_model(&TextRequest::request_for_json(
        &text,
        schema,
        request::MAX_TOKENS,
    ))?;
    let read = Goal::parse(&reply.text, &turn.situation);
    Ok(match read {
        Err(rejection) => {
            let why = format!("planned without a goal: {rejection}");
            turn.add_exchange(NAME, ExchangeKind::Decision, why);
            Wanted::Unsaid
        }
        Ok(goal) if goal.facts.is_empty() => {
            let why = "planned without a goal: no facts say what is asked for";
            turn.add_exchange(NAME, ExchangeKind::Decision, why);
            Wanted::Unsaid
        }
        Ok(goal) => {
            turn.add_exchange(NAME, ExchangeKind::Goal, goal.to_string());
            let every = goal.facts.iter();
            let every = every.filter(|fact| matches!(fact, Fact::Every { .. }));
            let meant = Table::from_situation(&turn.situation).fact_subject_names(every);
            Wanted::Goal(goal, meant)
        }
    })
}

/// The first of many steps, such that nothing is picked up last.
fn at_most(mut steps: Vec<Step>) -> Vec<Step> {
    if steps.len() > Plan::MAX_STEPS {
        steps.truncate(Plan::MAX_STEPS);
        if steps.last().is_some_and(|step| step.skill() == Skill::Pick) {
            steps.pop();
        }
    }
    steps
}

fn say(text: String) -> ModelResponse<Plan> {
    ModelResponse::from_plan(Plan {
        steps: vec![Step::say_step(text)],
    })
}

#[cfg(test)]
mod tests;
