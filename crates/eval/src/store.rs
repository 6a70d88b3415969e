//! Episodes on disk, so that an evaluation can resume.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use enact_types::text;
use thiserror::Error;

use crate::episode::EpisodeResult;

/// A folder that cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// It holds another evaluation.
    #[error(
        "{0} holds an evaluation with other settings; choose another --out, or delete it\nthere: {1}\nhere:  {2}"
    )]
    Other(PathBuf, String, String),
}

/// A folder with `settings.txt` and a line of `episodes.jsonl` per episode.
pub struct EpisodeStore {
    path: PathBuf,
    file: File,
    /// Episodes of earlier runs.
    pub done: Vec<EpisodeResult>,
}

impl EpisodeStore {
    /// Opens or creates `folder` for an evaluation with these settings. The episode of a line that
    /// was cut off when the last run died is run again.
    ///
    /// # Errors
    /// If the folder cannot be read or written, or holds an evaluation with other settings.
    pub fn open(folder: &Path, settings: &str) -> Result<Self, StoreError> {
        let io = |error| StoreError::Io(folder.to_owned(), error);
        std::fs::create_dir_all(folder).map_err(io)?;
        let named = folder.join("settings.txt");
        match std::fs::read(&named).and_then(text::decode) {
            Ok(there) if there.trim() != settings => {
                return Err(StoreError::Other(
                    folder.to_owned(),
                    there.trim().to_owned(),
                    settings.to_owned(),
                ));
            }
            Ok(_) => {}
            Err(_) => std::fs::write(&named, format!("{settings}\n")).map_err(io)?,
        }
        let path = folder.join("episodes.jsonl");
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(io(error)),
        };
        // The last line may have been cut anywhere, even within a character.
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let done: Vec<EpisodeResult> = bytes[..whole]
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect();
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(io)?;
        file.set_len(whole as u64).map_err(io)?;
        Ok(Self { path, file, done })
    }

    /// Stores an episode.
    ///
    /// # Errors
    /// If the line cannot be written.
    pub fn add(&mut self, record: &EpisodeResult) -> Result<(), StoreError> {
        let io = |error| StoreError::Io(self.path.clone(), error);
        let line = serde_json::to_string(record).map_err(|error| io(error.into()))?;
        writeln!(self.file, "{line}").map_err(io)?;
        self.file.flush().map_err(io)
    }
}
