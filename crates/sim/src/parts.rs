//! Objects as convex parts, shared by physics and the camera.

use std::f64::consts::TAU;

use enact_robot::Shape;
use enact_types::{Point3, Pose};

use crate::geometry::BodyShape;
use crate::object::ObjectShape;
use crate::things;

/// Wall thickness of a bowl, meters.
pub const BOWL_WALL_THICKNESS_M: f64 = 0.004;
/// Floor thickness of a bowl, meters.
pub const BOWL_FLOOR_THICKNESS_M: f64 = 0.005;
/// Wall thickness of a tray, meters.
pub const TRAY_WALL_THICKNESS_M: f64 = 0.004;
/// Floor thickness of a tray, meters.
pub const TRAY_FLOOR_THICKNESS_M: f64 = 0.004;
/// Number of flat pieces around a bowl's wall.
const BOWL_SIDES: usize = 16;
/// Outer radius and height of a bowl's foot, shoulder and rim, as fractions of the whole.
const BOWL_PROFILE: [(f64, f64); 3] = [(0.63, 0.0), (0.84, 0.49), (1.0, 1.0)];
/// The same of a plate's foot and rim.
const PLATE_PROFILE: [(f64, f64); 2] = [(0.72, 0.0), (1.0, 1.0)];

/// A convex part of an object.
#[derive(Clone, Debug)]
pub struct ConvexPart {
    /// Its shape.
    pub shape: BodyShape,
    /// Pose of the part; the object's frame is at the center of its extents.
    pub object_from_part: Pose,
}

/// Returns the parts of an object with these extents in meters.
pub fn convex_parts_of_shape(shape: ObjectShape, size: [f64; 3]) -> Vec<ConvexPart> {
    let half = size.map(|extent| extent / 2.0);
    match shape {
        ObjectShape::Cube => vec![centered_part(Shape::Box { half })],
        ObjectShape::Cylinder => vec![centered_part(Shape::Cylinder {
            radius: half[0],
            half_length: half[2],
        })],
        ObjectShape::Ball => vec![centered_part(Shape::Sphere { radius: half[0] })],
        ObjectShape::Bowl => round(half, &BOWL_PROFILE),
        ObjectShape::Plate => round(half, &PLATE_PROFILE),
        ObjectShape::Tray => tray(half),
        ObjectShape::Box => vec![centered_part(Shape::Box { half })],
        ObjectShape::Mug => things::mug_parts(half),
        ObjectShape::Bottle => things::bottle_parts(half),
        ObjectShape::Banana => things::banana_parts(half),
        ObjectShape::Screwdriver => things::screwdriver_parts(half),
        ObjectShape::Bracket => things::bracket_parts(half),
    }
}

/// Returns a part whose frame is the object's.
pub(crate) fn centered_part(shape: impl Into<BodyShape>) -> ConvexPart {
    ConvexPart {
        shape: shape.into(),
        object_from_part: Pose::identity(),
    }
}

/// Returns a round container: its floor and its wall along a profile of (outer radius, height) from
/// foot to rim.
fn round([radius, _, half_height]: [f64; 3], profile: &[(f64, f64)]) -> Vec<ConvexPart> {
    let floor = ConvexPart {
        shape: Shape::Cylinder {
            radius: radius * profile[0].0 - BOWL_WALL_THICKNESS_M / 2.0,
            half_length: BOWL_FLOOR_THICKNESS_M / 2.0,
        }
        .into(),
        object_from_part: Pose::translation(0.0, 0.0, BOWL_FLOOR_THICKNESS_M / 2.0 - half_height),
    };
    let at = |(r, z): (f64, f64)| (r * radius, (2.0 * z - 1.0) * half_height);
    let mut parts = vec![floor];
    for side in 0..BOWL_SIDES {
        for ring in profile.windows(2) {
            parts.push(centered_part(wall(side, [at(ring[0]), at(ring[1])])));
        }
    }
    parts
}

