//! From a folder or a URDF to a [`Robot`].

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use enact_types::{JointVector, Vector3};
use nalgebra::Unit;

use crate::chain::Chain;
use crate::description::{Joint, Link, Motion, Mount, Robot};
use crate::error::LoadError;
use crate::grip;
use crate::hint::did_you_mean;
use crate::limits::JointFiles;
use crate::select::{Selection, select};
use crate::settings::{At, Settings};
use crate::shapes::{inertial, palette, shapes};
use crate::source::Source;
use crate::tree::{Tree, pose};

/// Commands per second where nothing else is said.
const DEFAULT_RATE: f64 = 100.0;
/// Following error where nothing else is said, rad or m.
const DEFAULT_FOLLOWING_ERROR: f64 = 0.15;

impl Robot {
    /// Loads a folder with `robot.urdf` and `robot.toml`, or a URDF file alone.
    ///
    /// Of a URDF alone the arm is the longest chain of movable joints, joints named
    /// like a hand drive the gripper, and what it does not say is guessed: see
    /// [`warnings`](Self::warnings).
    ///
    /// # Errors
    /// The first thing that is wrong with the files, with file, line and hint where known.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let (urdf_path, toml) = if path.is_dir() {
            let toml = path.join("robot.toml");
            let toml = toml.exists().then(|| Source::read(&toml)).transpose()?;
            (path.join("robot.urdf"), toml)
        } else {
            (path.to_owned(), None)
        };
        let urdf = Source::read(&urdf_path)?;
        let name = if path.is_dir() {
            path.file_name()
        } else {
            path.file_stem()
        };
        let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Loader::new(&urdf, toml.as_ref())?.robot(name)
    }

    /// Loads the folder `name` of `robots_dir`, or the folder or URDF at the path `name`.
    ///
    /// # Errors
    /// As [`load`](Self::load); an unknown name is answered with those that are there.
    pub fn find(name: &str, robots_dir: &Path) -> Result<Self, LoadError> {
        let folder = robots_dir.join(name);
        if !name.is_empty() && folder.is_dir() {
            return Self::load(&folder);
        }
        if Path::new(name).exists() {
            return Self::load(Path::new(name));
        }
        let mut names: Vec<String> = std::fs::read_dir(robots_dir)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().join("robot.urdf").is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let list = names.join(", ");
        let hint = did_you_mean(name, names.iter().map(String::as_str)).map(|hint| {
            if hint.contains("did you mean") {
                format!("{hint} There are: {list}")
            } else {
                hint
            }
        });
        Err(LoadError {
            file: robots_dir.to_owned(),
            line: None,
            what: format!("there is no robot `{name}`, nor a file or folder of that name"),
            hint,
        })
    }
}

/// Everything that has been read, on its way to a robot.
struct Loader<'a> {
    urdf: &'a Source,
    toml: Option<&'a Source>,
    settings: Settings,
    tree: Tree,
    selection: Selection,
    warnings: Vec<String>,
}

impl<'a> Loader<'a> {
    fn new(urdf: &'a Source, toml: Option<&'a Source>) -> Result<Self, LoadError> {
        let settings = toml.map(Settings::read).transpose()?.unwrap_or_default();
        let tree = Tree::read(urdf)?;
        let selection = select(&tree, urdf, &settings, toml)?;
        let warnings = Vec::new();
        let loader = Self {
            urdf,
            toml,
            settings,
            tree,
            selection,
            warnings,
        };
        loader.check_names()?;
        Ok(loader)
    }

    fn robot(mut self, name: String) -> Result<Robot, LoadError> {
        let drives: Vec<usize> = self
            .selection
            .arm
            .iter()
            .chain(&self.selection.gripper)
            .copied()
            .collect();
        let mut joints = Vec::new();
        let mut home = Vec::new();
        for drive in &drives {
            let files = self.files_of(*drive);
            let joint = files.joint()?;
            home.push(files.home(&joint.limits)?);
            joints.push(joint);
        }
        let links = self.links(&drives, &joints)?;
        let home = JointVector::from(home);
        let arm_joints = self.selection.arm.len();
        let rate = self.positive(
            "control_rate_hz",
            &self.settings.control_rate_hz,
            DEFAULT_RATE,
        )?;
        let following = &self.settings.following_error;
        let mut robot = Robot {
            name,
            arm_joints,
            tool_link: self.selection.tool,
            gripper: None,
            control_period: Duration::from_secs_f64(1.0 / rate),
            following_error: self.positive(
                "following_error",
                following,
                DEFAULT_FOLLOWING_ERROR,
            )?,
            chain: Chain::new(&links, arm_joints, self.selection.tool, &home),
            warnings: Vec::new(),
            links,
            joints,
            home,
        };
        if self.selection.gripper.is_some() {
            robot.gripper = match (&self.settings.gripper, self.toml) {
                (Some(settings), Some(toml)) => {
                    Some(grip::from_settings(&robot, arm_joints, settings, toml)?)
                }
                _ => {
                    self.warnings
                        .push("the gripper's openings and axes are guessed".to_owned());
                    grip::guess(&robot, arm_joints)
                }
            };
        }
        robot.warnings = self.warnings;
        Ok(robot)
    }

