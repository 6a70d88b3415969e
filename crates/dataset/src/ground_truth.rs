//! Perception by the simulator itself: an upper bound, for tests.

use enact_plan::{Detection, ModelResponse, Perceiver, PlannerError};
use enact_sim::geometry::FIRST_OBJECT;
use enact_sim::render::{Appearance, objects_in_view};
use enact_sim::{Layout, SimCamera, Simulator};
use enact_types::{Frame, NormalizedPoint};

/// Lists the objects that the simulator knows to be in the picture.
#[derive(Debug)]
pub struct GroundTruth {
    camera: SimCamera,
    labels: Vec<String>,
}

impl GroundTruth {
    /// Creates ground truth about `simulator`, which was made from `layout`.
    pub fn new(simulator: &Simulator, layout: &Layout) -> Self {
        Self {
            camera: simulator.camera(Appearance::default(), 0),
            labels: layout
                .objects
                .iter()
                .map(enact_sim::PlacedObject::label)
                .collect(),
        }
    }
}

impl Perceiver for GroundTruth {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        let picture = self.camera.capture_ground_truth();
        let mut seen: Vec<Detection> = objects_in_view(&picture)
            .into_iter()
            .map(|seen| {
                let ((x, y), camera) = (seen.point, &frame.intrinsics);
                let label = &self.labels[usize::from(seen.id - FIRST_OBJECT)];
                let point = NormalizedPoint::from_pixel(x, y, camera.width, camera.height);
                Detection::at(point, label)
            })
            .collect();
        seen.sort_by_key(|seen| (seen.point.y, seen.point.x));
        Ok(ModelResponse::unasked(Detection::write_list(&seen), seen))
    }
}
