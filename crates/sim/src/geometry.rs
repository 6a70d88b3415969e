//! What the camera sees of the world: one primitive or convex body after another.

use enact_robot::Hull;
use enact_types::{Point3, Pose};

/// Segmentation id of a pixel that shows nothing.
pub const NOTHING: u16 = 0;
/// Segmentation id of the table.
pub const TABLE: u16 = 1;
/// Segmentation id of every part of the robot.
pub const ROBOT: u16 = 2;
/// Segmentation id of everything else that never moves.
pub const FIXTURE: u16 = 3;
/// Segmentation id of the first object; object `i` has `FIRST_OBJECT + i`.
pub const FIRST_OBJECT: u16 = 10;

/// A primitive at a place. An object of several parts is several bodies of one id.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// [`TABLE`], [`ROBOT`] or [`FIRST_OBJECT`]` + i`.
    pub id: u16,
    /// Which primitive.
    pub shape: BodyShape,
    /// Pose of the primitive in the robot's base frame.
    pub base_from_body: Pose,
    /// Red, green, blue, linear 0..=1.
    pub colour: [f32; 3],
    /// What its surface is like.
    pub material: Material,
}

/// A primitive in its own frame, in metres.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyShape {
    /// A box by its half extents along x, y, z.
    Box {
        /// Half extents.
        half: [f64; 3],
    },
    /// A cylinder along `z`, centred.
    Cylinder {
        /// Radius.
        radius: f64,
        /// Half its length.
        half_length: f64,
    },
    /// A cylinder along `z` with half a ball at each end, centred.
    Capsule {
        /// Radius of cylinder and balls.
        radius: f64,
        /// Half the length of the cylinder, balls not counted.
        half_length: f64,
    },
    /// A ball, centred.
    Sphere {
        /// Radius.
        radius: f64,
    },
    /// The convex hull of these points.
    Convex(Vec<Point3>),
    /// A convex body, without its rounding.
    Hull(Hull),
}

/// What a surface is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Material {
    /// The table top: its texture comes from the look, not from the body's colour.
    Table,
    /// Moulded plastic.
    Plastic,
    /// Bare metal.
    Metal,
}
