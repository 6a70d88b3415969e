//! Messages of ROS 2, field for field as their packages define them (Jazzy).
//!
//! Field order is the wire format: `serde` writes fields as they are listed, and CDR has no names.
//!
//! | module | package |
//! |---|---|
//! | [`std_msgs`] | `std_msgs`, `std_srvs` |
//! | [`geometry`] | `geometry_msgs`, `tf2_msgs` |
//! | [`sensor`] | `sensor_msgs` |
//! | [`trajectory`] | `trajectory_msgs` |
//! | [`control`] | `control_msgs` |
//! | [`diagnostic`] | `diagnostic_msgs` |
//! | [`enact`] | `enact_interfaces`, the package that comes with this crate |
//!
//! `builtin_interfaces` and `action_msgs` are those of [`ros2_client`].

pub mod control;
pub mod diagnostic;
pub mod enact;
pub mod geometry;
pub mod sensor;
pub mod std_msgs;
#[cfg(test)]
mod tests;
pub mod trajectory;

pub use ros2_client::builtin_interfaces::{Duration, Time};

/// Makes structs messages.
macro_rules! messages {
    ($($name:ty),+ $(,)?) => {
        $(impl ros2_client::Message for $name {})+
    };
}
use messages;
