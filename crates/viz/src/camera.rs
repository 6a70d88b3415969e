//! The picture, its depth, the objects found in it, and its points in 3-D.

use enact_plan::{Detection, ObjectView};
use enact_types::{DepthImage, Frame, Intrinsics, NormalizedPoint, Pose};
use rerun::{
    Boxes2D, ChannelDatatype, Color, Image, Pinhole, Points2D, Points3D, RecordingStream,
    RecordingStreamResult,
};

use crate::convert::{point, transform};

/// The camera in the base frame; pictures and points are below it.
pub(crate) const CAMERA_PATH: &str = "world/camera";
/// Depth, below the camera.
pub(crate) const DEPTH_IMAGE_PATH: &str = "world/camera/depth";

const IMAGE: &str = "world/camera/image";
const DETECTIONS: &str = "world/camera/image/detections";
const OBJECTS: &str = "world/camera/image/objects";
const BOXES: &str = "world/camera/image/boxes";
const CLOUD: &str = "world/cloud";

/// Distance at which the picture floats in front of the camera in 3-D, meters.
const PICTURE_DISTANCE: f32 = 0.12;

/// Number of pixels per point in 3-D, along both axes.
const STRIDE: u32 = 2;
/// Radius of such a point, meters.
const POINT_RADIUS: f32 = 0.0012;

/// Where the pictures of another camera than the main one are shown.
pub(crate) fn side_camera_path(name: &str) -> String {
    format!("world/cameras/{name}")
}

/// Shows a picture of another camera, and where that is.
pub(crate) fn log_side_camera_frame(
    stream: &RecordingStream,
    name: &str,
    frame: &Frame,
) -> RecordingStreamResult<()> {
    let camera = side_camera_path(name);
    stream.log(camera.as_str(), &transform(&frame.base_from_camera))?;
    stream.log(camera.as_str(), &pinhole(frame))?;
    log_side_camera_picture(stream, name, frame.rgb.dimensions(), frame.rgb.as_raw())
}

/// Shows a picture of another camera.
pub(crate) fn log_side_camera_picture(
    stream: &RecordingStream,
    name: &str,
    (width, height): (u32, u32),
    rgb: &[u8],
) -> RecordingStreamResult<()> {
    let image = Image::from_rgb24(rgb.to_vec(), [width, height]);
    stream.log(format!("{}/image", side_camera_path(name)), &image)
}

/// Pose and projection of the camera of a picture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CameraView {
    intrinsics: Intrinsics,
    base_from_camera: Pose,
}

impl From<&Frame> for CameraView {
    fn from(frame: &Frame) -> Self {
        Self {
            intrinsics: frame.intrinsics,
            base_from_camera: frame.base_from_camera,
        }
    }
}

/// Shows the picture and the camera's pose; removes old points from it.
pub(crate) fn log_frame(stream: &RecordingStream, frame: &Frame) -> RecordingStreamResult<()> {
    stream.log(CAMERA_PATH, &transform(&frame.base_from_camera))?;
    stream.log(CAMERA_PATH, &pinhole(frame))?;
    let size = [frame.rgb.width(), frame.rgb.height()];
    stream.log(IMAGE, &Image::from_rgb24(frame.rgb.as_raw().clone(), size))?;
    if let Some(depth) = &frame.depth {
        stream.log(DEPTH_IMAGE_PATH, &depth_image(depth))?;
        stream.log(CLOUD, &cloud(frame, depth))?;
    }
    stream.log(DETECTIONS, &Points2D::clear_fields())?;
    stream.log(BOXES, &Boxes2D::clear_fields())?;
    stream.log(OBJECTS, &Points2D::clear_fields())
}

