//! The pictures that were recorded.

use enact_camera::{Camera, CameraError};
use enact_types::Frame;

use crate::error::JournalError;
use crate::reader::{Journal, Record};
use crate::topic::Topic;

use super::parts::{Course, Next, Parts};

/// Shows the recorded pictures one after another.
#[derive(Debug)]
pub(super) struct RecordedCamera {
    frames: Parts<Frame>,
}

impl RecordedCamera {
    pub(super) fn new(journal: &Journal, course: &Course) -> Result<Self, JournalError> {
        let mut frames = journal.frames()?.into_iter();
        let frame = |record: &Record, _: Option<&Record>| {
            let is_frame = record.topic == Topic::Frame;
            Ok(is_frame.then(|| frames.next()).flatten())
        };
        Ok(Self {
            frames: Parts::of(journal, course, frame)?,
        })
    }
}

impl Camera for RecordedCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        match self.frames.next() {
            Next::There(frame) => Ok(frame),
            Next::Stopped => Err(CameraError::Stopped),
            Next::Over => Err(CameraError::Exhausted),
        }
    }
}
