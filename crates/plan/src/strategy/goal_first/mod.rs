//! Goal first, as in LLM+P (Liu et al., 2023): the model writes what shall be true, a search finds
//! the steps, and perception says when it is true.

use super::task_memory::TaskMemory;
use super::{ExchangeKind, PlanningTurn, Rest, Strategy, TextRequest};
use crate::goal::obstacle::obstacle;
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
    task: TaskMemory<Pursuit>,
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
        rest: &mut Rest<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        if !turn.is_for_methods() {
            return rest.plan(turn);
        }
        let pursuit = self.task.of(turn.task);
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
            _ => rest.plan(turn),
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
        let table = Table::of(&turn.situation);
        let lost = table.absent(goal).or_else(|| {
            let mut meant = meant.iter().map(String::as_str);
            meant.find(|name| !table.has(name))
        });
        if let Some(name) = lost {
            return say(format!("I lost sight of the {name}, so I cannot go on."));
        }
        let open = table.open(goal);
        let undone = open.iter().filter(|fact| self.held.contains(fact));
        for fact in undone {
            turn.tell(NAME, ExchangeKind::Decision, format!("came undone: {fact}"));
        }
        let holding = goal.facts.iter().filter(|fact| !open.contains(fact));
        self.held = holding.cloned().collect();
        if open.is_empty() {
            turn.tell(NAME, ExchangeKind::Decision, "all of the goal holds");
            return ModelResponse::planned(Plan {
                steps: vec![Step::done()],
            });
        }
        self.vetoes = turn.situation.vetoes.len();
        match search::steps(goal, &table) {
            Ok(steps) => {
                let found = format!("steps to the goal: {}", steps.len());
                turn.tell(NAME, ExchangeKind::Decision, found);
                self.proposed = Some(turn.situation.history.len());
                ModelResponse::planned(Plan {
                    steps: at_most(steps),
                })
            }
            Err(stuck) => {
                turn.tell(NAME, ExchangeKind::Decision, stuck.to_string());
                let language = Language::of(&turn.situation.instruction);
                say(obstacle(goal, &table, stuck, language))
            }
        }
    }
}

/// Asks the model for the goal.
fn asked(turn: &mut PlanningTurn<'_>) -> Result<Wanted, PlannerError> {
    let text = request::prompt(&turn.situation);
    let schema = request::schema(&turn.situation);
    let reply = turn.ask(&TextRequest::json(&text, schema, request::MAX_TOKENS))?;
    let read = Goal::parse(&reply.text, &turn.situation);
    Ok(match read {
        Err(rejection) => {
            let why = format!("planned without a goal: {rejection}");
            turn.tell(NAME, ExchangeKind::Decision, why);
            Wanted::Unsaid
        }
        Ok(goal) if goal.facts.is_empty() => {
            let why = "planned without a goal: no facts say what is asked for";
            turn.tell(NAME, ExchangeKind::Decision, why);
            Wanted::Unsaid
        }
        Ok(goal) => {
            turn.tell(NAME, ExchangeKind::Goal, goal.to_string());
            let every = goal.facts.iter();
            let every = every.filter(|fact| matches!(fact, Fact::Every { .. }));
            let meant = Table::of(&turn.situation).selected(every);
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
    ModelResponse::planned(Plan {
        steps: vec![Step::say(text)],
    })
}

#[cfg(test)]
mod tests;
