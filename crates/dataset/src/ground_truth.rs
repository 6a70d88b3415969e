//! Perception by the simulator itself: an upper bound, for tests.

use enact_plan::{Detection, ModelResponse, Perceiver, PlannerError};
use enact_sim::geometry::FIRST_OBJECT_SEGMENT_ID;
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
                .map(enact_sim::PlacedObject::color_and_shape_label)
                .collect(),
        }
    }

    fn label(&self, id: u16) -> Option<&String> {
        self.labels
            .get(usize::from(id.checked_sub(FIRST_OBJECT_SEGMENT_ID)?))
    }
}

impl Perceiver for GroundTruth {
    fn perceive(&mut self, frame: &Frame) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        let picture = self.camera.capture_segmentation();
        let mut seen: Vec<Detection> = objects_in_view(&picture)
            .into_iter()
            .filter_map(|seen| {
                let ((x, y), camera) = (seen.point, &frame.intrinsics);
                let point = NormalizedPoint::from_pixel(x, y, camera.width, camera.height);
                Some(Detection::at_point(point, self.label(seen.id)?))
            })
            .collect();
        seen.sort_by_key(|seen| (seen.point.y, seen.point.x));
        Ok(ModelResponse::from_parsed(
            Detection::write_list(&seen),
            seen,
        ))
    }

    /// Says what each mark is at, without adding what is not marked.
    fn perceive_marked(
        &mut self,
        frame: &Frame,
        marks: &[NormalizedPoint],
    ) -> Result<ModelResponse<Vec<Detection>>, PlannerError> {
        let picture = self.camera.capture_segmentation();
        let (width, height) = (frame.intrinsics.width, frame.intrinsics.height);
        let at = |mark: &NormalizedPoint| {
            let (x, y) = mark.to_pixel(width, height);
            let (x, y) = ((x as u32).min(width - 1), (y as u32).min(height - 1));
            self.label(picture.segment_id_at(x, y))
        };
        let mut seen: Vec<Detection> = Vec::new();
        for mark in marks {
            // What is in two parts, as a bowl with something before it, is named once.
            if let Some(label) = at(mark)
                && !seen.iter().any(|seen| seen.label == *label)
            {
                seen.push(Detection::at_point(*mark, label));
            }
        }
        Ok(ModelResponse::from_parsed(
            Detection::write_list(&seen),
            seen,
        ))
    }
}
