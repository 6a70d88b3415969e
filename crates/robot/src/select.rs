//! Which joints are the arm's, which drives the gripper, and where the tool is.

use crate::error::LoadError;
use crate::hint::did_you_mean;
use crate::settings::{At, Settings};
use crate::source::Source;
use crate::tree::{Tree, is_drive};

/// Parts of a joint's name that say it belongs to the hand.
const HAND_WORDS: [&str; 3] = ["gripper", "finger", "jaw"];

/// Parts of a link's name that say it is the tool frame, best first.
const TOOL_WORDS: [&str; 6] = [
    "gripper_frame",
    "tcp",
    "tool",
    "ee",
    "end_effector",
    "flange",
];

/// Fewest and most joints of an arm.
const ARM_JOINTS: std::ops::RangeInclusive<usize> = 4..=7;

/// The parts of a tree that are driven.
pub struct Selection {
    /// URDF indices of the arm's joints, base first.
    pub arm: Vec<usize>,
    /// URDF index of the gripper's joint.
    pub gripper: Option<usize>,
    /// Branch of the tool frame.
    pub tool: usize,
}

/// Chooses by `robot.toml`, and by names where it is silent.
pub fn select(
    tree: &Tree,
    urdf: &Source,
    settings: &Settings,
    toml: Option<&Source>,
) -> Result<Selection, LoadError> {
    let hand: Vec<usize> = (0..tree.urdf.joints.len())
        .filter(|index| {
            is_drive(&tree.urdf.joints[*index]) && is_hand(&tree.urdf.joints[*index].name)
        })
        .collect();
    let named = settings
        .gripper
        .as_ref()
        .map(|gripper| &gripper.get_ref().joint);
    let gripper = match (named, toml) {
        (Some(joint), Some(toml)) => Some(gripper_joint(tree, joint, toml)?),
        _ => hand.first().copied(),
    };
    let in_hand = |joint: &usize| Some(*joint) == gripper || hand.contains(joint);
    let tool = match (&settings.tool, toml) {
        (Some(name), Some(toml)) => tool_link(tree, name, toml)?,
        _ => guess_tool(tree, in_hand),
    };
    let mut arm = tree.drives_to(tool);
    arm.retain(|joint| !in_hand(joint));
    if !ARM_JOINTS.contains(&arm.len()) {
        let what = format!(
            "the arm has {} movable joints between its base and `{}`; {} to {} are needed",
            arm.len(),
            tree.name_of(tool),
            ARM_JOINTS.start(),
            ARM_JOINTS.end()
        );
        return Err(urdf.error(what));
    }
    Ok(Selection { arm, gripper, tool })
}

fn is_hand(name: &str) -> bool {
    let name = name.to_lowercase();
    HAND_WORDS.iter().any(|word| name.contains(word))
}

fn gripper_joint(tree: &Tree, name: &At<String>, toml: &Source) -> Result<usize, LoadError> {
    let joints = &tree.urdf.joints;
    let found = joints
        .iter()
        .position(|joint| joint.name == *name.get_ref() && is_drive(joint));
    found.ok_or_else(|| {
        let drives = joints
            .iter()
            .filter(|joint| is_drive(joint))
            .map(|joint| joint.name.as_str());
        toml.error_at(
            name.span().start,
            format!("there is no movable joint `{}`", name.get_ref()),
        )
        .hint(did_you_mean(name.get_ref(), drives))
    })
}

fn tool_link(tree: &Tree, name: &At<String>, toml: &Source) -> Result<usize, LoadError> {
    let names = || (0..tree.branches.len()).map(|branch| tree.name_of(branch));
    names()
        .position(|link| link == name.get_ref())
        .ok_or_else(|| {
            toml.error_at(
                name.span().start,
                format!("there is no link `{}`", name.get_ref()),
            )
            .hint(did_you_mean(name.get_ref(), names()))
        })
}

/// Of the links behind the most arm joints: the last fixed one named like a tool, else the first.
fn guess_tool(tree: &Tree, in_hand: impl Fn(&usize) -> bool) -> usize {
    let reach = |branch: usize| {
        let drives = tree.drives_to(branch);
        if drives.iter().any(&in_hand) {
            0
        } else {
            drives.len()
        }
    };
    let furthest = (0..tree.branches.len()).map(reach).max().unwrap_or(0);
    let ends: Vec<usize> = (0..tree.branches.len())
        .filter(|branch| reach(*branch) == furthest)
        .collect();
    let tools = TOOL_WORDS.iter().find_map(|word| {
        ends.iter()
            .rfind(|end| is_fixed(tree, **end) && names_part(tree.name_of(**end), word))
    });
    tools.or(ends.first()).copied().unwrap_or(0)
}

fn is_fixed(tree: &Tree, branch: usize) -> bool {
    tree.joint_of(branch)
        .is_some_and(|joint| joint.joint_type == urdf_rs::JointType::Fixed)
}

/// Whether `word` is in `name` as a whole word, digits after it allowed.
fn names_part(name: &str, word: &str) -> bool {
    let name = name.to_lowercase();
    name.match_indices(word).any(|(start, _)| {
        let before = name[..start].chars().next_back();
        let after = name[start + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphabetic)
    })
}
