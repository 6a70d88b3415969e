//! Geometry the camera sees: primitives and convex bodies.

use enact_robot::Shape;
use enact_types::{Point3, Pose};

use crate::render::Finish;

/// Segmentation id of a pixel that shows nothing.
pub const NOTHING_SEGMENT_ID: u16 = 0;
/// Segmentation id of the table.
pub const TABLE_SEGMENT_ID: u16 = 1;
/// Segmentation id of every part of the robot.
pub const ROBOT_SEGMENT_ID: u16 = 2;
/// Segmentation id of every other static body.
pub const FIXTURE_SEGMENT_ID: u16 = 3;
/// Segmentation id of floor, walls and whatever else is so far away that it casts no shadow.
pub const ROOM_SEGMENT_ID: u16 = 4;
/// Segmentation id of the first object; object `i` has `FIRST_OBJECT + i`.
pub const FIRST_OBJECT_SEGMENT_ID: u16 = 10;

/// A primitive at a pose. An object with several parts is several bodies that share one id.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderBody {
    /// [`TABLE_SEGMENT_ID`], [`ROBOT_SEGMENT_ID`], [`FIXTURE_SEGMENT_ID`], [`ROOM_SEGMENT_ID`] or [`FIRST_OBJECT_SEGMENT_ID`]` + i`.
    pub id: u16,
    /// Shape of the primitive.
    pub shape: BodyShape,
    /// Pose of the primitive in the robot's base frame.
    pub base_from_body: Pose,
    /// Red, green, blue, linear 0..=1.
    pub color: [f32; 3],
    /// Surface material.
    pub material: Material,
}

/// A shape in its own frame, in meters.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyShape {
    /// A shape that links are made of too. A hull is rendered without its rounding.
    Shape(Shape),
    /// The convex hull of exactly these points.
    Convex(Vec<Point3>),
}

impl From<Shape> for BodyShape {
    fn from(shape: Shape) -> Self {
        Self::Shape(shape)
    }
}

/// Material of a surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Material {
    /// The table top: its texture comes from the look, not from the body's color.
    Table,
    /// Molded plastic.
    Plastic,
    /// Bare metal.
    Metal,
    /// A surface with a finish of its own.
    Coated(Finish),
}
