//! The objects on the table: detections with depth become tracked solids.
//!
//! | module | idea |
//! |---|---|
//! | [`color`] | colors compared regardless of light and shade |
//! | [`point_cloud`] | pixels as points, with their colors |
//! | [`table_plane`] | the table as the camera sees it |
//! | [`region`] | the pixels that belong to the object at a point |
//! | [`footprint_fit`] | balls, discs and rectangles through measured points |
//! | [`extreme_points`] | the points that can be outermost in some direction |
//! | [`contour`] | outlines of any shape, and where fingers can take them |
//! | [`measure`] | measures the outline of what is none of the known shapes |
//! | [`fit`] | completes the geometry from the visible surface |
//! | [`solid`] | the geometry of an object that stands on the table |
//! | [`relation`] | finds what rests in or on what |
//! | [`contents`] | separates an object from a container of its own color |
//! | [`shape_prior`] | what the name of a thing says about its shape |
//! | [`shadow`] | how far what a thing hides reaches, and the footprints that hide it |
//! | [`silhouette`] | the geometry without depth |
//! | [`beside_robot`] | tells what is seen close beside the robot from the robot |
//! | [`line_of_sight`] | how high something stands, without depth |
//! | [`snap`] | moves a point that just misses its object onto it |
//! | [`observe`] | converts one frame's detections to solids |
//! | [`memory`] | tracks objects from frame to frame |
//! | [`pointing_check`] | checks that a model's points are read in the right convention |
//! | [`proposal`] | clusters of points without a name |
//! | [`direction`] | projects directions of the picture onto the table |
//! | [`change`] | objects that moved though the robot did not touch them |

pub mod beside_robot;
pub mod change;
pub mod color;
pub mod contents;
pub mod contour;
pub mod direction;
pub mod extreme_points;
pub mod fit;
pub mod footprint_fit;
pub mod line_of_sight;
pub mod measure;
pub mod memory;
pub mod observe;
pub mod point_cloud;
pub mod pointing_check;
pub mod proposal;
pub mod region;
pub mod relation;
pub mod shadow;
pub mod shape_prior;
pub mod silhouette;
pub mod snap;
pub mod solid;
pub mod table_plane;

pub use contour::{Contour, Pinch};
pub use memory::{HeldObject, SceneMemory, SceneObject};
pub use observe::{DroppedDetection, Observation};
pub use point_cloud::PointCloud;
pub use pointing_check::{Doubt, Finding};
pub use proposal::{Proposal, proposals, proposals_in_cloud};
pub use solid::{Footprint, Hollow, Solid};
