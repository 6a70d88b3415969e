//! A camera whose pictures are lost or change their light.

use enact_camera::{Camera, CameraError};
use enact_sim::Simulator;
use enact_sim::render::{Look, SimCamera};
use enact_types::Frame;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::draw::Drawn;
use crate::suite::Light;

/// The camera of an episode.
pub struct EpisodeCamera {
    camera: SimCamera,
    /// How everything looks after the first picture.
    later: Option<Look>,
    /// Pictures that do not arrive after the first.
    lost: u32,
    taken: bool,
}

impl EpisodeCamera {
    /// As the task of an episode wants it.
    pub fn new(drawn: &Drawn<'_>, simulator: &Simulator) -> Self {
        let usual = Look {
            card: drawn.card.clone(),
            ..Look::default()
        };
        let other = || Look {
            card: drawn.card.clone(),
            ..Look::random(&mut ChaCha8Rng::seed_from_u64(drawn.seed))
        };
        let (first, later) = match drawn.task.disturb.light {
            Light::Usual => (usual, None),
            Light::Other => (other(), None),
            Light::Changes => (usual, Some(other())),
        };
        Self {
            camera: simulator.camera(first, drawn.seed),
            later,
            lost: drawn.task.disturb.lost_frames,
            taken: false,
        }
    }
}

impl Camera for EpisodeCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        if !self.taken {
            self.taken = true;
            return self.camera.capture();
        }
        if self.lost > 0 {
            self.lost -= 1;
            return Err(CameraError::Missing {
                reason: "it was lost on the way".into(),
            });
        }
        if let Some(look) = self.later.take() {
            self.camera.set_look(look);
        }
        self.camera.capture()
    }
}
