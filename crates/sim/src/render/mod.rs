//! A ray-cast camera over the shapes of the physics world: colour, depth and
//! segmentation, without a GPU and with the same bytes on any number of threads.
//!
//! Every primitive is met analytically in `f64`: iterative convex casts are not
//! accurate enough for objects of a centimetre.
//!
//! | module | idea |
//! |---|---|
//! | [`camera`] | the camera of a simulated world |
//! | [`look`] | everything about a picture that is not geometry |
//! | [`picture`] | what comes out, and which objects it shows |
//! | [`cast`] | from bodies to a picture: what every pixel sees |
//! | `paint` | light pixel by pixel |
//! | `view` | pixels and rays |
//! | `surface` | where a ray enters a primitive |
//! | `hull` | the half-spaces of a convex hull |
//! | `solid` | a primitive at its place, with its bounding sphere |
//! | `tile` | what each 16-pixel tile may see |
//! | `shade` | from a hit to a colour |
//! | `texture` | the table top |
//! | [`card`] | a sheet of paper with words on it |
//! | `develop` | tone curve, gamma and sensor noise |
//! | `noise` | hashes and smooth noise |

pub mod camera;
pub mod card;
pub mod cast;
mod develop;
mod hull;
pub mod look;
mod noise;
mod paint;
pub mod picture;
mod shade;
mod solid;
mod surface;
mod texture;
mod tile;
mod view;

pub use camera::SimCamera;
pub use card::Card;
pub use cast::render;
pub use look::Look;
pub use picture::{ObjectInView, Picture, objects_in_view};
pub use view::look_at;
