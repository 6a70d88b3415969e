//! Building blocks of skills: grasps, placements, and motions built segment by segment.
//!
//! | module | idea |
//! |---|---|
//! | [`context`] | the context in which a skill plans |
//! | [`motion_builder`] | a motion built segment by segment |
//! | [`grasp`] | grasps of an object |
//! | [`pick_up`] | approach, close, lift |
//! | [`spot`] | places in, on or beside an object for another one |
//! | [`beside`] | places on the table beside an object |
//! | [`release`] | postures that hold an object over such a place |
//! | [`put_down`] | carry, release, withdraw |

pub mod beside;
pub mod context;
pub mod grasp;
pub mod motion_builder;
pub mod pick_up;
pub mod put_down;
pub mod release;
pub mod spot;

pub use context::SkillContext;
pub use motion_builder::MotionBuilder;