/// Returns one flat piece of a round wall between two rings of (outer radius, height).
fn wall(side: usize, rings: [(f64, f64); 2]) -> BodyShape {
    let mut points = Vec::with_capacity(8);
    for corner in [side, side + 1] {
        let (sin, cos) = (corner as f64 / BOWL_SIDES as f64 * TAU).sin_cos();
        for (outer, z) in rings {
            for r in [outer - BOWL_WALL_THICKNESS_M, outer] {
                points.push(Point3::new(r * cos, r * sin, z));
            }
        }
    }
    BodyShape::Convex(points)
}

fn tray([x, y, z]: [f64; 3]) -> Vec<ConvexPart> {
    let wall = TRAY_WALL_THICKNESS_M / 2.0;
    let slab = |half: [f64; 3], at: [f64; 3]| ConvexPart {
        shape: Shape::Box { half }.into(),
        object_from_part: Pose::translation(at[0], at[1], at[2]),
    };
    vec![
        slab(
            [x, y, TRAY_FLOOR_THICKNESS_M / 2.0],
            [0.0, 0.0, TRAY_FLOOR_THICKNESS_M / 2.0 - z],
        ),
        slab([wall, y, z], [x - wall, 0.0, 0.0]),
        slab([wall, y, z], [wall - x, 0.0, 0.0]),
        slab([x, wall, z], [0.0, y - wall, 0.0]),
        slab([x, wall, z], [0.0, wall - y, 0.0]),
    ]
}

/// Returns whether `(x, y)` in a container's frame is between its walls; false for shapes that are
/// not containers.
pub fn is_between_walls(shape: ObjectShape, size: [f64; 3], x: f64, y: f64) -> bool {
    match shape {
        ObjectShape::Bowl | ObjectShape::Plate => {
            x.hypot(y) <= size[0] / 2.0 - BOWL_WALL_THICKNESS_M
        }
        ObjectShape::Tray => {
            x.abs() <= size[0] / 2.0 - TRAY_WALL_THICKNESS_M
                && y.abs() <= size[1] / 2.0 - TRAY_WALL_THICKNESS_M
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_reaches_beyond_the_extents() {
        for shape in ObjectShape::ALL_SHAPES {
            let size = shape.size_range().map(|range| range.1);
            for part in convex_parts_of_shape(shape, size) {
                for point in corners(&part) {
                    for axis in 0..3 {
                        assert!(
                            point[axis].abs() <= size[axis] / 2.0 + 1e-9,
                            "{shape} {point}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_bowl_is_open_at_the_top_and_closed_below() {
        let size = [0.12, 0.12, 0.04];
        assert!(is_between_walls(ObjectShape::Bowl, size, 0.03, 0.02));
        assert!(!is_between_walls(ObjectShape::Bowl, size, 0.057, 0.0));
        assert!(!is_between_walls(ObjectShape::Cube, size, 0.0, 0.0));
    }

    fn corners(part: &ConvexPart) -> Vec<Point3> {
        let local = match &part.shape {
            BodyShape::Convex(points) => points.clone(),
            BodyShape::Shape(Shape::Box { half }) => {
                vec![Point3::from(*half), Point3::from(half.map(|h| -h))]
            }
            BodyShape::Shape(Shape::Cylinder {
                radius,
                half_length,
            }) => vec![
                Point3::new(*radius, 0.0, *half_length),
                Point3::new(0.0, *radius, *half_length),
                Point3::new(-radius, 0.0, -half_length),
                Point3::new(0.0, -radius, -half_length),
            ],
            BodyShape::Shape(Shape::Capsule {
                radius,
                half_length,
            }) => vec![
                Point3::new(0.0, 0.0, radius + half_length),
                Point3::new(0.0, 0.0, -radius - half_length),
            ],
            _ => Vec::new(),
        };
        local
            .iter()
            .map(|point| part.object_from_part * point)
            .collect()
    }
}
