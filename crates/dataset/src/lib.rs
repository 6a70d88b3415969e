//! Data to train the model that ships: pictures with what is in them, and
//! situations with the plan that suits them.
//!
//! Prompts and completions are written by `enact-plan`, the code that asks the
//! model later, so training and use cannot drift apart.
//!
//! | module | idea |
//! |---|---|
//! | [`vocabulary`] | colours and shapes |
//! | [`goal`] | what an instruction means |
//! | [`wording`] | how a person may say it |
//! | [`episode`] | situations on the way to a goal, failures included |
//! | [`teacher`] | the plan that suits a situation |
//! | [`speech`] | what the robot says |
//! | [`reference`] | “the leftmost cube”: phrases for objects, and what they fit |
//! | [`plans`] | examples made of these |
//! | [`frames`] | pictures and what is in them |
//! | [`truth`] | perception by the simulator itself |
//! | [`mod@write`] | a data set as a folder |

pub mod episode;
pub mod frames;
pub mod goal;
pub mod plans;
pub mod reference;
pub mod speech;
pub mod teacher;
pub mod truth;
pub mod vocabulary;
pub mod wording;
pub mod write;
