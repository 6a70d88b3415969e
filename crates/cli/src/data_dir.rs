//! Locations of robots, scenes, launch files and models.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_model::{RequestOptions, VisionLanguageModel};
use enact_robot::{MeshFiles, PackageLocations, Robot};
use enact_sim::{Layout, Scene};
use enact_types::{StopSwitch, hint};

use crate::args::MeshArgs;
use crate::embedded;
use crate::file_kind::{self, FileKind};
use crate::robot::print_warnings;
use crate::unguarded_links;

/// The shipped model.
pub const SHIPPED_MODEL: &str = "models/tabletop";

/// The folder that holds `robots/`, `scenes/`, `launch/` and `suites/`.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
    /// True if the folder is a copy of what is embedded in the program.
    embedded: bool,
    meshes: MeshFiles,
    /// True if links without collision shapes may move.
    unguarded: bool,
}

impl DataDir {
    /// Returns `$ENACT_HOME`; else the nearest folder around the working folder, or around the
    /// program, that holds `robots/` and `scenes/`; else what is embedded in the program, unpacked.
    ///
    /// # Errors
    /// If `$ENACT_HOME` is no such folder, or what is embedded cannot be unpacked.
    pub fn find() -> Result<Self> {
        if let Some(path) = std::env::var_os("ENACT_HOME") {
            let path = PathBuf::from(path);
            if !is_home(&path) {
                bail!(
                    "ENACT_HOME is {}, which has no folders robots/ and scenes/",
                    path.display()
                );
            }
            return Ok(Self::at(path));
        }
        let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
        let found = starts
            .iter()
            .flatten()
            .flat_map(|start| start.ancestors())
            .find(|folder| is_home(folder));
        if let Some(folder) = found {
            return Ok(Self::at(folder.to_owned()));
        }
        let cache = dirs::cache_dir().context(
            "there is no cache folder to unpack the robots and scenes into that are in the program\n\
             hint: set ENACT_HOME to enact's source tree",
        )?;
        Ok(Self {
            embedded: true,
            ..Self::at(embedded::unpack(&cache)?)
        })
    }

    fn at(path: PathBuf) -> Self {
        Self {
            path,
            embedded: false,
            meshes: MeshFiles::default(),
            unguarded: false,
        }
    }

    /// Takes meshes from the locations on the command line and in ROS's variables.
    pub fn with_mesh_args(self, args: &MeshArgs) -> Self {
        let paths = |variable: &str| {
            let value = std::env::var_os(variable).unwrap_or_default();
            let paths = std::env::split_paths(&value);
            paths.filter(|path| !path.as_os_str().is_empty()).collect()
        };
        Self {
            meshes: MeshFiles {
                packages: PackageLocations {
                    named: args.package.iter().cloned().collect(),
                    folders: paths("ROS_PACKAGE_PATH"),
                    prefixes: paths("AMENT_PREFIX_PATH"),
                },
                cache: dirs::cache_dir().map(|folder| folder.join("enact/meshes")),
            },
            unguarded: args.allow_unguarded_links,
            ..self
        }
    }

    /// Returns the locations of meshes.
    pub fn mesh_locations(&self) -> &MeshFiles {
        &self.meshes
    }

    /// Loads the robot of this name or path for queries, not for motion.
    ///
    /// # Errors
    /// If it is not found or its files are invalid.
    pub fn load_robot_for_queries(&self, name: &str) -> Result<Robot> {
        Ok(Robot::load_by_name_with_mesh_files(
            name,
            &self.robots_folder(),
            &self.meshes,
        )?)
    }

    /// Loads the robot of this name or path, to be moved.
    ///
    /// # Errors
    /// If it cannot be loaded, or as `unguarded_links::check` says.
    pub fn load_robot_to_move(&self, name: &str) -> Result<Robot> {
        let robot = self.load_robot_for_queries(name)?;
        unguarded_links::check(&robot, self.unguarded)?;
        print_warnings(&robot);
        Ok(robot)
    }

    /// Loads the robot in this folder or URDF, to be moved.
    ///
    /// # Errors
    /// As [`load_robot_to_move`](Self::load_robot_to_move).
    pub fn load_robot_to_move_at(&self, path: &Path) -> Result<Robot> {
        let robot = Robot::load_with_mesh_files(path, &self.meshes)?;
        unguarded_links::check(&robot, self.unguarded)?;
        print_warnings(&robot);
        Ok(robot)
    }

    /// Returns whether links without collision shapes may move.
    pub fn allows_unguarded_links(&self) -> bool {
        self.unguarded
    }

    /// Returns `robots/`.
    pub fn robots_folder(&self) -> PathBuf {
        self.path.join("robots")
    }

    /// Returns the folder for a new robot: `robots/`, or `robots/` in the working folder if this
    /// folder is only unpacked.
    pub fn folder_for_new_robots(&self) -> PathBuf {
        match self.embedded {
            true => PathBuf::from("robots"),
            false => self.robots_folder(),
        }
    }

