//! Files with one JSON object a line, which are read whole and replaced whole.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use enact_plan::Rejection;
use enact_types::text;
use serde::Serialize;

use crate::replaced_file;

/// Returns a file of this name in the user's data folder.
///
/// # Errors
/// If there is no such folder.
pub fn path_in_data_folder(name: &str, flag: &str) -> Result<PathBuf> {
    let folder = dirs::data_dir().with_context(|| {
        format!("there is no data folder for {name}\nhint: name a file with {flag} FILE")
    })?;
    Ok(folder.join("enact").join(name))
}

/// Reads a file by `parse`; one that does not exist yet is empty.
///
/// # Errors
/// If it cannot be read; for a line that is wrong, with its number.
pub fn read<T>(path: &Path, parse: impl Fn(&str) -> Result<T, Rejection>) -> Result<Vec<T>> {
    let text = match std::fs::read(path).and_then(text::decode) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let lines = text.lines().enumerate();
    let written = lines.filter(|(_, line)| !line.trim().is_empty());
    written
        .map(|(at, line)| {
            parse(line).map_err(|why| anyhow!("{}, line {}: {why}", path.display(), at + 1))
        })
        .collect()
}

/// Replaces a file, whose folder is made if it is missing; whoever reads it meanwhile sees all of the
/// old or all of the new.
///
/// # Errors
/// If it cannot be written; the old one is still there then.
pub fn write<T: Serialize>(path: &Path, items: &[T]) -> Result<()> {
    let written = replaced_file::replace(path, |file| {
        for item in items {
            writeln!(file, "{}", serde_json::to_string(item)?)?;
        }
        Ok(())
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Removes the entries with these numbers, from 1 on, as a list shows them.
///
/// # Errors
/// If there is no entry of a number; nothing is removed then.
pub fn remove_numbered_entries<T>(items: Vec<T>, numbers: &[usize]) -> Result<Vec<T>> {
    let count = items.len();
    if let Some(number) = numbers.iter().find(|it| !(1..=count).contains(*it)) {
        bail!("there is no number {number}; `list` shows {count}");
    }
    let rest = items.into_iter().enumerate();
    let rest = rest.filter(|(at, _)| !numbers.contains(&(at + 1)));
    Ok(rest.map(|(_, item)| item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<u32, Rejection> {
        serde_json::from_str(line).map_err(|error| Rejection(error.to_string()))
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/numbers.jsonl");
        assert_eq!(read(&path, parse).unwrap(), Vec::<u32>::new());
        write(&path, &[1, 2, 3]).unwrap();
        assert_eq!(read(&path, parse).unwrap(), [1, 2, 3]);
        write(
            &path,
            &remove_numbered_entries(vec![1, 2, 3], &[3, 1]).unwrap(),
        )
        .unwrap();
        assert_eq!(read(&path, parse).unwrap(), [2]);
        // Nothing is left beside it.
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
        assert!(remove_numbered_entries(vec![1, 2], &[0]).is_err());
        assert!(remove_numbered_entries(vec![1, 2], &[3]).is_err());
    }

    #[test]
    fn a_wrong_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.jsonl");
        std::fs::write(&path, "1\n\nsix\n").unwrap();
        let error = read(&path, parse).unwrap_err().to_string();
        assert!(error.contains("numbers.jsonl, line 3: "), "{error}");
    }
}
