//! A simulated arm and camera over a physics world.
//!
//! | module | idea |
//! |---|---|
//! | [`geometry`] | what the camera sees of the world |
//! | [`render`] | a ray-cast camera |

pub mod geometry;
pub mod render;
