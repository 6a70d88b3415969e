//! A ray-cast camera over the shapes of the physics world: color, depth and segmentation, without a
//! GPU and with identical bytes on any number of threads.
//!
//! Every primitive is intersected analytically in `f64`, because iterative convex casts are not
//! accurate enough for centimeter-sized objects.
//!
//! | module | idea |
//! |---|---|
//! | [`camera`] | the camera of a simulated world |
//! | [`appearance`] | everything about a picture except its geometry |
//! | [`picture`] | the rendered picture and the objects it shows |
//! | [`ray_cast`] | from bodies to a picture: what every pixel sees |
//! | `paint` | lighting, pixel by pixel |
//! | `camera_rays` | pixels and rays |
//! | `surface` | where a ray enters a primitive |
//! | [`finish`] | the surface of a body: texture, highlights, edges |
//! | [`pattern`] | textures of two colors over a plane |
//! | `hull` | the half-spaces of a convex hull |
//! | `solid` | a primitive at its place, with its bounding sphere |
//! | `tile` | solids visible to each 16-pixel tile |
//! | `shade` | from a hit to a color |
//! | `texture` | the table top |
//! | `table_memory` | the colors of the table top from one picture to the next |
//! | [`card`] | a sheet of paper with words on it |
//! | `color_sensor` | tone curve, gamma and sensor noise |
//! | `depth_sensor` | noise of depth readings |
//! | `hash_noise` | hashes and smooth noise |

pub mod appearance;
pub mod camera;
mod camera_rays;
pub mod card;
mod color_sensor;
mod depth_sensor;
pub mod finish;
mod hash_noise;
mod hull;
mod paint;
pub mod pattern;
pub mod picture;
pub mod ray_cast;
mod shade;
mod solid;
mod surface;
mod table_memory;
mod texture;
mod tile;

pub use appearance::Appearance;
pub use camera::SimCamera;
pub use camera_rays::pose_looking_at;
pub use card::Card;
pub use finish::Finish;
pub use pattern::Texture;
pub use picture::{ObjectInView, RenderedPicture, Segmentation, objects_in_view};
pub use ray_cast::{render, render_segmentation};
