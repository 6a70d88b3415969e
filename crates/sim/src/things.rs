//! Things of everyday shapes as convex parts.
//!
//! Each is made of half its extents along `x`, `y` and `z`; its frame is at the center of its extents.

use std::f64::consts::{FRAC_PI_2, TAU};

use enact_robot::Shape;
use enact_types::{Point3, Pose, Vector3};

use crate::geometry::BodyShape;
use crate::parts::{ConvexPart, centered_part};

/// Wall and floor thickness of a mug, meters.
const MUG_WALL: f64 = 0.0035;
/// Number of flat pieces around a mug's wall.
const MUG_SIDES: usize = 16;
/// Thickness of a mug's handle, meters.
const HANDLE: f64 = 0.006;
/// Heights of the handle's lower and upper bar, as fractions of the mug's half height.
const HANDLE_BARS: [f64; 2] = [-0.5, 0.6];
/// Heights of a bottle's shoulder and of the lower end of its neck, as fractions of the whole.
const BOTTLE_PROFILE: [f64; 2] = [0.62, 0.78];
/// Radius of a bottle's neck, as a fraction of the body's.
const BOTTLE_NECK: f64 = 0.45;
/// Number of flat pieces around a bottle's shoulder.
const BOTTLE_SIDES: usize = 12;
/// Number of pieces of a banana.
const BANANA_PIECES: usize = 6;
/// Thickness of a banana's ends, as a fraction of its middle's.
const BANANA_ENDS: f64 = 0.85;
/// Number of rounds that fit a banana into its extents.
const ROUNDS: u32 = 30;
/// Length of a screwdriver's handle, as a fraction of the whole.
const SCREWDRIVER_HANDLE: f64 = 0.52;
/// Radius of a screwdriver's shaft, as a fraction of the handle's.
const SCREWDRIVER_SHAFT: f64 = 0.4;
/// Width of a bracket's bars, as a fraction of its shorter side.
const BRACKET_BAR: f64 = 0.44;

/// Returns an upright mug, round about the `-x` side, with its handle on the `x` side.
pub fn mug_parts([half_length, radius, half_height]: [f64; 3]) -> Vec<ConvexPart> {
    let middle = mug_axis([half_length, radius, half_height]);
    let step = TAU / MUG_SIDES as f64;
    // The corners of the flat pieces are on the radius.
    let apothem = radius * (step / 2.0).cos();
    let mut parts = vec![at(
        Shape::Cylinder {
            radius: apothem - MUG_WALL / 2.0,
            half_length: MUG_WALL / 2.0,
        },
        [middle, 0.0, MUG_WALL / 2.0 - half_height],
    )];
    for side in 0..MUG_SIDES {
        let turn = Pose::rotation(Vector3::z() * (step * side as f64));
        let out = Pose::translation(apothem - MUG_WALL / 2.0, 0.0, 0.0);
        let half = [
            MUG_WALL / 2.0,
            radius * (step / 2.0).sin() - MUG_WALL / 4.0,
            half_height,
        ];
        parts.push(ConvexPart {
            shape: Shape::Box { half }.into(),
            object_from_part: Pose::translation(middle, 0.0, 0.0) * turn * out,
        });
    }
    let bar = HANDLE / 2.0;
    let near = middle + apothem - MUG_WALL / 2.0;
    let heights = HANDLE_BARS.map(|share| share * half_height);
    for height in heights {
        let half = [(half_length - near) / 2.0, bar, bar];
        parts.push(at(
            Shape::Box { half },
            [(half_length + near) / 2.0, 0.0, height],
        ));
    }
    let upright = [bar, bar, (heights[1] - heights[0]) / 2.0 + bar];
    parts.push(at(
        Shape::Box { half: upright },
        [half_length - bar, 0.0, (heights[0] + heights[1]) / 2.0],
    ));
    parts
}

/// Returns where the axis of a mug's round body is along its `x`, meters.
fn mug_axis([half_length, radius, _]: [f64; 3]) -> f64 {
    radius - half_length
}

/// Returns an upright bottle: body, shoulder and neck.
pub fn bottle_parts([radius, _, half_height]: [f64; 3]) -> Vec<ConvexPart> {
    let neck = BOTTLE_NECK * radius;
    let [shoulder, neck_foot] = BOTTLE_PROFILE.map(|share| (2.0 * share - 1.0) * half_height);
    let tube = |radius: f64, low: f64, high: f64| {
        let half_length = (high - low) / 2.0;
        at(
            Shape::Cylinder {
                radius,
                half_length,
            },
            [0.0, 0.0, (low + high) / 2.0],
        )
    };
    let ring = |radius: f64, z: f64| {
        (0..BOTTLE_SIDES).map(move |side| {
            let (sin, cos) = (TAU * side as f64 / BOTTLE_SIDES as f64).sin_cos();
            Point3::new(radius * cos, radius * sin, z)
        })
    };
    let cone = ring(radius, shoulder)
        .chain(ring(neck, neck_foot))
        .collect();
    vec![
        tube(radius, -half_height, shoulder),
        centered_part(BodyShape::Convex(cone)),
        tube(neck, neck_foot, half_height),
    ]
}

