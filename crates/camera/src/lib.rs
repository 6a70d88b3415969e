//! Where frames come from.
//!
//! | module | idea |
//! |---|---|
//! | [`folder`] | pictures from disk, one after another |
//! | [`live`] | a folder into which another program writes what a camera sees |

pub mod folder;
pub mod live;

use std::time::{Duration, Instant};

use enact_types::{Frame, Reason};
use thiserror::Error;

pub use folder::FolderCamera;
pub use live::LiveFolder;

/// A source of frames.
pub trait Camera: Send {
    /// Takes a picture now.
    fn capture(&mut self) -> Result<Frame, CameraError>;

    /// The same, and when what it shows was so, as well as the camera knows.
    ///
    /// # Errors
    /// If no picture can be taken.
    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        let frame = self.capture()?;
        Ok((frame, Instant::now()))
    }
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
        #[source]
        reason: Reason,
    },
    /// A picture cannot be read.
    #[error("cannot read the picture `{path}`: {reason}")]
    Picture {
        /// The file.
        path: String,
        /// What is wrong.
        #[source]
        reason: Reason,
    },
    /// No picture arrived; the next one may.
    #[error("the camera gave no picture: {reason}")]
    Missing {
        /// What is known of it.
        #[source]
        reason: Reason,
    },
    /// Nothing new is written where a camera's pictures come from.
    #[error("the camera is frozen: `{path}` was last written {:.0} s ago", age.as_secs_f64())]
    Frozen {
        /// The newest picture.
        path: String,
        /// How long ago it was written.
        age: Duration,
    },
    /// Somebody pressed the stop switch while a picture was waited for.
    #[error("stopped")]
    Stopped,
    /// There are no more pictures.
    #[error("the camera has no more pictures")]
    Exhausted,
}
