//! Loads a [`Robot`] from a folder or a URDF.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use enact_types::JointVector;
use enact_types::hint::did_you_mean_or_list;

use crate::assumed_effort;
use crate::base::Base;
use crate::chain::Chain;
use crate::collision::{Clearance, Collider};
use crate::config::{Located, RobotConfig};
use crate::description::{Joint, Robot};
use crate::digest::digest;
use crate::driven_tree::DrivenTree;
use crate::error::LoadError;
use crate::gripper;
use crate::gripper_guess;
use crate::home_guess;
use crate::inverse::{PlanarArm, SphericalWristArm};
use crate::limits::{AssumedLimits, JointSources, to_toml_key};
use crate::mesh::{DecompositionOptions, MeshDecomposition, MeshFiles, MeshLoader};
use crate::select::{SelectedParts, apply_chain_config, select_parts};
use crate::source_text::SourceText;
use crate::tool_speed::ToolSpeed;
use crate::tree::Tree;
use crate::unguarded;
use crate::workspace::Workspace;

/// Default commands per second.
const DEFAULT_RATE: f64 = 100.0;
/// Default following error, rad or m.
const DEFAULT_FOLLOWING_ERROR: f64 = 0.15;
/// Default contact effort; servos report their effort only roughly.
const DEFAULT_CONTACT_EFFORT: f64 = 0.9;

impl Robot {
    /// Loads a folder with `robot.urdf` and `robot.toml`, or a URDF file alone.
    ///
    /// In a URDF alone the arm is the only chain of four to seven movable joints, a finger joint at
    /// its end drives the gripper, and everything unspecified is guessed: see
    /// [`warnings`](Self::warnings).
    ///
    /// # Errors
    /// [`LoadError`] for the first problem in the files, with file, line and hint where known.
    ///
    /// # Examples
    /// ```
    /// use std::path::Path;
    ///
    /// use enact_robot::Robot;
    ///
    /// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    /// let robot = Robot::load(Path::new(folder))?;
    /// assert_eq!(robot.name(), "so101");
    /// assert_eq!(robot.arm_joints().len(), 5);
    /// assert_eq!(robot.joints()[5].name, "gripper");
    /// # Ok::<(), enact_robot::LoadError>(())
    /// ```
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        Self::load_with_mesh_files(path, &MeshFiles::default())
    }

    /// Loads as [`load`](Self::load) does, with meshes from `files`. A mesh that is not available
    /// is no error: see [`unguarded_links`](Self::unguarded_links).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with_mesh_files(path: &Path, files: &MeshFiles) -> Result<Self, LoadError> {
        let (urdf_path, toml) = if path.is_dir() {
            let toml = path.join("robot.toml");
            let toml = toml.exists().then(|| SourceText::read(&toml)).transpose()?;
            (path.join("robot.urdf"), toml)
        } else {
            (path.to_owned(), None)
        };
        let urdf = SourceText::read_xml(&urdf_path)?;
        let name = if path.is_dir() {
            path.file_name()
        } else {
            path.file_stem()
        };
        let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let meshes = MeshSource {
            folder: Some(urdf_path.parent().unwrap_or(Path::new(""))),
            files,
            known: &[],
        };
        Loader::new(&urdf, toml.as_ref())?.robot(name, &meshes)
    }

    /// Loads from the texts of `robot.urdf` and `robot.toml`; `name` becomes the robot's name.
    /// Meshes are not available.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn parse(name: &str, urdf: &str, toml: Option<&str>) -> Result<Self, LoadError> {
        Self::parse_with_meshes(name, urdf, toml, &[])
    }

    /// Loads as [`parse`](Self::parse) does, with the convex decompositions of its meshes made
    /// earlier.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn parse_with_meshes(
        name: &str,
        urdf: &str,
        toml: Option<&str>,
        meshes: &[MeshDecomposition],
    ) -> Result<Self, LoadError> {
        let folder = Path::new(name);
        let urdf = SourceText::new(&folder.join("robot.urdf"), urdf);
        let toml = toml.map(|text| SourceText::new(&folder.join("robot.toml"), text));
        let meshes = MeshSource {
            folder: None,
            files: &MeshFiles::default(),
            known: meshes,
        };
        Loader::new(&urdf, toml.as_ref())?.robot(name.to_owned(), &meshes)
    }

    /// Loads as [`load`](Self::load) does, from a URDF and the text of a `robot.toml`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with_toml_text(
        urdf: &Path,
        toml: &str,
        files: &MeshFiles,
    ) -> Result<Self, LoadError> {
        let name = urdf.file_stem().unwrap_or_default().to_string_lossy();
        let toml = SourceText::new(Path::new("robot.toml"), toml);
        let meshes = MeshSource {
            folder: Some(urdf.parent().unwrap_or(Path::new(""))),
            files,
            known: &[],
        };
        Loader::new(&SourceText::read_xml(urdf)?, Some(&toml))?.robot(name.into_owned(), &meshes)
    }

    /// Loads the folder `name` of `robots_dir`, or the folder or URDF at the path `name`.
    ///
    /// # Errors
    /// As [`load`](Self::load); for an unknown name the error lists the available ones.
    pub fn load_by_name(name: &str, robots_dir: &Path) -> Result<Self, LoadError> {
        Self::load_by_name_with_mesh_files(name, robots_dir, &MeshFiles::default())
    }

    /// Loads as [`load_by_name`](Self::load_by_name) does, with meshes from `files`.
    ///
    /// # Errors
    /// As [`load_by_name`](Self::load_by_name).
    pub fn load_by_name_with_mesh_files(
        name: &str,
        robots_dir: &Path,
        files: &MeshFiles,
    ) -> Result<Self, LoadError> {
        let folder = robots_dir.join(name);
        if !name.is_empty() && folder.is_dir() {
            return Self::load_with_mesh_files(&folder, files);
        }
        if Path::new(name).exists() {
            return Self::load_with_mesh_files(Path::new(name), files);
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
        let hint = did_you_mean_or_list(name, names.iter().map(String::as_str)).map(|hint| {
            if hint.contains("did you mean") {
                format!("{hint} There are: {list}")
            } else {
                hint
            }
        });
        Err(LoadError {
            file: robots_dir.to_owned(),
            line: None,
            what: format!("there is no robot `{name}`, nor a file or folder of that name").into(),
            hint,
        })
    }
}

