//! Joint motion within limits and clear of the table.
//!
//! | module | idea |
//! |---|---|
//! | [`segment`] | a motion as a list of segments with a purpose each |
//! | [`limit_ratio`] | finite differences relative to limits |
//! | [`point_to_point`] | time-optimal moves in joint space |
//! | [`online_trajectory`] | motion towards a moving goal |
//! | [`time_parameterization`] | timing of the motion along a path |
//! | [`topp_ra`] | the fastest timing along a bounded path |
//! | [`spline`] | a smooth curve through joint positions |
//! | [`cartesian_path`] | straight lines of the tool |
//! | [`robot_shapes`] | poses of the robot's own shapes |
//! | [`obstacles`] | perceived objects as obstacles |
//! | [`end_effector`] | tool poses by approach and opening direction |
//! | [`rrt_connect`] | a path around obstacles in joint space |
//! | [`escape_collision`] | leaves a posture that is already too close to an obstacle |
//! | [`jog`] | a slow turn of one joint |
//! | [`uncover`] | turns of the arm that show the camera what the arm hides |
//! | [`transit`] | moves from one posture to another around obstacles |

pub mod cartesian_path;
pub mod end_effector;
pub mod escape_collision;
pub mod jog;
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
pub mod uncover;

pub use end_effector::{HandDirections, Roll};
pub use online_trajectory::OnlineTrajectory;
pub use segment::{Effect, MotionSegment, Purpose, StepMotion};
