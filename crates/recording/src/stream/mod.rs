//! Cameras that film a run while it is recorded.
//!
//! | module | idea |
//! |---|---|
//! | [`clock`] | the arm's clock, for other threads |
//! | [`lockstep`] | an arm whose time stands still while it is filmed |
//! | [`stream_thread`] | a camera that films on its own thread while an arm moves |
//! | [`joint_track`] | where an arm was when a picture was taken |

pub mod clock;
pub mod joint_track;
pub mod lockstep;
pub mod stream_thread;

use std::fmt;
use std::sync::{Arc, Weak};

use enact_types::{Frame, Intrinsics, Pose, Stamp};

use crate::encode::EncodedMessage;
use crate::queue::{QueueSender, QueuedMessage};
use crate::recorder::{SharedClock, now_by};

pub use clock::{ArmClock, ArmClockCamera, ClockedArm};
pub use joint_track::JointTrack;
pub use lockstep::LockstepArm;
pub use stream_thread::StreamThread;

/// Default camera name: LeRobot's usual one.
pub const DEFAULT_CAMERA_NAME: &str = "front";

/// Takes the pictures of a streaming camera.
pub trait FrameSink: Send {
    /// Takes a picture that was taken at a time on the arm's clock, without waiting.
    fn receive(&mut self, frame: Frame, at: Stamp);

    /// Takes such a picture; whoever gives it waits.
    fn receive_waiting(&mut self, frame: Frame, at: Stamp) {
        self.receive(frame, at);
    }
}

/// One sink after another.
impl FrameSink for Vec<Box<dyn FrameSink>> {
    fn receive(&mut self, frame: Frame, at: Stamp) {
        for sink in self {
            sink.receive(frame.clone(), at);
        }
    }

    fn receive_waiting(&mut self, frame: Frame, at: Stamp) {
        for sink in self {
            sink.receive_waiting(frame.clone(), at);
        }
    }
}

impl FrameSink for CameraStream {
    fn receive(&mut self, frame: Frame, at: Stamp) {
        self.record_frame_or_drop(frame, at);
    }

    fn receive_waiting(&mut self, frame: Frame, at: Stamp) {
        self.record_frame_waiting(frame, at);
    }
}

/// Destination of the pictures of a streaming camera.
pub struct CameraStream {
    inlet: Weak<QueueSender>,
    wall: SharedClock,
    camera: Arc<str>,
    /// Frame of the camera's pose.
    base: String,
    with_depth: bool,
    /// Time of the newest picture.
    last: Option<Stamp>,
    /// Calibration and pose written last.
    told: Option<(Intrinsics, Pose)>,
}

impl CameraStream {
    pub(crate) fn new(
        inlet: Weak<QueueSender>,
        wall: &SharedClock,
        camera: &str,
        base: &str,
        with_depth: bool,
    ) -> Self {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        assert!(
            !camera.is_empty() && camera.chars().all(is_plain),
            "`{camera}` is no name for a camera"
        );
        Self {
            inlet,
            wall: Arc::clone(wall),
            camera: camera.into(),
            base: base.to_owned(),
            with_depth,
            last: None,
            told: None,
        }
    }

    /// Records a picture taken at a time on the arm's clock; waits if the disk is slow.
    pub fn record_frame_waiting(&mut self, frame: Frame, at: Stamp) {
        self.keep(frame, at, QueueSender::wait_and_post);
    }

    /// Records a picture without waiting: pictures for which the disk is too slow are dropped and
    /// counted.
    pub fn record_frame_or_drop(&mut self, frame: Frame, at: Stamp) {
        self.keep(frame, at, QueueSender::post_or_drop);
    }

    fn keep(&mut self, mut frame: Frame, at: Stamp, post: fn(&QueueSender, QueuedMessage)) {
        // Repeated comparison of two clocks jitters; recorded time must not go back.
        let at = self.last.map_or(at, |last| at.max(last));
        self.last = Some(at);
        if !self.with_depth {
            frame.depth = None;
        }
        let Some(inlet) = self.inlet.upgrade() else {
            return;
        };
        let mut entries = Vec::new();
        let place = (frame.intrinsics, frame.base_from_camera);
        if self.told != Some(place) {
            entries = EncodedMessage::of_camera_calibration_and_pose(
                &self.camera,
                at,
                &frame,
                &self.base,
            );
            self.told = Some(place);
        }
        entries.extend(EncodedMessage::of_streamed_frame(&self.camera, at, frame));
        let wall = now_by(&self.wall);
        for entry in entries {
            post(&inlet, QueuedMessage { entry, wall });
        }
    }
}

impl fmt::Debug for CameraStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Film")
            .field("camera", &self.camera)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