/// Returns the text of a URDF, whatever encoding it declares.
///
/// # Errors
/// If the file cannot be read or declares an unknown encoding.
pub fn read_urdf(path: &Path) -> Result<String, LoadError> {
    SourceText::read_xml(path).map(SourceText::into_text)
}

/// Returns the names of the meshes in a URDF as written there, each once.
///
/// # Errors
/// As [`Robot::load`].
pub fn mesh_names(urdf: &Path) -> Result<Vec<String>, LoadError> {
    let read = crate::urdf::read(&SourceText::read_xml(urdf)?)?;
    let links = read.robot.links.iter();
    let shapes = links.flat_map(|link| {
        let looks = link.visual.iter().map(|visual| &visual.geometry);
        looks.chain(link.collision.iter().map(|it| &it.geometry))
    });
    let mut names: Vec<String> = shapes
        .filter_map(|geometry| match geometry {
            urdf_rs::Geometry::Mesh { filename, .. } => Some(filename.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Source of a robot's meshes.
struct MeshSource<'a> {
    /// Folder of the URDF; `None` if there are no files.
    folder: Option<&'a Path>,
    files: &'a MeshFiles,
    /// Convex decompositions made earlier.
    known: &'a [MeshDecomposition],
}

/// Everything that has been read so far while loading a robot.
struct Loader<'a> {
    urdf: &'a SourceText,
    toml: Option<&'a SourceText>,
    settings: RobotConfig,
    tree: Tree,
    selection: SelectedParts,
    warnings: Vec<String>,
}

impl<'a> Loader<'a> {
    fn new(urdf: &'a SourceText, toml: Option<&'a SourceText>) -> Result<Self, LoadError> {
        let settings = toml.map(RobotConfig::read).transpose()?.unwrap_or_default();
        let tree = apply_chain_config(Tree::read(urdf)?, &settings, toml)?;
        let selection = select_parts(&tree, urdf, &settings, toml)?;
        let warnings = tree.warnings.clone();
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

    fn robot(mut self, name: String, meshes: &MeshSource) -> Result<Robot, LoadError> {
        let drives: Vec<usize> = self
            .selection
            .arm
            .iter()
            .chain(&self.selection.gripper)
            .copied()
            .collect();
        let mut joints = Vec::new();
        let mut home = Vec::new();
        let mut assumptions = Vec::new();
        for drive in &drives {
            let files = self.files_of(*drive);
            let (joint, assumed) = files.joint_with_limits()?;
            home.push(files.home_position(&joint.limits)?);
            joints.push(joint);
            assumptions.push(assumed);
        }
        self.warnings.extend(assumed_limits(&joints, &assumptions));
        self.check_servos(&joints)?;
        let meshes = self.meshes(meshes)?;
        let mut unguarded = Vec::new();
        let links = DrivenTree::new(&self.tree, self.urdf, &joints, self.selection.tool).links(
            &meshes,
            &mut unguarded,
            &mut self.warnings,
        )?;
        let bare = unguarded::find_shapeless_links(&links, self.selection.arm.len(), &unguarded);
        unguarded.extend(bare);
        self.warnings.extend(meshes.warnings());
        let missing = unguarded
            .iter()
            .map(|one| format!("nothing keeps this clear: {one}"));
        self.warnings.extend(missing);
        let home = JointVector::from(home);
        let arm_joints = self.selection.arm.len();
        let rate = self.rate()?;
        let following_error = self.following_error()?;
        let contact_effort = self.contact_effort()?;
        let chain = Chain::new(&links, arm_joints, self.selection.tool, &home);
        let covers = meshes.into_decompositions();
        let mut robot = Robot {
            name,
            digest: digest(self.urdf, self.toml, &covers)?,
            arm_joints,
            tool_link: self.selection.tool,
            gripper: None,
            control_period: Duration::from_secs_f64(1.0 / rate),
            following_error,
            contact_effort,
            clearance: self.sane(&self.settings.clearance, Clearance::find_invalid_value)?,
            tool_speed: self.sane(&self.settings.tool_speed, ToolSpeed::find_invalid_value)?,
            workspace: self.sane(&self.settings.workspace, Workspace::fault)?,
            base: self.sane(&self.settings.base, Base::find_invalid_value)?,
            collider: None,
            wrist: SphericalWristArm::from_chain(&chain, arm_joints),
            plane: PlanarArm::from_chain(&chain, arm_joints),
            chain,
            warnings: Vec::new(),
            unguarded,
            meshes: covers,
            links,
            joints,
            home,
        };
        if self.selection.gripper.is_some() {
            let guessed = gripper_guess::guess(&robot, arm_joints);
            let (gripper, warning) = match (&self.settings.gripper, self.toml) {
                (Some(settings), Some(toml)) => {
                    let missing = settings.get_ref().missing_keys();
                    let gripper =
                        gripper::from_settings(&robot, arm_joints, settings, toml, guessed)?;
                    let missing = (!missing.is_empty()).then(|| missing.join(", "));
                    (Some(gripper), missing)
                }
                _ => (guessed, Some("openings and axes".to_owned())),
            };
            if gripper.is_none() {
                self.warnings.push(
                    "by the kinematics the fingers neither part nor meet: this is no gripper, \
                     unless `[gripper]` in robot.toml says how it opens"
                        .to_owned(),
                );
            } else if let Some(what) = warning {
                self.warnings.push(format!(
                    "of the gripper, {what} are guessed; `[gripper]` in robot.toml gives them"
                ));
            }
            robot.gripper = gripper;
        }
        self.warnings
            .extend(std::mem::take(&mut self.selection.guesses));
        let mut collider = Collider::new(&robot, robot.clearance.clone());
        if self.gives_no_home() && self.stand_ready(&mut robot, &collider) {
            collider = Collider::new(&robot, robot.clearance.clone());
        }
        robot.warnings = self.warnings;
        robot.collider = Some(Arc::new(collider));
        Ok(robot)
    }

    fn gives_no_home(&self) -> bool {
        self.selection.arm.iter().all(|drive| {
            let name = &self.tree.urdf.joints[*drive].name;
            let settings = self.settings.joints.get(name);
            settings.is_none_or(|settings| settings.get_ref().gives_no_home())
        })
    }

    /// Guesses the workspace, unless it is given, and the home posture; returns whether there is
    /// such a posture.
    fn stand_ready(&mut self, robot: &mut Robot, collider: &Collider) -> bool {
        if self.settings.workspace.is_none() {
            let Some(origin) = home_guess::workspace_origin(robot) else {
                return false;
            };
            robot.workspace.origin = origin;
            self.warnings.push(format!(
                "the arm is taken to work best on what lies as before an SO-101 that stands \
                 {:.2} m ahead of its base; `[workspace]` in robot.toml says where",
                origin[0]
            ));
        }
        let Some(home) = home_guess::find_ready_posture(robot, collider, robot.workspace.origin)
        else {
            return false;
        };
        robot.home = home;
        self.warnings.push(
            "the posture at home is guessed, with the hand pointing down; `home` or `home_deg` in \
             `[joints]` of robot.toml gives it"
                .to_owned(),
        );
        true
    }

    /// Checks that every `[joints]` key is a driven joint.
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
                .error_at_offset(
                    settings.span().start,
                    format!("there is no driven joint `{name}`"),
                )
                .with_hint(did_you_mean_or_list(name, names()))),
            _ => Ok(()),
        }
    }

    /// Reads the meshes, including those of packages named in `robot.toml`.
    fn meshes(&self, source: &MeshSource) -> Result<MeshLoader, LoadError> {
        let fineness = self.sane(
            &self.settings.meshes,
            DecompositionOptions::find_invalid_value,
        )?;
        let mut files = source.files.clone();
        let folder = self.toml.and_then(|toml| toml.path().parent());
        for (name, place) in &self.settings.packages {
            let place = folder.unwrap_or(Path::new("")).join(place);
            let named = &mut files.packages.named;
            named.entry(name.clone()).or_insert(place);
        }
        let (urdf, known) = (&self.tree.urdf, source.known);
        Ok(MeshLoader::new(
            urdf,
            source.folder,
            &files,
            known,
            fineness,
        ))
    }

    fn files_of(&self, drive: usize) -> JointSources<'_> {
        let joint = &self.tree.urdf.joints[drive];
        let table = self.settings.joints.get(&joint.name);
        let settings = table.map(|table| table.get_ref()).zip(self.toml);
        JointSources {
            joint,
            urdf: self.urdf,
            is_ranged: self.tree.ranged[drive],
            is_gripper: self.selection.gripper == Some(drive),
            assumed_effort: assumed_effort::assumed_effort_limit(&self.tree, drive),
            settings,
        }
    }

    fn rate(&self) -> Result<f64, LoadError> {
        let rate = &self.settings.control_rate_hz;
        self.number("control_rate_hz", rate, DEFAULT_RATE, 1.0..=1e4)
    }

    fn following_error(&self) -> Result<f64, LoadError> {
        let error = &self.settings.following_error;
        let range = 1e-6..=1e2;
        self.number("following_error", error, DEFAULT_FOLLOWING_ERROR, range)
    }

    fn contact_effort(&self) -> Result<f64, LoadError> {
        let share = &self.settings.contact_effort;
        self.number("contact_effort", share, DEFAULT_CONTACT_EFFORT, 0.01..=1.0)
    }

    /// Returns a table of `robot.toml`, or its defaults; `fault` describes what is invalid in it.
    fn sane<T: Clone + Default>(
        &self,
        table: &Option<Located<T>>,
        fault: impl Fn(&T) -> Option<String>,
    ) -> Result<T, LoadError> {
        let (Some(table), Some(toml)) = (table, self.toml) else {
            return Ok(T::default());
        };
        match fault(table.get_ref()) {
            Some(what) => Err(toml.error_at_offset(table.span().start, what)),
            None => Ok(table.get_ref().clone()),
        }
    }

    fn number(
        &self,
        key: &str,
        value: &Option<Located<f64>>,
        default: f64,
        range: RangeInclusive<f64>,
    ) -> Result<f64, LoadError> {
        let (Some(value), Some(toml)) = (value, self.toml) else {
            return Ok(default);
        };
        let number = *value.get_ref();
        if range.contains(&number) {
            return Ok(number);
        }
        let what = format!(
            "{key} = {number} is outside {} to {}",
            range.start(),
            range.end()
        );
        Err(toml.error_at_offset(value.span().start, what))
    }

    /// Checks that no two joints share a servo.
    fn check_servos(&self, joints: &[Joint]) -> Result<(), LoadError> {
        for (index, joint) in joints.iter().enumerate() {
            let twin = joints[..index]
                .iter()
                .find(|other| joint.servo.is_some() && other.servo == joint.servo);
            if let (Some(twin), Some(toml)) = (twin, self.toml) {
                let place = self.settings.joints[&joint.name].span().start;
                let what = format!("`{}` and `{}` have the same servo", twin.name, joint.name);
                return Err(toml.error_at_offset(place, what));
            }
        }
        Ok(())
    }
}

