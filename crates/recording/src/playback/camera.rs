//! A camera that shows the recorded pictures.

use enact_camera::{Camera, CameraError};
use enact_types::Frame;

use crate::error::RecordingError;
use crate::reader::{Message, Recording};
use crate::topic::Topic;

use super::inputs::{NextInputOrEnd, RecordedInputs, UserRequestCursor};

/// Shows the recorded pictures one after another.
#[derive(Debug)]
pub(super) struct RecordedCamera {
    frames: RecordedInputs<Frame>,
}

impl RecordedCamera {
    pub(super) fn new(
        recording: &Recording,
        course: &UserRequestCursor,
    ) -> Result<Self, RecordingError> {
        let mut frames = recording.frames()?.into_iter();
        let frame = |record: &Message, _: Option<&Message>| {
            let is_frame = record.topic == Topic::Frame;
            Ok(is_frame.then(|| frames.next()).flatten())
        };
        Ok(Self {
            frames: RecordedInputs::of(recording, course, frame)?,
        })
    }
}

impl Camera for RecordedCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        match self.frames.next() {
            NextInputOrEnd::There(frame) => Ok(frame),
            NextInputOrEnd::Stopped => Err(CameraError::Stopped),
            NextInputOrEnd::Over => Err(CameraError::Exhausted),
        }
    }
}
