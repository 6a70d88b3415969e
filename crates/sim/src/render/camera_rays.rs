//! Pixels and rays of a pinhole camera.

use enact_types::{Intrinsics, Point3, Pose, Vector3};
use nalgebra::{Matrix3, Rotation3, Translation3, UnitQuaternion};

/// Returns the pose of an optical frame (`x` right, `y` down, `z` forward) at `eye` that looks at
/// `target` with the horizon level. For a view straight up or down, the top of the picture points
/// along the base's `x` axis. `eye` and `target` must differ.
pub fn look_at(eye: &Point3, target: &Point3) -> Pose {
    let forward = (target - eye).normalize();
    let level = forward.cross(&Vector3::z());
    let right = if level.norm() > 1e-9 {
        level.normalize()
    } else {
        forward.cross(&Vector3::x()).normalize()
    };
    let down = forward.cross(&right);
    let rotation = Rotation3::from_matrix_unchecked(Matrix3::from_columns(&[right, down, forward]));
    Pose::from_parts(
        Translation3::from(eye.coords),
        UnitQuaternion::from_rotation_matrix(&rotation),
    )
}

/// Returns by how much the lens bends the ray through a place of the picture away from the axis, as a
/// factor on its slope. The place is given as slopes of a camera without distortion; positive
/// coefficients make a barrel of a square.
#[inline]
pub fn stretch(distortion: &[f64; 2], right: f64, down: f64) -> f64 {
    let squared = right * right + down * down;
    1.0 + squared * (distortion[0] + squared * distortion[1])
}

/// A posed camera, ready to cast rays.
pub(super) struct CameraRays {
    /// Origin of all rays, base frame.
    pub eye: Vector3,
    /// Projection.
    pub intrinsics: Intrinsics,
    base_from_camera: Matrix3<f64>,
    inverse_focal: (f64, f64),
    distortion: [f64; 2],
}

impl CameraRays {
    pub fn new(intrinsics: &Intrinsics, base_from_camera: &Pose, distortion: [f64; 2]) -> Self {
        Self {
            eye: base_from_camera.translation.vector,
            intrinsics: *intrinsics,
            base_from_camera: *base_from_camera.rotation.to_rotation_matrix().matrix(),
            inverse_focal: (1.0 / intrinsics.fx, 1.0 / intrinsics.fy),
            distortion,
        }
    }

    /// Returns the direction of the ray through pixel `(x, y)`, one meter long along the optical
    /// axis, so that distances in its units are depths.
    #[inline]
    pub fn ray(&self, x: f64, y: f64) -> Vector3 {
        let camera = &self.intrinsics;
        let right = (x - camera.cx) * self.inverse_focal.0;
        let down = (y - camera.cy) * self.inverse_focal.1;
        let stretch = stretch(&self.distortion, right, down);
        self.base_from_camera * Vector3::new(stretch * right, stretch * down, 1.0)
    }

    /// Returns whether straight lines look bent.
    pub fn is_distorted(&self) -> bool {
        self.distortion != [0.0; 2]
    }

    /// Returns the width that a pixel covers at `depth` on a surface across the ray, meters.
    pub fn pixel_width(&self, depth: f64) -> f64 {
        depth * self.inverse_focal.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_in_the_middle_and_up_is_up() {
        let eye = Point3::new(0.6, 0.1, 0.5);
        let target = Point3::new(0.2, 0.0, 0.0);
        let camera_from_base = look_at(&eye, &target).inverse();
        let middle = camera_from_base * target;
        assert!(middle.coords.xy().norm() < 1e-12 && middle.z > 0.0);
        let above = camera_from_base * (target + Vector3::z() * 0.1);
        assert!(above.x.abs() < 1e-12 && above.y < 0.0);
    }

    #[test]
    fn looking_straight_down_is_a_rotation_too() {
        let pose = look_at(&Point3::new(0.2, 0.0, 1.0), &Point3::new(0.2, 0.0, 0.0));
        let forward_point = (pose.inverse() * Point3::new(0.3, 0.0, 0.0)).coords;
        assert!((forward_point - Vector3::new(0.0, -0.1, 1.0)).norm() < 1e-12);
    }

    #[test]
    fn a_ray_meets_the_point_that_its_pixel_deprojects_to() {
        let intrinsics = Intrinsics::from_vertical_fov(320, 240, 0.8);
        let pose = look_at(&Point3::new(0.6, 0.1, 0.5), &Point3::new(0.2, 0.0, 0.0));
        let view = CameraRays::new(&intrinsics, &pose, [0.0; 2]);
        let by_pose = pose * intrinsics.deproject(12.5, 200.5, 0.7);
        assert!((view.eye + view.ray(12.5, 200.5) * 0.7 - by_pose.coords).norm() < 1e-12);
    }
}
