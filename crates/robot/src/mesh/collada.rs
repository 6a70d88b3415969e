//! COLLADA 1.4 and 1.5: the geometry that a scene shows, in meters.
//!
//! `<up_axis>` is not applied: RViz, MoveIt, Gazebo and Pinocchio take the numbers as they
//! are, and files for robots are made to look right there. MeshLab writes `Y_UP` into every file.

use std::collections::HashMap;

use enact_types::{Point3, Reason, Vector3};
use nalgebra::{Matrix4, Rotation3, Unit};
use roxmltree::{Document, Node};

use super::Triangle;

/// Largest nesting of nodes: a file may reference a node from inside itself.
const DEEPEST: usize = 64;

/// Largest number of elements and texts in a file.
const MAX_NODES: u32 = 4_000_000;

/// Reads the scene; may stop after `most` triangles.
///
/// # Errors
/// [`Reason`] if the text is no COLLADA or its geometry is invalid.
pub fn read(text: &str, most: usize) -> Result<Vec<Triangle>, Reason> {
    let options = roxmltree::ParsingOptions {
        nodes_limit: MAX_NODES,
        ..Default::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        Reason::from_text_and_source(format!("it cannot be read as COLLADA: {error}"), error)
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "COLLADA" {
        return Err(format!("it is XML of another kind: <{}>", root.tag_name().name()).into());
    }
    let named = root
        .descendants()
        .filter_map(|node| Some((node.attribute("id")?, node)));
    let mut reader = Reader {
        named: named.collect(),
        triangles: Vec::new(),
        most,
    };
    let meter = child(root, "asset")
        .and_then(|asset| child(asset, "unit"))
        .and_then(|unit| unit.attribute("meter"))
        .map_or(Ok(1.0), |text| {
            let number = text.trim().parse::<f64>().ok();
            number
                .filter(|meter| *meter > 0.0 && meter.is_finite())
                .ok_or(format!("its unit is `{text}` meters"))
        })?;
    let scale = Matrix4::new_scaling(meter);
    let scene = child(root, "scene").and_then(|scene| child(scene, "instance_visual_scene"));
    let scene = match scene {
        Some(instance) => Some(reader.target(instance)?),
        None => root
            .descendants()
            .find(|node| node.has_tag_in_any_namespace("visual_scene")),
    };
    match scene {
        Some(scene) => reader.node(scene, &scale, 0)?,
        // Without a scene, everything in the library is meant.
        None => {
            for mesh in root
                .descendants()
                .filter(|node| node.has_tag_in_any_namespace("geometry"))
            {
                reader.geometry(mesh, &scale)?;
            }
        }
    }
    Ok(reader.triangles)
}

struct Reader<'a, 'i> {
    named: HashMap<&'a str, Node<'a, 'i>>,
    triangles: Vec<Triangle>,
    most: usize,
}

impl<'a, 'i> Reader<'a, 'i> {
    /// Returns the element that an instance, an input or an accessor refers to.
    fn target(&self, pointer: Node<'a, 'i>) -> Result<Node<'a, 'i>, Reason> {
        let url = pointer
            .attribute("url")
            .or_else(|| pointer.attribute("source"))
            .unwrap_or_default();
        let found = url.strip_prefix('#').and_then(|id| self.named.get(id));
        found.copied().ok_or_else(|| {
            let tag = pointer.tag_name().name();
            format!("<{tag}> points to `{url}`, which is not in the file").into()
        })
    }

    fn node(
        &mut self,
        node: Node<'a, 'i>,
        above: &Matrix4<f64>,
        depth: usize,
    ) -> Result<(), Reason> {
        if depth > DEEPEST {
            return Err("its nodes are nested too deeply".into());
        }
        let mut place = *above;
        for step in node.children().filter(Node::is_element) {
            if let Some(step) = transformation(step)? {
                place *= step;
            }
        }
        for part in node.children().filter(Node::is_element) {
            match part.tag_name().name() {
                "node" => self.node(part, &place, depth + 1)?,
                "instance_node" => self.node(self.target(part)?, &place, depth + 1)?,
                "instance_geometry" => self.geometry(self.target(part)?, &place)?,
                "instance_controller" => self.controller(self.target(part)?, &place)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a skin or morph at rest.
    fn controller(&mut self, controller: Node<'a, 'i>, place: &Matrix4<f64>) -> Result<(), Reason> {
        let skin = controller
            .children()
            .find(|node| {
                node.has_tag_in_any_namespace("skin") || node.has_tag_in_any_namespace("morph")
            })
            .ok_or("a controller moves nothing")?;
        let bind = child(skin, "bind_shape_matrix").map_or(Ok(Matrix4::identity()), matrix)?;
        let geometry = self.target(skin)?;
        self.geometry(geometry, &(place * bind))
    }

    fn geometry(&mut self, geometry: Node<'a, 'i>, place: &Matrix4<f64>) -> Result<(), Reason> {
        let mesh = child(geometry, "mesh")
            .or_else(|| child(geometry, "convex_mesh"))
            .ok_or_else(|| {
                let id = geometry.attribute("id").unwrap_or_default();
                format!("geometry `{id}` is not a mesh")
            })?;
        for primitive in mesh.children().filter(Node::is_element) {
            let name = primitive.tag_name().name();
            if matches!(
                name,
                "triangles" | "polylist" | "polygons" | "tristrips" | "trifans"
            ) {
                self.primitive(name, primitive, place)?;
            }
        }
        Ok(())
    }

    fn primitive(
        &mut self,
        kind: &str,
        primitive: Node<'a, 'i>,
        place: &Matrix4<f64>,
    ) -> Result<(), Reason> {
        let inputs = primitive
            .children()
            .filter(|node| node.has_tag_in_any_namespace("input"));
        let (mut stride, mut vertex) = (1, None);
        for input in inputs {
            let offset: usize = input
                .attribute("offset")
                .map_or(Ok(0), str::parse)
                .map_err(|_| "the offset of an <input> is no number")?;
            // No real file has that many kinds of data per corner.
            if offset > 64 {
                return Err(format!("the offset of an <input> is {offset}").into());
            }
            stride = stride.max(offset + 1);
            if input.attribute("semantic") == Some("VERTEX") {
                vertex = Some((offset, input));
            }
        }
        let lists: Vec<Node> = primitive
            .descendants()
            .filter(|node| node.has_tag_in_any_namespace("p"))
            .collect();
        let Some((offset, input)) = vertex else {
            return if lists.is_empty() {
                Ok(())
            } else {
                Err(format!("<{kind}> has no input VERTEX").into())
            };
        };
        let points = self.positions(self.target(input)?)?;
        let sizes: Vec<usize> = match child(primitive, "vcount") {
            Some(counts) => numbers(counts)?,
            None => Vec::new(),
        };
        for list in lists {
            let indices: Vec<usize> = numbers(list)?;
            let corners: Vec<Point3> = indices
                .chunks_exact(stride)
                .map(|corner| {
                    let point = points.get(corner[offset]);
                    let point = point.ok_or("a face names a corner that is not there")?;
                    Ok(place.transform_point(point))
                })
                .collect::<Result<_, Reason>>()?;
            self.faces(kind, &corners, &sizes)?;
            if self.triangles.len() > self.most {
                return Ok(());
            }
        }
        Ok(())
    }

    fn faces(&mut self, kind: &str, corners: &[Point3], sizes: &[usize]) -> Result<(), Reason> {
        let fan = |polygon: &[Point3], into: &mut Vec<Triangle>| {
            let rest = polygon.get(1..).unwrap_or_default();
            into.extend(rest.windows(2).map(|pair| [polygon[0], pair[0], pair[1]]));
        };
        match kind {
            "triangles" => {
                let faces = corners.chunks_exact(3);
                self.triangles
                    .extend(faces.map(|face| [face[0], face[1], face[2]]));
            }
            "tristrips" => {
                let faces = corners.windows(3);
                self.triangles
                    .extend(faces.map(|face| [face[0], face[1], face[2]]));
            }
            "polylist" => {
                let mut rest = corners;
                for size in sizes {
                    let (polygon, after) = rest
                        .split_at_checked(*size)
                        .ok_or("a <polylist> has fewer corners than its <vcount> says")?;
                    fan(polygon, &mut self.triangles);
                    rest = after;
                }
            }
            // One polygon or fan per list.
            _ => fan(corners, &mut self.triangles),
        }
        Ok(())
    }

    /// Returns the points behind `<vertices>`, or behind a `<source>` itself.
    fn positions(&self, vertices: Node<'a, 'i>) -> Result<Vec<Point3>, Reason> {
        let source = if vertices.has_tag_in_any_namespace("vertices") {
            let position = vertices
                .children()
                .find(|node| node.attribute("semantic") == Some("POSITION"))
                .ok_or("<vertices> have no POSITION")?;
            self.target(position)?
        } else {
            vertices
        };
        let accessor = child(source, "technique_common").and_then(|it| child(it, "accessor"));
        let array = match accessor {
            Some(accessor) => self.target(accessor)?,
            None => child(source, "float_array").ok_or("a <source> has no <float_array>")?,
        };
        let attribute = |name: &str, usual: usize| -> Result<usize, Reason> {
            let text = accessor.and_then(|accessor| accessor.attribute(name));
            text.map_or(Ok(usual), |text| {
                text.trim()
                    .parse()
                    .map_err(|_| format!("the {name} of an <accessor> is no number").into())
            })
        };
        let (stride, offset) = (attribute("stride", 3)?, attribute("offset", 0)?);
        if stride < 3 {
            return Err("positions have fewer than three numbers".into());
        }
        let numbers: Vec<f64> = numbers(array)?;
        let numbers = numbers.get(offset..).unwrap_or_default();
        let point = |numbers: &[f64]| Point3::new(numbers[0], numbers[1], numbers[2]);
        Ok(numbers.chunks_exact(stride).map(point).collect())
    }
}

/// Returns the transformation that a child of a node applies to the node's contents.
fn transformation(step: Node<'_, '_>) -> Result<Option<Matrix4<f64>>, Reason> {
    let exactly = |count: usize| -> Result<Vec<f64>, Reason> {
        let found: Vec<f64> = numbers(step)?;
        if found.len() == count {
            return Ok(found);
        }
        let tag = step.tag_name().name();
        Err(format!("<{tag}> has {} numbers, not {count}", found.len()).into())
    };
    Ok(Some(match step.tag_name().name() {
        "matrix" => matrix(step)?,
        "translate" => Matrix4::new_translation(&Vector3::from_vec(exactly(3)?)),
        "scale" => Matrix4::new_nonuniform_scaling(&Vector3::from_vec(exactly(3)?)),
        "rotate" => {
            let n = exactly(4)?;
            let axis = Unit::try_new(Vector3::new(n[0], n[1], n[2]), 1e-12);
            axis.map_or(Matrix4::identity(), |axis| {
                Rotation3::from_axis_angle(&axis, n[3].to_radians()).to_homogeneous()
            })
        }
        "lookat" | "skew" => {
            let tag = step.tag_name().name();
            return Err(format!("<{tag}> is not understood").into());
        }
        _ => return Ok(None),
    }))
}

fn matrix(node: Node<'_, '_>) -> Result<Matrix4<f64>, Reason> {
    let found: Vec<f64> = numbers(node)?;
    if found.len() == 16 && found[12..] == [0.0, 0.0, 0.0, 1.0] {
        return Ok(Matrix4::from_row_slice(&found));
    }
    Err("a <matrix> is not one of sixteen numbers that ends in 0 0 0 1".into())
}

fn numbers<T: std::str::FromStr>(node: Node<'_, '_>) -> Result<Vec<T>, Reason> {
    let texts = node.children().filter(Node::is_text);
    let texts = texts.filter_map(|child| child.text());
    let mut found = Vec::new();
    for text in texts {
        for word in text.split_whitespace() {
            found.push(word.parse().map_err(|_| {
                let tag = node.tag_name().name();
                format!("<{tag}>: `{word}` is no number")
            })?);
        }
    }
    Ok(found)
}

fn child<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> Option<Node<'a, 'i>> {
    node.children()
        .find(|child| child.has_tag_in_any_namespace(tag))
}

trait TagOf {
    /// Returns whether the element has this tag in any namespace.
    fn has_tag_in_any_namespace(&self, tag: &str) -> bool;
}

impl TagOf for Node<'_, '_> {
    fn has_tag_in_any_namespace(&self, tag: &str) -> bool {
        self.is_element() && self.tag_name().name() == tag
    }
}