/// Returns one sentence for each kind of limit that neither file gives.
fn assumed_limits(joints: &[Joint], assumed: &[AssumedLimits]) -> Vec<String> {
    let in_unit = |joint: &Joint, value: f64, turning: &str, sliding: &str| {
        let unit = if joint.prismatic { sliding } else { turning };
        format!("`{}` ({value:.2} {unit})", joint.name)
    };
    let say = |key: &str, found: Vec<(&Joint, String)>| {
        let (first, _) = found.first()?;
        let first = to_toml_key(&first.name);
        let list: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
        Some(format!(
            "no {key} limit is given for {}: what stands in brackets is assumed; robot.toml may \
             say better, under `[joints]`: `{first} = {{ {key} = … }}`",
            list.join(", "),
        ))
    };
    let all = || joints.iter().zip(assumed);
    let slow = all().filter(|(_, assumed)| assumed.velocity);
    let slow = slow.map(|(joint, _)| {
        let text = in_unit(joint, joint.limits.velocity, "rad/s", "m/s");
        (joint, text)
    });
    let weak = all().filter(|(_, assumed)| assumed.effort);
    let weak = weak.map(|(joint, _)| (joint, in_unit(joint, joint.limits.effort, "N·m", "N")));
    let sentences = [
        say("velocity", slow.collect()),
        say("effort", weak.collect()),
    ];
    sentences.into_iter().flatten().collect()
}
