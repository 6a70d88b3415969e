//! Pinhole projection and its inverse.

use serde::{Deserialize, Serialize};

use crate::Point3;

/// A pinhole camera without distortion, in pixels.
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
        }
    }

    /// Returns the pixel `(x, y)` of a point in the camera frame; `None` behind the camera.
    pub fn project(&self, point: &Point3) -> Option<(f64, f64)> {
        (point.z > 0.0).then(|| {
            (
                self.fx * point.x / point.z + self.cx,
                self.fy * point.y / point.z + self.cy,
            )
        })
    }

    /// Returns the point in the camera frame that pixel `(x, y)` shows at `depth` meters
    /// along the optical axis.
    pub fn deproject(&self, x: f64, y: f64, depth: f64) -> Point3 {
        Point3::new(
            (x - self.cx) / self.fx * depth,
            (y - self.cy) / self.fy * depth,
            depth,
        )
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
            let (u, v) = camera.project(&camera.deproject(x, y, depth)).unwrap();
            prop_assert!((u - x).abs() < 1e-9 && (v - y).abs() < 1e-9);
        }
    }

    #[test]
    fn nothing_behind_the_camera_is_seen() {
        let camera = Intrinsics::from_vertical_fov(320, 240, 0.8);
        assert_eq!(camera.project(&Point3::new(0.0, 0.0, -1.0)), None);
    }
}
