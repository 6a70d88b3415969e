//! The primitives that links and fixtures are made of.

use enact_robot::{Hull, Shape};
use enact_types::{Pose, Vector3};
use nalgebra::Translation3;
use rerun::components::FillMode;
use rerun::{
    AsComponents, Boxes3D, Capsules3D, Color, Cylinders3D, Ellipsoids3D, EntityPath, LineStrips3D,
    Mesh3D, RecordingStream, RecordingStreamResult,
};

use crate::convert::transform;

/// Drawing style of a shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShapeStyle {
    pub(crate) color: Color,
    pub(crate) fill: FillMode,
}

/// Draws a shape at `path`, in the frame of its parent entity.
pub(crate) fn log_shape(
    stream: &RecordingStream,
    path: &EntityPath,
    shape: &Shape,
    parent_from_shape: &Pose,
    look: ShapeStyle,
) -> RecordingStreamResult<()> {
    let shape_from_body = Translation3::from(Vector3::z() * origin_height(shape));
    let parent_from_body = parent_from_shape * shape_from_body;
    stream.log_static(path.clone(), &transform(&parent_from_body))?;
    stream.log_static(path.clone(), body(shape, look).as_ref())
}

/// Converts a shape to rerun's types.
fn body(shape: &Shape, look: ShapeStyle) -> Box<dyn AsComponents> {
    let ShapeStyle { color, fill } = look;
    match *shape {
        Shape::Box { half } => {
            let body = Boxes3D::from_half_sizes([half.map(|value| value as f32)]);
            Box::new(body.with_colors([color]).with_fill_mode(fill))
        }
        Shape::Cylinder {
            radius,
            half_length,
        } => {
            let size = [2.0 * half_length, radius].map(|value| value as f32);
            let body = Cylinders3D::from_lengths_and_radii([size[0]], [size[1]]);
            Box::new(body.with_colors([color]).with_fill_mode(fill))
        }
        Shape::Capsule {
            radius,
            half_length,
        } => {
            let size = [2.0 * half_length, radius].map(|value| value as f32);
            let body = Capsules3D::from_lengths_and_radii([size[0]], [size[1]]);
            Box::new(body.with_colors([color]).with_fill_mode(fill))
        }
        Shape::Sphere { radius } => {
            let body = Ellipsoids3D::from_radii([radius as f32]);
            Box::new(body.with_colors([color]).with_fill_mode(fill))
        }
        Shape::Hull(ref hull) => match fill {
            FillMode::Solid => Box::new(solid(hull, color)),
            _ => Box::new(edges(hull, color)),
        },
    }
}

/// Returns the faces of a convex body, each with its own corners so that edges look sharp.
fn solid(hull: &Hull, color: Color) -> Mesh3D {
    let corners = hull.faces().iter().flatten();
    let corners: Vec<[f32; 3]> = corners.map(|index| corner(hull, *index)).collect();
    let normals: Vec<[f32; 3]> = corners
        .chunks_exact(3)
        .flat_map(|face| {
            let [a, b, c] = [face[0], face[1], face[2]].map(nalgebra::Vector3::from);
            let normal = (b - a).cross(&(c - a)).try_normalize(0.0);
            [normal.unwrap_or_default().into(); 3]
        })
        .collect();
    let count = corners.len() as u32;
    let faces = (0..count / 3).map(|face| [3 * face, 3 * face + 1, 3 * face + 2]);
    Mesh3D::new(corners)
        .with_vertex_normals(normals)
        .with_triangle_indices(faces)
        .with_albedo_factor(color.0)
}

/// Returns the edges of a convex body, each once.
fn edges(hull: &Hull, color: Color) -> LineStrips3D {
    let sides = |face: &[u32; 3]| [0, 1, 2].map(|side| (face[side], face[(side + 1) % 3]));
    let edges = hull.faces().iter().flat_map(sides);
    let strips = edges.filter(|(from, to)| from < to);
    LineStrips3D::new(strips.map(|(from, to)| [corner(hull, from), corner(hull, to)]))
        .with_colors([color])
}

fn corner(hull: &Hull, index: u32) -> [f32; 3] {
    hull.corners()[index as usize]
        .coords
        .map(|value| value as f32)
        .into()
}

/// Returns the height along `z` of rerun's origin of a shape; ours is in the center. Capsules
/// extend upwards from the origin, the others are centered on it.
fn origin_height(shape: &Shape) -> f64 {
    match shape {
        Shape::Capsule { half_length, .. } => -half_length,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Point3;

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
            Shape::Hull(tetrahedron()),
        ] {
            let look = ShapeStyle {
                color: Color::from_rgb(1, 2, 3),
                fill: FillMode::Solid,
            };
            let batches = body(&shape, look).as_serialized_batches();
            assert!(batches.len() >= 3, "{shape:?}");
        }
    }

    fn tetrahedron() -> Hull {
        let corners = [
            [0.0; 3],
            [0.03, 0.0, 0.0],
            [0.0, 0.04, 0.0],
            [0.01, 0.01, 0.05],
        ];
        Hull::new(&corners.map(Point3::from), 0.0)
    }

    #[test]
    fn a_ghost_of_a_hull_is_its_edges() {
        let ghost = edges(&tetrahedron(), Color::from_rgb(1, 2, 3));
        let strips = ghost.strips.expect("there are strips");
        assert_eq!(strips.array.len(), 6);
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
