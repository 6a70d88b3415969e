//! The critic: each plan is judged against a written constitution before anything moves.
//!
//! After *Constitutional AI* (arXiv 2212.08073). A critic can only make plans stricter. A step that it
//! vetoes is not executed for the rest of the task, whatever the planner says: the plan is sent back
//! with the objection, and if the step is still in it at last, the plan is rejected. A judgment that
//! cannot be read is asked for once more, and then the plan is rejected.
//!
//! | module | idea |
//! |---|---|
//! | `constitution` | rules in plain sentences |
//! | `judgment` | the request for a judgment, and how it is read |
//! | `model` | the model that criticizes |
//! | `objection_report` | objections, and what observers are told of them |

mod constitution;
mod judgment;
mod model;
mod objection_report;

use super::task_memory::CurrentTaskMemory;
use super::{ExchangeKind, LayersBelow, PlanningTurn, Strategy, TextRequest};
use crate::planner::{ModelResponse, PlannerError, Rejection};
use crate::prompt;
use crate::situation::{Note, Situation};
use crate::step::Plan;
use crate::veto::Veto;

pub use constitution::Constitution;
use judgment::Judgment;
pub use model::CriticModel;
use objection_report::{PlanObjection, ReportedToObservers};

/// Judges plans by a constitution.
pub struct Critic {
    model: CriticModel,
    constitution: Constitution,
    /// How often a plan is sent back within a turn.
    rounds: u32,
    task: CurrentTaskMemory<Ruling>,
    /// What was told in the turn.
    told: CurrentTaskMemory<ReportedToObservers>,
}

/// What holds for the rest of a task.
#[derive(Debug, Default)]
struct Ruling {
    is_begun: bool,
    vetoes: Vec<Veto>,
}

impl Critic {
    /// Default number of times that a plan is sent back within a turn.
    pub const DEFAULT_ROUNDS: u32 = 2;

    /// Creates a critic that judges by this constitution and sends a plan back `rounds` times.
    pub fn new(model: CriticModel, constitution: Constitution, rounds: u32) -> Self {
        Self {
            model,
            constitution,
            rounds,
            task: CurrentTaskMemory::default(),
            told: CurrentTaskMemory::default(),
        }
    }

    /// Tells by which rules plans are judged, once in a task.
    fn begin(&mut self, turn: &mut PlanningTurn<'_>) {
        let ruling = self.task.memory_of_task(turn.task);
        if !ruling.is_begun {
            ruling.is_begun = true;
            let rules = self.constitution.to_string();
            turn.add_exchange("critic", ExchangeKind::Information, rules.trim_end());
        }
    }

    /// Returns what the planner is told: the situation, the vetoes, and why its plan was sent back.
    fn briefed(&self, situation: &Situation, objection: Option<&PlanObjection>) -> Situation {
        let mut told = situation.clone();
        let vetoes = &self.task.memory_of_last_task().vetoes;
        if !vetoes.is_empty() {
            let lines: Vec<String> = vetoes.iter().map(|veto| self.line(veto)).collect();
            told.notes.push(Note {
                topic: "Forbidden for the rest of this task".to_owned(),
                text: lines.join("\n"),
            });
        }
        told.vetoes.extend_from_slice(vetoes);
        if let Some(objection) = objection {
            told.rejection = Some(objection.to_string());
            if !objection.advice.is_empty() {
                told.notes.push(Note {
                    topic: "The critic's advice".to_owned(),
                    text: objection.advice.clone(),
                });
            }
        }
        told
    }

    fn line(&self, veto: &Veto) -> String {
        let rule = self.constitution.rule(veto.rule).unwrap_or_default();
        format!("- {} (rule {}: {rule})", veto.step_in_words(), veto.rule)
    }

    /// Returns the objection to a plan that contains vetoed steps.
    fn vetoed(&self, plan: &Plan) -> Option<PlanObjection> {
        let steps = plan.steps.iter().enumerate();
        let vetoes = &self.task.memory_of_last_task().vetoes;
        let vetoes: Vec<(usize, Veto)> = steps
            .filter_map(|(at, step)| {
                let veto = vetoes.iter().find(|veto| veto.forbids(step))?;
                Some((at, veto.clone()))
            })
            .collect();
        (!vetoes.is_empty()).then(|| PlanObjection {
            vetoes,
            advice: String::new(),
        })
    }

