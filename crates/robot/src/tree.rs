//! A URDF as a tree of links, validated.

use std::collections::{BTreeMap, HashMap};

use enact_types::hint::did_you_mean_or_list;
use enact_types::{Pose, Vector3};
use nalgebra::{Translation3, Unit, UnitQuaternion};
use urdf_rs::JointType;

use crate::chain::joint_transform;
use crate::error::LoadError;
use crate::source_text::SourceText;
use crate::urdf;

/// A URDF whose links form one tree.
pub struct Tree {
    /// The URDF as read.
    pub urdf: urdf_rs::Robot,
    /// True for each joint whose element gives `lower` or `upper`.
    pub ranged: Vec<bool>,
    /// Links, parents before children; the first is the base.
    pub branches: Vec<TreeLink>,
    /// Joints (URDF indices) that are held, and their positions, rad or m.
    pub held: BTreeMap<usize, f64>,
    /// What was omitted or corrected, one sentence each.
    pub warnings: Vec<String>,
    /// The joint that each joint follows: itself unless it mimics.
    leaders: Vec<MimicLeader>,
}

/// A link in the tree.
pub struct TreeLink {
    /// Index into the URDF's links.
    pub link: usize,
    /// Joint to the parent; `None` for the base.
    pub stem: Option<ParentJoint>,
}

/// The joint between a link and its parent.
#[derive(Clone, Copy)]
pub struct ParentJoint {
    /// The branch nearer to the base.
    pub parent: usize,
    /// Index of the URDF's joint.
    pub joint: usize,
    /// True if the URDF has parent and child the other way round, because the base is not its root.
    pub is_turned: bool,
}

/// The joint that a joint ultimately follows, with a multiplier and an offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MimicLeader {
    /// URDF index of the leader.
    pub joint: usize,
    /// Position is `multiplier * leader + offset`.
    pub multiplier: f64,
    /// See `multiplier`.
    pub offset: f64,
}

impl Tree {
    /// Reads a URDF.
    ///
    /// # Errors
    /// [`LoadError`] for a syntax error, an unknown or repeated name, a loop or a disconnected
    /// part.
    pub fn read(source: &SourceText) -> Result<Self, LoadError> {
        let read = urdf::read(source)?;
        source.store_element_lines(read.lines);
        let note = source.encoding_note().map(str::to_owned);
        let mut tree = Self {
            urdf: read.robot,
            ranged: read.ranged,
            branches: Vec::new(),
            held: BTreeMap::new(),
            warnings: note.into_iter().chain(read.warnings).collect(),
            leaders: Vec::new(),
        };
        let edges = Edges::of(&tree.urdf, source)?;
        tree.branches = edges.branches_from_root(&tree.urdf, source)?;
        tree.leaders = leaders(&tree.urdf, source)?;
        Ok(tree)
    }

    /// Returns the tree re-rooted at another of its links. Whatever is between that link and the
    /// old base stands still.
    pub fn rerooted_at(mut self, branch: usize) -> Self {
        let edges = Edges::known(&self.urdf);
        let mut at = branch;
        while let Some(stem) = self.branches[at].stem {
            let rest = self.rest_position(stem.joint);
            if self.is_movable(stem.joint) {
                self.held.insert(stem.joint, rest);
            }
            at = stem.parent;
        }
        self.branches = edges.from(self.branches[branch].link);
        self
    }

    /// Returns the URDF joint above a branch.
    pub fn joint_above(&self, branch: usize) -> Option<&urdf_rs::Joint> {
        Some(&self.urdf.joints[self.branches[branch].stem?.joint])
    }

    /// Returns the name of a branch's link.
    pub fn link_name(&self, branch: usize) -> &str {
        &self.urdf.links[self.branches[branch].link].name
    }

    /// Returns the name of a joint (URDF index).
    pub fn joint_name(&self, joint: usize) -> &str {
        &self.urdf.joints[joint].name
    }

    /// Returns the branch of the link of this name.
    pub fn find_tree_link(&self, link: &str) -> Option<usize> {
        (0..self.branches.len()).find(|branch| self.link_name(*branch) == link)
    }

