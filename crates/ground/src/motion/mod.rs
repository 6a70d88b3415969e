//! Joint motion within limits and clear of the table.
//!
//! | module | idea |
//! |---|---|
//! | [`segment`] | a motion as a list of segments with a purpose each |
//! | [`profile`] | finite differences against limits |
//! | [`point_to_point`] | time-optimal moves in joint space |
//! | [`pursuit`] | motion after a goal that moves |
//! | [`timing`] | when to be where along a path |
//! | [`reachability`] | the fastest way along a bounded path |
//! | [`spline`] | a smooth curve through joint positions |
//! | [`line`] | straight lines of the tool |
//! | [`body`] | where the robot's own shapes are |
//! | [`solids`] | perceived objects as obstacles |
//! | [`hand`] | tool poses by approach and opening direction |
//! | [`connect`] | a way around obstacles in joint space |
//! | [`way_out`] | out of a posture that is too close to something already |
//! | [`transit`] | moves from one posture to another around obstacles |

pub mod body;
pub mod connect;
pub mod hand;
pub mod line;
pub mod point_to_point;
pub mod profile;
pub mod pursuit;
pub mod reachability;
pub mod segment;
pub mod solids;
pub mod spline;
pub mod timing;
pub mod transit;
pub mod way_out;

pub use hand::{Hand, Roll};
pub use pursuit::Pursuit;
pub use segment::{Effect, Motion, MotionSegment, Purpose};
