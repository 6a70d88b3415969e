//! The tasks as a file that survives the program.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::task::TaskEntry;

/// Version of the file.
const VERSION: u32 = 1;

/// What is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct SavedTasks {
    version: u32,
    /// Number of the next task.
    pub(crate) next: u64,
    /// The tasks, by number.
    pub(crate) tasks: Vec<TaskEntry>,
}

impl SavedTasks {
    pub(crate) fn new(next: u64, tasks: Vec<TaskEntry>) -> Self {
        Self {
            version: VERSION,
            next,
            tasks,
        }
    }
}

/// The file, if there is one. Two programs cannot have the same.
#[derive(Debug)]
pub(crate) struct TaskStore(Option<(PathBuf, File)>);

impl TaskStore {
    /// Opens the file at `path`, or keeps nothing.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        fs::create_dir_all(folder_of(path))?;
        // Not the file itself: that is replaced.
        let lock = File::create(path.with_extension("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self(Some((path.to_owned(), lock)))),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(
                ErrorKind::ResourceBusy,
                "another server uses it",
            )),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Reads what was kept; nothing if there is no file.
    pub(crate) fn read(&self) -> io::Result<SavedTasks> {
        let Some((path, _)) = &self.0 else {
            return Ok(SavedTasks::default());
        };
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(SavedTasks::default()),
            bytes => bytes?,
        };
        let kept: SavedTasks = serde_json::from_slice(&bytes)?;
        if kept.version != VERSION {
            let text = format!("its version is {}, not {VERSION}", kept.version);
            return Err(io::Error::new(ErrorKind::InvalidData, text));
        }
        Ok(kept)
    }

    /// Writes the file beside the old one and puts it in its place: whenever the program is
    /// killed, one of the two is there, whole.
    pub(crate) fn write(&self, kept: &SavedTasks) -> io::Result<()> {
        let Some((path, _)) = &self.0 else {
            return Ok(());
        };
        let mut file = NamedTempFile::new_in(folder_of(path))?;
        serde_json::to_writer(&mut file, kept)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_something_else_is_an_error_and_none_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/queue.json");
        let store = TaskStore::open(Some(&path)).unwrap();
        let second = TaskStore::open(Some(&path)).unwrap_err();
        assert_eq!(second.kind(), ErrorKind::ResourceBusy);
        assert_eq!(store.read().unwrap().next, 0);
        store.write(&SavedTasks::new(7, Vec::new())).unwrap();
        assert_eq!(store.read().unwrap().next, 7);
        for text in ["", "[]", r#"{"version":2,"next":1,"tasks":[]}"#] {
            fs::write(&path, text).unwrap();
            assert!(store.read().is_err(), "{text}");
        }
    }
}