    /// Returns the branch that a joint (URDF index) moves.
    pub fn tree_link_moved_by(&self, joint: usize) -> Option<usize> {
        let is_it = |branch: &TreeLink| branch.stem.is_some_and(|stem| stem.joint == joint);
        self.branches.iter().position(is_it)
    }

    /// Returns the joint that a joint (URDF index) follows: itself unless it mimics.
    pub fn mimic_leader(&self, joint: usize) -> MimicLeader {
        self.leaders[joint]
    }

    /// Returns whether a joint (URDF index) moves, independently or as a mimic.
    pub fn joint_can_move(&self, joint: usize) -> bool {
        let is_free = |joint: usize| self.is_movable(joint) && !self.held.contains_key(&joint);
        is_free(joint) && is_free(self.leaders[joint].joint)
    }

    /// Returns whether a joint (URDF index) moves independently: it is not fixed, held or a mimic.
    pub fn is_independent_joint(&self, joint: usize) -> bool {
        self.joint_can_move(joint) && self.urdf.joints[joint].mimic.is_none()
    }

    /// Returns the joints (URDF indices) that move independently between base and branch, base
    /// first.
    pub fn independent_joints_to(&self, branch: usize) -> Vec<usize> {
        let mut drives = Vec::new();
        let mut at = branch;
        while let Some(stem) = self.branches[at].stem {
            if self.is_independent_joint(stem.joint) {
                drives.push(stem.joint);
            }
            at = stem.parent;
        }
        drives.reverse();
        drives
    }

    /// Returns the position of a joint (URDF index) that nothing drives: where it is held, else the
    /// permitted position nearest to zero, rad or m.
    pub fn rest_position(&self, joint: usize) -> f64 {
        let leader = self.leaders[joint];
        if leader.joint != joint {
            return leader.multiplier * self.rest_position(leader.joint) + leader.offset;
        }
        let limit = &self.urdf.joints[joint].limit;
        let is_ranged = self.urdf.joints[joint].joint_type != JointType::Continuous
            && limit.lower < limit.upper;
        let nearest = || match is_ranged {
            true => 0f64.clamp(limit.lower, limit.upper),
            false => 0.0,
        };
        self.held.get(&joint).copied().unwrap_or_else(nearest)
    }

    /// Returns the transform of a joint (URDF index) that nothing drives.
    pub fn displacement_at_rest(&self, joint: usize) -> Pose {
        let element = &self.urdf.joints[joint];
        let axis = Unit::try_new(Vector3::from(element.axis.xyz.0), 1e-6);
        match axis.filter(|_| self.is_movable(joint)) {
            None => Pose::identity(),
            Some(axis) => {
                let is_prismatic = element.joint_type == JointType::Prismatic;
                joint_transform(&axis, is_prismatic, self.rest_position(joint))
            }
        }
    }

    /// Returns whether a branch is another one or its descendant.
    pub fn is_in_subtree(&self, branch: usize, of: usize) -> bool {
        let mut at = Some(branch);
        while let Some(branch) = at {
            if branch == of {
                return true;
            }
            at = self.branches[branch].stem.map(|stem| stem.parent);
        }
        false
    }

    /// Returns whether the URDF has a branch on the other side of the base than the arm.
    pub fn is_behind_base(&self, branch: usize) -> bool {
        let mut at = branch;
        while let Some(stem) = self.branches[at].stem {
            if stem.is_turned {
                return true;
            }
            at = stem.parent;
        }
        false
    }

