//! A folder that appears as a whole or not at all.

use enact_types::Reason;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::ExportError;

/// A folder next to its final place. It is deleted if dropped before it is committed.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    target: PathBuf,
    done: bool,
}

impl Staging {
    /// Creates a folder that will become `target`, which may exist already.
    ///
    /// # Errors
    /// If it cannot be created.
    pub(super) fn begin(target: &Path) -> Result<Self, ExportError> {
        let is_name = matches!(target.components().next_back(), Some(Component::Normal(_)));
        let Some(name) = target.file_name().filter(|_| is_name) else {
            return Err(ExportError::file(target, "this is not a folder name"));
        };
        let parent = parent(target);
        fs::create_dir_all(&parent).map_err(|error| ExportError::caused(&parent, error))?;
        let own = format!(".{}.partial-{}", name.to_string_lossy(), std::process::id());
        let folders = (0_u32..).map(|number| parent.join(format!("{own}-{number}")));
        for folder in folders {
            match fs::create_dir(&folder) {
                Ok(()) => {
                    return Ok(Self {
                        folder,
                        target: target.to_owned(),
                        done: false,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(ExportError::caused(&folder, error)),
            }
        }
        Err(ExportError::file(&parent, "no room for another folder"))
    }

    /// Returns a path within it and creates the parent folder.
    ///
    /// # Errors
    /// If the parent folder cannot be created.
    pub(super) fn prepare_path(&self, name: &str) -> Result<PathBuf, ExportError> {
        let path = self.folder.join(name);
        let folder = parent(&path);
        fs::create_dir_all(&folder).map_err(|error| ExportError::caused(&folder, error))?;
        Ok(path)
    }

    /// Returns its current path.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a text file into it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), ExportError> {
        let path = self.prepare_path(name)?;
        let written = File::create(&path).and_then(|mut file| {
            io::Write::write_all(&mut file, text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| ExportError::caused(&path, error))
    }

    /// Adopts the files of another folder except those with these names: as hard links where the
    /// file system allows it, otherwise as copies.
    ///
    /// # Errors
    /// If they can be neither linked nor copied.
    pub(super) fn link_or_copy_files(&self, from: &Path, but: &[&str]) -> Result<(), ExportError> {
        self.adopt_within(from, Path::new(""), but)
    }

    fn adopt_within(&self, from: &Path, within: &Path, but: &[&str]) -> Result<(), ExportError> {
        let folder = from.join(within);
        let failed = |error| ExportError::caused(&folder, error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = within.join(entry.file_name());
            if but.iter().any(|but| Path::new(but) == name) {
                continue;
            }
            if entry.path().is_dir() {
                self.adopt_within(from, &name, but)?;
                continue;
            }
            let to = self.prepare_path(&name.to_string_lossy())?;
            let linked = fs::hard_link(entry.path(), &to);
            linked
                .or_else(|_| fs::copy(entry.path(), &to).map(drop))
                .map_err(|error| ExportError::caused(&to, error))?;
        }
        Ok(())
    }

    /// Moves it to its final place; an existing folder there is replaced atomically.
    ///
    /// # Errors
    /// If it cannot be moved. An existing folder is then unchanged.
    pub(super) fn commit(mut self) -> Result<(), ExportError> {
        sync(&self.folder);
        let failed = |error: io::Error| ExportError::caused(&self.target, error);
        // An empty folder yields by itself.
        let empty = fs::read_dir(&self.target).map_or(true, |mut it| it.next().is_none());
        if empty {
            fs::rename(&self.folder, &self.target).map_err(failed)?;
        } else {
            exchange(&self.folder, &self.target).map_err(failed)?;
            // The folder now in our place is the old one, whose files the new one has.
            fs::remove_dir_all(&self.folder).map_err(|error| {
                let text = format!("{error}; the old data set is left here");
                ExportError::file(&self.folder, Reason::from_text_and_source(text, error))
            })?;
        }
        self.done = true;
        sync(&parent(&self.target));
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.done {
            // A cleanup error matters less than the error in progress.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Exchanges two folders.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
    let exchanged = renameat2(AT_FDCWD, new, AT_FDCWD, old, RenameFlags::RENAME_EXCHANGE);
    // Some file systems do not support this.
    exchanged.or_else(|_| one_after_another(new, old))
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    one_after_another(new, old)
}

fn one_after_another(new: &Path, old: &Path) -> io::Result<()> {
    let mut aside = new.as_os_str().to_owned();
    aside.push("-old");
    let aside = PathBuf::from(aside);
    fs::rename(old, &aside)?;
    if let Err(error) = fs::rename(new, old) {
        fs::rename(&aside, old)?;
        return Err(error);
    }
    fs::rename(&aside, new)
}

/// Returns the parent folder of a path; the current folder if it names none.
fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Flushes a folder's entries to disk, where the system supports it.
fn sync(folder: &Path) {
    // Where it does not, a power failure may lose the new folder but never an old one.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("set");
        let staging = Staging::begin(&target).unwrap();
        staging.write("meta/info.json", "{}").unwrap();
        assert!(!target.exists());
        drop(staging);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn what_is_whole_is_there_at_once_and_replaces_what_was() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("set");
        for exchanging in [false, true] {
            let staging = Staging::begin(&target).unwrap();
            if exchanging {
                staging
                    .link_or_copy_files(&target, &["meta/info.json"])
                    .unwrap();
            } else {
                staging.write("data/one", "1").unwrap();
            }
            staging.write("meta/info.json", "{}").unwrap();
            staging.commit().unwrap();
            assert_eq!(names(folder.path()), ["set"]);
            assert_eq!(names(&target), ["data", "meta"]);
        }
        assert_eq!(fs::read_to_string(target.join("data/one")).unwrap(), "1");
        one_after_another(&target, &target.join("data")).unwrap_err();
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["/", "..", ""] {
            assert!(Staging::begin(Path::new(name)).is_err(), "{name}");
        }
    }
}
