//! Where frames come from.
//!
//! | module | idea |
//! |---|---|
//! | [`folder`] | pictures from disk, one after another |

pub mod folder;

use enact_types::Frame;
use thiserror::Error;

pub use folder::FolderCamera;

/// A source of frames.
pub trait Camera: Send {
    /// Takes a picture now.
    fn capture(&mut self) -> Result<Frame, CameraError>;
}

/// A picture could not be taken.
#[derive(Debug, Error)]
pub enum CameraError {
    /// The folder cannot be read.
    #[error("cannot read the picture folder `{path}`: {reason}")]
    Folder {
        /// The folder.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A picture cannot be read.
    #[error("cannot read the picture `{path}`: {reason}")]
    Picture {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// No picture arrived; the next one may.
    #[error("the camera gave no picture: {reason}")]
    Missing {
        /// What is known of it.
        reason: String,
    },
    /// There are no more pictures.
    #[error("the camera has no more pictures")]
    Exhausted,
}
