//! What is on the table, in 3-D.

use enact_plan::ObjectView;
use rerun::{Color, Points3D, RecordingStream, RecordingStreamResult};

use crate::convert::point;

const OBJECTS: &str = "world/objects";

/// Radius of an object's mark, metres.
const RADIUS: f32 = 0.008;

/// Marks each object with its name.
pub(crate) fn perceived(
    stream: &RecordingStream,
    objects: &[ObjectView],
) -> RecordingStreamResult<()> {
    let marks = Points3D::new(objects.iter().map(|object| point(&object.position)))
        .with_labels(objects.iter().map(|object| object.name.as_str()))
        .with_show_labels(true)
        .with_colors(objects.iter().map(reach_colour))
        .with_radii([RADIUS]);
    stream.log(OBJECTS, &marks)
}

/// Green for what the arm can get to, red for what it cannot.
pub(crate) fn reach_colour(object: &ObjectView) -> Color {
    if object.reachable {
        Color::from_rgb(80, 220, 120)
    } else {
        Color::from_rgb(235, 80, 70)
    }
}
