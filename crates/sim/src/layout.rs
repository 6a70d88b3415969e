//! One arrangement of objects: a scene after its random choices.

use std::sync::Arc;

use enact_robot::{HalfSpace, Obstacle, Shape};
use enact_types::{Distortion, Intrinsics, Point3, Pose, Vector3};
use serde::{Deserialize, Serialize};

use crate::object::{Color, ObjectShape};

/// Everything around the robot, in its base frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// The table that everything stands on.
    pub table: TableExtent,
    /// The camera.
    pub camera: CameraPlace,
    /// Objects on the table, containers first.
    pub objects: Vec<PlacedObject>,
    /// Static boxes that are known without being seen.
    pub fixtures: Vec<Fixture>,
    /// Corners of the box that the robot must not leave, meters; `None` if it may go anywhere.
    pub workspace: Option<[[f64; 3]; 2]>,
}

/// A box that never moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fixture {
    /// Name of the fixture.
    pub name: String,
    /// Half extents along its own axes, meters.
    pub half: [f64; 3],
    /// Pose of its center.
    pub base_from_fixture: Pose,
    /// Whether it is a solid body rather than only a keep-out zone.
    pub is_body: bool,
}

impl Layout {
    /// Returns the fixtures as obstacles, which a robot must avoid without seeing them.
    pub fn fixture_obstacles(&self) -> Vec<Arc<Obstacle>> {
        let obstacle = |fixture: &Fixture| {
            let shape = Shape::Box { half: fixture.half };
            let obstacle = Obstacle::new(&fixture.name, [(shape, fixture.base_from_fixture)]);
            if fixture.is_body {
                obstacle
            } else {
                obstacle.mark_keep_out()
            }
        };
        self.fixtures.iter().map(obstacle).map(Arc::new).collect()
    }

    /// Returns the sides of the workspace, from which parts of the robot keep `margin` meters away.
    pub fn workspace_walls(&self, margin: f64) -> Vec<HalfSpace> {
        let Some([min, max]) = self.workspace else {
            return Vec::new();
        };
        let axes = [Vector3::x_axis(), Vector3::y_axis(), Vector3::z_axis()];
        let names = ["back", "front", "right", "left", "lower", "upper"];
        let wall = |side: usize| {
            let axis = axes[side / 2];
            let (normal, offset) = if side.is_multiple_of(2) {
                (axis, min[side / 2])
            } else {
                (-axis, -max[side / 2])
            };
            HalfSpace {
                name: format!("{} wall of the workspace", names[side]),
                normal,
                offset,
                margin,
            }
        };
        (0..6).map(wall).collect()
    }
}

/// A flat rectangle at height zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableExtent {
    /// Center, x and y in meters.
    #[serde(rename = "centre", alias = "center")]
    pub center: [f64; 2],
    /// Extents along x and y in meters.
    pub size: [f64; 2],
}

/// A static camera.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CameraPlace {
    /// Position of the camera.
    pub eye: Point3,
    /// The point at the center of its picture.
    pub target: Point3,
    /// Vertical field of view, radians.
    pub vertical_fov: f64,
    /// Picture width, pixels.
    pub width: u32,
    /// Picture height, pixels.
    pub height: u32,
    /// Whether it measures depth.
    #[serde(default = "has_depth")]
    pub depth: bool,
    /// Distortion of its lens.
    #[serde(default, skip_serializing_if = "Distortion::is_none")]
    pub distortion: Distortion,
}

/// Default for cameras recorded before color-only cameras existed.
fn has_depth() -> bool {
    true
}

impl CameraPlace {
    /// Returns the projection of the camera.
    pub fn intrinsics(&self) -> Intrinsics {
        Intrinsics {
            distortion: self.distortion,
            ..Intrinsics::from_vertical_fov(self.width, self.height, self.vertical_fov)
        }
    }
}

/// An object at its pose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlacedObject {
    /// Unique name of the object.
    pub name: String,
    /// Shape of the object.
    pub shape: ObjectShape,
    /// Color of the object.
    #[serde(rename = "colour", alias = "color")]
    pub color: Color,
    /// Extents along x, y, z of its own frame in meters.
    pub size: [f64; 3],
    /// Pose of the object; its frame is at the center of its extents.
    pub base_from_object: Pose,
}

impl PlacedObject {
    /// Creates an object that stands on the table at `(x, y)`, turned by `yaw` radians, and is
    /// named after its color and shape.
    pub fn create_on_table(
        shape: ObjectShape,
        color: Color,
        size: [f64; 3],
        [x, y]: [f64; 2],
        yaw: f64,
    ) -> Self {
        Self {
            name: label(color, shape),
            shape,
            color,
            size,
            base_from_object: Pose::from_parts(
                enact_types::Vector3::new(x, y, size[2] / 2.0).into(),
                nalgebra::UnitQuaternion::from_euler_angles(0.0, 0.0, yaw),
            ),
        }
    }

    /// Returns color and shape in words.
    pub fn color_and_shape_label(&self) -> String {
        label(self.color, self.shape)
    }
}

fn label(color: Color, shape: ObjectShape) -> String {
    format!("{color} {shape}")
}
