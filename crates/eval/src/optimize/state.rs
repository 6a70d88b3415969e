//! How far a search has come, on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoredText {
    /// The text.
    pub text: String,
    /// Round in which it was proposed; 0 for the present text.
    pub round: u32,
    /// What came of each trial.
    pub trials: Vec<TrialResult>,
}

/// What came of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialResult {
    /// Its number; trials of a number are the same for all texts.
    pub number: u64,
    /// Whether it succeeded.
    pub success: bool,
    /// Number of steps that were refused.
    pub refusals: u64,
}

impl ScoredText {
    /// Returns the number of successful trials.
    pub fn successes(&self) -> u64 {
        self.trials.iter().filter(|trial| trial.success).count() as u64
    }

    /// Returns the number of refused steps.
    pub fn refusals(&self) -> u64 {
        self.trials.iter().map(|trial| trial.refusals).sum()
    }

    /// Returns whether it is better than another one: more successes, or as many with fewer
    /// refusals.
    pub fn is_better_than(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.successes(), std::cmp::Reverse(it.refusals()));
        key(self) > key(other)
    }
}

/// How far a search has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchState {
    /// What must be the same for the search to go on.
    pub settings: String,
    /// The texts that were tried in training, the present one first.
    pub tried: Vec<ScoredText>,
    /// Number of rounds that were begun.
    pub round: u32,
    /// Proposals of the round that are still to be tried.
    pub pending: Vec<String>,
    /// The present text in the trials that judge, once tried.
    pub present_held_out: Option<ScoredText>,
    /// The best text in the trials that judge, once tried.
    pub best_held_out: Option<ScoredText>,
}

/// A state that cannot be used.
#[derive(Debug, Error)]
pub enum StateError {
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// It is no state of a search.
    #[error("{0} is no state of a search: {1}; choose another file, or delete it")]
    Unreadable(PathBuf, serde_json::Error),
    /// It is of a search with other settings.
    #[error(
        "{0} is of a search with other settings; choose another file, or delete it\nthere: {1}\nhere:  {2}"
    )]
    Other(PathBuf, String, String),
}

impl SearchState {
    /// Reads the state of the search with these settings; a new one if there is no file.
    ///
    /// # Errors
    /// If the file cannot be read, or is of another search.
    pub fn load(path: &Path, settings: &str) -> Result<Self, StateError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    settings: settings.to_owned(),
                    tried: Vec::new(),
                    round: 0,
                    pending: Vec::new(),
                    present_held_out: None,
                    best_held_out: None,
                });
            }
            Err(error) => return Err(StateError::Io(path.to_owned(), error)),
        };
        let state: Self = serde_json::from_slice(&bytes)
            .map_err(|error| StateError::Unreadable(path.to_owned(), error))?;
        if state.settings != settings {
            let (there, here) = (state.settings, settings.to_owned());
            return Err(StateError::Other(path.to_owned(), there, here));
        }
        Ok(state)
    }

    /// Writes the state beside its file and puts it in its place, so that a kill at any moment
    /// leaves one of both.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), StateError> {
        let io = |error| StateError::Io(path.to_owned(), error);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let beside = path.with_file_name(name);
        let text = serde_json::to_vec_pretty(self).map_err(|error| io(error.into()))?;
        let mut file = File::create(&beside).map_err(io)?;
        file.write_all(&text).map_err(io)?;
        file.sync_all().map_err(io)?;
        fs::rename(&beside, path).map_err(io)
    }
}
