//! A URDF as a tree of links, checked for sense.

use std::collections::HashMap;

use enact_types::Pose;
use nalgebra::{Translation3, UnitQuaternion};
use urdf_rs::JointType;

use crate::error::LoadError;
use crate::hint::did_you_mean;
use crate::source::Source;

/// A URDF whose links form one tree.
pub struct Tree {
    /// As read.
    pub urdf: urdf_rs::Robot,
    /// Links, parents before children.
    pub branches: Vec<Branch>,
}

/// A link in its place.
pub struct Branch {
    /// Index into the URDF's links.
    pub link: usize,
    /// Index of the parent's branch and of the URDF's joint; `None` for the root.
    pub stem: Option<(usize, usize)>,
}

impl Tree {
    /// Reads a URDF. Fails on syntax, unknown or repeated names, loops and severed parts.
    pub fn read(source: &Source) -> Result<Self, LoadError> {
        let urdf = urdf_rs::read_from_string(source.text())
            .map_err(|error| source.error(format!("is not a URDF: {error}")))?;
        let links = names(
            urdf.links.iter().map(|link| link.name.as_str()),
            "link",
            source,
        )?;
        names(
            urdf.joints.iter().map(|joint| joint.name.as_str()),
            "joint",
            source,
        )?;
        let mut children = vec![Vec::new(); urdf.links.len()];
        let mut parents = vec![None; urdf.links.len()];
        for (index, joint) in urdf.joints.iter().enumerate() {
            let find = |name: &str| {
                links.get(name).copied().ok_or_else(|| {
                    source
                        .error_about(
                            "joint",
                            &joint.name,
                            format!("joint `{}`: there is no link `{name}`", joint.name),
                        )
                        .hint(did_you_mean(
                            name,
                            urdf.links.iter().map(|link| link.name.as_str()),
                        ))
                })
            };
            let (parent, child) = (find(&joint.parent.link)?, find(&joint.child.link)?);
            if let Some(other) = parents[child].replace(index) {
                let other: &urdf_rs::Joint = &urdf.joints[other];
                let what = format!(
                    "link `{}` hangs on two joints, `{}` and `{}`",
                    joint.child.link, other.name, joint.name
                );
                return Err(source.error_about("joint", &joint.name, what));
            }
            children[parent].push((child, index));
        }
        let branches = grow(&urdf, &parents, &children, source)?;
        Ok(Self { urdf, branches })
    }

    /// The URDF's joint above a branch.
    pub fn joint_of(&self, branch: usize) -> Option<&urdf_rs::Joint> {
        let (_, joint) = self.branches[branch].stem?;
        Some(&self.urdf.joints[joint])
    }

    /// Name of a branch's link.
    pub fn name_of(&self, branch: usize) -> &str {
        &self.urdf.links[self.branches[branch].link].name
    }

    /// Joints (URDF indices) that turn or slide by themselves between root and branch, root first.
    pub fn drives_to(&self, branch: usize) -> Vec<usize> {
        let mut drives = Vec::new();
        let mut at = branch;
        while let Some((parent, joint)) = self.branches[at].stem {
            if is_drive(&self.urdf.joints[joint]) {
                drives.push(joint);
            }
            at = parent;
        }
        drives.reverse();
        drives
    }
}

/// Whether a joint moves by itself: not fixed and no mimic of another.
pub fn is_drive(joint: &urdf_rs::Joint) -> bool {
    joint.joint_type != JointType::Fixed && joint.mimic.is_none()
}

/// A URDF origin as a pose (fixed-axis roll, pitch, yaw).
pub fn pose(origin: &urdf_rs::Pose) -> Pose {
    let [x, y, z] = origin.xyz.0;
    let [roll, pitch, yaw] = origin.rpy.0;
    Pose::from_parts(
        Translation3::new(x, y, z),
        UnitQuaternion::from_euler_angles(roll, pitch, yaw),
    )
}

fn names<'a>(
    all: impl Iterator<Item = &'a str>,
    tag: &str,
    source: &Source,
) -> Result<HashMap<&'a str, usize>, LoadError> {
    let mut found = HashMap::new();
    for (index, name) in all.enumerate() {
        if found.insert(name, index).is_some() {
            let what = format!("two {tag}s are called `{name}`");
            return Err(source.error_about(tag, name, what));
        }
    }
    Ok(found)
}

fn grow(
    urdf: &urdf_rs::Robot,
    parents: &[Option<usize>],
    children: &[Vec<(usize, usize)>],
    source: &Source,
) -> Result<Vec<Branch>, LoadError> {
    let mut roots = (0..parents.len()).filter(|link| parents[*link].is_none());
    let Some(root) = roots.next() else {
        let what = if parents.is_empty() {
            "has no links"
        } else {
            "its links form a loop"
        };
        return Err(source.error(what));
    };
    if let Some(other) = roots.next() {
        let (first, second) = (&urdf.links[root].name, &urdf.links[other].name);
        let what =
            format!("links `{first}` and `{second}` both have no parent; one base is needed");
        return Err(source.error_about("link", second, what));
    }
    let mut branches = vec![Branch {
        link: root,
        stem: None,
    }];
    let mut next = 0;
    while next < branches.len() {
        for (child, joint) in &children[branches[next].link] {
            branches.push(Branch {
                link: *child,
                stem: Some((next, *joint)),
            });
        }
        next += 1;
    }
    match (0..parents.len()).find(|link| branches.iter().all(|branch| branch.link != *link)) {
        Some(severed) => {
            let name = &urdf.links[severed].name;
            let what = format!("link `{name}` is part of a loop");
            Err(source.error_about("link", name, what))
        }
        None => Ok(branches),
    }
}
