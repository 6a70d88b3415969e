//! The language between model and robot: prompts, grammars, plans and their outcomes.
//!
//! | module | idea |
//! |---|---|
//! | [`skills`] | everything the robot can be told to do, one file per skill |
//! | [`step`] | common properties of steps; plans, parsed strictly |
//! | [`spatial_relations`] | spatial words |
//! | [`speech_act`] | distinguishes requests, prohibitions, questions, reports and small talk before any model is asked |
//! | [`detection`] | objects that the model sees |
//! | [`outcome`] | outcomes of steps |
//! | [`situation`] | the situation that a plan rests on |
//! | [`veto`] | steps that are forbidden for the rest of a task |
//! | [`meaning`] | what an instruction means on this table, read from its words |
//! | `contraction` | English contractions spelled out |
//! | [`intent`] | the meaning of an instruction |
//! | [`goal`] | what shall be true, checked by perception, and the steps that make it so |
//! | [`expert`] | the plan that suits a situation, given an intent |
//! | [`replies`] | the robot's own words, in English and Chinese |
//! | [`language`] | recognizes languages that a model does not speak |
//! | [`translation`] | short instructions in other European languages, in English words |
//! | [`spatial_words`] | spatial words of a task, and the objects that they refer to |
//! | [`spatial_order`] | spatial order in words |
//! | [`pointing`] | conventions for positions in a picture |
//! | [`prompt`] | the situation as words |
//! | [`examples`] | worked examples, chosen by similarity |
//! | [`grammar`] | what may be generated for this frame, as a JSON schema |
//! | [`candidates`] | the steps that can be done next, for planners that choose |
//! | [`stepwise`] | a situation as a dialogue whose answers are steps in plain words |
//! | [`similarity`] | the nearest of many texts, by what their words are made of |
//! | [`free_text`] | from free text to steps, for models without a grammar |
//! | [`planner`] | the traits a model implements |
//! | [`task_list`] | a robot's own list of tasks, for a goal that stands |
//! | [`thought_field`] | a plan that begins with a thought |
//! | [`strategy`] | methods by which a model plans better, as layers around it |
//! | [`scripted`] | a planner that follows a file |

pub mod candidates;
mod contraction;
pub mod detection;
pub mod examples;
pub mod expert;
pub mod free_text;
pub mod goal;
pub mod grammar;
pub mod intent;
pub mod language;
pub mod meaning;
pub mod outcome;
pub mod planner;
pub mod pointing;
pub mod prompt;
pub mod replies;
pub mod scripted;
pub mod similarity;
pub mod situation;
pub mod skills;
pub mod spatial_order;
pub mod spatial_relations;
pub mod spatial_words;
pub mod speech_act;
pub mod step;
pub mod stepwise;
pub mod strategy;
pub mod task_list;
pub mod thought_field;
pub mod translation;
pub mod veto;

pub use detection::{Bounds, Detection};
pub use meaning::{Meaning, MeaningMode, MeaningReader};
pub use outcome::{Outcome, Verdict};
pub use planner::{
    Agent, CompositeAgent, ModelResponse, Perceiver, Planner, PlannerError, Rejection, Token, Usage,
};
pub use pointing::{Convention, ParsedDetections, PictureConvention, Pointing, UnknownConvention};
pub use prompt::{PromptError, PromptStyle, PromptTemplates, RobotCard};
pub use scripted::ScriptedPlanner;
pub use situation::{
    AddedPicture, ConversationTurn, Infeasibility, Note, ObjectView, Situation,
    denial_sentences_of_idle_plan,
};
pub use skills::{Skill, Step, StepKind};
pub use spatial_relations::{Direction, Relation};
pub use speech_act::SpeechAct;
pub use step::Plan;
pub use strategy::{
    Decompose, EndedTask, Exchange, ExchangeKind, GoalFirst, LayeredPlanner, LayersBelow,
    PlanningModel, PlanningTurn, Strategy, TextModel, TextReply, TextRequest, Think,
};
pub use task_list::{Task, TaskList, TaskState};
pub use veto::Veto;
