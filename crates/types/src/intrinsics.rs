//! How a camera projects points to pixels, and the inverse.

use nalgebra::Vector2;
use serde::{Deserialize, Serialize};

use crate::{Distortion, Point3};

/// A pinhole camera behind a lens that may distort, in pixels.
///
/// The camera frame is the optical one: `x` right, `y` down, `z` forward. Pixel
/// centers are at half-integers, so the image spans `0..width` × `0..height`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intrinsics {
    /// Image width in pixels.
    pub width: u32,
    /// Image height in pixels.
    pub height: u32,
    /// Focal length along `x` in pixels.
    pub fx: f64,
    /// Focal length along `y` in pixels.
    pub fy: f64,
    /// Principal point along `x` in pixels.
    pub cx: f64,
    /// Principal point along `y` in pixels.
    pub cy: f64,
    /// Distortion of the lens; recordings of cameras without any leave it out.
    #[serde(default, skip_serializing_if = "Distortion::is_none")]
    pub distortion: Distortion,
}

impl Intrinsics {
    /// Creates intrinsics with square pixels and the principal point in the center; `vertical_fov`
    /// is in radians.
    pub fn from_vertical_fov(width: u32, height: u32, vertical_fov: f64) -> Self {
        let focal = f64::from(height) / 2.0 / (vertical_fov / 2.0).tan();
        Self {
            width,
            height,
            fx: focal,
            fy: focal,
            cx: f64::from(width) / 2.0,
            cy: f64::from(height) / 2.0,
            distortion: Distortion::None,
        }
    }

    /// Returns the pixel `(x, y)` of a point in the camera frame; `None` behind the camera, and
    /// where the distortion folds back.
    pub fn project(&self, point: &Point3) -> Option<(f64, f64)> {
        if point.z <= 0.0 {
            return None;
        }
        let ideal = Vector2::new(point.x / point.z, point.y / point.z);
        let bent = self.distortion.distort(&ideal)?;
        Some((self.fx * bent.x + self.cx, self.fy * bent.y + self.cy))
    }

    /// Returns the point in the camera frame that pixel `(x, y)` shows at `depth` meters
    /// along the optical axis; `None` where the lens shows nothing that is in front of the camera.
    #[inline]
    pub fn deproject(&self, x: f64, y: f64, depth: f64) -> Option<Point3> {
        let bent = Vector2::new((x - self.cx) / self.fx, (y - self.cy) / self.fy);
        let ideal = self.distortion.undistort(&bent)?;
        Some(Point3::new(ideal.x * depth, ideal.y * depth, depth))
    }

    /// Returns whether every pixel shows a direction: whether the distortion reaches the picture's
    /// edge without folding back.
    pub fn can_deproject_all_pixels(&self) -> bool {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let along = (0..=16).map(|i| f64::from(i) / 16.0);
        let edge = along.flat_map(|t| {
            [
                (t * width, 0.0),
                (t * width, height),
                (0.0, t * height),
                (width, t * height),
            ]
        });
        edge.into_iter()
            .all(|(x, y)| self.deproject(x, y, 1.0).is_some())
    }

    /// Returns the projection of the same camera whose pictures were scaled to another size;
    /// `None` if that has other proportions, so that it is not the same picture.
    pub fn scaled_to(&self, width: u32, height: u32) -> Option<Self> {
        let scale = f64::from(width) / f64::from(self.width);
        let is_alike = (f64::from(height) - f64::from(self.height) * scale).abs() < 1.0;
        let vertical = f64::from(height) / f64::from(self.height);
        is_alike.then_some(Self {
            width,
            height,
            fx: self.fx * scale,
            fy: self.fy * vertical,
            cx: self.cx * scale,
            cy: self.cy * vertical,
            distortion: self.distortion,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn projection_inverts_deprojection(x in 0.0..320.0, y in 0.0..240.0, depth in 0.05..5.0) {
            let camera = Intrinsics::from_vertical_fov(320, 240, 0.8);
            let (u, v) = camera.project(&camera.deproject(x, y, depth).unwrap()).unwrap();
            prop_assert!((u - x).abs() < 1e-9 && (v - y).abs() < 1e-9);
        }

        #[test]
        fn a_distorted_pixel_is_deprojected_to_what_it_shows(
            x in 0.0..320.0, y in 0.0..240.0, depth in 0.05..5.0, is_fisheye: bool,
        ) {
            let camera = Intrinsics {
                distortion: if is_fisheye { FISHEYE } else { WEBCAM },
                ..Intrinsics::from_vertical_fov(320, 240, 0.8)
            };
            let (u, v) = camera.project(&camera.deproject(x, y, depth).unwrap()).unwrap();
            prop_assert!((u - x).abs() < 1e-6 && (v - y).abs() < 1e-6);
        }
    }

    const WEBCAM: Distortion = Distortion::BrownConrady([-0.28, 0.09, 0.001, -0.002, -0.01]);
    const FISHEYE: Distortion = Distortion::Fisheye([0.03, -0.01, 0.002, -0.001]);

    #[test]
    fn a_lens_that_folds_within_the_picture_is_told() {
        let wide = Intrinsics::from_vertical_fov(640, 480, 1.6);
        let folding = Intrinsics {
            distortion: Distortion::BrownConrady([-0.4, 0.0, 0.0, 0.0, 0.0]),
            ..wide
        };
        assert!(wide.can_deproject_all_pixels() && !folding.can_deproject_all_pixels());
        // Beyond the fold, a point far to the side would come back into the picture.
        assert_eq!(folding.project(&Point3::new(2.0, 0.0, 1.0)), None);
    }

    #[test]
    fn a_scaled_picture_shows_the_same_directions() {
        let camera = Intrinsics {
            distortion: WEBCAM,
            ..Intrinsics::from_vertical_fov(640, 480, 0.8)
        };
        let half = camera.scaled_to(320, 240).unwrap();
        let whole = camera.deproject(101.0, 66.0, 1.0).unwrap();
        assert!((half.deproject(50.5, 33.0, 1.0).unwrap() - whole).norm() < 1e-9);
        assert_eq!(camera.scaled_to(640, 360), None);
    }

    #[test]
    fn a_camera_without_distortion_is_written_as_ever() {
        let camera = Intrinsics::from_vertical_fov(4, 2, 0.8);
        let text = serde_json::to_string(&camera).unwrap();
        assert!(!text.contains("distortion"), "{text}");
        assert_eq!(serde_json::from_str::<Intrinsics>(&text).unwrap(), camera);
    }

    #[test]
    fn nothing_behind_the_camera_is_seen() {
        let camera = Intrinsics::from_vertical_fov(320, 240, 0.8);
        assert_eq!(camera.project(&Point3::new(0.0, 0.0, -1.0)), None);
    }
}
