//! Joint motion within limits and clear of the table.
//!
//! | module | idea |
//! |---|---|
//! | [`segment`] | a motion as a list of segments with a purpose each |
//! | [`limit_ratio`] | finite differences against limits |
//! | [`point_to_point`] | time-optimal moves in joint space |
//! | [`online_trajectory`] | motion after a goal that moves |
//! | [`time_parameterization`] | when to be where along a path |
//! | [`topp_ra`] | the fastest way along a bounded path |
//! | [`spline`] | a smooth curve through joint positions |
//! | [`cartesian_path`] | straight lines of the tool |
//! | [`robot_shapes`] | where the robot's own shapes are |
//! | [`obstacles`] | perceived objects as obstacles |
//! | [`end_effector`] | tool poses by approach and opening direction |
//! | [`rrt_connect`] | a way around obstacles in joint space |
//! | [`escape_collision`] | out of a posture that is too close to something already |
//! | [`transit`] | moves from one posture to another around obstacles |

pub mod cartesian_path;
pub mod end_effector;
pub mod escape_collision;
pub mod limit_ratio;
pub mod obstacles;
pub mod online_trajectory;
pub mod point_to_point;
pub mod robot_shapes;
pub mod rrt_connect;
pub mod segment;
pub mod spline;
pub mod time_parameterization;
pub mod topp_ra;
pub mod transit;

pub use end_effector::{EndEffector, Roll};
pub use online_trajectory::OnlineTrajectory;
pub use segment::{Effect, MotionSegment, Purpose, StepMotion};
