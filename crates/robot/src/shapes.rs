//! Shapes of a URDF link.

use std::collections::HashMap;

use enact_types::Pose;
use nalgebra::Translation3;
use urdf_rs::Geometry;

use crate::description::{LinkShape, Shape};
use crate::error::LoadError;
use crate::mesh::{MeshLoader, MeshName, UnguardedLink};
use crate::source_text::SourceText;
use crate::tree::pose_from_urdf;

/// Gray, the color if the URDF names none.
const GRAY: [f32; 3] = [0.6, 0.6, 0.6];

/// Colors of the URDF's named materials.
pub type Palette = HashMap<String, [f32; 3]>;

/// Reads the materials that are defined once for the whole robot.
pub fn read_material_colors(urdf: &urdf_rs::Robot) -> Palette {
    urdf.materials
        .iter()
        .filter_map(|material| Some((material.name.clone(), color(material.color.as_ref()?))))
        .collect()
}

/// Returns the geometries that give a link its shape: collision, or visual if there is none.
pub fn collision_or_visual_geometries(link: &urdf_rs::Link) -> Vec<(&urdf_rs::Pose, &Geometry)> {
    if link.collision.is_empty() {
        let visual = link.visual.iter();
        visual.map(|it| (&it.origin, &it.geometry)).collect()
    } else {
        let collision = link.collision.iter();
        collision.map(|it| (&it.origin, &it.geometry)).collect()
    }
}

/// Returns the shapes of a link; those that are not available are added to `unguarded`.
///
/// # Errors
/// [`LoadError`] if a size or a pose in the URDF is invalid.
pub fn link_shapes(
    link: &urdf_rs::Link,
    palette: &Palette,
    source: &SourceText,
    meshes: &MeshLoader,
    unguarded: &mut Vec<UnguardedLink>,
) -> Result<Vec<LinkShape>, LoadError> {
    let visual = |index: usize| {
        let visual = link.visual.get(index).or(link.visual.first());
        visual.map_or(GRAY, |visual| material_color(visual, palette))
    };
    let mut shapes = Vec::new();
    for (index, (origin, geometry)) in collision_or_visual_geometries(link).into_iter().enumerate()
    {
        let link_from_geometry = pose_from_urdf(origin);
        let is_placed = link_from_geometry
            .to_homogeneous()
            .iter()
            .all(|value| value.is_finite());
        let primitive = primitive(geometry);
        let has_size = primitive
            .iter()
            .flat_map(dimensions)
            .all(|size| 0.0 < size && size.is_finite());
        if !is_placed || !has_size {
            let what = format!("link `{}`: a shape has no size or no place", link.name);
            return Err(source.error_about_element("link", &link.name, what));
        }
        let color = visual(index);
        let mut add = |shape: Shape, link_from_shape: Pose| {
            shapes.push(LinkShape {
                shape,
                link_from_shape,
                color,
            });
        };
        match (primitive, MeshName::from_geometry(geometry)) {
            (Some(shape), _) => add(shape, link_from_geometry),
            (None, Some(named)) => match meshes.find_decomposition(&link.name, &named) {
                Ok(cover) => {
                    for piece in &cover.pieces {
                        let from_piece = Translation3::from(piece.origin_in_mesh());
                        let shape = Shape::Hull(piece.hull.clone());
                        add(shape, link_from_geometry * from_piece);
                    }
                }
                Err(missing) => unguarded.push(missing),
            },
            (None, None) => {}
        }
    }
    Ok(shapes)
}

fn primitive(geometry: &Geometry) -> Option<Shape> {
    Some(match geometry {
        Geometry::Box { size } => Shape::Box {
            half: size.0.map(|size| size / 2.0),
        },
        Geometry::Cylinder { radius, length } => Shape::Cylinder {
            radius: *radius,
            half_length: length / 2.0,
        },
        Geometry::Capsule { radius, length } => Shape::Capsule {
            radius: *radius,
            half_length: length / 2.0,
        },
        Geometry::Sphere { radius } => Shape::Sphere { radius: *radius },
        Geometry::Mesh { .. } => return None,
    })
}

fn dimensions(shape: &Shape) -> Vec<f64> {
    match *shape {
        Shape::Box { half } => half.to_vec(),
        Shape::Cylinder {
            radius,
            half_length,
        }
        | Shape::Capsule {
            radius,
            half_length,
        } => {
            vec![radius, half_length]
        }
        Shape::Sphere { radius } => vec![radius],
        Shape::Hull(ref hull) => vec![hull.bounding_radius()],
    }
}

fn material_color(visual: &urdf_rs::Visual, palette: &Palette) -> [f32; 3] {
    let Some(material) = &visual.material else {
        return GRAY;
    };
    let own = material.color.as_ref().map(color);
    own.or_else(|| palette.get(&material.name).copied())
        .unwrap_or(GRAY)
}

fn color(color: &urdf_rs::Color) -> [f32; 3] {
    let [red, green, blue, _] = color.rgba.0;
    [red, green, blue].map(|value| value.clamp(0.0, 1.0) as f32)
}
