//! Conversion of the URDF tree to links that refer to the joints that move them.

use std::collections::HashMap;

use enact_types::Vector3;
use nalgebra::Unit;
use urdf_rs::JointType;

use crate::description::{DegreeOfFreedom, Joint, Link, LinkMount};
use crate::error::LoadError;
use crate::inertia::inertial;
use crate::mesh::{MeshLoader, UnguardedLink};
use crate::shapes::{link_shapes, read_material_colors};
use crate::source_text::SourceText;
use crate::tree::{ParentJoint, Tree, pose_from_urdf};

/// Largest number of names listed in one sentence.
const LISTED: usize = 8;

/// A tree and the joints that drive it.
pub struct DrivenTree<'a> {
    tree: &'a Tree,
    urdf: &'a SourceText,
    driven: HashMap<&'a str, usize>,
    tool: usize,
}

impl<'a> DrivenTree<'a> {
    /// Creates the tree; `joints` are the driven joints in the robot's order, `tool` is the branch
    /// of the tool frame.
    pub fn new(tree: &'a Tree, urdf: &'a SourceText, joints: &'a [Joint], tool: usize) -> Self {
        let names = joints.iter().map(|joint| joint.name.as_str());
        let driven = names.enumerate().map(|(index, name)| (name, index));
        Self {
            tree,
            urdf,
            driven: driven.collect(),
            tool,
        }
    }

    /// Returns every link in the order of the tree.
    ///
    /// # Errors
    /// [`LoadError`] if an arm joint mimics another, or if the shape of a link is invalid.
    pub fn links(
        &self,
        meshes: &MeshLoader,
        unguarded: &mut Vec<UnguardedLink>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Link>, LoadError> {
        let palette = read_material_colors(&self.tree.urdf);
        self.check_tool()?;
        warnings.extend(self.still());
        (0..self.tree.branches.len())
            .map(|branch| {
                let link = &self.tree.urdf.links[self.tree.branches[branch].link];
                Ok(Link {
                    name: link.name.clone(),
                    mount: self.mount(branch)?,
                    inertial: inertial(link, self.urdf, warnings),
                    shapes: link_shapes(link, &palette, self.urdf, meshes, unguarded)?,
                })
            })
            .collect()
    }

    /// Checks that every joint between base and tool moves independently, which kinematics relies
    /// on.
    fn check_tool(&self) -> Result<(), LoadError> {
        let mut at = self.tool;
        while let Some(ParentJoint { parent, joint, .. }) = self.tree.branches[at].stem {
            let element = &self.tree.urdf.joints[joint];
            if element.mimic.is_some() && self.is_driven(joint) {
                return Err(self
                    .wrong(element, "it mimics another joint inside the arm")
                    .with_hint(Some(format!(
                        "`[chain] fixed = {{ \"{}\" = 0 }}` in robot.toml holds it still",
                        element.name
                    ))));
            }
            at = parent;
        }
        Ok(())
    }

    /// Returns a warning about movable joints that nothing drives.
    fn still(&self) -> Option<String> {
        let mut names: Vec<&str> = self
            .tree
            .branches
            .iter()
            .filter_map(|branch| Some(branch.stem?.joint))
            .filter(|joint| {
                let kind = &self.tree.urdf.joints[*joint].joint_type;
                *kind != JointType::Fixed && !self.is_driven(*joint)
            })
            .map(|joint| self.tree.joint_name(joint))
            .collect();
        let count = names.len();
        names.truncate(LISTED);
        let more = match count - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let list = names.join("`, `");
        match count {
            0 => None,
            1 => Some(format!(
                "joint `{list}` is not driven; it is taken as fixed"
            )),
            _ => Some(format!(
                "{count} joints are not driven; they are taken as fixed: `{list}`{more}"
            )),
        }
    }

    fn is_driven(&self, joint: usize) -> bool {
        let leader = self.tree.mimic_leader(joint).joint;
        self.tree.joint_can_move(joint) && self.driven.contains_key(self.tree.joint_name(leader))
    }

    fn mount(&self, branch: usize) -> Result<Option<LinkMount>, LoadError> {
        let Some(stem) = self.tree.branches[branch].stem else {
            return Ok(None);
        };
        let element = &self.tree.urdf.joints[stem.joint];
        let motion = self.motion(stem.joint)?;
        let mut parent_from_joint = pose_from_urdf(&element.origin);
        if motion.is_none() {
            parent_from_joint *= self.tree.displacement_at_rest(stem.joint);
        }
        if stem.is_turned {
            parent_from_joint = parent_from_joint.inverse();
        }
        let matrix = parent_from_joint.to_homogeneous();
        if !matrix.iter().all(|value| value.is_finite()) {
            return Err(self.wrong(element, "its origin is not finite"));
        }
        Ok(Some(LinkMount {
            parent: stem.parent,
            parent_from_joint,
            motion,
        }))
    }

    /// Returns the degree of freedom of a joint; `None` if it is fixed or not driven.
    fn motion(&self, joint: usize) -> Result<Option<DegreeOfFreedom>, LoadError> {
        if !self.is_driven(joint) {
            return Ok(None);
        }
        let leader = self.tree.mimic_leader(joint);
        let element = &self.tree.urdf.joints[joint];
        let axis = Vector3::from(element.axis.xyz.0);
        let axis = Unit::try_new(axis, 1e-6)
            .filter(|axis| axis.iter().all(|value| value.is_finite()))
            .ok_or_else(|| self.wrong(element, "its axis has no direction"))?;
        Ok(Some(DegreeOfFreedom {
            joint: self.driven[self.tree.joint_name(leader.joint)],
            axis,
            prismatic: element.joint_type == JointType::Prismatic,
            multiplier: leader.multiplier,
            offset: leader.offset,
        }))
    }

    fn wrong(&self, element: &urdf_rs::Joint, what: &str) -> LoadError {
        let what = format!("joint `{}`: {what}", element.name);
        self.urdf.error_about_element("joint", &element.name, what)
    }
}
