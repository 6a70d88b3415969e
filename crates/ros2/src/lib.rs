//! enact speaks ROS 2, by DDS: the arm as a ROS 2 robot, and robots and cameras of ROS 2 as arm and
//! camera.
//!
//! Nothing here is heard outside of this machine unless it is asked for (`DiscoveryRange`), and whatever
//! moves the arm passes enact's own gate.
//!
//! | module | idea |
//! |---|---|
//! | [`settings`] | name, domain and reach of a node |
//! | [`connection`] | a node on the network |
//! | `qos` | qualities of service |
//! | [`messages`] | messages as ROS 2 defines them |
//! | [`trajectory`] | from the points of a goal to motion that the gate admits |
//! | [`goals`] | the states of an action's goals |
//! | `action_server` | an action server on the network |
//! | [`arm_node`] | the arm as a ROS 2 robot |
//! | [`camera_node`] | a camera as image topics |
//! | [`task_node`] | instructions from ROS 2 |
//! | [`remote_arm`] | a robot of ros2_control as an arm |
//! | [`image_source`] | an image topic as a camera |
//! | [`error`] | errors |

#![cfg(feature = "dds")]

mod action_server;
pub mod arm_node;
pub mod camera_node;
pub mod connection;
pub mod error;
pub mod goals;
pub mod image_source;
pub mod messages;
mod qos;
pub mod remote_arm;
pub mod settings;
pub mod task_node;
pub mod trajectory;

pub use arm_node::{ArmNodeOptions, Ros2ArmNode};
pub use camera_node::{CameraNodeOptions, Ros2CameraNode};
pub use connection::Connection;
pub use error::Ros2Error;
pub use image_source::{ImageSource, ImageTopic};
pub use remote_arm::{GripperController, Ros2Arm, Ros2ArmOptions};
pub use settings::{DiscoveryRange, Rmw, Ros2Settings};
pub use task_node::{Ros2TaskNode, TaskOutcome, TaskRunner};
