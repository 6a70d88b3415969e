//! Where streams of pictures come from: a narrow trait, and what is behind it.
//!
//! | module | idea |
//! |---|---|
//! | [`http`] | MJPEG streams and stills over HTTP |
//! | [`multipart`] | the pictures in a multipart stream |
//! | [`usb`] | webcams, by the kernel's Video4Linux |
//! | [`yuyv`] | raw pictures of webcams |

#[cfg(feature = "http")]
pub mod http;
pub mod multipart;
#[cfg(all(feature = "usb", target_os = "linux"))]
pub mod usb;
pub mod yuyv;

use std::time::{Duration, Instant};

use enact_types::Reason;
use image::RgbImage;

use crate::decode;

/// A camera that can be opened, and opened again after it broke.
pub trait Source: Send + 'static {
    /// Returns where it is, for messages; without passwords.
    fn place(&self) -> String;

    /// Opens it.
    ///
    /// # Errors
    /// Why it cannot be opened now.
    fn open(&mut self) -> Result<Box<dyn Feed>, Reason>;

    /// Returns whether exposure settles only after it was opened, so that its first pictures are
    /// dark.
    fn needs_exposure_settling(&self) -> bool {
        false
    }
}

/// An open camera.
pub trait Feed {
    /// Waits for the next picture for a while.
    ///
    /// # Errors
    /// Why there will be none any more; it has to be opened again.
    fn next(&mut self, patience: Duration) -> Result<FeedOutcome, Reason>;
}

/// What came of waiting.
#[derive(Clone, Debug, PartialEq)]
pub enum FeedOutcome {
    /// A picture.
    Picture(Picture),
    /// Something that is no whole picture.
    Damaged(Reason),
    /// Nothing yet.
    Nothing,
}

/// A picture as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// What it shows.
    pub pixels: Pixels,
    /// When its first bytes arrived; it was taken before.
    pub begun: Instant,
    /// When it was taken on the camera's clock, seconds, if the camera says so. Whatever that clock
    /// shows: a time since 1970 is recognized.
    pub stamp: Option<f64>,
}

/// What a picture shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// Bytes of a PNG or JPEG file.
    File(Vec<u8>),
    /// Raw pixels of a webcam.
    Yuyv(yuyv::Yuyv),
    /// Pixels as they are.
    Rgb(RgbImage),
}

impl Pixels {
    /// Decodes the picture.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decode(&self) -> Result<RgbImage, Reason> {
        match self {
            Self::File(bytes) => decode::decode(bytes),
            Self::Yuyv(raw) => Ok(raw.to_rgb()),
            Self::Rgb(rgb) => Ok(rgb.clone()),
        }
    }

    /// Returns what is wrong with the bytes at first sight.
    pub fn find_damage(&self) -> Option<Reason> {
        match self {
            Self::File(bytes) if !decode::is_picture(bytes) => {
                Some("it is neither PNG nor JPEG".into())
            }
            Self::File(bytes) if !decode::is_whole(bytes) => Some("its end is missing".into()),
            Self::File(_) => None,
            Self::Yuyv(raw) => raw.fault(),
            Self::Rgb(_) => None,
        }
    }
}
