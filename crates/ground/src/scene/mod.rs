//! What is on the table: detections with depth become tracked solids.
//!
//! | module | idea |
//! |---|---|
//! | [`point_cloud`] | every pixel as a point with a color that shading leaves alone |
//! | [`region`] | the pixels that belong to the object at a point |
//! | [`outline`] | balls, discs and rectangles through measured points |
//! | [`contour`] | outlines of any shape, and where fingers can take them |
//! | [`measure`] | the outline of a thing that is none of the known shapes |
//! | [`fit`] | from the visible surface to the whole geometry |
//! | [`solid`] | the geometry of an object that stands on the table |
//! | [`relation`] | what rests in or on what |
//! | [`contents`] | a thing in a container of its own color |
//! | [`silhouette`] | the geometry without depth |
//! | [`snap`] | a point that just misses its object, moved onto it |
//! | [`observe`] | one frame's detections as solids |
//! | [`memory`] | the same objects from frame to frame |
//! | [`pointing_check`] | whether a model's points mean what they are taken to mean |
//! | [`proposal`] | things without a name |
//! | [`direction`] | directions of the picture on the table |
//! | [`change`] | what moved though the robot did not touch it |

pub mod change;
pub mod contents;
pub mod contour;
pub mod direction;
pub mod fit;
pub mod measure;
pub mod memory;
pub mod observe;
pub mod outline;
pub mod point_cloud;
pub mod pointing_check;
pub mod proposal;
pub mod region;
pub mod relation;
pub mod silhouette;
pub mod snap;
pub mod solid;

pub use contour::{Contour, Pinch};
pub use memory::{HeldObject, SceneMemory, SceneObject};
pub use observe::{DroppedDetection, Observation};
pub use pointing_check::{Doubt, Finding};
pub use proposal::{Proposal, proposals};
pub use solid::{Footprint, Hollow, Solid};