    /// Returns a model's name such that it can be opened from any folder: `models/NAME` becomes the
    /// path of that folder where it is installed, other names stay.
    pub fn resolve_model_name(&self, name: &str) -> String {
        if !name.starts_with("models/") || Path::new(name).exists() {
            return name.to_owned();
        }
        std::iter::once(self.path.clone())
            .chain(model_folders())
            .map(|folder| folder.join(name))
            .find(|path| path.is_dir())
            .map_or_else(|| name.to_owned(), |path| path.display().to_string())
    }

    /// Returns whether the folder is a copy of what is embedded in the program.
    pub fn is_embedded(&self) -> bool {
        self.embedded
    }

    /// Returns `scenes/`.
    pub fn scenes_folder(&self) -> PathBuf {
        self.path.join("scenes")
    }

    /// Returns `suites/`.
    pub fn suites_folder(&self) -> PathBuf {
        self.path.join("suites")
    }

    /// Returns `launch/`.
    pub fn launch_folder(&self) -> PathBuf {
        self.path.join("launch")
    }

    /// Loads the scene of a path, or of a name in `scenes/`.
    ///
    /// # Errors
    /// If it is not found, invalid, or a file of another kind.
    pub fn load_scene(&self, name: &str) -> Result<Scene> {
        let path = self.find_toml_file(name, &self.scenes_folder())?;
        file_kind::load_expecting_kind(path, FileKind::Scene, Scene::load)
    }

    /// Draws a layout of the scene of a path, or of a name in `scenes/`, as it stands before a robot.
    ///
    /// # Errors
    /// As [`DataDir::load_scene`] and [`Scene::placed_for_robot`].
    pub fn load_layout(&self, scene: &str, robot: &Robot, seed: u64) -> Result<Layout> {
        let scene = self.load_scene(scene)?.placed_for_robot(robot)?;
        Ok(scene.sample_layout(seed))
    }

    /// Returns the path of a TOML file that is given by its path, or by its name in `folder`.
    ///
    /// # Errors
    /// If there is no such file; names the ones there are.
    pub fn find_toml_file(&self, name: &str, folder: &Path) -> Result<PathBuf> {
        let direct = Path::new(name);
        if direct.is_file() {
            return Ok(direct.to_owned());
        }
        let shipped = folder.join(format!("{name}.toml"));
        if shipped.is_file() {
            return Ok(shipped);
        }
        if direct.is_dir() {
            bail!("`{name}` is a folder; a TOML file is wanted, or a name");
        }
        let known = toml_names_in(folder);
        let kind = folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        bail!(
            "no `{name}`, neither as a file nor in {}/; there are: {}{}",
            kind.unwrap_or_default(),
            known.join(", "),
            did_you_mean(name, &known)
        )
    }
}

/// Opens a model.
///
/// # Errors
/// If it cannot be loaded; where the model that ships is not installed, with how to get it.
pub fn open_model(
    name: &str,
    options: RequestOptions,
    stop: &StopSwitch,
) -> Result<Box<dyn VisionLanguageModel>> {
    if is_shipped_model_missing(name) {
        bail!(missing_model_message());
    }
    Ok(enact_model::open(name, options, stop)?)
}

/// Returns whether this is the shipped model, and it is not installed.
pub fn is_shipped_model_missing(model: &str) -> bool {
    model == SHIPPED_MODEL && !Path::new(model).exists()
}

/// Says how to get the model that ships.
pub fn missing_model_message() -> String {
    let place = dirs::data_dir().map_or_else(
        || "a folder models/tabletop beside the program".to_owned(),
        |folder| {
            folder
                .join("enact")
                .join(SHIPPED_MODEL)
                .display()
                .to_string()
        },
    );
    format!(
        "the model that ships, {SHIPPED_MODEL}, is not installed: copy that folder from enact's source \
         tree to {place}, or choose another model with --model"
    )
}

/// Returns the folders that may hold `models/`, besides the one with `robots/`: beside the program,
/// where packages keep data, and the user's data folder.
fn model_folders() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let mut folders = Vec::new();
    if let Some(beside) = beside {
        folders.push(beside.to_owned());
        folders.push(beside.join("../share/enact"));
    }
    folders.extend(dirs::data_dir().map(|folder| folder.join("enact")));
    folders
}

fn is_home(folder: &Path) -> bool {
    folder.join("robots").is_dir() && folder.join("scenes").is_dir()
}

/// Returns the names of the TOML files in `folder`, sorted.
pub fn toml_names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// Returns a line of hint if one of `known` is close to `name`.
pub fn did_you_mean(name: &str, known: &[String]) -> String {
    hint::did_you_mean(name, known.iter().map(String::as_str))
        .map_or(String::new(), |question| format!("\nhint: {question}"))
}
