//! A run that is filmed while it is kept.

use std::time::Instant;

use anyhow::Result;
use enact_arm::{Arm, urgency};
use enact_camera::{Camera, CameraError};
use enact_journal::Film;
use enact_journal::film::{ArmClock, Filming, InStep, OnArmClock, Timed};
use enact_types::Frame;
use rayon::ThreadPool;

use crate::arm::choice::ArmChoice;
use crate::launch::CameraChoice;
use crate::setup::Setup;

/// The arm and the camera of a run. In the simulator time waits for each picture that is filmed;
/// on servos a camera of its own films while the arm moves, and all pictures have the arm's time.
///
/// # Errors
/// If a camera cannot be opened.
pub fn arrange(
    setup: &Setup,
    arm: Box<dyn Arm>,
    film: Option<Film>,
) -> Result<(Box<dyn Arm>, Box<dyn Camera>)> {
    let camera = setup.camera()?;
    let fps = setup.launch.film_fps();
    let films = !matches!(
        setup.launch.camera,
        CameraChoice::Folder { live: false, .. }
    );
    if film.is_some() && !films && setup.launch.record_fps.is_some() {
        errln!("enact: stills from a folder are not filmed");
    }
    let film = film.filter(|_| films);
    if matches!(setup.launch.arm, ArmChoice::Sim) {
        return Ok(match (film, &setup.launch.camera) {
            (Some(film), CameraChoice::Sim) => {
                let arm = InStep::new(arm, setup.camera()?, film, fps);
                (Box::new(arm), camera)
            }
            // The simulator's time is not that of a real camera.
            _ => (arm, camera),
        });
    }
    let clock = ArmClock::default();
    let filming = match film {
        Some(film) => {
            let second: Box<dyn Camera> = match setup.launch.camera {
                CameraChoice::Sim => Box::new(InBackground::new(setup.camera()?)?),
                CameraChoice::Folder { .. } => setup.camera()?,
            };
            Some(Filming::start(second, film, clock.clone(), fps)?)
        }
        None => None,
    };
    let arm = Timed::new(arm, clock.clone()).filmed(filming);
    Ok((Box::new(arm), Box::new(OnArmClock::new(camera, clock))))
}

/// A camera whose rendering takes no more than one core, and gives way.
struct InBackground {
    camera: Box<dyn Camera>,
    pool: ThreadPool,
}

impl InBackground {
    fn new(camera: Box<dyn Camera>) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .start_handler(|_| urgency::give_way())
            .build()?;
        Ok(Self { camera, pool })
    }
}

impl Camera for InBackground {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        self.pool.install(|| self.camera.capture())
    }

    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        self.pool.install(|| self.camera.capture_timed())
    }
}
