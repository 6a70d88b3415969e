//! The physics engine's side of the world: bodies, joints, motors and contacts in `f32`.
//!
//! | module | idea |
//! |---|---|
//! | `tuning` | every number that makes small objects behave |
//! | `convert` | from our types to the engine's and back |
//! | `mass` | what the links weigh |
//! | `articulation` | the robot as a multibody |
//! | `drive` | a servo on one of its joints |
//! | `thing` | an object as a rigid body |

pub mod articulation;
pub mod convert;
pub mod drive;
mod mass;
pub mod thing;
pub mod tuning;
