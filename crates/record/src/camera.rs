//! The picture, its depth, and the points found in it.

use enact_plan::{Detection, ObjectView};
use enact_types::{DepthImage, Frame, NormalisedPoint};
use rerun::{
    ChannelDatatype, Color, Image, Pinhole, Points2D, RecordingStream, RecordingStreamResult,
};

use crate::convert::transform;

/// The camera in the base frame; pictures and points are below it.
pub(crate) const CAMERA: &str = "world/camera";
/// Depth, below the camera.
pub(crate) const DEPTH: &str = "world/camera/depth";

const IMAGE: &str = "world/camera/image";
const DETECTIONS: &str = "world/camera/image/detections";
const OBJECTS: &str = "world/camera/image/objects";

/// How far in front of the camera its picture floats in 3-D, metres.
const PICTURE_DISTANCE: f32 = 0.12;

/// Shows the picture and where it was taken from; old points are taken off it.
pub(crate) fn saw(stream: &RecordingStream, frame: &Frame) -> RecordingStreamResult<()> {
    stream.log(CAMERA, &transform(&frame.base_from_camera))?;
    stream.log(CAMERA, &pinhole(frame))?;
    let size = [frame.rgb.width(), frame.rgb.height()];
    stream.log(IMAGE, &Image::from_rgb24(frame.rgb.as_raw().clone(), size))?;
    if let Some(depth) = &frame.depth {
        stream.log(DEPTH, &depth_image(depth))?;
    }
    stream.log(DETECTIONS, &Points2D::clear_fields())?;
    stream.log(OBJECTS, &Points2D::clear_fields())
}

/// Marks what the model pointed at, and what became an object, on a picture of
/// `size` (width, height) pixels.
pub(crate) fn perceived(
    stream: &RecordingStream,
    size: (u32, u32),
    detections: &[Detection],
    objects: &[ObjectView],
) -> RecordingStreamResult<()> {
    let labels = detections.iter().map(|detection| detection.label.as_str());
    let points = Points2D::new(detections.iter().map(|found| pixel(found.point, size)))
        .with_labels(labels)
        .with_show_labels(false)
        .with_colors([Color::from_rgb(255, 255, 255)])
        .with_radii([rerun::Radius::new_ui_points(6.0)]);
    stream.log(DETECTIONS, &points)?;

    let names = objects.iter().map(|object| object.name.as_str());
    let points = Points2D::new(objects.iter().map(|object| pixel(object.point, size)))
        .with_labels(names)
        .with_show_labels(true)
        .with_colors(objects.iter().map(crate::objects::reach_colour))
        .with_radii([rerun::Radius::new_ui_points(4.0)]);
    stream.log(OBJECTS, &points)
}

fn pixel(point: NormalisedPoint, (width, height): (u32, u32)) -> [f32; 2] {
    let (x, y) = point.to_pixel(width, height);
    [x as f32, y as f32]
}

fn pinhole(frame: &Frame) -> Pinhole {
    let camera = frame.intrinsics;
    let [fx, fy, cx, cy] = [camera.fx, camera.fy, camera.cx, camera.cy].map(|value| value as f32);
    // Column by column.
    Pinhole::new([[fx, 0.0, 0.0], [0.0, fy, 0.0], [cx, cy, 1.0]])
        .with_resolution([camera.width as f32, camera.height as f32])
        .with_camera_xyz(rerun::components::ViewCoordinates::RDF)
        .with_image_plane_distance(PICTURE_DISTANCE)
}

fn depth_image(depth: &DepthImage) -> rerun::DepthImage {
    let known = |metres: &f32| if metres.is_finite() { *metres } else { 0.0 };
    let bytes: Vec<u8> = depth
        .metres
        .iter()
        .flat_map(|metres| known(metres).to_le_bytes())
        .collect();
    let size = [depth.width, depth.height];
    rerun::DepthImage::from_data_type_and_bytes(bytes, size, ChannelDatatype::F32).with_meter(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_marked_at_their_pixels() {
        let point = NormalisedPoint { y: 250, x: 500 };
        assert_eq!(pixel(point, (320, 240)), [160.0, 60.0]);
    }
}
