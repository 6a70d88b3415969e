//! Sources of frames.
//!
//! | module | idea |
//! |---|---|
//! | [`folder`] | pictures from disk, one after another |
//! | [`watched_folder`] | a folder into which another program writes what a camera sees |
//! | [`stream`] | a camera that streams: the newest picture wins |
//! | `stream_thread` | takes what comes, drops what is no use, and connects again |
//! | `latency` | how old pictures are when they arrive, by the camera's clock and pace |
//! | `motion_watch` | how far pictures lag behind an arm that moves |
//! | [`source`] | where streams come from: HTTP, webcams |
//! | [`decode`] | pictures from the bytes of a file |
//! | [`depth`] | depth from 16-bit PNG files |
//! | [`placed`] | a camera that is where it was measured to be |
//! | [`quality`] | is a picture sharp, is it well exposed? |

pub mod decode;
pub mod depth;
pub mod folder;
mod latency;
mod motion_watch;
pub mod placed;
pub mod quality;
pub mod source;
pub mod stream;
mod stream_thread;
pub mod watched_folder;

use std::time::{Duration, Instant};

use enact_types::{Frame, Reason};
use thiserror::Error;

pub use depth::DepthFolder;
pub use folder::FolderCamera;
pub use placed::PlacedCamera;
pub use quality::Quality;
pub use stream::{PictureStream, StreamCamera, StreamCounts, StreamLimits};
pub use watched_folder::LiveFolder;

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

    /// Begins to watch for the moment when what is seen changes: the arm begins to move. Cameras that
    /// cannot lag do nothing.
    fn watch_for_motion(&mut self) {}

    /// Checks that pictures do not lag behind a motion of the arm that began when
    /// [`watch_for_motion`](Self::watch_for_motion) was called; waits for the first that shows it.
    ///
    /// # Errors
    /// [`CameraError::Lagging`] if they do; [`CameraError::Stopped`].
    fn check_lag(&mut self) -> Result<(), CameraError> {
        Ok(())
    }

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
    /// There is no connection to the camera.
    #[error("the camera {camera} is lost: {reason}")]
    Lost {
        /// Name and place of the camera.
        camera: String,
        /// Description of the cause.
        #[source]
        reason: Reason,
    },
    /// The camera sends one picture over and over.
    #[error(
        "the camera {camera} is frozen: it has sent the same picture, byte for byte, {times} times more for {:.1} s",
        age.as_secs_f64()
    )]
    Repeating {
        /// Name and place of the camera.
        camera: String,
        /// How often it was repeated.
        times: u64,
        /// For how long.
        age: Duration,
    },
    /// Pictures come too late to be of use.
    #[error(
        "the camera {camera} is late: by its time stamps a picture is {:.1} s old when it arrives, and at most {:.1} s \
         is allowed (`max_age_s`); shorten its queues, or set its clock if that is wrong",
        age.as_secs_f64(), limit.as_secs_f64()
    )]
    Late {
        /// Name and place of the camera.
        camera: String,
        /// Age of the newest picture when it arrived.
        age: Duration,
        /// Greatest age allowed.
        limit: Duration,
    },
    /// Pictures show an arm's motion too long after it.
    #[error(
        "the camera {camera} is late: it showed the arm's motion {:.1} s after it began, and at most {:.1} s is allowed; \
         shorten its queues, or have enact wait for its pictures with `latency_s = {:.1}`",
        lag.as_secs_f64(), limit.as_secs_f64(), lag.as_secs_f64()
    )]
    Lagging {
        /// Name and place of the camera.
        camera: String,
        /// Time from the motion to the first picture of it.
        lag: Duration,
        /// Greatest time allowed.
        limit: Duration,
    },
    /// The camera is there, but gave no usable picture in time.
    #[error("no picture in time: {reason}")]
    Silent {
        /// Description of the cause.
        #[source]
        reason: Reason,
    },
    /// The stop switch was pressed while waiting for a picture.
    #[error("stopped")]
    Stopped,
    /// There are no more pictures.
    #[error("the camera has no more pictures")]
    Exhausted,
}
