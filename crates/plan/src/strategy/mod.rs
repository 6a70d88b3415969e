//! Methods by which a model is brought to plan better, each a layer around the planner.
//!
//! A layer may change what the planner is told, ask the model something of its own, ask the layers
//! below several times, or make their plan stricter. It never executes anything: whatever comes out
//! is a plan like any other, and passes the grounding and the gate.
//!
//! | module | idea |
//! |---|---|
//! | [`exchange`] | what was said on the way to a plan, for observers |
//! | [`text_model`] | a model that answers any request, not only for plans |
//! | `model_words` | what a model says in words, made fit to be shown |
//! | `task_memory` | what methods remember of a task or a turn, and what tells one from the next |
//! | [`critic`] | the plan judged against a constitution; vetoed steps are not executed |
//! | [`critic_dialogue`] | planner and critic talk about a draft before the planner decides |
//! | [`lessons`] | what failed runs taught |
//! | [`examples`] | solved tasks like the one at hand |
//! | [`attachments`] | files that a person gives with an instruction |
//! | [`tools`] | tools that the model may call before it plans |
//! | [`decompose`] | an outline, then sub-goals that perception checks, then steps |
//! | [`goal_first`] | the model writes what shall be true, and a search finds the steps |
//! | [`think`] | a thought before the plan |

pub mod attachments;
pub mod critic;
pub mod critic_dialogue;
pub mod decompose;
pub mod examples;
pub mod exchange;
pub mod goal_first;
pub mod lessons;
mod model_words;
mod task_memory;
pub mod text_model;
pub mod think;
pub mod tools;

use enact_types::Frame;

use crate::detection::Detection;
use crate::goal::Goal;
use crate::outcome::Outcome;
use crate::planner::{ModelResponse, Perceiver, Planner, PlannerError, Rejection, Usage};
use crate::situation::Situation;
use crate::step::Plan;

pub use decompose::Decompose;
pub use exchange::{Exchange, ExchangeKind};
pub use goal_first::GoalFirst;
pub use text_model::{TextModel, TextReply, TextRequest};
pub use think::Think;

use task_memory::TaskCounter;

/// A model that plans and answers other requests.
pub trait PlanningModel: Planner + TextModel {}

impl<T: Planner + TextModel + ?Sized> PlanningModel for T {}

/// A method, as a layer around the planner.
pub trait Strategy {
    /// Returns the method's name, as its flag has it.
    fn name(&self) -> &'static str;

    /// Returns a plan for the turn; `rest` stands for the layers below and the model.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer.
    fn plan(
        &mut self,
        turn: &mut PlanningTurn<'_>,
        rest: &mut LayersBelow<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError>;

    /// Learns how a task ended. The model may be asked.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer.
    fn task_ended(
        &mut self,
        _task: &EndedTask<'_>,
        _model: &mut dyn PlanningModel,
    ) -> Result<(), PlannerError> {
        Ok(())
    }
}

/// A request for a plan on its way through the layers.
pub struct PlanningTurn<'a> {
    /// The picture of the situation.
    pub frame: &'a Frame,
    /// The situation, with the notes that layers added.
    pub situation: Situation,
    /// Number of the task, as this planner counts them.
    pub task: u64,
    /// Number of the turn, over all tasks: another one once steps are tried or a picture is taken.
    pub number: u64,
    /// What the layers below shall reach, where one above says that in facts.
    pub goal: Option<Goal>,
    /// The model that plans.
    pub model: &'a mut dyn PlanningModel,
    /// What was said so far on the way to the plan.
    pub exchanges: Vec<Exchange>,
    /// Cost of the requests that layers made themselves.
    pub usage: Usage,
}

impl PlanningTurn<'_> {
    /// Returns whether a method that asks the model for something of its own applies: the person
    /// wants something done, rules do not say how, and the model makes sense of requests.
    pub(crate) fn is_for_methods(&mut self) -> bool {
        self.situation.speech_act().is_request()
            && self.model.follows_requests()
            && !self.model.plans_without_model(&self.situation)
    }

    /// Asks the model, and keeps account of the cost. What was asked and answered is not told to
    /// observers: see [`add_exchange`](Self::add_exchange).
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer.
    pub fn ask_model(&mut self, request: &TextRequest<'_>) -> Result<TextReply, PlannerError> {
        let reply = self.model.complete(request)?;
        self.usage += reply.usage;
        Ok(reply)
    }

    /// Tells observers what a method did.
    pub fn add_exchange(
        &mut self,
        method: &'static str,
        kind: ExchangeKind,
        text: impl Into<String>,
    ) {
        self.exchanges.push(Exchange {
            method: method.to_owned(),
            kind,
            text: text.into(),
        });
    }
}

