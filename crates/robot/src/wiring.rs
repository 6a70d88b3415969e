//! From the URDF's tree to links that know which joint moves them.

use std::collections::HashMap;

use enact_types::Vector3;
use nalgebra::Unit;

use crate::description::{Joint, Link, Motion, Mount};
use crate::error::LoadError;
use crate::hint::did_you_mean;
use crate::mesh::{Unguarded, Workshop};
use crate::shapes::{inertial, palette, shapes};
use crate::source::Source;
use crate::tree::{Tree, pose};

/// A tree with the joints that drive it.
pub struct Wiring<'a> {
    tree: &'a Tree,
    urdf: &'a Source,
    driven: HashMap<&'a str, usize>,
    tool: usize,
}

impl<'a> Wiring<'a> {
    /// `joints` are the driven ones in the robot's order, `tool` the branch of the tool frame.
    pub fn new(tree: &'a Tree, urdf: &'a Source, joints: &'a [Joint], tool: usize) -> Self {
        let names = joints.iter().map(|joint| joint.name.as_str());
        let driven = names.enumerate().map(|(index, name)| (name, index));
        Self {
            tree,
            urdf,
            driven: driven.collect(),
            tool,
        }
    }

    /// Every link in the order of the tree.
    pub fn links(
        &self,
        meshes: &Workshop,
        unguarded: &mut Vec<Unguarded>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Link>, LoadError> {
        let palette = palette(&self.tree.urdf);
        self.check_tool()?;
        (0..self.tree.branches.len())
            .map(|branch| {
                let link = &self.tree.urdf.links[self.tree.branches[branch].link];
                Ok(Link {
                    name: link.name.clone(),
                    mount: self.mount(branch, warnings)?,
                    inertial: inertial(link, self.urdf)?,
                    shapes: shapes(link, &palette, self.urdf, meshes, unguarded)?,
                })
            })
            .collect()
    }

    /// Between base and tool every joint moves by itself: kinematics rests on it.
    fn check_tool(&self) -> Result<(), LoadError> {
        let mut at = self.tool;
        while let Some((parent, joint)) = self.tree.branches[at].stem {
            let element = &self.tree.urdf.joints[joint];
            if element.mimic.is_some() {
                return Err(self.wrong(element, "it mimics another joint inside the arm"));
            }
            at = parent;
        }
        Ok(())
    }

    fn mount(&self, branch: usize, warnings: &mut Vec<String>) -> Result<Option<Mount>, LoadError> {
        let Some((parent, joint)) = self.tree.branches[branch].stem else {
            return Ok(None);
        };
        let element = &self.tree.urdf.joints[joint];
        let motion = self.motion(element)?;
        if motion.is_none() && element.joint_type != urdf_rs::JointType::Fixed {
            warnings.push(format!(
                "joint `{}` is not driven; it is taken as fixed",
                element.name
            ));
        }
        let parent_from_joint = pose(&element.origin);
        let matrix = parent_from_joint.to_homogeneous();
        if !matrix.iter().all(|value| value.is_finite()) {
            return Err(self.wrong(element, "its origin is not finite"));
        }
        Ok(Some(Mount {
            parent,
            parent_from_joint,
            motion,
        }))
    }

    /// How a joint moves its link; `None` if it is fixed or not driven.
    fn motion(&self, element: &urdf_rs::Joint) -> Result<Option<Motion>, LoadError> {
        let (driver, multiplier, offset) = self.driver(element)?;
        let Some(joint) = self.driven.get(driver) else {
            return Ok(None);
        };
        let axis = Vector3::from(element.axis.xyz.0);
        let axis = Unit::try_new(axis, 1e-6)
            .filter(|axis| axis.iter().all(|value| value.is_finite()))
            .ok_or_else(|| self.wrong(element, "its axis has no direction"))?;
        if !(multiplier.is_finite() && offset.is_finite()) {
            return Err(self.wrong(element, "its mimic is not finite"));
        }
        Ok(Some(Motion {
            joint: *joint,
            axis,
            prismatic: element.joint_type == urdf_rs::JointType::Prismatic,
            multiplier,
            offset,
        }))
    }

    /// The joint that a joint follows in the end (itself unless it mimics), times what, plus what.
    fn driver<'b>(&'b self, element: &'b urdf_rs::Joint) -> Result<(&'b str, f64, f64), LoadError> {
        let joints = &self.tree.urdf.joints;
        let names = || joints.iter().map(|joint| joint.name.as_str());
        let (mut at, mut multiplier, mut offset) = (element, 1.0, 0.0);
        for _ in 0..=joints.len() {
            let Some(mimic) = &at.mimic else {
                return Ok((&at.name, multiplier, offset));
            };
            offset += multiplier * mimic.offset.unwrap_or(0.0);
            multiplier *= mimic.multiplier.unwrap_or(1.0);
            let followed = joints.iter().find(|joint| joint.name == mimic.joint);
            at = followed.ok_or_else(|| {
                let what = format!("it mimics `{}`, which is not there", mimic.joint);
                self.wrong(at, &what)
                    .hint(did_you_mean(&mimic.joint, names()))
            })?;
        }
        Err(self.wrong(element, "it mimics itself"))
    }

    fn wrong(&self, element: &urdf_rs::Joint, what: &str) -> LoadError {
        let what = format!("joint `{}`: {what}", element.name);
        self.urdf.error_about("joint", &element.name, what)
    }
}
