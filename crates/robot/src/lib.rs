//! The robot as it is, where it can go, and the gate that no number passes unchecked.

pub mod description;

pub use description::{Gripper, Inertial, Joint, Limits, Link, LinkShape, Motion, Mount, Robot, Shape};
