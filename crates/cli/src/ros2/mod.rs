//! `enact node ros2`, and arms and cameras of ROS 2.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | `node` | the arm and the cameras of a launch file as a robot of ROS 2 |
//! | `tasks` | instructions from ROS 2 |
//! | `remote` | arms and cameras of ROS 2 |

pub mod args;
#[cfg(feature = "ros2")]
pub mod node;
#[cfg(feature = "ros2")]
pub mod remote;
#[cfg(feature = "ros2")]
pub mod tasks;

pub use args::Ros2Args;

/// What a program says that was built without ROS 2.
#[cfg(not(feature = "ros2"))]
pub const ROS2_ABSENT_MESSAGE: &str =
    "this program was built without ROS 2: build it with `--features ros2`, as docs/ros2.md shows";
