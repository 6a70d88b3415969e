//! Streams pictures of all cameras while a run is recorded or shown.

use anyhow::Result;
use enact_arm::Arm;
use enact_camera::Camera;
use enact_recording::stream::{
    ArmClock, ArmClockCamera, ClockedArm, FrameSink, JointTrack, LockstepArm, StreamThread,
};

use crate::arm::arm_config::ArmConfig;
use crate::camera::config::CameraSource;
use crate::camera::throttled::ThrottledCamera;
use crate::setup::Setup;

/// Who gets the pictures of a camera of the launch file.
pub struct CameraStreamSinks {
    /// Name of the camera.
    pub camera: String,
    /// Who gets them.
    pub sinks: Vec<Box<dyn FrameSink>>,
}

/// Returns the arm and the main camera of a run, filmed by these cameras. In the simulator, time waits
/// for each streamed picture; on servos, each camera streams on a thread of its own while the arm moves,
/// and all pictures have the arm's time. A camera that fails then is a gap in its film, no more.
///
/// # Errors
/// If a camera cannot be opened.
pub fn start_camera_streams(
    setup: &Setup,
    mut arm: Box<dyn Arm>,
    films: Vec<CameraStreamSinks>,
) -> Result<(Box<dyn Arm>, Box<dyn Camera>)> {
    let track = JointTrack::default();
    let main = setup.open_camera(setup.launch.cameras.main_camera(), &track)?;
    let fps = setup.launch.stream_fps();
    let in_simulator = matches!(setup.launch.arm, ArmConfig::Sim);
    let clock = ArmClock::default();
    let mut streams = Vec::new();
    for film in films {
        let mut cameras = setup.launch.cameras.all();
        let Some(camera) = cameras.find(|camera| camera.name == film.camera) else {
            continue;
        };
        let name = &camera.name;
        let is_still = match &camera.source {
            CameraSource::Folder { live, .. } => !live,
            CameraSource::Recording { .. } => true,
            CameraSource::Sim
            | CameraSource::Mjpeg { .. }
            | CameraSource::Usb { .. }
            | CameraSource::Ros2 { .. }
            | CameraSource::Zenoh { .. } => false,
        };
        if is_still {
            if setup.launch.record_fps.is_some() {
                errln!(
                    "enact: the camera `{name}` is not recorded as a stream: its pictures were taken before"
                );
            }
            continue;
        }
        if !in_simulator {
            let second = setup.open_camera(camera, &track)?;
            let second: Box<dyn Camera> = match camera.source {
                CameraSource::Sim => Box::new(ThrottledCamera::new(second)?),
                _ => second,
            };
            let thread = StreamThread::start(second, film.sinks, clock.clone(), fps)?;
            streams.push(thread);
        } else if camera.source == CameraSource::Sim {
            let second = setup.open_camera(camera, &track)?;
            arm = Box::new(LockstepArm::new(arm, second, film.sinks, fps));
        } else {
            errln!(
                "enact: the camera `{name}` is not recorded as a stream: the simulator's time is not its own"
            );
        }
    }
    if in_simulator {
        return Ok((arm, main));
    }
    let arm = ClockedArm::new(arm, clock.clone()).with_joint_track(track);
    let arm = Box::new(arm.with_stream_threads(streams));
    Ok((arm, Box::new(ArmClockCamera::new(main, clock))))
}
