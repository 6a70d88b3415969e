//! Tells finger joints from arm joints.
//!
//! Names alone do not suffice: a whole robot may be called `gripper_bot`, a wrist
//! `wrist_to_gripper`, a knuckle `drive_joint`. The position of a joint and what it carries say
//! more: fingers are at the end, come in pairs, and slide or have mimic joints.

use urdf_rs::JointType;

use crate::tree::{MimicLeader, Tree};

/// Parts of the name of a joint or of its link that mark a finger.
const FINGER_WORDS: [&str; 6] = ["finger", "jaw", "knuckle", "claw", "thumb", "pincer"];
/// Parts of a joint's name that mark a joint that closes a hand, if nothing beyond it moves.
const GRIP_WORDS: [&str; 4] = ["gripper", "grip", "grasp", "clamp"];
/// Parts of a joint's name that mark a joint that turns a whole hand.
const WRIST_WORDS: [&str; 10] = [
    "wrist", "roll", "rotat", "twist", "pitch", "yaw", "pan", "tilt", "turn", "flex",
];
/// Smallest number of arm joints before fingers that have no other evidence.
const ARM: usize = 4;
/// Largest number of joints of a finger; a branch with more is a body with limbs.
const FINGER: usize = 5;
/// Largest number of joints of a finger beyond a whole arm.
const LONG_FINGER: usize = 8;
/// Number of joints of a whole arm.
const WHOLE_ARM: usize = 6;
/// A final joint with at most this stroke is a finger, meters.
const STROKE: f64 = 0.12;
/// Smallest cosine between the axes of the joints of a pair of fingers.
const PARALLEL: f64 = 0.9;

/// Evidence that a joint belongs to a finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FingerEvidence {
    /// `robot.toml` says so, for the joint or one before it.
    Told,
    /// Other joints mimic it.
    Followed,
    /// Its name, or that of its link, says so.
    Named,
    /// It is one of a pair, or of several, on one palm.
    Paired,
    /// It is the last joint and has a short stroke.
    Slides,
    /// It mimics another joint, and there is no arm beyond it.
    Follower,
}

/// The finger joints of a tree.
pub struct DetectedFingers {
    /// Evidence by branch.
    clues: Vec<Option<FingerEvidence>>,
    /// By branch: the branch nearest to the base that is rigidly joined to it.
    palms: Vec<usize>,
}

impl DetectedFingers {
    /// Tells fingers from arms; `told` is the gripper's joint (URDF index) if it is known.
    pub fn from_tree(tree: &Tree, told: Option<usize>) -> Self {
        let look = Look::at(tree);
        let mut clues: Vec<Option<FingerEvidence>> = vec![None; tree.branches.len()];
        // Number of drives beyond a branch that are not fingers.
        let mut plain = vec![0; tree.branches.len()];
        let told = told.and_then(|joint| tree.tree_link_moved_by(joint));
        for branch in (1..tree.branches.len()).rev() {
            let stem = tree.branches[branch].stem.expect("only the base has none");
            if look.moves[branch] {
                clues[branch] = if told.is_some_and(|told| look.is_in(branch, told)) {
                    Some(FingerEvidence::Told)
                } else if plain[branch] > 0 {
                    None
                } else {
                    look.clue(branch)
                };
            }
            let own = usize::from(look.drives[branch] && clues[branch].is_none());
            plain[stem.parent] += plain[branch] + own;
        }
        Self {
            clues,
            palms: look.palms,
        }
    }

    /// Returns whether a joint (URDF index) belongs to a finger.
    pub fn is_finger_joint(&self, tree: &Tree, joint: usize) -> bool {
        self.finger_evidence(tree, joint).is_some()
    }

    /// Returns the evidence that a joint (URDF index) belongs to a finger, if it does.
    pub fn finger_evidence(&self, tree: &Tree, joint: usize) -> Option<&FingerEvidence> {
        self.clues[tree.tree_link_moved_by(joint)?].as_ref()
    }

    /// Returns the branch nearest to the base that is rigidly joined to a branch.
    pub fn rigid_root_of_link(&self, branch: usize) -> usize {
        self.palms[branch]
    }

