//! The traits a model implements.

use std::time::Duration;

use enact_types::{Frame, NormalizedPoint, Reason};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::detection::Detection;
use crate::pointing::{ParsedDetections, PictureConvention};
use crate::situation::Situation;
use crate::step::Plan;
use crate::strategy::{EndedTask, Exchange, TextModel};

/// Lists the objects in a picture.
pub trait Perceiver {
    /// Lists what is in `frame`.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer. A list that cannot be read
    /// is no error: it is a [`Rejection`] in the response.
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError>;

    /// Lists what is in `frame` where objects are known to be at `marks`. A model that names better
    /// than it points is shown numbers there; the default implementation ignores the marks.
    ///
    /// # Errors
    /// As [`perceive`](Self::perceive).
    fn perceive_marked(
        &mut self,
        frame: &Frame,
        _marks: &[NormalizedPoint],
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.perceive(frame)
    }

    /// Lists the objects once more after a rejected answer: at `marks`, or anywhere if there are
    /// none. The default implementation does not pass on `reason`.
    ///
    /// # Errors
    /// As [`perceive`](Self::perceive).
    fn perceive_again(
        &mut self,
        frame: &Frame,
        marks: &[NormalizedPoint],
        _reason: &Rejection,
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        if marks.is_empty() {
            self.perceive(frame)
        } else {
            self.perceive_marked(frame, marks)
        }
    }
}

/// Decides what to do next.
pub trait Planner {
    /// Returns a plan for `situation`, which was seen in `frame`.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer. A plan that cannot be read
    /// is no error: it is a [`Rejection`] in the response.
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError>;

    /// Returns what is to be said to an `instruction` that this planner is sure not to understand,
    /// as one in a language that it does not speak: nothing is looked at or moved then.
    fn reply_if_not_understood(&self, _instruction: &str) -> Option<String> {
        None
    }

    /// Returns whether the plan for `situation` is settled without a model being asked, as where it
    /// follows from the words of its instruction.
    fn plans_without_model(&mut self, _situation: &Situation) -> bool {
        false
    }

    /// Returns the model that answers other requests than for plans, if there is one.
    fn text_model(&mut self) -> Option<&mut dyn TextModel> {
        None
    }

    /// Learns how a task ended. The default implementation learns nothing.
    ///
    /// # Errors
    /// [`PlannerError`] if a model is asked about it and does not answer.
    fn task_ended(&mut self, _task: &EndedTask<'_>) -> Result<(), PlannerError> {
        Ok(())
    }
}

/// Implements both traits for a pointer to an implementation.
macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<T: Perceiver + ?Sized> Perceiver for $pointer {
            fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
                (**self).perceive(frame)
            }

            fn perceive_marked(
                &mut self,
                frame: &Frame,
                marks: &[NormalizedPoint],
            ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
                (**self).perceive_marked(frame, marks)
            }

            fn perceive_again(
                &mut self,
                frame: &Frame,
                marks: &[NormalizedPoint],
                reason: &Rejection,
            ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
                (**self).perceive_again(frame, marks, reason)
            }
        }

        impl<T: Planner + ?Sized> Planner for $pointer {
            fn plan(
                &mut self,
                frame: &Frame,
                situation: &Situation,
            ) -> Result<ModelResponse<Plan>, PlannerError> {
                (**self).plan(frame, situation)
            }

            fn reply_if_not_understood(&self, instruction: &str) -> Option<String> {
                (**self).reply_if_not_understood(instruction)
            }

            fn plans_without_model(&mut self, situation: &Situation) -> bool {
                (**self).plans_without_model(situation)
            }

            fn text_model(&mut self) -> Option<&mut dyn TextModel> {
                (**self).text_model()
            }

            fn task_ended(&mut self, task: &EndedTask<'_>) -> Result<(), PlannerError> {
                (**self).task_ended(task)
            }
        }
    )*};
}

pointers!(&mut T, Box<T>);

/// Perceives and plans: the agent that the loop asks.
pub trait Agent: Perceiver + Planner {}

impl<T: Perceiver + Planner + ?Sized> Agent for T {}

/// An agent made of a perceiver and a planner.
#[derive(Clone, Debug)]
pub struct CompositeAgent<S, D> {
    /// Sees.
    pub perceiver: S,
    /// Decides.
    pub planner: D,
}

impl<S: Perceiver, D> Perceiver for CompositeAgent<S, D> {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.perceiver.perceive(frame)
    }

    fn perceive_marked(
        &mut self,
        frame: &Frame,
        marks: &[NormalizedPoint],
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.perceiver.perceive_marked(frame, marks)
    }

    fn perceive_again(
        &mut self,
        frame: &Frame,
        marks: &[NormalizedPoint],
        reason: &Rejection,
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        self.perceiver.perceive_again(frame, marks, reason)
    }
}

