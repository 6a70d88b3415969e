//! What skills are made of: ways to hold things, places to put them, and motion segment by segment.
//!
//! | module | idea |
//! |---|---|
//! | [`context`] | what every skill rests on |
//! | [`script`] | a motion written segment by segment |
//! | [`grasp`] | ways to take hold of an object |
//! | [`pick_up`] | approach, close, lift |
//! | [`spot`] | places in, on or beside an object where another can go |
//! | [`beside`] | those on the table |
//! | [`release`] | ways to hold an object over such a place |
//! | [`put_down`] | carry, release, withdraw |

pub mod beside;
pub mod context;
pub mod grasp;
pub mod pick_up;
pub mod put_down;
pub mod release;
pub mod script;
pub mod spot;

pub use context::SkillContext;
pub use script::MotionBuilder;
