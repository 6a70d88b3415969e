//! A camera picture with what is needed to locate it in space.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::{Intrinsics, Point3, Pose, Stamp};

/// One camera picture.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Frame counter, incremented by one per frame of a camera; a repeated number means a frozen
    /// camera.
    pub sequence: u64,
    /// Time when the picture was taken.
    pub stamp: Stamp,
    /// Color, `intrinsics.width` × `intrinsics.height`.
    pub rgb: RgbImage,
    /// Depth of the same pixels, if the camera measures it.
    pub depth: Option<DepthImage>,
    /// Projection of this camera.
    pub intrinsics: Intrinsics,
    /// Pose of the optical frame (`x` right, `y` down, `z` forward) in the robot's base frame.
    pub base_from_camera: Pose,
}

impl Frame {
    /// Returns the point in the base frame that pixel `(x, y)` shows, from its depth; `None` if
    /// there is no reading.
    #[inline]
    pub fn deproject(&self, x: f64, y: f64) -> Option<Point3> {
        let depth = self.depth.as_ref()?.depth_at(x, y)?;
        Some(self.base_from_camera * self.intrinsics.deproject(x, y, depth)?)
    }

    /// Returns the point of the horizontal plane `z = height` (base frame) that pixel `(x, y)`
    /// shows; `None` if the ray does not meet the plane in front of the camera.
    pub fn deproject_to_plane(&self, x: f64, y: f64, height: f64) -> Option<Point3> {
        let origin = self.base_from_camera.translation.vector;
        let ray = self.base_from_camera.rotation * self.intrinsics.deproject(x, y, 1.0)?.coords;
        let scale = (height - origin.z) / ray.z;
        (scale.is_finite() && scale > 0.0).then(|| Point3::from(origin + ray * scale))
    }

    /// Returns the pixel `(x, y)` of a point in the base frame; `None` behind the camera or outside
    /// the picture.
    pub fn project(&self, point: &Point3) -> Option<(f64, f64)> {
        let (x, y) = self
            .intrinsics
            .project(&self.base_from_camera.inverse_transform_point(point))?;
        let inside = 0.0 <= x
            && x < f64::from(self.intrinsics.width)
            && 0.0 <= y
            && y < f64::from(self.intrinsics.height);
        inside.then_some((x, y))
    }
}

/// Depth along the optical axis in meters, row by row; `0` or not finite if there is no reading.
#[derive(Clone, Debug, PartialEq)]
pub struct DepthImage {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` depths in meters.
    pub meters: Vec<f32>,
}

impl DepthImage {
    /// Returns the depth at the pixel that contains `(x, y)`, meters.
    #[inline]
    pub fn depth_at(&self, x: f64, y: f64) -> Option<f64> {
        let inside =
            0.0 <= x && x < f64::from(self.width) && 0.0 <= y && y < f64::from(self.height);
        if !inside {
            return None;
        }
        let depth = self.meters[y as usize * self.width as usize + x as usize];
        (depth.is_finite() && depth > 0.0).then(|| f64::from(depth))
    }
}

/// A point in a picture in coordinates of 0 to 1000 from the top left, row first, independent of
/// the resolution: the convention of Gemini Robotics-ER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "[u16; 2]", into = "[u16; 2]")]
pub struct NormalizedPoint {
    /// Distance down from the top edge, 0..=1000.
    pub y: u16,
    /// Distance right from the left edge, 0..=1000.
    pub x: u16,
}

impl NormalizedPoint {
    /// The largest coordinate.
    pub const MAX_COORDINATE: u16 = 1000;

    /// Returns the normalized point of pixel `(x, y)` of a picture, clamped to the picture.
    pub fn from_pixel(x: f64, y: f64, width: u32, height: u32) -> Self {
        let scale = |value: f64, size: u32| {
            (value / f64::from(size) * f64::from(Self::MAX_COORDINATE))
                .round()
                .clamp(0.0, f64::from(Self::MAX_COORDINATE)) as u16
        };
        Self {
            y: scale(y, height),
            x: scale(x, width),
        }
    }

    /// Returns the pixel `(x, y)` of this point in a picture of this size; always inside it.
    pub fn to_pixel(self, width: u32, height: u32) -> (f64, f64) {
        let scale = |value: u16, size: u32| {
            let size = f64::from(size);
            (f64::from(value) / f64::from(Self::MAX_COORDINATE) * size).min(size - 0.5)
        };
        (scale(self.x, width), scale(self.y, height))
    }
}

impl From<[u16; 2]> for NormalizedPoint {
    fn from([y, x]: [u16; 2]) -> Self {
        Self { y, x }
    }
}

impl From<NormalizedPoint> for [u16; 2] {
    fn from(point: NormalizedPoint) -> Self {
        [point.y, point.x]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{Translation3, UnitQuaternion};

    fn looking_down() -> Frame {
        let base_from_camera = Pose::from_parts(
            Translation3::new(0.2, 0.1, 0.5),
            UnitQuaternion::from_euler_angles(std::f64::consts::PI, 0.0, 0.0),
        );
        Frame {
            sequence: 0,
            stamp: Stamp::ZERO,
            rgb: RgbImage::new(320, 240),
            depth: Some(DepthImage {
                width: 320,
                height: 240,
                meters: vec![0.5; 320 * 240],
            }),
            intrinsics: Intrinsics::from_vertical_fov(320, 240, 0.8),
            base_from_camera,
        }
    }

    #[test]
    fn depth_and_table_plane_agree_on_a_flat_table() {
        let frame = looking_down();
        let by_depth = frame.deproject(40.5, 200.5).unwrap();
        let by_plane = frame.deproject_to_plane(40.5, 200.5, 0.0).unwrap();
        assert!((by_depth - by_plane).norm() < 1e-7);
        let (x, y) = frame.project(&by_depth).unwrap();
        assert!((x - 40.5).abs() < 1e-6 && (y - 200.5).abs() < 1e-6);
    }

    #[test]
    fn a_plane_behind_the_camera_is_not_seen() {
        assert_eq!(looking_down().deproject_to_plane(1.0, 1.0, 2.0), None);
    }

    #[test]
    fn points_are_row_first_and_stay_inside() {
        let point = NormalizedPoint::from_pixel(160.0, 60.0, 320, 240);
        assert_eq!(serde_json::to_string(&point).unwrap(), "[250,500]");
        let corner = NormalizedPoint { y: 1000, x: 1000 };
        assert_eq!(corner.to_pixel(320, 240), (319.5, 239.5));
    }
}