impl<S, D: Planner> Planner for CompositeAgent<S, D> {
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.planner.plan(frame, situation)
    }

    fn reply_if_not_understood(&self, instruction: &str) -> Option<String> {
        self.planner.reply_if_not_understood(instruction)
    }

    fn plans_without_model(&mut self, situation: &Situation) -> bool {
        self.planner.plans_without_model(situation)
    }

    fn text_model(&mut self) -> Option<&mut dyn TextModel> {
        self.planner.text_model()
    }

    fn task_ended(&mut self, task: &EndedTask<'_>) -> Result<(), PlannerError> {
        self.planner.task_ended(task)
    }
}

/// A request to a model, its response, and the meaning of that.
#[derive(Clone, Debug)]
pub struct ModelResponse<T> {
    /// The text that was sent; empty where nothing was asked in words.
    pub prompt: String,
    /// The text that came back: the answer, without what is around it.
    pub completion: String,
    /// The reasoning before the answer. It is shown and recorded, and never read as an answer.
    pub thinking: String,
    /// The parsed answer, or the reason why it is rejected.
    pub parsed: Result<T, Rejection>,
    /// Cost of the request.
    pub usage: Usage,
    /// The JSON schema that the completion had to follow, if any.
    pub grammar: Option<Value>,
    /// The completion token by token; empty where the model does not tell.
    pub tokens: Vec<Token>,
    /// Convention in which the completion writes positions; `None` if it writes none, or writes
    /// them in the default one.
    pub pointing: Option<PictureConvention>,
    /// Entries of the completion that were not taken, and why.
    pub dropped: Vec<String>,
    /// What methods said on the way to the answer; they are shown and recorded, and never executed.
    pub exchanges: Vec<Exchange>,
}

impl<T> ModelResponse<T> {
    /// Creates the response of an agent that is not asked in words and needs no model.
    pub fn from_parsed(completion: String, parsed: T) -> Self {
        Self {
            prompt: String::new(),
            completion,
            thinking: String::new(),
            parsed: Ok(parsed),
            usage: Usage::default(),
            grammar: None,
            tokens: Vec::new(),
            pointing: None,
            dropped: Vec::new(),
            exchanges: Vec::new(),
        }
    }
}

impl ModelResponse<Plan> {
    /// Creates the response of an agent that plans without asking a model for a plan.
    ///
    /// # Panics
    /// Never: a plan is always valid JSON.
    pub fn from_plan(plan: Plan) -> Self {
        let completion = serde_json::to_string(&plan).expect("a plan is always valid JSON");
        Self::from_parsed(completion, plan)
    }
}

impl ModelResponse<ParsedDetections> {
    /// Moves the dropped entries from the list to the response.
    pub fn into_detection_list(self) -> ModelResponse<Vec<Detection>> {
        let (parsed, dropped) = match self.parsed {
            Ok(parsed) => (Ok(parsed.detections), parsed.dropped),
            Err(rejection) => (Err(rejection), self.dropped),
        };
        ModelResponse {
            prompt: self.prompt,
            completion: self.completion,
            thinking: self.thinking,
            parsed,
            usage: self.usage,
            grammar: self.grammar,
            tokens: self.tokens,
            pointing: self.pointing,
            dropped,
            exchanges: self.exchanges,
        }
    }
}

/// A piece of a completion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Its text.
    pub text: String,
    /// Natural logarithm of the probability that the model gave it; `None` where the model
    /// does not tell.
    pub log_probability: Option<f64>,
}

/// Reason why a model's answer is rejected, in words for the next prompt.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Rejection(pub String);

/// Cost of requests to a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Requests made.
    pub requests: u32,
    /// Tokens sent, pictures included.
    pub prompt_tokens: u32,
    /// Tokens generated.
    pub completion_tokens: u32,
    /// Wall time until the first token.
    pub prompt_time: Duration,
    /// Wall time from the first token to the last.
    pub decode_time: Duration,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
        self.prompt_time += other.prompt_time;
        self.decode_time += other.decode_time;
    }
}

/// The model could not be asked or did not answer.
#[derive(Debug, Error)]
pub enum PlannerError {
    /// The model cannot be loaded.
    #[error("cannot load the model `{model}`: {reason}")]
    Load {
        /// Folder, file or hub id.
        model: String,
        /// The problem and its remedy.
        #[source]
        reason: Reason,
    },
    /// A request failed.
    #[error("the model `{model}` did not answer: {reason}")]
    Request {
        /// Folder, file or hub id.
        model: String,
        /// The problem.
        #[source]
        reason: Reason,
    },
    /// A request took too long.
    #[error("the model `{model}` did not answer within {limit:?}")]
    Timeout {
        /// Folder, file or hub id.
        model: String,
        /// The limit.
        limit: Duration,
    },
    /// A list of objects was rejected, and so was the next.
    #[error("the model's list of objects cannot be read, asked twice: {0}")]
    Unreadable(Rejection),
    /// Somebody pressed the stop switch while the model was loaded or asked.
    #[error("stopped")]
    Stopped,
}
