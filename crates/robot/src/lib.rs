//! The robot as it is, where it can go, and the gate that no number passes unchecked.
//!
//! A robot is a folder with `robot.urdf` and `robot.toml`, or a URDF alone. The base
//! frame is the frame of its root link.
//!
//! | module | idea |
//! |---|---|
//! | [`description`] | links, joints, limits and gripper of a loaded robot |
//! | [`load`] | from files to a [`Robot`], or one clear [`LoadError`] |
//! | [`kinematics`] | where the links are |

mod chain;
pub mod description;
pub mod error;
mod grip;
mod hint;
pub mod kinematics;
mod limits;
pub mod load;
mod select;
mod settings;
mod shapes;
mod source;
mod tree;

pub use description::{
    Gripper, Inertial, Joint, Limits, Link, LinkShape, Motion, Mount, Robot, Shape,
};
pub use error::LoadError;

#[cfg(test)]
mod testing;
