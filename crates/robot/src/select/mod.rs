//! Selects the arm's joints, the joint that drives the gripper, and the tool frame.
//!
//! `robot.toml` decides; what it leaves open is decided by the structure of the tree. Every choice
//! made without being told is reported, with the key that overrides it.
//!
//! | module | idea |
//! |---|---|
//! | [`fingers`] | tells finger joints from arm joints |
//! | [`gripper`] | the finger joint that drives the gripper |
//! | [`tool`] | the link of the tool frame |
//! | [`shape`] | `[chain]`: another base, joints that are held |

mod fingers;
mod gripper;
mod shape;
mod tool;

use enact_types::hint::did_you_mean_or_list;

use crate::config::{Located, RobotConfig};
use crate::error::LoadError;
use crate::source_text::SourceText;
use crate::tree::Tree;
use fingers::DetectedFingers;
pub use shape::apply_chain_config;

/// Smallest and largest number of joints of an arm.
const ARM_JOINTS: std::ops::RangeInclusive<usize> = 4..=7;
/// Parts of names that arms have, rather than legs and heads.
const ARM_WORDS: [&str; 5] = ["arm", "hand", "wrist", "gripper", "tool"];
/// Largest number of chains listed to choose from.
const LISTED: usize = 6;

/// The parts of a tree that are driven.
pub struct SelectedParts {
    /// URDF indices of the arm's joints, base first.
    pub arm: Vec<usize>,
    /// URDF index of the gripper's joint.
    pub gripper: Option<usize>,
    /// Branch of the tool frame.
    pub tool: usize,
    /// Choices made without being told, one sentence each.
    pub guesses: Vec<String>,
}

/// Selects by `robot.toml`, and by the tree where the file is silent.
///
/// # Errors
/// [`LoadError`] if a named link or joint does not exist, or if the arm or the tool cannot be
/// determined.
pub fn select_parts(
    tree: &Tree,
    urdf: &SourceText,
    settings: &RobotConfig,
    toml: Option<&SourceText>,
) -> Result<SelectedParts, LoadError> {
    let named = settings
        .gripper
        .as_ref()
        .map(|gripper| &gripper.get_ref().joint);
    let named = match (named, toml) {
        (Some(name), Some(toml)) => Some((gripper_joint(tree, name, toml)?, name, toml)),
        _ => None,
    };
    let hand = DetectedFingers::from_tree(tree, named.map(|(joint, ..)| joint));
    let chooser = Chooser {
        tree,
        urdf,
        hand: &hand,
        is_folder: toml.is_some(),
        told: named.map(|(_, name, _)| name.get_ref().as_str()),
    };
    let mut guesses = Vec::new();
    let link = |name: &Option<Located<String>>| match (name, toml) {
        (Some(name), Some(toml)) => tool_link(tree, name, toml).map(Some),
        _ => Ok(None),
    };
    let tip = settings.chain.as_ref().map(|chain| &chain.get_ref().tip);
    let tip = tip.map_or(Ok(None), link)?;
    let told = link(&settings.tool)?;
    let end = match tip.or(told) {
        Some(end) => end,
        None => {
            let has_base = settings
                .chain
                .as_ref()
                .is_some_and(|chain| chain.get_ref().base.is_some());
            chooser.only_chain(has_base)?
        }
    };
    let arm = chooser.arm_to(end)?;
    let last = *arm.last().expect("an arm has joints");
    let palm = tree.tree_link_moved_by(last).expect("it moves a link");
    let tool = told.unwrap_or_else(|| tool::guess_tool_link(tree, &hand, palm, &mut guesses));
    if let (Some(name), Some(toml)) = (&settings.tool, toml)
        && chooser.drives_to(tool) != arm
    {
        let what = format!(
            "between the arm's tip and the tool `{}` there are other joints of the arm",
            name.get_ref()
        );
        return Err(toml.error_at_offset(name.span().start, what));
    }
    let gripper = match named {
        None => gripper::guess_gripper_joint(tree, &hand, palm, &mut guesses),
        Some((joint, name, toml)) => {
            if !hand.is_joint_beyond_palm(tree, joint, palm) {
                let what = format!(
                    "joint `{}` is not beyond `{}`, where the arm ends",
                    name.get_ref(),
                    tree.link_name(palm)
                );
                return Err(toml.error_at_offset(name.span().start, what));
            }
            Some(joint)
        }
    };
    Ok(SelectedParts {
        arm,
        gripper,
        tool,
        guesses,
    })
}

fn gripper_joint(
    tree: &Tree,
    name: &Located<String>,
    toml: &SourceText,
) -> Result<usize, LoadError> {
    let joints = &tree.urdf.joints;
    let found = (0..joints.len()).find(|joint| {
        tree.joint_name(*joint) == name.get_ref() && tree.is_independent_joint(*joint)
    });
    found.ok_or_else(|| {
        let drives = (0..joints.len()).filter(|joint| tree.is_independent_joint(*joint));
        toml.error_at_offset(
            name.span().start,
            format!("there is no movable joint `{}`", name.get_ref()),
        )
        .with_hint(did_you_mean_or_list(
            name.get_ref(),
            drives.map(|joint| tree.joint_name(joint)),
        ))
    })
}

fn tool_link(tree: &Tree, name: &Located<String>, toml: &SourceText) -> Result<usize, LoadError> {
    let names = || (0..tree.branches.len()).map(|branch| tree.link_name(branch));
    tree.find_tree_link(name.get_ref()).ok_or_else(|| {
        toml.error_at_offset(
            name.span().start,
            format!("there is no link `{}`", name.get_ref()),
        )
        .with_hint(did_you_mean_or_list(name.get_ref(), names()))
    })
}

