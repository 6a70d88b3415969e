//! Connects the model's words to the arm's motion: detections become objects, steps become motions
//! or refusals, and results become verdicts.
//!
//! | module | idea |
//! |---|---|
//! | [`scene`] | objects on the table, from frame to frame |
//! | [`motion`] | joint motion within limits and clear of obstacles |
//! | [`manipulation`] | ways to hold things, places to put them |
//! | [`skills`] | steps as motion, one file per skill |
//! | [`grounder`] | turns a step into a motion or a refusal |
//! | [`step_verdict`] | whether a step achieved its purpose |

pub mod grounder;
pub mod manipulation;
pub mod motion;
pub mod scene;
pub mod skills;
pub mod step_verdict;

pub use grounder::Grounder;
pub use motion::{Effect, MotionSegment, Purpose, StepMotion};
pub use scene::SceneMemory;
pub use step_verdict::{StepEvidence, StepVerdict, judge};
