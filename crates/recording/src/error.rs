//! Why a run cannot be kept or a recording cannot be read.

use std::path::PathBuf;

use enact_types::{Reason, Refusal};
use thiserror::Error;

/// A run cannot be kept, or a recording cannot be read.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// A file cannot be opened, read or made.
    #[error("the recording {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: std::io::Error,
    },
    /// Writing broke off.
    #[error("the recording cannot be written any further: {}", cause(.0))]
    Write(#[source] mcap::McapError),
    /// The file is something else.
    #[error("this is not a recording of enact: {0}")]
    NotOurs(String),
    /// A message does not say what its topic should say.
    #[error("a message of {topic} at {seconds:.3} s cannot be read: {reason}")]
    Message {
        /// The topic.
        topic: &'static str,
        /// When it was logged, seconds.
        seconds: f64,
        /// What is wrong.
        #[source]
        reason: Reason,
    },
    /// The robot of the recording cannot be used.
    #[error("the recording's robot cannot be loaded: {0}")]
    Robot(#[from] enact_robot::LoadError),
    /// The robot of the recording cannot do what the loop needs.
    #[error("the recording's robot cannot be used: {0}")]
    Unfit(#[source] Refusal),
}

/// What the system says, where it is the system that fails.
fn cause(error: &mcap::McapError) -> String {
    match error {
        mcap::McapError::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}