/// The inputs for selecting the arm.
struct Chooser<'a> {
    tree: &'a Tree,
    urdf: &'a SourceText,
    hand: &'a DetectedFingers,
    /// True if there is a `robot.toml`.
    is_folder: bool,
    /// The gripper's joint, if it is named.
    told: Option<&'a str>,
}

impl Chooser<'_> {
    /// Returns the arm's joints up to a branch, without fingers.
    fn drives_to(&self, branch: usize) -> Vec<usize> {
        let mut drives = self.tree.independent_joints_to(branch);
        drives.retain(|joint| !self.hand.is_finger_joint(self.tree, *joint));
        drives
    }

    /// Returns the arm's joints up to a branch; fails if there are too few or too many.
    fn arm_to(&self, end: usize) -> Result<Vec<usize>, LoadError> {
        let arm = self.drives_to(end);
        if ARM_JOINTS.contains(&arm.len()) {
            return Ok(arm);
        }
        let (base, tip) = (self.tree.link_name(0), self.tree.link_name(end));
        let what = format!(
            "the arm has {} movable joints between its base `{base}` and `{tip}`{}; {} to {} are needed",
            arm.len(),
            self.in_brackets(&arm),
            ARM_JOINTS.start(),
            ARM_JOINTS.end()
        );
        let hint = arm
            .len()
            .checked_sub(*ARM_JOINTS.end())
            .filter(|it| *it > 0);
        let hint = hint.map(|surplus| {
            let last = arm[surplus - 1];
            let base = self.tree.tree_link_moved_by(last).expect("it moves a link");
            let base = self.tree.link_name(base);
            let first = self.tree.joint_name(arm[0]);
            let fixed = crate::limits::to_toml_key(first);
            self.by_chain(
                &format!(
                    "`base = \"{base}\"` leaves the first ones out, `fixed = {{ {fixed} = 0.1 }}` holds one still"
                ),
                &format!("--base {base}, or --fix {first}=0.1"),
            )
        });
        Err(self.urdf.error_about_file(what).with_hint(hint))
    }

    /// Returns the tip of the only chain that could be an arm.
    fn only_chain(&self, has_base: bool) -> Result<usize, LoadError> {
        let mut tips = self.hand.arm_tips(self.tree);
        if has_base {
            tips.retain(|tip| !self.tree.is_behind_base(*tip));
        }
        tips.sort_by_key(|tip| self.likeness_to_no_arm(*tip));
        let length = |tip: &usize| self.drives_to(*tip).len();
        let longest = tips.iter().copied().max_by_key(length);
        tips.retain(|tip| length(tip) >= *ARM_JOINTS.start());
        match (&tips[..], longest) {
            ([tip], _) => Ok(*tip),
            ([], None) => Err(self.urdf.error_about_file("has no joint that moves")),
            ([], Some(longest)) => {
                let chain = self.drives_to(longest);
                let what = format!(
                    "has no arm: the longest chain of joints, from `{}` to `{}`, has {}{}; {} to {} are needed",
                    self.tree.link_name(0),
                    self.tree.link_name(longest),
                    chain.len(),
                    self.in_brackets(&chain),
                    ARM_JOINTS.start(),
                    ARM_JOINTS.end()
                );
                let hint = self.told.map(|joint| {
                    format!("`[gripper] joint` names `{joint}`: it and all beyond are taken for the hand")
                });
                Err(self.urdf.error_about_file(what).with_hint(hint))
            }
            (several, _) => Err(self.ambiguous(several)),
        }
    }

    /// Returns the sort key of a tip: one that carries fingers, or is called an arm or a hand, is
    /// listed first.
    fn likeness_to_no_arm(&self, tip: usize) -> u8 {
        let joint = self.tree.joint_above(tip).map_or("", |joint| &joint.name);
        let names = format!("{} {joint}", self.tree.link_name(tip)).to_lowercase();
        let is_called = ARM_WORDS.iter().any(|word| names.contains(word));
        match (self.hand.bears_fingers(self.tree, tip), is_called) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    }

    fn ambiguous(&self, tips: &[usize]) -> LoadError {
        let describe = |tip: &usize| {
            let arm = self.drives_to(*tip);
            format!(
                "`{}` ({} joints, the last `{}`)",
                self.tree.link_name(*tip),
                arm.len(),
                self.tree.joint_name(*arm.last().expect("a tip is moved"))
            )
        };
        let mut list: Vec<String> = tips.iter().take(LISTED).map(describe).collect();
        if tips.len() > LISTED {
            list.push(format!("and {} more", tips.len() - LISTED));
        }
        let what = format!(
            "{} chains of joints could be the arm; they end at {}",
            tips.len(),
            list.join(", ")
        );
        let tip = self.tree.link_name(tips[0]);
        let hint = self.by_chain(
            &format!("`tip = \"{tip}\"` chooses one"),
            &format!("--tip {tip}"),
        );
        self.urdf.error_about_file(what).with_hint(Some(hint))
    }

    fn by_chain(&self, keys: &str, options: &str) -> String {
        let in_file = format!("in robot.toml, under `[chain]`, {keys}");
        match self.is_folder {
            true => in_file,
            false => format!("enact robot import FILE {options} chooses; {in_file}"),
        }
    }

    fn in_brackets(&self, joints: &[usize]) -> String {
        let names: Vec<&str> = joints
            .iter()
            .map(|joint| self.tree.joint_name(*joint))
            .collect();
        match names.len() {
            0 => String::new(),
            _ => format!(" ({})", names.join(", ")),
        }
    }
}
