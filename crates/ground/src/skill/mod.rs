//! Steps as motion, one file per skill.
//!
//! | module | idea |
//! |---|---|
//! | [`context`] | what every skill rests on |
//! | [`affordance`] | what cannot be done as things stand |
//! | [`script`] | a motion written segment by segment |
//! | [`grasp`] | ways to take hold of an object |
//! | [`spot`] | places in, on or beside an object where another can go |
//! | [`beside`] | those on the table |
//! | [`pick`] | grasp and lift |
//! | [`release`] | ways to hold an object over such a place |
//! | [`place`] | carry, release, withdraw |
//! | [`push`] | slide along the table |
//! | [`point`] | hold the fingertips above |

pub mod affordance;
pub mod beside;
pub mod context;
pub mod grasp;
pub mod pick;
pub mod place;
pub mod point;
pub mod push;
pub mod release;
pub mod script;
pub mod spot;

pub use context::Context;
pub use script::Script;
