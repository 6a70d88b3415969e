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

mod constitution;
mod judgment;
mod model;

use super::{ExchangeKind, PlanningTurn, Rest, Strategy, TextRequest};
use crate::planner::{ModelResponse, PlannerError, Rejection};
use crate::prompt;
use crate::situation::{Note, Situation};
use crate::skills::Step;
use crate::step::Plan;

pub use constitution::Constitution;
use judgment::Judgment;
pub use model::CriticModel;

/// Judges plans by a constitution.
pub struct Critic {
    model: CriticModel,
    constitution: Constitution,
    /// How often a plan is sent back within a turn.
    rounds: u32,
    /// The vetoes of the task.
    vetoes: Vec<Veto>,
    /// The task that they belong to.
    task: Option<Task>,
}

/// A step that is not executed for the rest of the task.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Veto {
    /// The step in words, without regard to capitals.
    step: String,
    /// Number of the rule that forbids it.
    rule: usize,
    reason: String,
}

/// What tells one task from the next.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Task {
    instruction: String,
    /// Number of tasks before it.
    before: usize,
    /// Number of steps tried so far; it only grows.
    tried: usize,
}

/// A plan that is not accepted.
struct Objection {
    /// Which step breaks which rule, in a sentence.
    sentence: String,
    /// What to do instead.
    advice: String,
}

impl Critic {
    /// Default number of times that a plan is sent back within a turn.
    pub const ROUNDS: u32 = 2;

    /// Creates a critic that judges by this constitution and sends a plan back `rounds` times.
    pub fn new(model: CriticModel, constitution: Constitution, rounds: u32) -> Self {
        Self {
            model,
            constitution,
            rounds,
            vetoes: Vec::new(),
            task: None,
        }
    }

    /// Forgets the vetoes of the task before if this is another one.
    fn begin(&mut self, turn: &mut PlanningTurn<'_>) {
        let situation = &turn.situation;
        let now = Task {
            instruction: situation.instruction.clone(),
            before: situation.conversation.len(),
            tried: situation.history.len(),
        };
        let goes_on = self.task.as_ref().is_some_and(|then| {
            then.instruction == now.instruction
                && then.before == now.before
                && then.tried <= now.tried
        });
        self.task = Some(now);
        if !goes_on {
            self.vetoes.clear();
            let rules = self.constitution.to_string();
            turn.tell("critic", ExchangeKind::Information, rules.trim_end());
        }
    }

