//! Sources of frames.
//!
//! | module | idea |
//! |---|---|
//! | [`folder`] | pictures from disk, one after another |
//! | [`live`] | a folder into which another program writes what a camera sees |
//! | [`placed`] | a camera that is where it was measured to be |

pub mod folder;
pub mod live;
pub mod placed;

use std::time::{Duration, Instant};

use enact_types::{Frame, Reason};
use thiserror::Error;

pub use folder::FolderCamera;
pub use live::LiveFolder;
pub use placed::PlacedCamera;

/// A source of frames.
///
/// # Examples
/// ```
/// use std::f64::consts::PI;
///
/// use enact_camera::{Camera, CameraError};
/// use enact_types::{Frame, Intrinsics, Pose, Stamp, Vector3};
/// use image::{Rgb, RgbImage};
///
/// /// Takes gray pictures.
/// struct GrayCamera {
///     sequence: u64,
/// }
///
/// impl Camera for GrayCamera {
///     fn capture(&mut self) -> Result<Frame, CameraError> {
///         self.sequence += 1;
///         Ok(Frame {
///             sequence: self.sequence,
///             stamp: Stamp::from_nanos(self.sequence * 33_333_333),
///             rgb: RgbImage::from_pixel(320, 240, Rgb([128; 3])),
///             depth: None,
///             intrinsics: Intrinsics::from_vertical_fov(320, 240, 0.8),
///             // Half a meter above the table, looking down.
///             base_from_camera: Pose::new(Vector3::new(0.2, 0.0, 0.5), Vector3::x() * PI),
///         })
///     }
/// }
///
/// let frame = GrayCamera { sequence: 0 }.capture()?;
/// let seen = frame.deproject_to_plane(160.0, 120.0, 0.0).unwrap();
/// assert!((seen.coords - Vector3::new(0.2, 0.0, 0.0)).norm() < 1e-9);
/// # Ok::<(), CameraError>(())
/// ```
pub trait Camera: Send {
    /// Takes a picture now.
    ///
    /// # Errors
    /// [`CameraError`] if no picture can be taken.
    fn capture(&mut self) -> Result<Frame, CameraError>;

    /// Takes a picture; also returns the time of what it shows, as precisely as the camera knows
    /// it.
    ///
    /// # Errors
    /// [`CameraError`] if no picture can be taken.
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
        /// Path of the folder.
        path: String,
        /// Description of the error.
        #[source]
        reason: Reason,
    },
    /// A picture cannot be read.
    #[error("cannot read the picture `{path}`: {reason}")]
    Picture {
        /// Path of the file.
        path: String,
        /// Description of the error.
        #[source]
        reason: Reason,
    },
    /// No picture arrived; the next one may.
    #[error("the camera gave no picture: {reason}")]
    Missing {
        /// Description of the cause.
        #[source]
        reason: Reason,
    },
    /// No new pictures arrive at the source of the camera.
    #[error("the camera is frozen: `{path}` was last written {:.0} s ago", age.as_secs_f64())]
    Frozen {
        /// Path of the newest picture.
        path: String,
        /// Age of that picture.
        age: Duration,
    },
    /// The stop switch was pressed while waiting for a picture.
    #[error("stopped")]
    Stopped,
    /// There are no more pictures.
    #[error("the camera has no more pictures")]
    Exhausted,
}
