//! Streams pictures while a run is recorded.

use std::time::Instant;

use anyhow::Result;
use enact_arm::{Arm, realtime};
use enact_camera::{Camera, CameraError};
use enact_recording::CameraStream;
use enact_recording::stream::{ArmClock, ArmClockCamera, ClockedArm, LockstepArm, StreamThread};
use enact_types::Frame;
use rayon::ThreadPool;

use crate::arm::arm_config::ArmConfig;
use crate::launch::CameraConfig;
use crate::setup::Setup;

/// Returns the arm and the camera of a run. In the simulator, time waits for each streamed picture;
/// on servos, a camera of its own streams while the arm moves, and all pictures have the arm's
/// time.
///
/// # Errors
/// If a camera cannot be opened.
pub fn arrange(
    setup: &Setup,
    arm: Box<dyn Arm>,
    camera_stream: Option<CameraStream>,
) -> Result<(Box<dyn Arm>, Box<dyn Camera>)> {
    let camera = setup.camera()?;
    let fps = setup.launch.stream_fps();
    let films = !matches!(
        setup.launch.camera,
        CameraConfig::Folder { live: false, .. }
    );
    if camera_stream.is_some() && !films && setup.launch.record_fps.is_some() {
        errln!("enact: pictures of a folder without `live = true` are not recorded as a stream");
    }
    let camera_stream = camera_stream.filter(|_| films);
    if matches!(setup.launch.arm, ArmConfig::Sim) {
        return Ok(match (camera_stream, &setup.launch.camera) {
            (Some(camera_stream), CameraConfig::Sim) => {
                let arm = LockstepArm::new(arm, setup.camera()?, camera_stream, fps);
                (Box::new(arm), camera)
            }
            // The simulator's time is not that of a real camera.
            _ => (arm, camera),
        });
    }
    let clock = ArmClock::default();
    let streaming = match camera_stream {
        Some(camera_stream) => {
            let second: Box<dyn Camera> = match setup.launch.camera {
                CameraConfig::Sim => Box::new(ThrottledCamera::new(setup.camera()?)?),
                CameraConfig::Folder { .. } => setup.camera()?,
            };
            Some(StreamThread::start(
                second,
                camera_stream,
                clock.clone(),
                fps,
            )?)
        }
        None => None,
    };
    let arm = ClockedArm::new(arm, clock.clone()).filmed(streaming);
    Ok((Box::new(arm), Box::new(ArmClockCamera::new(camera, clock))))
}

/// A camera that renders on one core only, at low priority.
struct ThrottledCamera {
    camera: Box<dyn Camera>,
    pool: ThreadPool,
}

impl ThrottledCamera {
    fn new(camera: Box<dyn Camera>) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .start_handler(|_| realtime::give_way())
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
