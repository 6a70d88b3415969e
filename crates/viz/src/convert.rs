//! Conversions of this project's poses and colors to rerun's types.

use enact_types::{Point3, Pose};
use rerun::{Color, Quaternion, Transform3D};

/// Converts a point in meters.
pub(crate) fn point(point: &Point3) -> [f32; 3] {
    point.coords.map(|value| value as f32).into()
}

/// Returns the translation of a pose in meters.
pub(crate) fn translation(pose: &Pose) -> [f32; 3] {
    pose.translation.vector.map(|value| value as f32).into()
}

/// Returns the rotation of a pose.
pub(crate) fn rotation(pose: &Pose) -> Quaternion {
    let [x, y, z, w] = pose.rotation.coords.map(|value| value as f32).into();
    Quaternion::from_xyzw([x, y, z, w])
}

/// Returns `parent_from_child` as the transform of the child's entity.
pub(crate) fn transform(parent_from_child: &Pose) -> Transform3D {
    Transform3D::new()
        .with_translation(translation(parent_from_child))
        .with_quaternion(rotation(parent_from_child))
}

/// Converts a linear color to the sRGB that rerun expects (IEC 61966-2-1).
pub(crate) fn color(linear: [f32; 3]) -> Color {
    let encode = |value: f32| {
        let value = value.clamp(0.0, 1.0);
        let encoded = if value <= 0.003_130_8 {
            12.92 * value
        } else {
            1.055 * value.powf(1.0 / 2.4) - 0.055
        };
        (255.0 * encoded).round() as u8
    };
    let [red, green, blue] = linear.map(encode);
    Color::from_rgb(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_encoded_as_srgb() {
        assert_eq!(color([0.0, 1.0, 2.0]), Color::from_rgb(0, 255, 255));
        assert_eq!(color([0.001, 0.214, 0.5]), Color::from_rgb(3, 127, 188));
    }
}