/// Returns a banana: short cylinders along an arc that bends towards `-y` at its ends.
pub fn banana_parts([half_length, half_width, radius]: [f64; 3]) -> Vec<ConvexPart> {
    let (mut rise, mut bend, mut half_angle) = (0.0, 0.0, 0.0_f64);
    // The outer corners of the ends and of the middle are to be at the extents.
    for _ in 0..ROUNDS {
        let (sin, cos) = (half_angle / BANANA_PIECES as f64).sin_cos();
        let corner = radius / cos + bend * sin * sin * (1.0 / cos - 1.0);
        rise = 2.0 * (half_width - corner);
        let half_chord = half_length - BANANA_ENDS * radius * half_angle.sin();
        bend = (half_chord * half_chord + rise * rise) / (2.0 * rise);
        half_angle = (half_chord / bend).min(1.0).asin();
    }
    let turn = half_angle / BANANA_PIECES as f64;
    let piece = |step: usize| {
        let heading = turn * (2 * step + 1) as f64 - half_angle;
        let is_end = step == 0 || step + 1 == BANANA_PIECES;
        let radius = if is_end { BANANA_ENDS } else { 1.0 } * radius;
        // The outer edges of neighbors meet.
        let half_length = if is_end {
            bend * turn.sin()
        } else {
            (bend + radius) * turn.tan()
        };
        let (sin, cos) = heading.sin_cos();
        let middle = bend * turn.cos();
        let at = Vector3::new(middle * sin, middle * cos - bend + rise / 2.0, 0.0);
        // Turned so that it lies on a flat side of the prism that a cylinder is to physics.
        let along =
            Pose::rotation(-Vector3::z() * heading) * Pose::rotation(Vector3::y() * FRAC_PI_2);
        ConvexPart {
            shape: Shape::Cylinder {
                radius,
                half_length,
            }
            .into(),
            object_from_part: Pose::from_parts(at.into(), along.rotation),
        }
    };
    (0..BANANA_PIECES).map(piece).collect()
}

/// Returns a screwdriver that lies along `x`, its handle on the `-x` side.
pub fn screwdriver_parts([half_length, radius, _]: [f64; 3]) -> Vec<ConvexPart> {
    let grip = SCREWDRIVER_HANDLE * half_length;
    let shaft = half_length - grip;
    let along = |middle: f64| Pose::new(Vector3::x() * middle, Vector3::y() * FRAC_PI_2);
    let rod = |radius: f64, half_length: f64, middle: f64| ConvexPart {
        shape: Shape::Cylinder {
            radius,
            half_length,
        }
        .into(),
        object_from_part: along(middle),
    };
    vec![
        rod(radius, grip, grip - half_length),
        rod(SCREWDRIVER_SHAFT * radius, shaft, half_length - shaft),
    ]
}

/// Returns an L: one bar along `x` on the `-y` side, one along `y` on the `-x` side.
pub fn bracket_parts([half_x, half_y, half_z]: [f64; 3]) -> Vec<ConvexPart> {
    let bar = BRACKET_BAR * half_x.min(half_y);
    vec![
        at(
            Shape::Box {
                half: [half_x, bar, half_z],
            },
            [0.0, bar - half_y, 0.0],
        ),
        at(
            Shape::Box {
                half: [bar, half_y - bar, half_z],
            },
            [bar - half_x, bar, 0.0],
        ),
    ]
}

fn at(shape: Shape, [x, y, z]: [f64; 3]) -> ConvexPart {
    ConvexPart {
        shape: shape.into(),
        object_from_part: Pose::translation(x, y, z),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_robot::Hull;

    /// Returns whether a point is in one of the parts.
    fn is_in(parts: &[ConvexPart], point: Point3) -> bool {
        parts.iter().any(|part| {
            let local = part.object_from_part.inverse_transform_point(&point);
            match &part.shape {
                BodyShape::Shape(shape) => shape.signed_distance(&local) < 0.0,
                BodyShape::Convex(points) => Hull::new(points, 0.0).distance_to_point(&local) < 0.0,
            }
        })
    }

    #[test]
    fn a_mug_is_open_at_the_top_and_has_room_behind_its_handle() {
        let half = [0.032, 0.0225, 0.023];
        let mug = mug_parts(half);
        let axis = mug_axis(half);
        assert!(!is_in(&mug, Point3::new(axis, 0.0, 0.0)));
        assert!(is_in(&mug, Point3::new(axis, 0.0, -0.0225)));
        assert!(is_in(&mug, Point3::new(axis - 0.0205, 0.0, 0.0)));
        assert!(is_in(&mug, Point3::new(0.03, 0.0, 0.0)));
        assert!(!is_in(&mug, Point3::new(0.02, 0.0, 0.0)));
    }

    #[test]
    fn a_banana_is_bent_and_a_bracket_has_a_free_corner() {
        let banana = banana_parts([0.042, 0.021, 0.0135]);
        assert!(is_in(&banana, Point3::new(0.001, 0.010, 0.0)));
        assert!(!is_in(&banana, Point3::new(0.001, -0.010, 0.0)));
        assert!(is_in(&banana, Point3::new(0.030, -0.009, 0.0)));
        let bracket = bracket_parts([0.025, 0.025, 0.01]);
        assert!(is_in(&bracket, Point3::new(0.02, -0.02, 0.0)));
        assert!(is_in(&bracket, Point3::new(-0.02, 0.02, 0.0)));
        assert!(!is_in(&bracket, Point3::new(0.01, 0.01, 0.0)));
    }
}
