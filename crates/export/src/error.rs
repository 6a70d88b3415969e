//! Reasons why something cannot be exported.

use std::error::Error;
use std::path::{Path, PathBuf};

use enact_recording::RecordingError;
use enact_types::Reason;
use thiserror::Error;

/// Something cannot be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The recording cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// An error in one of several recordings.
    #[error("{path}: {error}", path = path.display())]
    Within {
        /// The recording.
        path: PathBuf,
        /// The cause.
        #[source]
        error: Box<ExportError>,
    },
    /// A file cannot be written or read.
    #[error("{path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        reason: Reason,
    },
    /// The runs do not fit together, or there is nothing to export.
    #[error("{0}")]
    Unfit(String),
    /// The export was stopped.
    #[error("stopped: nothing was written")]
    Stopped,
}

impl ExportError {
    /// Creates the error of a file, with the reason.
    pub(crate) fn file(path: &Path, reason: impl Into<Reason>) -> Self {
        Self::File {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    /// Creates the error of a file that `error` keeps from being written or read.
    pub(crate) fn caused(path: &Path, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        Self::file(path, Reason::from_text_and_source(error.to_string(), error))
    }

    /// Names the file in which `error` occurred, unless it names it already.
    pub(crate) fn within(path: &Path, error: Self) -> Self {
        match error {
            // These already name the file.
            Self::Recording(RecordingError::File { .. }) | Self::Within { .. } | Self::Stopped => {
                error
            }
            _ => Self::Within {
                path: path.to_owned(),
                error: Box::new(error),
            },
        }
    }
}
