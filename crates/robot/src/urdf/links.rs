//! Links of a URDF.

use roxmltree::Node;
use urdf_rs::{Collision, Geometry, Inertia, Inertial, Link, Mass, Pose, Vec3, Visual};

use super::elements::{DocumentReader, contains_macro, parse_number_list};
use super::material;
use super::not_urdf::EXPAND_XACRO_HINT;
use crate::error::LoadError;

/// Reads a `link`.
///
/// # Errors
/// [`LoadError`] if its name or its geometry is invalid.
pub fn read_link(elements: &mut DocumentReader<'_>, node: Node<'_, '_>) -> Result<Link, LoadError> {
    let name = elements.name(node)?;
    let what = format!("link `{name}`");
    let mut collision = Vec::new();
    for node in elements.children_named(node, "collision") {
        collision.extend(self::collision(elements, node, &what)?);
    }
    let mut visual = Vec::new();
    for node in elements.children_named(node, "visual") {
        match self::visual(elements, node, &what) {
            Ok(found) => visual.extend(found),
            // Appearance is not worth an error, unless it is all that is known of the link.
            Err(error) if collision.is_empty() => {
                let hint = error.hint.map_or(String::new(), |hint| format!("; {hint}"));
                let what = format!("{}{hint}: this look is left out", error.what);
                elements.warn(node, what);
            }
            Err(_) => {}
        }
    }
    Ok(Link {
        name,
        inertial: inertial(elements, node),
        visual,
        collision,
    })
}

/// Reads the mass properties as written, NaN where there is no number: their user decides whether
/// they are valid.
fn inertial(elements: &DocumentReader<'_>, link: Node<'_, '_>) -> Inertial {
    let Some(node) = elements.first_child_named(link, "inertial") else {
        return Inertial::default();
    };
    let number = |child: &str, attribute: &str| {
        let found = elements
            .first_child_named(node, child)?
            .attribute(attribute)?;
        found.trim().parse::<f64>().ok()
    };
    let moment = |attribute: &str| number("inertia", attribute).unwrap_or(f64::NAN);
    // Products of inertia may be omitted if they are zero.
    let product = |attribute: &str| match elements.first_child_named(node, "inertia") {
        Some(tensor) if tensor.attribute(attribute).is_none() => 0.0,
        _ => moment(attribute),
    };
    let vector = |attribute: &str| {
        let origin = elements.first_child_named(node, "origin");
        match origin.and_then(|origin| origin.attribute(attribute)) {
            None => Vec3::default(),
            Some(text) => match parse_number_list(text).as_deref() {
                Some([x, y, z]) => Vec3([*x, *y, *z]),
                _ => Vec3([f64::NAN; 3]),
            },
        }
    };
    Inertial {
        origin: Pose {
            xyz: vector("xyz"),
            rpy: vector("rpy"),
        },
        mass: Mass {
            value: number("mass", "value").unwrap_or(f64::NAN),
        },
        inertia: Inertia {
            ixx: moment("ixx"),
            ixy: product("ixy"),
            ixz: product("ixz"),
            iyy: moment("iyy"),
            iyz: product("iyz"),
            izz: moment("izz"),
        },
    }
}

fn visual(
    elements: &mut DocumentReader<'_>,
    node: Node<'_, '_>,
    what: &str,
) -> Result<Option<Visual>, LoadError> {
    let Some(geometry) = geometry(elements, node, what)? else {
        return Ok(None);
    };
    let look = elements.first_child_named(node, "material");
    Ok(Some(Visual {
        name: None,
        origin: elements.origin(node, what)?,
        geometry,
        material: look.and_then(|node| material(elements, node)),
    }))
}

fn collision(
    elements: &mut DocumentReader<'_>,
    node: Node<'_, '_>,
    what: &str,
) -> Result<Option<Collision>, LoadError> {
    let Some(geometry) = geometry(elements, node, what)? else {
        let what = format!("{what}: a collision element without a shape is left out");
        elements.warn(node, what);
        return Ok(None);
    };
    Ok(Some(Collision {
        name: None,
        origin: elements.origin(node, what)?,
        geometry,
    }))
}

/// Returns the shape in the `geometry` of an element; `None` if there is none.
fn geometry(
    elements: &mut DocumentReader<'_>,
    node: Node<'_, '_>,
    what: &str,
) -> Result<Option<Geometry>, LoadError> {
    let Some(holder) = elements.only_child_named(node, "geometry", what)? else {
        return Ok(None);
    };
    let Some(shape) = holder.children().find(Node::is_element) else {
        return Ok(None);
    };
    let size = |attribute: &str| {
        let value = elements.number_attribute(shape, attribute, what)?;
        value.ok_or_else(|| {
            let tag = shape.tag_name().name();
            elements.error(shape, format!("{what}: a `{tag}` has no `{attribute}`"))
        })
    };
    let sizes = |attribute: &str| {
        let value = elements.vector_attribute(shape, attribute, what)?;
        value.ok_or_else(|| {
            let tag = shape.tag_name().name();
            elements.error(shape, format!("{what}: a `{tag}` has no `{attribute}`"))
        })
    };
    Ok(Some(match shape.tag_name().name() {
        "box" => Geometry::Box {
            size: Vec3(sizes("size")?),
        },
        "cylinder" => Geometry::Cylinder {
            radius: size("radius")?,
            length: size("length")?,
        },
        "capsule" => Geometry::Capsule {
            radius: size("radius")?,
            length: size("length")?,
        },
        "sphere" => Geometry::Sphere {
            radius: size("radius")?,
        },
        "ellipsoid" => {
            let radii = sizes("radii")?;
            let what = format!("{what}: an ellipsoid is taken for the box around it");
            elements.warn(shape, what);
            Geometry::Box {
                size: Vec3(radii.map(|radius| 2.0 * radius)),
            }
        }
        "mesh" => Geometry::Mesh {
            filename: mesh_file(elements, shape, what)?,
            scale: scale(elements, shape, what)?,
        },
        other => {
            let what = format!("{what}: the shape `{other}` is unknown");
            return Err(elements.error(shape, what));
        }
    }))
}

fn mesh_file(
    elements: &DocumentReader<'_>,
    mesh: Node<'_, '_>,
    what: &str,
) -> Result<String, LoadError> {
    let name = mesh.attribute("filename").or(mesh.attribute("file"));
    match name.map(str::trim) {
        None | Some("") => Err(elements.error(mesh, format!("{what}: a mesh has no file name"))),
        Some(name) if contains_macro(name) => Err(elements
            .error(mesh, format!("{what}: `{name}` is not expanded"))
            .with_hint(Some(EXPAND_XACRO_HINT.to_owned()))),
        Some(name) => Ok(name.to_owned()),
    }
}

/// Returns three numbers, or one for all.
fn scale(
    elements: &DocumentReader<'_>,
    mesh: Node<'_, '_>,
    what: &str,
) -> Result<Option<Vec3>, LoadError> {
    let Some(text) = mesh.attribute("scale") else {
        return Ok(None);
    };
    match parse_number_list(text).as_deref() {
        Some([]) => Ok(None),
        Some([all]) => Ok(Some(Vec3([*all; 3]))),
        Some([x, y, z]) => Ok(Some(Vec3([*x, *y, *z]))),
        _ => {
            let what = format!("{what}: the mesh's scale `{text}` is not one or three numbers");
            Err(elements.error(mesh, what))
        }
    }
}
