//! Where robots, scenes, launches and models are.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use enact_robot::{MeshFiles, Packages, Robot};
use enact_sim::Scene;
use enact_types::hint;

use crate::args::MeshArgs;
use crate::kind::{self, Kind};
use crate::robot::tell;

/// The folder that holds `robots/`, `scenes/`, `launch/` and `models/`.
#[derive(Clone, Debug)]
pub struct Home {
    path: PathBuf,
    meshes: MeshFiles,
    /// Whether links that nothing keeps clear may move.
    unguarded: bool,
}

impl Home {
    /// `$ENACT_HOME`, or the nearest folder around the working folder, or else
    /// around the program, that holds `robots/` and `scenes/`.
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
        match found {
            Some(folder) => Ok(Self::at(folder.to_owned())),
            None => bail!(
                "no folder with robots/ and scenes/ around here\n\
                 hint: run enact inside its repository, or set ENACT_HOME to it"
            ),
        }
    }

    fn at(path: PathBuf) -> Self {
        Self {
            path,
            meshes: MeshFiles::default(),
            unguarded: false,
        }
    }

    /// The same with meshes from where the command line and ROS's variables say.
    pub fn with(self, args: &MeshArgs) -> Self {
        let paths = |variable: &str| {
            let value = std::env::var_os(variable).unwrap_or_default();
            let paths = std::env::split_paths(&value);
            paths.filter(|path| !path.as_os_str().is_empty()).collect()
        };
        Self {
            meshes: MeshFiles {
                packages: Packages {
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

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where meshes are looked for.
    pub fn meshes(&self) -> &MeshFiles {
        &self.meshes
    }

    /// The robot of this name, or at this path: to be asked, not to be moved.
    pub fn robot(&self, name: &str) -> Result<Robot> {
        Ok(Robot::find_with(name, &self.robots(), &self.meshes)?)
    }

    /// The robot of this name, or at this path, to be moved.
    ///
    /// # Errors
    /// If it cannot be loaded, or as [`guard`](Self::guard).
    pub fn guarded(&self, name: &str) -> Result<Robot> {
        let robot = self.robot(name)?;
        self.guard(&robot)?;
        tell(&robot);
        Ok(robot)
    }

    /// The robot in this folder or URDF, to be moved.
    ///
    /// # Errors
    /// As [`guarded`](Self::guarded).
    pub fn guarded_at(&self, path: &Path) -> Result<Robot> {
        let robot = Robot::load_with(path, &self.meshes)?;
        self.guard(&robot)?;
        tell(&robot);
        Ok(robot)
    }

    /// Names what nothing keeps clear of things.
    ///
    /// # Errors
    /// If there is something, and nobody said that it may move all the same.
    pub fn guard(&self, robot: &Robot) -> Result<()> {
        let unguarded = robot.unguarded();
        if unguarded.is_empty() {
            return Ok(());
        }
        if self.unguarded {
            for link in unguarded {
                errln!("enact: nothing keeps this clear: {link}");
            }
            return Ok(());
        }
        let lines: Vec<String> = unguarded.iter().map(|link| format!("\n  {link}")).collect();
        let package = unguarded.iter().find_map(|link| link.package.as_deref());
        let place = package.map_or(String::new(), |name| {
            format!("--package {name}=PATH says where that package is; ")
        });
        bail!(
            "`{}`: nothing would keep these clear of the table, of things and of the arm itself:{}\n\
             hint: {place}--allow-unguarded-links goes on without them",
            robot.name(),
            lines.concat()
        )
    }

    /// `robots/`.
    pub fn robots(&self) -> PathBuf {
        self.path.join("robots")
    }

    /// `scenes/`.
    pub fn scenes(&self) -> PathBuf {
        self.path.join("scenes")
    }

    /// `suites/`.
    pub fn suites(&self) -> PathBuf {
        self.path.join("suites")
    }

    /// `launch/`.
    pub fn launches(&self) -> PathBuf {
        self.path.join("launch")
    }

    /// The scene of a path, or of a name in `scenes/`.
    pub fn scene(&self, name: &str) -> Result<Scene> {
        let path = self.resolve(name, &self.scenes())?;
        kind::load(path, Kind::Scene, Scene::load)
    }

    /// A TOML file by its path, or by its name in one of the folders above.
    pub fn resolve(&self, name: &str, folder: &Path) -> Result<PathBuf> {
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
        let known = names_in(folder);
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

fn is_home(folder: &Path) -> bool {
    folder.join("robots").is_dir() && folder.join("scenes").is_dir()
}

/// The names of the TOML files in `folder`, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
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

/// A line of hint if one of `known` is close to `name`.
pub fn did_you_mean(name: &str, known: &[String]) -> String {
    hint::did_you_mean(name, known.iter().map(String::as_str))
        .map_or(String::new(), |question| format!("\nhint: {question}"))
}