    /// Judges a plan and keeps the vetoes.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer.
    fn judge(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        plan: &Plan,
    ) -> Result<Result<Judgment, Rejection>, PlannerError> {
        let judged = judgment::judged_step_indices(plan);
        if judged.is_empty() {
            return Ok(Ok(Judgment::default()));
        }
        self.told
            .memory_of_task(turn.number)
            .report_proposal(turn, plan);
        let asked = judgment::request(&self.constitution, &turn.situation, plan, &judged);
        let schema = judgment::schema(&self.constitution, &judged);
        let mut text = asked.clone();
        let mut unread = String::new();
        for _ in 0..2 {
            let request = TextRequest {
                frame: Some(turn.frame),
                temperature: Some(0.0),
                ..TextRequest::request_for_json(
                    &text,
                    schema.clone(),
                    judgment::most_tokens(&judged),
                )
            };
            let reply = self.model.ask(turn, &request)?;
            match judgment::read(&reply.text, &self.constitution, &judged) {
                Ok(judgment) => {
                    self.keep(turn, plan, &judgment);
                    return Ok(Ok(judgment));
                }
                Err(why) => unread = why,
            }
            let again = format!("your answer could not be read: {unread}");
            turn.add_exchange("critic", ExchangeKind::Critique, again.as_str());
            text = format!("{asked}{}. Answer once more.\n", prompt::one_line(&again));
        }
        Ok(Err(Rejection(format!(
            "the critic's judgment cannot be read, so nothing moves: {unread}"
        ))))
    }

    /// Keeps the vetoes of a judgment, and tells what it says.
    fn keep(&mut self, turn: &mut PlanningTurn<'_>, plan: &Plan, judgment: &Judgment) {
        if judgment.objections.is_empty() {
            turn.add_exchange("critic", ExchangeKind::Critique, "no objection");
        }
        let vetoes = &mut self.task.memory_of_task(turn.task).vetoes;
        for objection in &judgment.objections {
            let step = &plan.steps[objection.at];
            let known = vetoes.iter().find(|veto| veto.forbids(step)).cloned();
            let veto = known.unwrap_or_else(|| {
                let rule = self.constitution.rule(objection.rule);
                let reason = match objection.reason.as_str() {
                    "" => rule.unwrap_or_default(),
                    reason => reason,
                };
                let veto = Veto {
                    step: step.clone(),
                    rule: objection.rule,
                    reason: reason.to_owned(),
                };
                vetoes.push(veto.clone());
                veto
            });
            let line = self
                .told
                .memory_of_task(turn.number)
                .veto_report(objection.at, &veto);
            turn.add_exchange("critic", ExchangeKind::Veto, line);
        }
        if !judgment.advice.is_empty() && !judgment.objections.is_empty() {
            turn.add_exchange("critic", ExchangeKind::Critique, judgment.advice.as_str());
        }
    }

    /// Returns the objection to a plan, if there is one: a veto in force, or a new one.
    fn objection(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        plan: &Plan,
    ) -> Result<Result<Option<PlanObjection>, Rejection>, PlannerError> {
        if let Some(objection) = self.vetoed(plan) {
            let told = self.told.memory_of_task(turn.number);
            told.report_proposal(turn, plan);
            let line = told.objection_report(&objection);
            turn.add_exchange("critic", ExchangeKind::Critique, line);
            return Ok(Ok(Some(objection)));
        }
        let judgment = match self.judge(turn, plan)? {
            Ok(judgment) => judgment,
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        let objection = self.vetoed(plan).map(|objection| PlanObjection {
            advice: judgment.advice,
            ..objection
        });
        Ok(Ok(objection))
    }
}

/// Returns a response whose plan is not carried out.
fn rejected(
    turn: &mut PlanningTurn<'_>,
    response: ModelResponse<Plan>,
    why: Rejection,
    decided: &str,
) -> ModelResponse<Plan> {
    let decision = format!("nothing is done: {decided}");
    turn.add_exchange("critic", ExchangeKind::Decision, decision);
    ModelResponse {
        parsed: Err(why),
        ..response
    }
}

impl Strategy for Critic {
    fn name(&self) -> &'static str {
        "critic"
    }

    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        rest: &mut LayersBelow<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.begin(turn);
        let situation = turn.situation.clone();
        let mut sent_back: Option<PlanObjection> = None;
        let mut round = 0;
        loop {
            turn.situation = self.briefed(&situation, sent_back.as_ref());
            let mut response = rest.plan_below(turn)?;
            turn.exchanges.append(&mut response.exchanges);
            // Layers below add to what the planner is told.
            turn.situation = self.briefed(&situation, None);
            let Ok(plan) = &response.parsed else {
                return Ok(response);
            };
            let objection = match self.objection(turn, plan)? {
                Ok(None) => return Ok(response),
                Ok(Some(objection)) => objection,
                Err(unreadable) => {
                    let decided = unreadable.to_string();
                    return Ok(rejected(turn, response, unreadable, &decided));
                }
            };
            if round == self.rounds {
                let why = Rejection(objection.to_string());
                let decided = format!("it is against {}", objection.rules());
                return Ok(rejected(turn, response, why, &decided));
            }
            round += 1;
            turn.usage += response.usage;
            sent_back = Some(objection);
        }
    }
}

#[cfg(test)]
mod tests;
