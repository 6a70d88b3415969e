//! The primitives that a link is made of.

use enact_robot::{LinkShape, Shape};
use enact_types::Vector3;
use nalgebra::Translation3;
use rerun::components::FillMode;
use rerun::{
    AsComponents, Boxes3D, Capsules3D, Color, Cylinders3D, Ellipsoids3D, EntityPath,
    RecordingStream, RecordingStreamResult,
};

use crate::convert::{colour, transform};

/// Puts a shape of a link at `path`, below the link.
pub(crate) fn describe(
    stream: &RecordingStream,
    path: &EntityPath,
    shape: &LinkShape,
) -> RecordingStreamResult<()> {
    let shape_from_body = Translation3::from(Vector3::z() * origin_height(&shape.shape));
    let link_from_body = shape.link_from_shape * shape_from_body;
    stream.log_static(path.clone(), &transform(&link_from_body))?;
    let body = body(&shape.shape, colour(shape.colour));
    stream.log_static(path.clone(), body.as_ref())
}

/// The shape in rerun's terms.
fn body(shape: &Shape, colour: Color) -> Box<dyn AsComponents> {
    let fill = FillMode::Solid;
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
            let batches = body(&shape, Color::from_rgb(1, 2, 3)).as_serialized_batches();
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
