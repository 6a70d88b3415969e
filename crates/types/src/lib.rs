//! The vocabulary that all other crates share: poses, joint vectors, stamps, images and refusals.
//! There is no input or output here.
//!
//! Units are radians, meters and seconds. A pose `a_from_b` maps coordinates in frame `b` to
//! coordinates in frame `a`, so adjacent names must match in a product: `base_from_camera *
//! camera_from_object`.
//!
//! | module | idea |
//! |---|---|
//! | [`distortion`] | how a lens bends rays |
//! | [`frame`] | a camera picture with what is needed to locate it in space |
//! | [`hint`] | "Did you mean …?" |
//! | [`intrinsics`] | how a camera projects points, and the inverse |
//! | [`joints`] | one number per joint, in the robot's order |
//! | [`reason`] | a message for a person, with its source error |
//! | [`refusal`] | reason that something was not done, as data |
//! | [`stamp`] | monotonic time since the start of a run |
//! | [`stop`] | the stop switch |
//! | [`text`] | text from the bytes of a file |
//! | [`toml_text`] | settings from TOML, with the line of an error |

pub mod distortion;
pub mod frame;
pub mod hint;
pub mod intrinsics;
pub mod joints;
pub mod reason;
pub mod refusal;
pub mod stamp;
pub mod stop;
pub mod text;
pub mod toml_text;

pub use distortion::Distortion;
pub use frame::{DepthImage, Frame, NormalizedPoint};
pub use intrinsics::Intrinsics;
pub use joints::JointVector;
pub use reason::Reason;
pub use refusal::{Quantity, Refusal};
pub use stamp::Stamp;
pub use stop::StopSwitch;
pub use toml_text::TomlError;

/// A rigid transform; meters and unit quaternion.
pub type Pose = nalgebra::Isometry3<f64>;
/// A position or direction in meters.
pub type Vector3 = nalgebra::Vector3<f64>;
/// A point in meters.
pub type Point3 = nalgebra::Point3<f64>;