/// The layers below one, and the model.
pub struct LayersBelow<'s>(&'s mut [Box<dyn Strategy>]);

impl LayersBelow<'_> {
    /// Returns the plan of the layers below. It may be asked several times.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer.
    pub fn plan_below(
        &mut self,
        turn: &mut PlanningTurn<'_>,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        match self.0.split_first_mut() {
            Some((first, others)) => first.plan(turn, &mut LayersBelow(others)),
            None => turn.model.plan(turn.frame, &turn.situation),
        }
    }
}

/// A task that is over.
#[derive(Clone, Copy, Debug)]
pub struct EndedTask<'a> {
    /// The person's instruction.
    pub instruction: &'a str,
    /// The steps that were tried, oldest first.
    pub history: &'a [Outcome],
    /// Why the last answer of the model was rejected, if it was.
    pub rejection: Option<&'a str>,
    /// What the robot said.
    pub said: &'a [String],
    /// Whether the task ended as one that is done.
    pub is_done: bool,
}

/// A model with methods around it.
pub struct LayeredPlanner<M> {
    model: M,
    /// The outermost first.
    strategies: Vec<Box<dyn Strategy>>,
    counter: TaskCounter,
}

impl<M> LayeredPlanner<M> {
    /// Creates a planner that asks `strategies`, the outermost first, and below them `model`.
    pub fn new(model: M, strategies: Vec<Box<dyn Strategy>>) -> Self {
        Self {
            model,
            strategies,
            counter: TaskCounter::default(),
        }
    }

    /// Returns the names of the methods that are switched on, the outermost first.
    pub fn methods(&self) -> Vec<&'static str> {
        self.strategies.iter().map(|it| it.name()).collect()
    }

    /// Returns the model.
    pub fn model(&self) -> &M {
        &self.model
    }
}

impl<M: PlanningModel> Planner for LayeredPlanner<M> {
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.counter.count_request(situation, frame.sequence);
        let mut turn = PlanningTurn {
            frame,
            situation: situation.clone(),
            task: self.counter.task,
            number: self.counter.turn,
            goal: None,
            model: &mut self.model,
            exchanges: Vec::new(),
            usage: Usage::default(),
        };
        let mut response = LayersBelow(&mut self.strategies).plan_below(&mut turn)?;
        response.usage += turn.usage;
        response.exchanges.splice(0..0, turn.exchanges);
        Ok(response)
    }

    fn reply_if_not_understood(&self, instruction: &str) -> Option<String> {
        self.model.reply_if_not_understood(instruction)
    }

    fn plans_without_model(&mut self, situation: &Situation) -> bool {
        self.model.plans_without_model(situation)
    }

    fn text_model(&mut self) -> Option<&mut dyn TextModel> {
        Some(&mut self.model)
    }

    fn task_ended(&mut self, task: &EndedTask<'_>) -> Result<(), PlannerError> {
        self.counter.mark_task_ended();
        for strategy in &mut self.strategies {
            strategy.task_ended(task, &mut self.model)?;
        }
        self.model.task_ended(task)
    }
}

impl<M: Perceiver> Perceiver for LayeredPlanner<M> {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.model.perceive(frame)
    }

    fn perceive_marked(
        &mut self,
        frame: &Frame,
        marks: &[enact_types::NormalizedPoint],
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.model.perceive_marked(frame, marks)
    }

    fn perceive_again(
        &mut self,
        frame: &Frame,
        marks: &[enact_types::NormalizedPoint],
        reason: &Rejection,
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.model.perceive_again(frame, marks, reason)
    }
}

#[cfg(test)]
pub(crate) mod mock;
#[cfg(test)]
mod responsive_mock;
#[cfg(test)]
mod tests;
