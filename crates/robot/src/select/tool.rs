//! Selects the link of the tool frame.

use urdf_rs::JointType;

use super::fingers::DetectedFingers;
use crate::tree::Tree;

/// Parts of a link's name that mark the tool frame, best first.
const TOOL_WORDS: [&str; 8] = [
    "gripper_frame",
    "tcp",
    "grasp",
    "grasptarget",
    "tool",
    "ee",
    "end_effector",
    "flange",
];

/// Returns, of the links that are rigidly joined to `palm`, the last fixed one named like a tool,
/// else `palm` itself.
pub fn guess_tool_link(
    tree: &Tree,
    hand: &DetectedFingers,
    palm: usize,
    guesses: &mut Vec<String>,
) -> usize {
    let ends: Vec<usize> = (0..tree.branches.len())
        .filter(|branch| hand.rigid_root_of_link(*branch) == palm)
        .collect();
    let named = TOOL_WORDS.iter().find_map(|word| {
        ends.iter()
            .rfind(|end| is_fixed(tree, **end) && names_part(tree.link_name(**end), word))
    });
    let tool = named.copied().unwrap_or(palm);
    let why = match named {
        Some(_) => "it is fixed to the end of the arm and named like one",
        None => "no other is named like one",
    };
    guesses.push(format!(
        "link `{}` is taken for the tool frame: {why}; `tool` in robot.toml names another",
        tree.link_name(tool)
    ));
    tool
}

fn is_fixed(tree: &Tree, branch: usize) -> bool {
    let joint = tree.joint_above(branch);
    joint.is_some_and(|joint| joint.joint_type == JointType::Fixed)
}

/// Returns whether `word` is in `name` as a whole word, optionally followed by digits.
fn names_part(name: &str, word: &str) -> bool {
    let name = name.to_lowercase();
    name.match_indices(word).any(|(start, _)| {
        let before = name[..start].chars().next_back();
        let after = name[start + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphabetic)
    })
}
