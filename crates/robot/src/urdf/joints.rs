//! Joints of a URDF.

use std::f64::consts::TAU;

use enact_types::hint::did_you_mean_or_list;
use roxmltree::Node;
use urdf_rs::{Axis, Joint, JointLimit, JointType, LinkName, Mimic, Vec3};

use super::elements::DocumentReader;
use crate::error::LoadError;

/// Joint types by their names in the URDF.
const KINDS: [(&str, JointType); 7] = [
    ("revolute", JointType::Revolute),
    ("continuous", JointType::Continuous),
    ("prismatic", JointType::Prismatic),
    ("fixed", JointType::Fixed),
    ("floating", JointType::Floating),
    ("planar", JointType::Planar),
    ("spherical", JointType::Spherical),
];

/// A range this far from zero means that there is no range, radians.
const ENDLESS: f64 = 1e4;

/// Reads a `joint`, and whether it gives a range.
///
/// # Errors
/// [`LoadError`] if its name, type, parent, child, axis, pose or limits are missing or invalid.
pub fn read_joint(
    elements: &mut DocumentReader<'_>,
    node: Node<'_, '_>,
) -> Result<(Joint, bool), LoadError> {
    let name = elements.name(node)?;
    let what = format!("joint `{name}`");
    let joint_type = kind(elements, node, &what)?;
    let mut end = |tag: &str| match elements.only_child_named(node, tag, &what)? {
        None => Err(elements.error(node, format!("{what}: it has no `{tag}`"))),
        Some(found) => elements.required_attribute(found, "link", &what),
    };
    let (parent, child) = (end("parent")?, end("child")?);
    let origin = elements.origin(node, &what)?;
    let mut axis = Axis::default();
    if let Some(found) = elements.only_child_named(node, "axis", &what)?
        && let Some(xyz) = elements.vector_attribute(found, "xyz", &what)?
    {
        axis.xyz = Vec3(xyz);
    }
    let (limit, has_range) = limit(elements, node, &joint_type, &what)?;
    let mimic = mimic(elements, node, &what)?;
    let joint = Joint {
        name,
        joint_type,
        origin,
        parent: LinkName { link: parent },
        child: LinkName { link: child },
        axis,
        limit,
        calibration: None,
        dynamics: None,
        mimic,
        safety_controller: None,
    };
    Ok((joint, has_range))
}

fn kind(
    elements: &DocumentReader<'_>,
    node: Node<'_, '_>,
    what: &str,
) -> Result<JointType, LoadError> {
    let text = elements.required_attribute(node, "type", what)?;
    let known = KINDS.iter().find(|(name, _)| *name == text);
    known.map(|(_, kind)| kind.clone()).ok_or_else(|| {
        let names = KINDS.iter().map(|(name, _)| *name);
        elements
            .error(node, format!("{what}: there is no joint type `{text}`"))
            .with_hint(did_you_mean_or_list(&text, names))
    })
}

/// Reads the limits; missing numbers are zero, as the format specifies.
fn limit(
    elements: &mut DocumentReader<'_>,
    node: Node<'_, '_>,
    kind: &JointType,
    what: &str,
) -> Result<(JointLimit, bool), LoadError> {
    if matches!(kind, JointType::Fixed) {
        return Ok((JointLimit::default(), false));
    }
    let Some(found) = elements.only_child_named(node, "limit", what)? else {
        return Ok((JointLimit::default(), false));
    };
    let number = |attribute: &str| elements.number_attribute(found, attribute, what);
    let (lower, upper) = (number("lower")?, number("upper")?);
    let mut limit = JointLimit {
        lower: lower.unwrap_or(0.0),
        upper: upper.unwrap_or(0.0),
        effort: number("effort")?.unwrap_or(0.0),
        velocity: number("velocity")?.unwrap_or(0.0),
    };
    let farthest = limit.lower.abs().max(limit.upper.abs());
    if *kind == JointType::Revolute
        && (ENDLESS..f64::INFINITY).contains(&farthest)
        && limit.lower < limit.upper
    {
        let what = format!("{what}: its range is endless; one turn either way is taken");
        elements.warn(found, what);
        limit.lower = limit.lower.max(-TAU);
        limit.upper = limit.upper.min(TAU);
    } else if *kind == JointType::Revolute && farthest > 2.0 * TAU + 0.1 {
        let what = format!(
            "{what}: its range [{}, {}] is read as radians; were degrees meant?",
            limit.lower, limit.upper
        );
        elements.warn(found, what);
    }
    Ok((limit, lower.is_some() || upper.is_some()))
}

fn mimic(
    elements: &mut DocumentReader<'_>,
    node: Node<'_, '_>,
    what: &str,
) -> Result<Option<Mimic>, LoadError> {
    let Some(found) = elements.only_child_named(node, "mimic", what)? else {
        return Ok(None);
    };
    Ok(Some(Mimic {
        joint: elements.required_attribute(found, "joint", what)?,
        multiplier: elements.number_attribute(found, "multiplier", what)?,
        offset: elements.number_attribute(found, "offset", what)?,
    }))
}
