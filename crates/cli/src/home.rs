//! Where robots, scenes, launches and models are.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The folder that holds `robots/`, `scenes/`, `launch/` and `models/`.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

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
            return Ok(Self(path));
        }
        let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
        let found = starts
            .iter()
            .flatten()
            .flat_map(|start| start.ancestors())
            .find(|folder| is_home(folder));
        match found {
            Some(folder) => Ok(Self(folder.to_owned())),
            None => bail!(
                "no folder with robots/ and scenes/ around here\n\
                 hint: run enact inside its repository, or set ENACT_HOME to it"
            ),
        }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `robots/`.
    pub fn robots(&self) -> PathBuf {
        self.0.join("robots")
    }

    /// `scenes/`.
    pub fn scenes(&self) -> PathBuf {
        self.0.join("scenes")
    }

    /// `suites/`.
    pub fn suites(&self) -> PathBuf {
        self.0.join("suites")
    }

    /// `launch/`.
    pub fn launches(&self) -> PathBuf {
        self.0.join("launch")
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
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(String::new(), |(_, candidate)| {
            format!("\nhint: did you mean `{candidate}`?")
        })
}
