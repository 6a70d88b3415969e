//! From the points of a goal to motion that the gate admits.
//!
//! | module | idea |
//! |---|---|
//! | [`fault`] | why a goal is not followed, with the code of `control_msgs` |
//! | [`waypoints`] | points in the robot's order, or what is wrong with them |
//! | [`spline`] | what is between the points |
//! | [`smooth`] | steps of acceleration turned into ramps |
//! | [`samples`] | samples for the gate |

pub mod fault;
pub mod samples;
pub mod smooth;
pub mod spline;
#[cfg(test)]
mod tests;
pub mod waypoints;

pub use fault::GoalFault;
pub use samples::{plan_gripper, plan_joints};
pub use waypoints::{Waypoint, Waypoints};
