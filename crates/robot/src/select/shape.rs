//! `[chain]`: another base than the URDF's root, and joints that are held.

use enact_types::hint::did_you_mean_or_list;
use urdf_rs::JointType;

use crate::config::{ChainConfig, RobotConfig};
use crate::error::LoadError;
use crate::source_text::SourceText;
use crate::tree::Tree;

/// Tolerance for degrees in a file, which rarely convert to exactly the radians of the URDF,
/// radians.
const SLACK: f64 = 1e-6;

/// Returns the tree with `[chain]` applied.
///
/// # Errors
/// [`LoadError`] if a named link or joint does not exist, a joint is held twice or a held position
/// is outside the limits.
pub fn apply_chain_config(
    mut tree: Tree,
    settings: &RobotConfig,
    toml: Option<&SourceText>,
) -> Result<Tree, LoadError> {
    let (Some(chain), Some(toml)) = (&settings.chain, toml) else {
        return Ok(tree);
    };
    let chain: &ChainConfig = chain.get_ref();
    let plain = chain.fixed.iter().map(|(name, it)| (name, it, false));
    let degrees = chain.fixed_deg.iter().map(|(name, it)| (name, it, true));
    for (name, value, in_degrees) in plain.chain(degrees) {
        let place = value.span().start;
        let (joint, position) = held(&tree, name, *value.get_ref(), in_degrees)
            .map_err(|(what, hint)| toml.error_at_offset(place, what).with_hint(hint))?;
        if tree.held.insert(joint, position).is_some() {
            return Err(toml.error_at_offset(place, format!("joint `{name}` is held twice")));
        }
    }
    let Some(base) = &chain.base else {
        return Ok(tree);
    };
    match tree.find_tree_link(base.get_ref()) {
        Some(branch) => Ok(tree.rerooted_at(branch)),
        None => {
            let names = (0..tree.branches.len()).map(|branch| tree.link_name(branch));
            let what = format!("there is no link `{}`", base.get_ref());
            Err(toml
                .error_at_offset(base.span().start, what)
                .with_hint(did_you_mean_or_list(base.get_ref(), names)))
        }
    }
}

/// Returns the joint of this name and the position at which it is held, rad or m.
fn held(
    tree: &Tree,
    name: &str,
    value: f64,
    in_degrees: bool,
) -> Result<(usize, f64), (String, Option<String>)> {
    let all = || (0..tree.urdf.joints.len()).filter(|joint| tree.joint_can_move(*joint));
    let Some(joint) = all().find(|joint| tree.joint_name(*joint) == name) else {
        let hint = did_you_mean_or_list(name, all().map(|joint| tree.joint_name(joint)));
        return Err((format!("there is no movable joint `{name}`"), hint));
    };
    let element = &tree.urdf.joints[joint];
    if in_degrees && element.joint_type == JointType::Prismatic {
        let what = format!("joint `{name}` slides, so give meters under `fixed`, not degrees");
        return Err((what, None));
    }
    let value = if in_degrees {
        value.to_radians()
    } else {
        value
    };
    let limit = &element.limit;
    let is_ranged = element.joint_type != JointType::Continuous && limit.lower < limit.upper;
    let inside = limit.lower - SLACK <= value && value <= limit.upper + SLACK;
    if !value.is_finite() || (is_ranged && !inside) {
        let what = format!(
            "joint `{name}`: {value} is outside the URDF's range [{}, {}]",
            limit.lower, limit.upper
        );
        return Err((what, None));
    }
    Ok((joint, value))
}
