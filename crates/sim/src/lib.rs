//! A simulated arm and camera over a physics world.
//!
//! | module | idea |
//! |---|---|
//! | [`scene`] | contents of a world, its random choices, and its tasks |
//! | [`layout`] | a scene after its random choices |
//! | [`object`] | shapes, colors and sizes |
//! | [`parts`] | objects as convex parts |
//! | [`things`] | mug, bottle, banana and the like as convex parts |
//! | [`world`] | table, objects and arm under gravity |
//! | [`goal`] | the goal of a task, judged by physics |
//! | `arrangement` | how several objects lie to one another |
//! | [`simulator`] | one world, shared by an arm and a camera |
//! | [`servos`] | the simulated arm driven by emulated servos |
//! | [`geometry`] | geometry the camera sees |
//! | [`render`] | a ray-cast camera |
//! | `physics` | the bridge to the physics engine |

mod arrangement;
pub mod geometry;
pub mod goal;
pub mod layout;
pub mod object;
pub mod parts;
mod physics;
pub mod render;
pub mod scene;
pub mod servos;
pub mod simulator;
pub mod things;
pub mod world;

pub use goal::Goal;
pub use layout::{CameraPlace, Layout, PlacedObject, TableExtent};
pub use object::{Color, ObjectShape};
pub use render::SimCamera;
pub use scene::Scene;
pub use servos::SimPlant;
pub use simulator::{SimArm, Simulator};
pub use world::{ObjectState, ServoDrive, World};
