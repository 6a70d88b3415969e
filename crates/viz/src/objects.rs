//! Objects on the table, in 3-D.

use enact_plan::{Detection, ObjectView};
use rerun::{Color, Points3D, RecordingStream, RecordingStreamResult};

use crate::convert::point;

const OBJECTS: &str = "world/objects";

/// Radius of an object's mark, meters.
const RADIUS: f32 = 0.008;

/// Marks each object with its label.
pub(crate) fn log_object_marks(
    stream: &RecordingStream,
    objects: &[ObjectView],
    labels: &[String],
) -> RecordingStreamResult<()> {
    let marks = Points3D::new(objects.iter().map(|object| point(&object.position)))
        .with_labels(labels.iter().map(String::as_str))
        .with_show_labels(true)
        .with_colors(objects.iter().map(reachability_color))
        .with_radii([RADIUS]);
    stream.log(OBJECTS, &marks)
}

/// Returns the name of each object, with the model's confidence where the object was just seen.
pub(crate) fn labels_with_confidence(
    objects: &[ObjectView],
    detections: &[Detection],
    certainties: &[Option<f64>],
) -> Vec<String> {
    let label = |object: &ObjectView| {
        let seen = detections
            .iter()
            .position(|detection| detection.point == object.point);
        match seen.and_then(|index| certainties.get(index).copied().flatten()) {
            Some(certainty) => format!("{} {:.0} %", object.name, 100.0 * certainty),
            None => object.name.clone(),
        }
    };
    objects.iter().map(label).collect()
}

/// Returns green for an object within reach of the arm, red for one out of reach.
pub(crate) fn reachability_color(object: &ObjectView) -> Color {
    if object.reachable {
        Color::from_rgb(80, 220, 120)
    } else {
        Color::from_rgb(235, 80, 70)
    }
}
