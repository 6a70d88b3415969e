//! Why something cannot be exported.

use std::path::{Path, PathBuf};

use enact_journal::JournalError;
use thiserror::Error;

/// Something cannot be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What is wrong with which recording.
    #[error("{path}: {error}", path = path.display())]
    Within {
        /// The recording.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<ExportError>,
    },
    /// A file cannot be written or read.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The runs do not fit together, or there is nothing to export.
    #[error("{0}")]
    Unfit(String),
    /// Somebody stopped it.
    #[error("stopped: nothing was written")]
    Stopped,
}

impl ExportError {
    pub(crate) fn file(path: &Path, reason: impl ToString) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn within(path: &Path, error: Self) -> Self {
        match error {
            // These say which file.
            Self::Journal(JournalError::File { .. }) | Self::Within { .. } | Self::Stopped => error,
            _ => Self::Within {
                path: path.to_owned(),
                error: Box::new(error),
            },
        }
    }
}
