//! Episodes on disk, so that an evaluation can resume.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use enact_types::text;
use thiserror::Error;

use crate::episode::EpisodeResult;
use crate::snapshots::Snapshots;

/// File of the episodes, a line each.
const EPISODES: &str = "episodes.jsonl";
/// Folder of the pictures of episodes that are not right.
const PICTURES: &str = "pictures";

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
    /// It holds no shard.
    #[error(
        "{0} holds no shard of an evaluation\nhint: `enact eval SUITE --shard 1/7 --out DIR` runs the first of seven"
    )]
    NoShard(PathBuf),
}

/// A folder with `settings.txt`, a line of `episodes.jsonl` per episode, and `pictures/`.
pub struct EpisodeStore {
    path: PathBuf,
    pictures: PathBuf,
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
        let (done, whole) = whole_lines(folder)?;
        let path = folder.join(EPISODES);
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(io)?;
        file.set_len(whole as u64).map_err(io)?;
        Ok(Self {
            path,
            pictures: folder.join(PICTURES),
            file,
            done,
        })
    }

    /// Stores an episode.
    ///
    /// # Errors
    /// If the line cannot be written.
    pub fn add(&mut self, record: &EpisodeResult) -> Result<(), StoreError> {
        let io = |error| StoreError::Io(self.path.clone(), error);
        if let Some(pictures) = &record.pictures {
            let saved = pictures.save(&self.pictures, record.episode);
            saved.map_err(|error| StoreError::Io(self.pictures.clone(), error))?;
        }
        let line = serde_json::to_string(record).map_err(|error| io(error.into()))?;
        writeln!(self.file, "{line}").map_err(io)?;
        self.file.flush().map_err(io)
    }
}

/// Reads the episodes that a folder holds so far, with their pictures; none if it holds none yet.
///
/// # Errors
/// If the folder cannot be read.
pub fn load_episodes_so_far(folder: &Path) -> Result<Vec<EpisodeResult>, StoreError> {
    whole_lines(folder).map(|(records, _)| records)
}

/// Returns the episodes with their pictures, and where their last line ends: what follows was cut off,
/// perhaps within a character.
fn whole_lines(folder: &Path) -> Result<(Vec<EpisodeResult>, usize), StoreError> {
    let path = folder.join(EPISODES);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(StoreError::Io(path, error)),
    };
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let whole = end.map_or(0, |end| end + 1);
    let mut records = records(&bytes[..whole]);
    let pictures = folder.join(PICTURES);
    for record in &mut records {
        record.pictures = Snapshots::load(&pictures, record.episode);
    }
    Ok((records, whole))
}

/// Reads the records of an earlier evaluation from the folder of its `--out`.
///
/// # Errors
/// If the folder cannot be read, or holds no records that this version understands.
pub fn load(folder: &Path) -> Result<Vec<EpisodeResult>, StoreError> {
    let path = folder.join(EPISODES);
    let bytes = std::fs::read(&path).map_err(|error| StoreError::Io(path.clone(), error))?;
    let records = records(&bytes);
    if records.is_empty() {
        let error = io::Error::new(io::ErrorKind::InvalidData, "it holds no episodes");
        return Err(StoreError::Io(path, error));
    }
    Ok(records)
}

/// Reads records with the very numbers that were written, which `serde_json` does not promise.
fn records(lines: &[u8]) -> Vec<EpisodeResult> {
    lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| simd_json::serde::from_slice(&mut line.to_vec()).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(episode: u64) -> EpisodeResult {
        let record = json!({
            "episode": episode, "task": "put in", "wording": "put the {object} in", "instruction": "put it in",
            "success": false, "failure": "dropped", "outcome": {"wrong": "in_part"}, "ending": "done",
            "verdicts": [
                {"skill": "place", "object": "red cube", "relation": "in", "target": "bowl", "verdict": "no", "reason": "it fell"},
                {"skill": "rotate", "object": "red cube", "degrees": 45, "verdict": "yes", "reason": ""},
            ],
            "moved": ["object"], "pointed": [["object"]], "within_limits": true, "steps": 2, "admitted": 2,
            "turns": 1, "sim_seconds": 1.5, "wall_seconds": 0.25, "model_seconds": 0.0, "said": [],
        });
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn what_was_stored_is_read_again_with_its_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = record(3);
        first.pictures = Some(Snapshots {
            first: vec![1],
            last: vec![2],
        });
        let mut store = EpisodeStore::open(folder.path(), "here").unwrap();
        store.add(&first).unwrap();
        store.add(&record(4)).unwrap();
        let again = EpisodeStore::open(folder.path(), "here").unwrap();
        assert_eq!(again.done, [first, record(4)]);
        assert_eq!(load(folder.path()).unwrap().len(), 2);
        assert!(EpisodeStore::open(folder.path(), "there").is_err());
    }

    #[test]
    fn numbers_come_back_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = EpisodeStore::open(folder.path(), "here").unwrap();
        let mut written = Vec::new();
        for episode in 0..500 {
            let mut record = record(episode);
            record.sim_seconds = 10.0 + episode as f64 / 30.0;
            store.add(&record).unwrap();
            written.push(record);
        }
        assert_eq!(load_episodes_so_far(folder.path()).unwrap(), written);
    }

    #[test]
    fn a_line_that_was_cut_off_is_no_episode() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load_episodes_so_far(folder.path()).unwrap(), []);
        let mut store = EpisodeStore::open(folder.path(), "here").unwrap();
        store.add(&record(1)).unwrap();
        store.add(&record(2)).unwrap();
        let path = folder.path().join(EPISODES);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 1]).unwrap();
        assert_eq!(load_episodes_so_far(folder.path()).unwrap(), [record(1)]);
    }

    #[test]
    fn a_folder_without_episodes_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = load(folder.path()).unwrap_err();
        assert!(error.to_string().contains("episodes.jsonl"), "{error}");
    }
}
