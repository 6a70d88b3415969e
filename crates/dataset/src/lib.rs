//! Data to train the model that ships: pictures with what is in them, and
//! situations with the plan that suits them.
//!
//! Prompts and completions are written by `enact-plan`, the code that asks the
//! model later, so training and use cannot drift apart.
//!
//! | module | idea |
//! |---|---|
//! | [`vocabulary`] | colors and shapes |
//! | [`intent`] | what an instruction means |
//! | [`wording`] | how a person may say it |
//! | [`episode`] | situations on the way to a goal, failures included |
//! | [`expert`] | the plan that suits a situation |
//! | [`replies`] | what the robot says |
//! | [`referring_expression`] | “the leftmost cube”: phrases for objects, and what they fit |
//! | [`plans`] | examples made of these |
//! | [`frames`] | pictures and what is in them |
//! | [`ground_truth`] | perception by the simulator itself |
//! | [`mod@write`] | a data set as a folder |

pub mod episode;
pub mod expert;
pub mod frames;
pub mod ground_truth;
pub mod intent;
pub mod plans;
pub mod referring_expression;
pub mod replies;
pub mod vocabulary;
pub mod wording;
pub mod write;
