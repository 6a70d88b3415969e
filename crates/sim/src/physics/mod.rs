//! The physics engine's side of the world: bodies, joints, motors and contacts in `f32`.
//!
//! | module | idea |
//! |---|---|
//! | `tuning` | parameters that make small objects behave |
//! | `convert` | conversions to the engine's types and back |
//! | `mass` | masses of the links |
//! | `articulation` | the robot as a multibody |
//! | `joint_motor` | a servo on one of its joints |
//! | `rigid_body` | an object as a rigid body |

pub mod articulation;
pub mod convert;
pub mod joint_motor;
mod mass;
pub mod rigid_body;
pub mod tuning;