/// Marks the points from the model and the resulting objects, each with its label and a box that
/// encloses a ball of its size.
pub(crate) fn log_detections_and_objects(
    stream: &RecordingStream,
    view: &CameraView,
    detections: &[Detection],
    objects: &[ObjectView],
    object_labels: &[String],
) -> RecordingStreamResult<()> {
    let size = (view.intrinsics.width, view.intrinsics.height);
    let labels = detections.iter().map(|detection| detection.label.as_str());
    let points = Points2D::new(detections.iter().map(|found| pixel(found.point, size)))
        .with_labels(labels)
        .with_show_labels(false)
        .with_colors([Color::from_rgb(255, 255, 255)])
        .with_radii([rerun::Radius::new_ui_points(6.0)]);
    stream.log(DETECTIONS, &points)?;

    let (colors, boxes): (Vec<Color>, Vec<_>) = objects
        .iter()
        .filter_map(|object| {
            Some((
                crate::objects::reachability_color(object),
                outline(view, object)?,
            ))
        })
        .unzip();
    let (centers, halves): (Vec<_>, Vec<_>) = boxes.into_iter().unzip();
    let boxes = Boxes2D::from_centers_and_half_sizes(centers, halves).with_colors(colors);
    stream.log(BOXES, &boxes)?;

    let points = Points2D::new(objects.iter().map(|object| pixel(object.point, size)))
        .with_labels(object_labels.iter().map(String::as_str))
        .with_show_labels(true)
        .with_colors(objects.iter().map(crate::objects::reachability_color))
        .with_radii([rerun::Radius::new_ui_points(4.0)]);
    stream.log(OBJECTS, &points)
}

/// Returns the center and half extents, pixels, of the image of a ball around an object; `None`
/// behind the camera.
fn outline(view: &CameraView, object: &ObjectView) -> Option<([f32; 2], [f32; 2])> {
    let at = view
        .base_from_camera
        .inverse_transform_point(&object.position);
    let (x, y) = view.intrinsics.project(&at)?;
    let radius = object.size / 2.0 / at.z;
    let half = [view.intrinsics.fx * radius, view.intrinsics.fy * radius];
    Some(([x as f32, y as f32], half.map(|value| value as f32)))
}

/// Returns the pixels of the picture as points in 3-D.
fn cloud(frame: &Frame, depth: &DepthImage) -> Points3D {
    let mut points = Vec::new();
    let mut colors = Vec::new();
    for y in (0..depth.height).step_by(STRIDE as usize) {
        for x in (0..depth.width).step_by(STRIDE as usize) {
            let meters = depth.meters[(y * depth.width + x) as usize];
            if !meters.is_finite() || x >= frame.rgb.width() || y >= frame.rgb.height() {
                continue;
            }
            let pixel = (f64::from(x), f64::from(y));
            let Some(seen) = frame.intrinsics.deproject(pixel.0, pixel.1, meters.into()) else {
                continue;
            };
            points.push(point(&(frame.base_from_camera * seen)));
            let [red, green, blue] = frame.rgb.get_pixel(x, y).0;
            colors.push(Color::from_rgb(red, green, blue));
        }
    }
    Points3D::new(points)
        .with_colors(colors)
        .with_radii([POINT_RADIUS])
}

fn pixel(point: NormalizedPoint, (width, height): (u32, u32)) -> [f32; 2] {
    let (x, y) = point.to_pixel(width, height);
    [x as f32, y as f32]
}

fn pinhole(frame: &Frame) -> Pinhole {
    let camera = frame.intrinsics;
    let [fx, fy, cx, cy] = [camera.fx, camera.fy, camera.cx, camera.cy].map(|value| value as f32);
    // In column-major order.
    Pinhole::new([[fx, 0.0, 0.0], [0.0, fy, 0.0], [cx, cy, 1.0]])
        .with_resolution([camera.width as f32, camera.height as f32])
        .with_camera_xyz(rerun::components::ViewCoordinates::RDF)
        .with_image_plane_distance(PICTURE_DISTANCE)
}

fn depth_image(depth: &DepthImage) -> rerun::DepthImage {
    let known = |meters: &f32| if meters.is_finite() { *meters } else { 0.0 };
    let bytes: Vec<u8> = depth
        .meters
        .iter()
        .flat_map(|meters| known(meters).to_le_bytes())
        .collect();
    let size = [depth.width, depth.height];
    rerun::DepthImage::from_data_type_and_bytes(bytes, size, ChannelDatatype::F32).with_meter(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_marked_at_their_pixels() {
        let point = NormalizedPoint { y: 250, x: 500 };
        assert_eq!(pixel(point, (320, 240)), [160.0, 60.0]);
    }
}
