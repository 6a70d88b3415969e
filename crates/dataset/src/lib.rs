//! Training data for the shipped model: pictures with their objects, and situations with their
//! plans.
//!
//! Prompts and completions are written by `enact-plan`, the code that later queries the model, so
//! training and use cannot diverge.
//!
//! | module | idea |
//! |---|---|
//! | [`vocabulary`] | colors and shapes |
//! | [`wording`] | ways in which a person may phrase it |
//! | [`episode`] | situations on the way to a goal, failures included |
//! | [`referring_expression`] | “the leftmost cube”: phrases for objects, and what they fit |
//! | [`plans`] | examples built from these |
//! | [`frames`] | pictures and the objects in them |
//! | [`wild`] | pictures of any table from any side |
//! | [`ground_truth`] | perception by the simulator itself |
//! | [`mod@write`] | a data set as a folder |

pub mod episode;
pub mod frames;
pub mod ground_truth;
pub mod plans;
pub mod referring_expression;
pub mod vocabulary;
pub mod wild;
pub mod wording;
pub mod write;
