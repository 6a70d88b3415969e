//! Selects the finger joint that drives the gripper.

use urdf_rs::JointType;

use super::fingers::{DetectedFingers, FingerEvidence};
use crate::tree::Tree;

/// A hand with this many independent fingers is not closed by moving one of them.
const MANY: usize = 3;

/// A joint that may drive the gripper.
struct Candidate {
    joint: usize,
    /// Rank of the evidence, higher is surer; fingers of the same rank are alike.
    rank: u8,
    why: String,
}

/// Returns the joint (URDF index) on or beyond `palm` that drives the gripper with the reason, or
/// the reason that there is none.
pub fn guess_gripper_joint(
    tree: &Tree,
    hand: &DetectedFingers,
    palm: usize,
    guesses: &mut Vec<String>,
) -> Option<usize> {
    let joints = tree.branches.iter().filter_map(|branch| branch.stem);
    let found: Vec<Candidate> = joints
        .map(|stem| stem.joint)
        .filter(|joint| {
            tree.is_independent_joint(*joint) && hand.is_joint_beyond_palm(tree, *joint, palm)
        })
        .filter_map(|joint| candidate(tree, hand, joint))
        .collect();
    let name = |candidate: &Candidate| format!("`{}`", tree.joint_name(candidate.joint));
    let best = found.iter().map(|it| it.rank).max();
    let best: Vec<&Candidate> = found.iter().filter(|it| Some(it.rank) == best).collect();
    let (text, joint) = match best[..] {
        [] => (
            format!("no joint beyond `{}` is a gripper's", tree.link_name(palm)),
            None,
        ),
        [one] => (
            format!("{} is taken for the gripper: {}", name(one), one.why),
            Some(one.joint),
        ),
        [one, other] => {
            let (one_name, other) = (name(one), name(other));
            let text = format!(
                "{one_name} is taken for the gripper: {}; so does {other}, which stays still",
                one.why
            );
            (text, Some(one.joint))
        }
        _ => {
            let names: Vec<String> = best.iter().take(MANY).map(|it| name(it)).collect();
            let text = format!(
                "a hand of {} joints that move one by one ({}, …) is no gripper",
                best.len(),
                names.join(", ")
            );
            (text, None)
        }
    };
    let other = if joint.is_some() { "another" } else { "one" };
    guesses.push(format!(
        "{text}; `[gripper] joint` in robot.toml names {other}"
    ));
    joint
}

fn candidate(tree: &Tree, hand: &DetectedFingers, joint: usize) -> Option<Candidate> {
    let clue = hand.finger_evidence(tree, joint)?;
    let kind = &tree.urdf.joints[joint].joint_type;
    let slides = *kind == JointType::Prismatic;
    let followers: Vec<&str> = (0..tree.urdf.joints.len())
        .filter(|other| *other != joint && tree.joint_can_move(*other))
        .filter(|other| tree.mimic_leader(*other).joint == joint)
        .map(|other| tree.joint_name(other))
        .collect();
    let follow = match &followers[..] {
        [] => None,
        [one] => Some(format!("`{one}` follows it")),
        [one, others @ ..] => Some(format!("`{one}` and {} more follow it", others.len())),
    };
    let (rank, why) = match (follow, slides, clue) {
        (Some(follow), true, _) => (5, format!("it slides, and {follow}")),
        (Some(follow), false, _) => (4, follow),
        // A continuous joint neither opens nor closes.
        (None, ..) if *kind == JointType::Continuous => return None,
        (None, true, _) => (3, "it slides at the end of the arm".to_owned()),
        (None, false, FingerEvidence::Named) => {
            (2, "it ends the arm and is named like one".to_owned())
        }
        (None, false, _) => (1, "it ends the arm".to_owned()),
    };
    Some(Candidate { joint, rank, why })
}
