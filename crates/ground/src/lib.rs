//! From what the model says to how the arm moves: detections become objects,
//! steps become motion or a refusal, and what happened becomes a verdict.
//!
//! | module | idea |
//! |---|---|
//! | [`scene`] | what is on the table, from frame to frame |
//! | [`motion`] | joint motion within limits and clear of obstacles |
//! | [`manipulation`] | ways to hold things, places to put them |
//! | [`skills`] | steps as motion, one file per skill |
//! | [`grounder`] | from a step to a motion, or a refusal |
//! | [`verify`] | whether a step did what it was for |

pub mod grounder;
pub mod manipulation;
pub mod motion;
pub mod scene;
pub mod skills;
pub mod verify;

pub use grounder::Grounder;
pub use motion::{Effect, MotionSegment, Purpose, StepMotion};
pub use scene::SceneMemory;
pub use verify::{StepEvidence, StepVerdict, judge};
