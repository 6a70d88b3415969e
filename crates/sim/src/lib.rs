//! A simulated arm and camera over a physics world.
//!
//! | module | idea |
//! |---|---|
//! | [`scene`] | what a world is made of, what is left to chance, what there is to do |
//! | [`layout`] | a scene after chance has decided |
//! | [`object`] | shapes, colors and sizes |
//! | [`parts`] | objects as convex parts |
//! | [`world`] | table, objects and arm under gravity |
//! | [`goal`] | what a task wants of the world, judged by physics |
//! | [`simulator`] | one world, shared by an arm and a camera |
//! | [`servos`] | its arm turned by emulated servos |
//! | [`geometry`] | what the camera sees of the world |
//! | [`render`] | a ray-cast camera |
//! | `physics` | the physics engine's side of it all |

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
pub mod world;

pub use goal::Goal;
pub use layout::{CameraPlace, Layout, PlacedObject, TableExtent};
pub use object::{Color, ObjectShape};
pub use render::SimCamera;
pub use scene::Scene;
pub use servos::SimPlant;
pub use simulator::{SimArm, Simulator};
pub use world::{ObjectState, ServoDrive, World};
