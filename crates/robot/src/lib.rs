//! The robot description, kinematics, collision checks, and the gate that all motion must pass.
//!
//! A robot is a folder with `robot.urdf` and `robot.toml`, or a URDF alone. The base
//! frame is the frame of its root link.
//!
//! | module | idea |
//! |---|---|
//! | [`description`] | links, joints, limits and gripper of a loaded robot |
//! | [`draft_config`] | a `robot.toml` to begin with, for a URDF from elsewhere |
//! | [`load`] | from files to a [`Robot`], or one clear [`LoadError`] |
//! | [`kinematics`] | where the links are |
//! | [`inverse`] | joints that put the tool somewhere |
//! | [`mesh`] | meshes as convex bodies |
//! | [`collision`] | whether the robot runs into itself or into what is around it |
//! | [`gate`] | the only constructor of motion |
//! | [`tool_speed`] | how fast the tool may be near things |
//! | [`workspace`] | where the arm works best |
//! | [`base`] | the foot that the arm stands on |

mod assumed_effort;
pub mod base;
mod chain;
pub mod collision;
mod config;
pub mod description;
mod digest;
pub mod draft_config;
mod driven_tree;
pub mod error;
pub mod gate;
mod gripper;
mod gripper_guess;
mod halton;
mod home_guess;
mod inertia;
pub mod inverse;
pub mod kinematics;
mod limits;
pub mod load;
pub mod mesh;
mod primitive;
mod select;
mod shapes;
mod source_text;
pub mod tool_speed;
mod tree;
mod unguarded;
mod urdf;
pub mod workspace;

pub use base::Base;
pub use collision::{Collider, CollisionWorld, HalfSpace, Obstacle, PostureCheck, TABLE_NAME};
pub use description::{
    DegreeOfFreedom, Gripper, Inertial, Joint, Limits, Link, LinkMount, LinkShape, Robot, Shape,
};
pub use error::LoadError;
pub use gate::{Command, Gate, StartState, Trajectory};
pub use inverse::{IkSolution, IkTarget};
pub use mesh::{Hull, MeshDecomposition, MeshFiles, PackageLocations, UnguardedLink};
pub use tool_speed::ToolSpeed;
pub use workspace::Workspace;

#[cfg(test)]
mod testing;
