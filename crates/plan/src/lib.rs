//! What the model may say, what it is told, and what came of it.
//!
//! | module | idea |
//! |---|---|
//! | [`skills`] | what the robot can be told to do, one file per skill |
//! | [`step`] | what holds for every step; plans, read strictly |
//! | [`space`] | spatial words |
//! | [`speech_act`] | requests, prohibitions, questions, reports, told apart before any model is asked |
//! | [`detection`] | what the model says it sees |
//! | [`outcome`] | what became of a step |
//! | [`situation`] | everything a plan rests on |
//! | [`language`] | languages that a model does not speak |
//! | [`mention`] | which spatial words a task uses, and from where they look |
//! | [`order`] | who stands left, near, between, … of whom, as words |
//! | [`prompt`] | the situation as words |
//! | [`examples`] | worked examples, chosen by similarity |
//! | [`grammar`] | what may be generated for this frame, as a JSON schema |
//! | [`nearest`] | the nearest of many texts, by what their words are made of |
//! | [`translate`] | from free text to steps, for models without a grammar |
//! | [`planner`] | the traits a model implements |
//! | [`scripted`] | a planner that follows a file |

pub mod detection;
pub mod examples;
pub mod grammar;
pub mod language;
pub mod mention;
pub mod nearest;
pub mod order;
pub mod outcome;
pub mod planner;
pub mod prompt;
pub mod scripted;
pub mod situation;
pub mod skills;
pub mod space;
pub mod speech_act;
pub mod step;
pub mod translate;

pub use detection::Detection;
pub use outcome::{Outcome, Verdict};
pub use planner::{Answer, Mind, Pair, Perceiver, Planner, PlannerError, Rejection, Token, Usage};
pub use prompt::PromptStyle;
pub use scripted::ScriptedPlanner;
pub use situation::{Exchange, Hindrance, ObjectView, Situation};
pub use skills::{Skill, Step, StepKind};
pub use space::{Direction, Relation};
pub use speech_act::SpeechAct;
pub use step::Plan;
