//! The list of tasks as a file that survives the program.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_plan::TaskList;

use crate::replaced_file;

/// A list and its file, for one program at a time.
#[derive(Debug)]
pub struct TaskFile {
    path: PathBuf,
    list: TaskList,
    /// Keeps others away until it is closed, however the program ends.
    _lock: File,
}

impl TaskFile {
    /// Opens the list at `path`, or that of this user: a new one for `goal`, or without a goal the one
    /// that was interrupted. An interrupted one is replaced only if `anew` says so.
    ///
    /// # Errors
    /// If another program works on the list, the file cannot be read or is no list, there is nothing to
    /// go on with, or something would be lost.
    pub fn open(path: Option<&Path>, goal: Option<&str>, anew: bool) -> Result<Self> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => default_path()?,
        };
        if goal.is_none() && !path.exists() {
            bail!(nothing(&path));
        }
        let lock = locked(&path)?;
        let known = if anew { None } else { read(&path)? };
        let list = match (goal, known) {
            (Some(goal), None) => TaskList::new(goal),
            (Some(goal), Some(known)) if known.is_over => TaskList::new(goal),
            (Some(_), Some(known)) => bail!(
                "{} holds an unfinished list of tasks for “{}”\nhint: --resume goes on with it, --anew \
                 gives it up",
                path.display(),
                known.goal
            ),
            (None, Some(known)) if known.is_over => bail!(
                "nothing is left of the list of tasks for “{}” in {}\nhint: enact tend \"GOAL\" begins \
                 another one",
                known.goal,
                path.display()
            ),
            (None, Some(known)) => known,
            (None, None) => bail!(nothing(&path)),
        };
        Ok(Self {
            path,
            list,
            _lock: lock,
        })
    }

    /// Returns the list.
    pub fn task_list(&self) -> &TaskList {
        &self.list
    }

    /// Returns the list to be changed; [`save`](Self::save) keeps that.
    pub fn task_list_mut(&mut self) -> &mut TaskList {
        &mut self.list
    }

    /// Returns where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file beside the old one and puts it in its place: whenever the program is ended,
    /// one of the two is there, whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self) -> Result<()> {
        let written = replaced_file::replace(&self.path, |file| {
            serde_json::to_writer_pretty(&mut *file, &self.list)?;
            writeln!(file)
        });
        written.with_context(|| {
            format!(
                "cannot write the list of tasks {}; name another file with --tasks",
                self.path.display()
            )
        })
    }
}

/// Says that there is no list.
fn nothing(path: &Path) -> String {
    format!(
        "there is no list of tasks in {} to go on with\nhint: enact tend \"GOAL\" begins one",
        path.display()
    )
}

/// Locks the list at `path` by a file beside it, for the list itself is another file whenever it is
/// saved. The file stays: if it were removed, two that wait for it could each lock one.
///
/// # Errors
/// If another program has locked it, or it cannot be locked.
fn locked(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let attempt = || -> io::Result<Option<File>> {
        replaced_file::create_parent_folder(path)?;
        let file = File::options().create(true).append(true).open(&name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    };
    let lock = attempt().with_context(|| {
        format!(
            "cannot lock the list of tasks {}; name another file with --tasks",
            path.display()
        )
    })?;
    lock.with_context(|| {
        format!(
            "another program works on the list of tasks {}\nhint: end that first, or name another file \
             with --tasks",
            path.display()
        )
    })
}

/// Reads a list, if there is one.
fn read(path: &Path) -> Result<Option<TaskList>> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => {
            read.with_context(|| format!("cannot read the list of tasks {}", path.display()))?
        }
    };
    let list: TaskList = serde_json::from_slice(&bytes).with_context(|| {
        format!(
            "{} is no list of tasks; name another file with --tasks, or begin a new list with --anew",
            path.display()
        )
    })?;
    if list.version != TaskList::VERSION {
        bail!(
            "{}: a list of tasks of version {}; this program reads version {}",
            path.display(),
            list.version,
            TaskList::VERSION
        );
    }
    Ok(Some(list))
}

fn default_path() -> Result<PathBuf> {
    let folder = dirs::state_dir()
        .or_else(dirs::data_dir)
        .context("there is no folder for the list of tasks\nhint: name a file with --tasks")?;
    Ok(folder.join("enact/tasks.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_gone_on_with_and_never_lost_by_accident() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/tasks.json");
        let open = |goal, anew| TaskFile::open(Some(&path), goal, anew);
        let missing = open(None, false).unwrap_err().to_string();
        assert!(missing.contains("no list of tasks"), "{missing}");
        assert!(!path.parent().unwrap().exists(), "nothing is left of that");
        let mut file = open(Some("tidy up"), false).unwrap();
        file.task_list_mut()
            .replace_open_tasks(vec!["put it away".to_owned()]);
        file.task_list_mut().mark_begun(0);
        file.save().unwrap();
        let mut list = file.task_list().clone();
        drop(file);
        assert_eq!(*open(None, false).unwrap().task_list(), list);
        let lost = open(Some("sort the cubes"), false).unwrap_err().to_string();
        assert!(
            lost.contains("tidy up") && lost.contains("--resume"),
            "{lost}"
        );
        let mut file = open(Some("sort the cubes"), true).unwrap();
        list.is_over = true;
        file.task_list_mut().clone_from(&list);
        file.save().unwrap();
        drop(file);
        assert!(open(None, false).is_err());
        assert_eq!(open(Some("sort"), false).unwrap().task_list().goal, "sort");
        fs::write(&path, "{\"goal\":").unwrap();
        let broken = open(None, false).unwrap_err().to_string();
        assert!(broken.contains("is no list of tasks"), "{broken}");
        assert!(open(Some("sort"), true).is_ok());
    }

    #[test]
    fn a_list_is_worked_on_by_one_program_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tasks.json");
        let open = |goal, anew| TaskFile::open(Some(&path), goal, anew);
        let one = open(Some("tidy up"), false).unwrap();
        // Whatever it is asked to do, and though the file is another one since.
        for _ in 0..2 {
            for (goal, anew) in [(Some("sort"), false), (Some("sort"), true), (None, false)] {
                let Err(error) = open(goal, anew) else {
                    panic!("{goal:?}, {anew}");
                };
                let told = error.to_string();
                let is_there = path.exists() || goal.is_some();
                let part = if is_there {
                    "another program"
                } else {
                    "no list of tasks"
                };
                assert!(told.contains(part), "{told}");
            }
            one.save().unwrap();
        }
        let other = folder.path().join("other.json");
        assert!(TaskFile::open(Some(&other), Some("sort"), false).is_ok());
        drop(one);
        assert_eq!(open(None, false).unwrap().task_list().goal, "tidy up");
    }
}
