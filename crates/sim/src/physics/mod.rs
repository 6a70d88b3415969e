//! The physics engine's side of the world: bodies, joints, motors and contacts in `f32`.
//!
//! | module | idea |
//! |---|---|
//! | `tuning` | every number that makes small objects behave |
//! | `convert` | from our types to the engine's and back |
//! | `mass` | what the links weigh |
//! | `articulation` | the robot as a multibody |
//! | `joint_motor` | a servo on one of its joints |
//! | `rigid_body` | an object as a rigid body |

pub mod articulation;
pub mod convert;
pub mod joint_motor;
mod mass;
pub mod rigid_body;
pub mod tuning;
