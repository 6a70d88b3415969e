//! Parts of enact on different machines, over Zenoh.
//!
//! An arm's node owns the arm and its own copy of the robot description, and admits every motion through its own
//! gate. A driver holds a lease, sends whole trajectories, and heartbeats as long as it waits for one; without
//! them the arm brakes along its path and holds. A stop can come from anybody who is let in, and is latched at the
//! arm.
//!
//! | module | idea |
//! |---|---|
//! | [`keys`] | every key expression |
//! | [`message`] | what travels, and how |
//! | [`config`] | endpoints, and Zenoh's own settings |
//! | [`link`] | a program's connection to the others |
//! | [`clock`] | clocks of two machines, compared by round trips |
//! | [`fault`] | why a message is not obeyed |
//! | [`arm_node`] | the node of an arm |
//! | [`remote_arm`] | the driver's side of it |
//! | [`camera_node`] | the node of a camera |
//! | [`remote_camera`] | whoever looks through it |
//! | [`presence`] | who is there, and a stop for whoever it is |
//! | [`error`] | errors of the network |

#![cfg(feature = "zenoh")]

pub mod arm_node;
pub mod camera_node;
pub mod clock;
pub mod config;
pub mod error;
pub mod fault;
pub mod keys;
pub mod link;
pub mod message;
pub mod presence;
pub mod remote_arm;
pub mod remote_camera;

pub use arm_node::{ArmNode, ArmNodeSetup};
pub use camera_node::CameraNode;
pub use clock::Clock;
pub use config::NetworkConfig;
pub use error::NetworkError;
pub use fault::{FaultCounts, MessageFault};
pub use link::Link;
pub use remote_arm::{RemoteArm, RemoteArmSetup};
pub use remote_camera::RemoteCamera;