    /// Every `[joints]` key must be a driven joint.
    fn check_names(&self) -> Result<(), LoadError> {
        let drives = || self.selection.arm.iter().chain(&self.selection.gripper);
        let names = || drives().map(|drive| self.tree.urdf.joints[*drive].name.as_str());
        let stray = self
            .settings
            .joints
            .iter()
            .find(|(name, _)| names().all(|joint| joint != *name));
        match (stray, self.toml) {
            (Some((name, settings)), Some(toml)) => Err(toml
                .error_at(
                    settings.span().start,
                    format!("there is no driven joint `{name}`"),
                )
                .hint(did_you_mean(name, names()))),
            _ => Ok(()),
        }
    }

    fn files_of(&self, drive: usize) -> JointFiles<'_> {
        let joint = &self.tree.urdf.joints[drive];
        let table = self.settings.joints.get(&joint.name);
        let settings = table.map(|table| table.get_ref()).zip(self.toml);
        JointFiles {
            joint,
            urdf: self.urdf,
            settings,
        }
    }

    fn positive(&self, key: &str, value: &Option<At<f64>>, default: f64) -> Result<f64, LoadError> {
        match (value, self.toml) {
            (Some(value), Some(toml)) => {
                let number = *value.get_ref();
                if 0.0 < number && number <= 1e4 {
                    return Ok(number);
                }
                let what = format!("{key} = {number} is not positive and finite");
                Err(toml.error_at(value.span().start, what))
            }
            _ => Ok(default),
        }
    }

    fn links(&mut self, drives: &[usize], joints: &[Joint]) -> Result<Vec<Link>, LoadError> {
        let index: HashMap<&str, usize> = joints
            .iter()
            .enumerate()
            .map(|(index, joint)| (joint.name.as_str(), index))
            .collect();
        let palette = palette(&self.tree.urdf);
        let mut links = Vec::new();
        for branch in 0..self.tree.branches.len() {
            let link = &self.tree.urdf.links[self.tree.branches[branch].link];
            let mount = match self.tree.branches[branch].stem {
                None => None,
                Some((parent, joint)) => {
                    let element = &self.tree.urdf.joints[joint];
                    let motion = self.motion(element, &index)?;
                    if motion.is_none() && element.mimic.is_none() && !drives.contains(&joint) {
                        self.warnings.extend(idle(element));
                    }
                    Some(Mount {
                        parent,
                        parent_from_joint: pose(&element.origin),
                        motion,
                    })
                }
            };
            if let Some(mount) = &mount
                && !mount
                    .parent_from_joint
                    .to_homogeneous()
                    .iter()
                    .all(|value| value.is_finite())
            {
                let what = format!("link `{}`: its place is not finite", link.name);
                return Err(self.urdf.error_about("link", &link.name, what));
            }
            links.push(Link {
                name: link.name.clone(),
                mount,
                inertial: inertial(link, self.urdf)?,
                shapes: shapes(link, &palette, self.urdf, &mut self.warnings)?,
            });
        }
        Ok(links)
    }

    /// How a joint moves its link; `None` if it is fixed or not driven.
    fn motion(
        &self,
        element: &urdf_rs::Joint,
        index: &HashMap<&str, usize>,
    ) -> Result<Option<Motion>, LoadError> {
        let (driver, multiplier, offset) = self.driver(element)?;
        let Some(joint) = index.get(driver) else {
            return Ok(None);
        };
        let wrong = |what: &str| {
            let what = format!("joint `{}`: {what}", element.name);
            self.urdf.error_about("joint", &element.name, what)
        };
        let axis = Vector3::from(element.axis.xyz.0);
        let axis = Unit::try_new(axis, 1e-6)
            .filter(|axis| axis.iter().all(|value| value.is_finite()))
            .ok_or_else(|| wrong("its axis has no direction"))?;
        if !(multiplier.is_finite() && offset.is_finite()) {
            return Err(wrong("its mimic is not finite"));
        }
        let prismatic = element.joint_type == urdf_rs::JointType::Prismatic;
        Ok(Some(Motion {
            joint: *joint,
            axis,
            prismatic,
            multiplier,
            offset,
        }))
    }

    /// The joint that a joint follows in the end (itself unless it mimics), times what, plus what.
    fn driver<'b>(&'b self, element: &'b urdf_rs::Joint) -> Result<(&'b str, f64, f64), LoadError> {
        let joints = &self.tree.urdf.joints;
        let (mut at, mut multiplier, mut offset) = (element, 1.0, 0.0);
        for _ in 0..=joints.len() {
            let Some(mimic) = &at.mimic else {
                return Ok((&at.name, multiplier, offset));
            };
            offset += multiplier * mimic.offset.unwrap_or(0.0);
            multiplier *= mimic.multiplier.unwrap_or(1.0);
            at = joints
                .iter()
                .find(|joint| joint.name == mimic.joint)
                .ok_or_else(|| {
                    let what = format!(
                        "joint `{}` mimics `{}`, which is not there",
                        at.name, mimic.joint
                    );
                    self.urdf
                        .error_about("joint", &at.name, what)
                        .hint(did_you_mean(
                            &mimic.joint,
                            joints.iter().map(|joint| joint.name.as_str()),
                        ))
                })?;
        }
        let what = format!("joint `{}` mimics itself", element.name);
        Err(self.urdf.error_about("joint", &element.name, what))
    }
}

/// The warning about a movable joint that nothing drives.
fn idle(element: &urdf_rs::Joint) -> Option<String> {
    (element.joint_type != urdf_rs::JointType::Fixed).then(|| {
        format!(
            "joint `{}` is not driven; it is taken as fixed",
            element.name
        )
    })
}
