//! Reads a URDF leniently where the content does not matter, and strictly where it does.
//!
//! The text is read as a tree of XML elements ([`roxmltree`]), and what the kinematics, the gate or
//! the simulator need becomes the structs of [`urdf_rs`]. The reader of that crate stops at the
//! first missing attribute anywhere, without a line: a texture without a file name, a color of
//! three numbers, a helper frame without a mass. Here, what does not matter is not examined, and
//! what does matter is refused with line, element and name.
//!
//! | module | idea |
//! |---|---|
//! | [`decode`] | bytes to text |
//! | [`document`] | text to elements |
//! | [`not_urdf`] | other kinds of files |
//! | [`elements`] | names, numbers and poses of elements, with errors |
//! | [`links`], [`joints`] | the two kinds of parts |

mod decode;
mod document;
mod elements;
mod joints;
mod links;
mod not_urdf;

use std::collections::HashMap;

use urdf_rs::{Color, Material, Vec4};

use crate::error::LoadError;
use crate::source_text::SourceText;
use elements::DocumentReader;

pub use decode::decode;
use roxmltree::Node;

/// The relevant content of a URDF.
pub struct Urdf {
    /// Links, joints, and materials that are defined once for the whole robot.
    pub robot: urdf_rs::Robot,
    /// True for each joint (by index) whose element gives `lower` or `upper`.
    pub ranged: Vec<bool>,
    /// Lines of links and joints, by tag and name.
    pub lines: HashMap<(&'static str, String), usize>,
    /// What was omitted or corrected, one sentence each.
    pub warnings: Vec<String>,
}

/// Reads a URDF.
///
/// # Errors
/// [`LoadError`] with location and hint for the first error; whether the links form a tree is not
/// checked.
pub fn read(source: &SourceText) -> Result<Urdf, LoadError> {
    document::with_parsed_document(source, |document| {
        let mut elements = DocumentReader::new(source, document);
        let root = document.root_element();
        refuse_macros(&elements, root)?;
        let mut robot = urdf_rs::Robot {
            name: root.attribute("name").unwrap_or_default().to_owned(),
            links: Vec::new(),
            joints: Vec::new(),
            materials: materials(&elements, root),
        };
        let mut ranged = Vec::new();
        let mut lines = HashMap::new();
        for node in elements.children_named(root, "link") {
            let link = links::read_link(&mut elements, node)?;
            let line = elements.line(node);
            lines.entry(("link", link.name.clone())).or_insert(line);
            robot.links.push(link);
        }
        for node in elements.children_named(root, "joint") {
            let (joint, has_range) = joints::read_joint(&mut elements, node)?;
            let line = elements.line(node);
            lines.entry(("joint", joint.name.clone())).or_insert(line);
            robot.joints.push(joint);
            ranged.push(has_range);
        }
        Ok(Urdf {
            robot,
            ranged,
            lines,
            warnings: elements.warnings,
        })
    })
}

/// Refuses anything that xacro should have replaced: a whole arm may hide in it.
fn refuse_macros(elements: &DocumentReader<'_>, root: Node<'_, '_>) -> Result<(), LoadError> {
    let is_macro = |node: &Node<'_, '_>| {
        let space = node.tag_name().namespace();
        node.is_element() && space.is_some_and(|space| space.contains("xacro"))
    };
    match root.descendants().find(is_macro) {
        None => Ok(()),
        Some(node) => {
            let what = format!(
                "is a xacro file: `xacro:{}` is left in it",
                node.tag_name().name()
            );
            Err(elements
                .error(node, what)
                .with_hint(Some(not_urdf::EXPAND_XACRO_HINT.to_owned())))
        }
    }
}

fn materials(elements: &DocumentReader<'_>, root: Node<'_, '_>) -> Vec<Material> {
    let found = elements.children_named(root, "material").into_iter();
    found.filter_map(|node| material(elements, node)).collect()
}

/// Returns a material by name or color; appearance is never worth an error.
fn material(elements: &DocumentReader<'_>, node: Node<'_, '_>) -> Option<Material> {
    let name = node.attribute("name").unwrap_or_default().to_owned();
    let rgba = elements
        .first_child_named(node, "color")
        .and_then(|color| elements::parse_number_list(color.attribute("rgba")?));
    let color = match rgba.as_deref() {
        Some([red, green, blue]) => Some([*red, *green, *blue, 1.0]),
        Some([red, green, blue, alpha]) => Some([*red, *green, *blue, *alpha]),
        _ => None,
    };
    let color = color.map(|rgba| Color { rgba: Vec4(rgba) });
    (!name.is_empty() || color.is_some()).then_some(Material {
        name,
        color,
        texture: None,
    })
}
