//! A camera whose pictures are lost or change their lighting.

use enact_camera::{Camera, CameraError};
use enact_sim::Simulator;
use enact_sim::render::{Appearance, SimCamera};
use enact_types::{Frame, Pose};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::episode_setup::EpisodeSetup;
use crate::suite::Lighting;

/// The camera of an episode.
pub struct EpisodeCamera {
    camera: SimCamera,
    /// Appearance of every picture after the first.
    later: Option<Appearance>,
    /// Number of pictures lost after the first.
    lost: u32,
    taken: bool,
    /// The believed pose, seen from the true one.
    camera_from_believed: Pose,
}

impl EpisodeCamera {
    /// Creates the camera that the task of an episode asks for.
    pub fn new(setup: &EpisodeSetup<'_>, simulator: &Simulator) -> Self {
        let usual = Appearance {
            card: setup.card.clone(),
            ..Appearance::default()
        };
        let other = || Appearance {
            card: setup.card.clone(),
            ..Appearance::random(&mut ChaCha8Rng::seed_from_u64(setup.seed))
        };
        let (first, later) = match setup.light {
            Lighting::Usual => (usual, None),
            Lighting::Other => (other(), None),
            Lighting::Changes => (usual, Some(other())),
        };
        Self {
            camera: simulator.camera(first, setup.seed),
            later,
            lost: setup.task.disturb.lost_frames,
            taken: false,
            camera_from_believed: setup.camera.camera_from_believed,
        }
    }

    fn picture(&mut self) -> Result<Frame, CameraError> {
        let mut frame = self.camera.capture()?;
        frame.base_from_camera *= self.camera_from_believed;
        Ok(frame)
    }
}

impl Camera for EpisodeCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        if !self.taken {
            self.taken = true;
            return self.picture();
        }
        if self.lost > 0 {
            self.lost -= 1;
            return Err(CameraError::Missing {
                reason: "it was lost on the way".into(),
            });
        }
        if let Some(look) = self.later.take() {
            self.camera.set_appearance(look);
        }
        self.picture()
    }
}