    /// Returns the axis of the joint above each branch in the base frame with every joint at rest;
    /// zero if there is none.
    pub fn axes_at_rest(&self) -> Vec<Vector3> {
        let mut poses: Vec<Pose> = Vec::new();
        let mut axes = Vec::new();
        for branch in &self.branches {
            let (pose, axis) = match branch.stem {
                None => (Pose::identity(), Vector3::zeros()),
                Some(stem) => {
                    let element = &self.urdf.joints[stem.joint];
                    let moved =
                        pose_from_urdf(&element.origin) * self.displacement_at_rest(stem.joint);
                    let step = if stem.is_turned {
                        moved.inverse()
                    } else {
                        moved
                    };
                    let pose = poses[stem.parent] * step;
                    let axis = Vector3::from(element.axis.xyz.0).try_normalize(1e-6);
                    (pose, pose.rotation * axis.unwrap_or_default())
                }
            };
            poses.push(pose);
            axes.push(axis);
        }
        axes
    }

    /// Returns whether a joint is of a kind with a single position.
    fn is_movable(&self, joint: usize) -> bool {
        use JointType::{Continuous, Prismatic, Revolute};
        let kind = &self.urdf.joints[joint].joint_type;
        [Continuous, Prismatic, Revolute].contains(kind)
    }
}

/// Converts a URDF origin to a pose (fixed-axis roll, pitch, yaw).
pub fn pose_from_urdf(origin: &urdf_rs::Pose) -> Pose {
    let [x, y, z] = origin.xyz.0;
    let [roll, pitch, yaw] = origin.rpy.0;
    Pose::from_parts(
        Translation3::new(x, y, z),
        UnitQuaternion::from_euler_angles(roll, pitch, yaw),
    )
}

fn names<'a>(
    all: impl Iterator<Item = &'a str>,
    tag: &'static str,
    source: &SourceText,
) -> Result<HashMap<&'a str, usize>, LoadError> {
    let mut found = HashMap::new();
    for (index, name) in all.enumerate() {
        if found.insert(name, index).is_some() {
            let what = format!("two {tag}s are called `{name}`");
            return Err(source.error_about_element(tag, name, what));
        }
    }
    Ok(found)
}

/// Adjacency of links.
struct Edges {
    /// For each link, the joint above it and the link above that.
    above: Vec<Option<(usize, usize)>>,
    /// For each link, the links below it and the joints between.
    below: Vec<Vec<(usize, usize)>>,
}

impl Edges {
    fn of(urdf: &urdf_rs::Robot, source: &SourceText) -> Result<Self, LoadError> {
        let link_names = || urdf.links.iter().map(|link| link.name.as_str());
        let links = names(link_names(), "link", source)?;
        let joint_names = urdf.joints.iter().map(|joint| joint.name.as_str());
        names(joint_names, "joint", source)?;
        let mut edges = Self::none(urdf);
        for (index, joint) in urdf.joints.iter().enumerate() {
            let find = |name: &str| {
                let what = format!("joint `{}`: there is no link `{name}`", joint.name);
                links.get(name).copied().ok_or_else(|| {
                    source
                        .error_about_element("joint", &joint.name, what)
                        .with_hint(did_you_mean_or_list(name, link_names()))
                })
            };
            let (parent, child) = (find(&joint.parent.link)?, find(&joint.child.link)?);
            if let Some((other, _)) = edges.above[child] {
                let what = format!(
                    "link `{}` hangs on two joints, `{}` and `{}`",
                    joint.child.link, urdf.joints[other].name, joint.name
                );
                let hint = "a URDF is a tree: leave out the joint that closes the loop, and let \
                            the passive joints mimic a driven one";
                return Err(source
                    .error_about_element("joint", &joint.name, what)
                    .with_hint(Some(hint.to_owned())));
            }
            edges.join(parent, child, index);
        }
        Ok(edges)
    }

    /// Creates the adjacency of a URDF that was read without error.
    fn known(urdf: &urdf_rs::Robot) -> Self {
        let links = urdf.links.iter().enumerate();
        let links: HashMap<&str, usize> = links
            .map(|(index, link)| (link.name.as_str(), index))
            .collect();
        let mut edges = Self::none(urdf);
        for (index, joint) in urdf.joints.iter().enumerate() {
            let ends = [&joint.parent.link, &joint.child.link];
            let [parent, child] = ends.map(|name| links[name.as_str()]);
            edges.join(parent, child, index);
        }
        edges
    }

