//! The primitives that links and fixtures are made of.

use enact_robot::Shape;
use enact_types::{Pose, Vector3};
use nalgebra::Translation3;
use rerun::components::FillMode;
use rerun::{
    AsComponents, Boxes3D, Capsules3D, Color, Cylinders3D, Ellipsoids3D, EntityPath,
    RecordingStream, RecordingStreamResult,
};

use crate::convert::transform;

/// How a shape is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) colour: Color,
    pub(crate) fill: FillMode,
}

/// Puts a shape at `path`, in the frame of the entity above it.
pub(crate) fn describe(
    stream: &RecordingStream,
    path: &EntityPath,
    shape: &Shape,
    parent_from_shape: &Pose,
    look: Look,
) -> RecordingStreamResult<()> {
    let shape_from_body = Translation3::from(Vector3::z() * origin_height(shape));
    let parent_from_body = parent_from_shape * shape_from_body;
    stream.log_static(path.clone(), &transform(&parent_from_body))?;
    stream.log_static(path.clone(), body(shape, look).as_ref())
}

/// The shape in rerun's terms.
fn body(shape: &Shape, look: Look) -> Box<dyn AsComponents> {
    let Look { colour, fill } = look;
    match *shape {
        Shape::Box { half } => {
            let body = Boxes3D::from_half_sizes([half.map(|value| value as f32)]);
            Box::new(body.with_colors([colour]).with_fill_mode(fill))
        }
        Shape::Cylinder {
            radius,
            half_length,
        } => {
            let size = [2.0 * half_length, radius].map(|value| value as f32);
            let body = Cylinders3D::from_lengths_and_radii([size[0]], [size[1]]);
            Box::new(body.with_colors([colour]).with_fill_mode(fill))
        }
        Shape::Capsule {
            radius,
            half_length,
        } => {
            let size = [2.0 * half_length, radius].map(|value| value as f32);
            let body = Capsules3D::from_lengths_and_radii([size[0]], [size[1]]);
            Box::new(body.with_colors([colour]).with_fill_mode(fill))
        }
        Shape::Sphere { radius } => {
            let body = Ellipsoids3D::from_radii([radius as f32]);
            Box::new(body.with_colors([colour]).with_fill_mode(fill))
        }
    }
}

/// Where along its `z` rerun has a shape's origin; ours is in the middle. Capsules
/// go from the origin upwards, the others are centred on it.
fn origin_height(shape: &Shape) -> f64 {
    match shape {
        Shape::Capsule { half_length, .. } => -half_length,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_primitive_has_a_body() {
        let (radius, half_length) = (0.01, 0.05);
        for shape in [
            Shape::Box {
                half: [0.1, 0.2, 0.3],
            },
            Shape::Cylinder {
                radius,
                half_length,
            },
            Shape::Capsule {
                radius,
                half_length,
            },
            Shape::Sphere { radius },
        ] {
            let look = Look {
                colour: Color::from_rgb(1, 2, 3),
                fill: FillMode::Solid,
            };
            let batches = body(&shape, look).as_serialized_batches();
            assert!(batches.len() >= 3, "{shape:?}");
        }
    }

    #[test]
    fn a_capsule_starts_at_its_lower_end() {
        let capsule = Shape::Capsule {
            radius: 0.01,
            half_length: 0.05,
        };
        assert_eq!(origin_height(&capsule), -0.05);
        assert_eq!(origin_height(&Shape::Sphere { radius: 0.01 }), 0.0);
    }
}