    /// Returns whether a joint (URDF index) is on `palm`, or beyond other fingers on it.
    pub fn is_joint_beyond_palm(&self, tree: &Tree, joint: usize, palm: usize) -> bool {
        let mut at = tree.tree_link_moved_by(joint);
        while let Some(stem) = at.and_then(|branch| tree.branches[branch].stem) {
            let below = self.palms[stem.parent];
            if below == palm {
                return true;
            }
            if self.clues[below].is_none() {
                return false;
            }
            at = Some(below);
        }
        false
    }

    /// Returns whether there is a finger on or beyond the branch of a tip.
    pub fn bears_fingers(&self, tree: &Tree, tip: usize) -> bool {
        (0..self.clues.len()).any(|branch| {
            self.clues[branch].is_some() && branch != tip && tree.is_in_subtree(branch, tip)
        })
    }

    /// Returns the branches moved by the last joints that are not fingers, one for each chain.
    pub fn arm_tips(&self, tree: &Tree) -> Vec<usize> {
        let is_arm = |branch: &usize| {
            let stem = tree.branches[*branch].stem;
            stem.is_some_and(|stem| tree.is_independent_joint(stem.joint))
                && self.clues[*branch].is_none()
        };
        let arms: Vec<usize> = (0..tree.branches.len()).filter(is_arm).collect();
        let goes_on = |branch: usize| {
            arms.iter()
                .any(|other| *other != branch && tree.is_in_subtree(*other, branch))
        };
        arms.iter().copied().filter(|tip| !goes_on(*tip)).collect()
    }
}

/// What the tree shows of each branch.
struct Look<'a> {
    tree: &'a Tree,
    moves: Vec<bool>,
    drives: Vec<bool>,
    palms: Vec<usize>,
    /// Number of drives between base and branch, including its own.
    depths: Vec<usize>,
    /// Number of drives at or beyond the branch.
    totals: Vec<usize>,
    axes: Vec<enact_types::Vector3>,
}

impl<'a> Look<'a> {
    fn at(tree: &'a Tree) -> Self {
        let count = tree.branches.len();
        let stems = || tree.branches.iter().map(|branch| branch.stem);
        let moves: Vec<bool> = stems()
            .map(|stem| stem.is_some_and(|stem| tree.joint_can_move(stem.joint)))
            .collect();
        let drives: Vec<bool> = stems()
            .map(|stem| stem.is_some_and(|stem| tree.is_independent_joint(stem.joint)))
            .collect();
        let (mut palms, mut depths) = (vec![0; count], vec![0; count]);
        for (branch, stem) in stems().enumerate() {
            if let Some(stem) = stem {
                palms[branch] = if moves[branch] {
                    branch
                } else {
                    palms[stem.parent]
                };
                depths[branch] = depths[stem.parent] + usize::from(drives[branch]);
            }
        }
        let mut totals = vec![0; count];
        for branch in (0..count).rev() {
            totals[branch] += usize::from(drives[branch]);
            if let Some(stem) = tree.branches[branch].stem {
                totals[stem.parent] += totals[branch];
            }
        }
        Self {
            tree,
            moves,
            drives,
            palms,
            depths,
            totals,
            axes: tree.axes_at_rest(),
        }
    }

    fn is_in(&self, branch: usize, of: usize) -> bool {
        self.tree.is_in_subtree(branch, of)
    }

    fn joint(&self, branch: usize) -> &urdf_rs::Joint {
        self.tree
            .joint_above(branch)
            .expect("only the base has none")
    }

    fn leader(&self, branch: usize) -> Option<MimicLeader> {
        let stem = self.tree.branches[branch].stem?;
        self.moves[branch].then(|| self.tree.mimic_leader(stem.joint))
    }

    /// Returns the evidence that the joint above a branch, beyond which there is no arm, belongs to
    /// a finger.
    fn clue(&self, branch: usize) -> Option<FingerEvidence> {
        if !self.drives[branch] {
            return Some(FingerEvidence::Follower);
        }
        if self.is_followed(branch) {
            Some(FingerEvidence::Followed)
        } else if self.is_named(branch) {
            Some(FingerEvidence::Named)
        } else if self.is_of_a_pair(branch) {
            Some(FingerEvidence::Paired)
        } else if self.slides(branch) {
            Some(FingerEvidence::Slides)
        } else {
            None
        }
    }

