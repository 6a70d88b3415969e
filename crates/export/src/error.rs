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
    /// A file cannot be written.
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
}

impl ExportError {
    pub(crate) fn file(path: &Path, reason: impl ToString) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}
