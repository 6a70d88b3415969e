//! The pictures that were recorded.

use enact_camera::{Camera, CameraError};
use enact_types::Frame;

use crate::error::JournalError;
use crate::reader::Journal;

/// Shows the recorded pictures one after another.
#[derive(Debug)]
pub(super) struct RecordedCamera {
    frames: std::vec::IntoIter<Frame>,
}

impl RecordedCamera {
    pub(super) fn new(journal: &Journal) -> Result<Self, JournalError> {
        Ok(Self {
            frames: journal.frames()?.into_iter(),
        })
    }
}

impl Camera for RecordedCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        self.frames.next().ok_or(CameraError::Exhausted)
    }
}