    fn is_followed(&self, branch: usize) -> bool {
        let own = self.tree.branches[branch].stem.map(|stem| stem.joint);
        (0..self.moves.len())
            .filter(|other| *other != branch)
            .any(|other| self.leader(other).map(|leader| leader.joint) == own)
    }

    fn is_named(&self, branch: usize) -> bool {
        let joint = self.joint(branch).name.to_lowercase();
        let link = self.tree.link_name(branch).to_lowercase();
        let says = |name: &str, words: &[&str]| {
            let mut words = words.iter().filter(|word| name.contains(**word));
            // A word in the names of most joints of the arm is the name of the robot.
            words.any(|word| !self.is_common(branch, word))
        };
        if says(&joint, &FINGER_WORDS) || says(&link, &FINGER_WORDS) {
            return true;
        }
        let is_last = !(0..self.moves.len())
            .any(|other| other != branch && self.moves[other] && self.is_in(other, branch));
        let is_wrist = WRIST_WORDS.iter().any(|word| joint.contains(word))
            || GRIP_WORDS.iter().any(|word| {
                [
                    format!("to_{word}"),
                    format!("to-{word}"),
                    format!("2{word}"),
                ]
                .iter()
                .any(|whole| joint.contains(whole))
            });
        is_last && !is_wrist && says(&joint, &GRIP_WORDS)
    }

    /// Returns whether more than half of the drives before a branch have a word in their names.
    fn is_common(&self, branch: usize, word: &str) -> bool {
        let before = self.tree.independent_joints_to(branch);
        let before = &before[..before.len().saturating_sub(1)];
        let having = before
            .iter()
            .filter(|joint| self.tree.joint_name(**joint).to_lowercase().contains(word));
        2 * having.count() > before.len()
    }

    /// Returns whether the joint is in a finger that is one of a pair.
    fn is_of_a_pair(&self, branch: usize) -> bool {
        let mut at = branch;
        while let Some(stem) = self.tree.branches[at].stem {
            if self.moves[at] && self.is_paired(at) {
                return true;
            }
            at = stem.parent;
        }
        false
    }

    /// Returns whether the joint is one of a pair on its palm, or of three or more of a kind.
    fn is_paired(&self, branch: usize) -> bool {
        let palm_of = |branch: usize| {
            let stem = self.tree.branches[branch].stem;
            stem.map(|stem| self.palms[stem.parent])
        };
        let is_alike = |other: usize| {
            let slides = |branch| self.joint(branch).joint_type == JointType::Prismatic;
            slides(other) == slides(branch)
        };
        let before = self.tree.independent_joints_to(branch);
        // A joint that mimics an arm joint is a rod of its linkage.
        let is_rod = |other: usize| {
            self.leader(other)
                .is_some_and(|leader| before.contains(&leader.joint))
        };
        let others: Vec<usize> = (1..self.moves.len())
            .filter(|other| *other != branch && self.moves[*other])
            .filter(|other| palm_of(*other) == palm_of(branch) && !is_rod(*other))
            .collect();
        let reach = palm_of(branch).map_or(0, |palm| self.depths[palm]);
        let most = if reach >= WHOLE_ARM {
            LONG_FINGER
        } else {
            FINGER
        };
        let is_small = |branch: &usize| self.totals[*branch] <= most;
        if reach < ARM || !is_small(&branch) || !others.iter().all(is_small) {
            return false;
        }
        let alike = others.iter().filter(|other| is_alike(**other));
        let (mut count, mut parallel) = (0, false);
        for other in alike {
            count += 1;
            parallel |= self.axes[*other].dot(&self.axes[branch]).abs() > PARALLEL;
        }
        parallel || count >= 2
    }

    fn slides(&self, branch: usize) -> bool {
        let joint = self.joint(branch);
        let stroke = joint.limit.upper - joint.limit.lower;
        joint.joint_type == JointType::Prismatic
            && self.totals[branch] == 1
            && self.depths[branch] > ARM
            && 0.0 < stroke
            && stroke <= STROKE
    }
}