    fn none(urdf: &urdf_rs::Robot) -> Self {
        Self {
            above: vec![None; urdf.links.len()],
            below: vec![Vec::new(); urdf.links.len()],
        }
    }

    fn join(&mut self, parent: usize, child: usize, joint: usize) {
        self.above[child] = Some((joint, parent));
        self.below[parent].push((child, joint));
    }

    /// Returns the branches from the single link without a parent.
    fn branches_from_root(
        &self,
        urdf: &urdf_rs::Robot,
        source: &SourceText,
    ) -> Result<Vec<TreeLink>, LoadError> {
        let name = |link: usize| &urdf.links[link].name;
        let mut roots = (0..self.above.len()).filter(|link| self.above[*link].is_none());
        let Some(root) = roots.next() else {
            let what = if self.above.is_empty() {
                "has no links"
            } else {
                "its links form a loop"
            };
            return Err(match urdf.links.first() {
                None => source.error_about_file(what),
                Some(link) => source.error_about_element("link", &link.name, what),
            });
        };
        if let Some(other) = roots.next() {
            let (first, second) = (name(root), name(other));
            let what =
                format!("links `{first}` and `{second}` both have no parent; one base is needed");
            return Err(source.error_about_element("link", second, what));
        }
        let branches = self.from(root);
        match (0..self.above.len()).find(|link| branches.iter().all(|it| it.link != *link)) {
            Some(severed) => {
                let what = format!("link `{}` is part of a loop", name(severed));
                Err(source.error_about_element("link", name(severed), what))
            }
            None => Ok(branches),
        }
    }

    /// Returns the branches from a link, in both directions.
    fn from(&self, base: usize) -> Vec<TreeLink> {
        let mut branches = vec![TreeLink {
            link: base,
            stem: None,
        }];
        let mut next = 0;
        while next < branches.len() {
            let TreeLink { link, stem } = branches[next];
            let came_by = stem.map(|stem| stem.joint);
            let above = self.above[link].map(|(joint, link)| (link, joint, true));
            let below = self.below[link].iter();
            let below = below.map(|(link, joint)| (*link, *joint, false));
            for (link, joint, is_turned) in below.chain(above) {
                if Some(joint) != came_by {
                    let stem = ParentJoint {
                        parent: next,
                        joint,
                        is_turned,
                    };
                    branches.push(TreeLink {
                        link,
                        stem: Some(stem),
                    });
                }
            }
            next += 1;
        }
        branches
    }
}

/// Returns the joint that each joint ultimately follows.
fn leaders(urdf: &urdf_rs::Robot, source: &SourceText) -> Result<Vec<MimicLeader>, LoadError> {
    let joints = &urdf.joints;
    let names = || joints.iter().map(|joint| joint.name.as_str());
    let wrong = |joint: &urdf_rs::Joint, what: &str| {
        let what = format!("joint `{}`: {what}", joint.name);
        source.error_about_element("joint", &joint.name, what)
    };
    let leader_of = |joint: usize| {
        let (mut at, mut multiplier, mut offset) = (joint, 1.0, 0.0);
        for _ in 0..=joints.len() {
            let Some(mimic) = &joints[at].mimic else {
                let leader = MimicLeader {
                    joint: at,
                    multiplier,
                    offset,
                };
                return match multiplier.is_finite() && offset.is_finite() {
                    true => Ok(leader),
                    false => Err(wrong(&joints[joint], "its mimic is not finite")),
                };
            };
            offset += multiplier * mimic.offset.unwrap_or(0.0);
            multiplier *= mimic.multiplier.unwrap_or(1.0);
            let followed = names().position(|name| name == mimic.joint);
            at = followed.ok_or_else(|| {
                let what = format!("it mimics `{}`, which is not there", mimic.joint);
                wrong(&joints[at], &what).with_hint(did_you_mean_or_list(&mimic.joint, names()))
            })?;
        }
        Err(wrong(&joints[joint], "it mimics itself"))
    };
    (0..joints.len()).map(leader_of).collect()
}