    /// Returns what the planner is told: the situation, the vetoes, and why its plan was sent back.
    fn told(&self, situation: &Situation, objection: Option<&Objection>) -> Situation {
        let mut told = situation.clone();
        if !self.vetoes.is_empty() {
            let lines: Vec<String> = self.vetoes.iter().map(|veto| self.line(veto)).collect();
            told.notes.push(Note {
                topic: "Forbidden for the rest of this task".to_owned(),
                text: lines.join("\n"),
            });
        }
        if let Some(objection) = objection {
            told.rejection = Some(objection.sentence.clone());
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
        format!("- {} (rule {}: {rule})", veto.step, veto.rule)
    }

    /// Returns the objection to a plan that contains vetoed steps.
    fn vetoed(&self, plan: &Plan) -> Option<Objection> {
        let steps = plan.steps.iter().enumerate();
        let sentences: Vec<String> = steps
            .filter_map(|(at, step)| {
                let words = in_words(step);
                let veto = self.vetoes.iter().find(|veto| veto.step == words)?;
                let reason = match veto.reason.as_str() {
                    "" => self.constitution.rule(veto.rule).unwrap_or_default(),
                    reason => reason,
                };
                Some(format!(
                    "rule {} forbids step {}, {words}: {reason}",
                    veto.rule,
                    at + 1
                ))
            })
            .collect();
        (!sentences.is_empty()).then(|| Objection {
            sentence: sentences.join("; "),
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
        let judged = judgment::judged(plan);
        if judged.is_empty() {
            return Ok(Ok(Judgment::default()));
        }
        turn.tell("critic", ExchangeKind::Proposal, plan.to_string());
        let asked = judgment::request(&self.constitution, &turn.situation, plan, &judged);
        let schema = judgment::schema(&self.constitution, &judged);
        let mut text = asked.clone();
        let mut unread = String::new();
        for _ in 0..2 {
            let request = TextRequest {
                frame: Some(turn.frame),
                temperature: Some(0.0),
                ..TextRequest::json(&text, schema.clone(), judgment::most_tokens(&judged))
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
            turn.tell("critic", ExchangeKind::Critique, again.as_str());
            text = format!("{asked}{}. Answer once more.\n", prompt::one_line(&again));
        }
        Ok(Err(Rejection(format!(
            "the critic's judgment cannot be read, so nothing moves: {unread}"
        ))))
    }

    /// Keeps the vetoes of a judgment, and tells what it says.
    fn keep(&mut self, turn: &mut PlanningTurn<'_>, plan: &Plan, judgment: &Judgment) {
        if judgment.objections.is_empty() {
            turn.tell("critic", ExchangeKind::Critique, "no objection");
        }
        for objection in &judgment.objections {
            let veto = Veto {
                step: in_words(&plan.steps[objection.at]),
                rule: objection.rule,
                reason: objection.reason.clone(),
            };
            turn.tell(
                "critic",
                ExchangeKind::Veto,
                format!(
                    "step {}, {}, by rule {}: {}",
                    objection.at + 1,
                    veto.step,
                    veto.rule,
                    veto.reason
                ),
            );
            if !self.vetoes.iter().any(|it| it.step == veto.step) {
                self.vetoes.push(veto);
            }
        }
        if !judgment.advice.is_empty() && !judgment.objections.is_empty() {
            turn.tell("critic", ExchangeKind::Critique, judgment.advice.as_str());
        }
    }

    /// Returns the objection to a plan, if there is one: a veto in force, or a new one.
    fn objection(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        plan: &Plan,
    ) -> Result<Result<Option<Objection>, Rejection>, PlannerError> {
        if let Some(objection) = self.vetoed(plan) {
            turn.tell("critic", ExchangeKind::Proposal, plan.to_string());
            turn.tell(
                "critic",
                ExchangeKind::Critique,
                objection.sentence.as_str(),
            );
            return Ok(Ok(Some(objection)));
        }
        let judgment = match self.judge(turn, plan)? {
            Ok(judgment) => judgment,
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        let objection = self.vetoed(plan).map(|objection| Objection {
            advice: judgment.advice,
            ..objection
        });
        Ok(Ok(objection))
    }
}

/// Returns a step in words, by which it is known again however it is spelled.
fn in_words(step: &Step) -> String {
    prompt::one_line(&step.to_string()).to_lowercase()
}

/// Returns a response whose plan is not carried out.
fn rejected(
    turn: &mut PlanningTurn<'_>,
    response: ModelResponse<Plan>,
    why: Rejection,
) -> ModelResponse<Plan> {
    let decision = format!("nothing is done: {why}");
    turn.tell("critic", ExchangeKind::Decision, decision);
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
        rest: &mut Rest<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.begin(turn);
        let situation = turn.situation.clone();
        let mut sent_back: Option<Objection> = None;
        let mut round = 0;
        loop {
            turn.situation = self.told(&situation, sent_back.as_ref());
            let mut response = rest.plan(turn)?;
            turn.exchanges.append(&mut response.exchanges);
            // Layers below add to what the planner is told.
            turn.situation = self.told(&situation, None);
            let Ok(plan) = &response.parsed else {
                return Ok(response);
            };
            let objection = match self.objection(turn, plan)? {
                Ok(None) => return Ok(response),
                Ok(Some(objection)) => objection,
                Err(unreadable) => return Ok(rejected(turn, response, unreadable)),
            };
            if round == self.rounds {
                return Ok(rejected(turn, response, Rejection(objection.sentence)));
            }
            round += 1;
            turn.usage += response.usage;
            sent_back = Some(objection);
        }
    }
}

#[cfg(test)]
mod tests;
