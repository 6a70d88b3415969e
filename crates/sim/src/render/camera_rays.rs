//! Pixels and rays of a camera.

use enact_types::{Intrinsics, Point3, Pose, Vector3};
use nalgebra::{Matrix3, Rotation3, Translation3, UnitQuaternion, Vector2};

/// Returns the pose of an optical frame (`x` right, `y` down, `z` forward) at `eye` that looks at
/// `target` with the horizon level. For a view straight up or down, the top of the picture points
/// along the base's `x` axis. `eye` and `target` must differ.
pub fn pose_looking_at(eye: &Point3, target: &Point3) -> Pose {
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

/// A posed camera, ready to cast rays.
pub(super) struct CameraRays {
    /// Origin of all rays, base frame.
    pub eye: Vector3,
    /// Projection.
    pub intrinsics: Intrinsics,
    base_from_camera: Matrix3<f64>,
    inverse_focal: (f64, f64),
}

impl CameraRays {
    pub fn new(intrinsics: &Intrinsics, base_from_camera: &Pose) -> Self {
        Self {
            eye: base_from_camera.translation.vector,
            intrinsics: *intrinsics,
            base_from_camera: *base_from_camera.rotation.to_rotation_matrix().matrix(),
            inverse_focal: (1.0 / intrinsics.fx, 1.0 / intrinsics.fy),
        }
    }

    /// Returns the direction of the ray through pixel `(x, y)`, one meter long along the optical
    /// axis, so that distances in its units are depths.
    #[inline]
    pub fn ray_through_pixel(&self, x: f64, y: f64) -> Vector3 {
        let camera = &self.intrinsics;
        let right = (x - camera.cx) * self.inverse_focal.0;
        let down = (y - camera.cy) * self.inverse_focal.1;
        let seen = Vector2::new(right, down);
        // Scenes whose lens folds within the picture are refused; a little beyond its edge, nothing
        // is shown.
        let ideal = camera.distortion.undistort(&seen).unwrap_or(seen);
        self.base_from_camera * ideal.push(1.0)
    }

    /// Returns by how many pixels the straight lines of a scene may bend on a tile, at most.
    pub fn max_line_bend_in_tile_px(&self) -> f64 {
        if self.intrinsics.distortion.is_none() {
            0.0
        } else {
            1.0
        }
    }

    /// Returns the width that a pixel covers at `depth` on a surface across the ray, meters.
    pub fn pixel_width_at_depth(&self, depth: f64) -> f64 {
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
        let camera_from_base = pose_looking_at(&eye, &target).inverse();
        let middle = camera_from_base * target;
        assert!(middle.coords.xy().norm() < 1e-12 && middle.z > 0.0);
        let above = camera_from_base * (target + Vector3::z() * 0.1);
        assert!(above.x.abs() < 1e-12 && above.y < 0.0);
    }

    #[test]
    fn looking_straight_down_is_a_rotation_too() {
        let pose = pose_looking_at(&Point3::new(0.2, 0.0, 1.0), &Point3::new(0.2, 0.0, 0.0));
        let forward_point = (pose.inverse() * Point3::new(0.3, 0.0, 0.0)).coords;
        assert!((forward_point - Vector3::new(0.0, -0.1, 1.0)).norm() < 1e-12);
    }

    #[test]
    fn a_ray_meets_the_point_that_its_pixel_deprojects_to() {
        let intrinsics = Intrinsics::from_vertical_fov(320, 240, 0.8);
        let pose = pose_looking_at(&Point3::new(0.6, 0.1, 0.5), &Point3::new(0.2, 0.0, 0.0));
        let view = CameraRays::new(&intrinsics, &pose);
        let by_pose = pose * intrinsics.deproject(12.5, 200.5, 0.7).unwrap();
        assert!(
            (view.eye + view.ray_through_pixel(12.5, 200.5) * 0.7 - by_pose.coords).norm() < 1e-12
        );
    }
}
