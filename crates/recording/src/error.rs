//! Errors in writing and reading recordings.

use std::path::PathBuf;

use enact_types::{Reason, Refusal};
use thiserror::Error;

/// A run cannot be recorded, or a recording cannot be read.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// A file cannot be opened, read or created.
    #[error("the recording {path}: {source}", path = path.display())]
    File {
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// Writing broke off.
    #[error("the recording cannot be written any further: {}", cause(.0))]
    Write(#[source] mcap::McapError),
    /// The file is not a recording.
    #[error("this is not a recording of enact: {0}")]
    NotOurs(#[source] Reason),
    /// A message does not have the content that its topic requires.
    #[error("a message of {topic} at {seconds:.3} s cannot be read: {reason}")]
    Message {
        /// Name of the topic.
        topic: &'static str,
        /// Log time of the message, seconds.
        seconds: f64,
        /// Description of the error.
        #[source]
        reason: Reason,
    },
    /// The robot of the recording cannot be used.
    #[error("the recording's robot cannot be loaded: {0}")]
    Robot(#[from] enact_robot::LoadError),
    /// The robot of the recording cannot do what the loop requires.
    #[error("the recording's robot cannot be used: {0}")]
    Unfit(#[source] Refusal),
}

/// Returns the message of the operating system, if it is its error.
fn cause(error: &mcap::McapError) -> String {
    match error {
        mcap::McapError::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}
