//! Rendering that leaves the processor to the arm: for pictures that are only looked at.

use std::time::Instant;

use anyhow::Result;
use enact_arm::realtime::{self, BackgroundPriority};
use enact_camera::{Camera, CameraError};
use enact_types::Frame;
use rayon::ThreadPool;

/// A camera whose pictures are taken on one core only, at low priority.
pub(crate) struct ThrottledCamera {
    camera: Box<dyn Camera>,
    pool: ThreadPool,
}

impl ThrottledCamera {
    /// Returns the camera with a thread of its own.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn new(camera: Box<dyn Camera>) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .start_handler(|_| realtime::lower_thread_priority(BackgroundPriority::Waiting))
            .build()?;
        Ok(Self { camera, pool })
    }
}

impl Camera for ThrottledCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        self.pool.install(|| self.camera.capture())
    }

    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        self.pool.install(|| self.camera.capture_timed())
    }
}
