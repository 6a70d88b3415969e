//! Joint motion within limits and clear of the table.
//!
//! | module | idea |
//! |---|---|
//! | [`segment`] | a motion as a list of segments with a purpose each |
//! | [`profile`] | finite differences against limits |
//! | [`point_to_point`] | time-optimal moves in joint space |
//! | [`pursuit`] | motion after a goal that moves |
//! | [`spline`] | a smooth curve through joint positions |
//! | [`line`] | straight lines of the tool |
//! | [`distance`] | signed distance to the primitives a robot is made of |
//! | [`body`] | the robot's shapes in space |
//! | [`obstacles`] | the table and what stands on it |
//! | [`hand`] | tool poses by approach and opening direction |
//! | [`transit`] | moves from one posture to another around obstacles |

pub mod body;
pub mod distance;
pub mod hand;
pub mod line;
pub mod obstacles;
pub mod point_to_point;
pub mod profile;
pub mod pursuit;
pub mod segment;
pub mod spline;
pub mod transit;

pub use body::Body;
pub use hand::{Hand, Roll};
pub use obstacles::Obstacles;
pub use pursuit::Pursuit;
pub use segment::{Motion, MotionSegment, Purpose};
