//! Projects directions of the picture onto the table.

use enact_plan::Direction;
use enact_types::{Pose, Vector3};

/// Returns the direction on the table, in the base frame, that the picture shows as `direction`.
pub fn picture_direction_on_table(
    base_from_camera: &Pose,
    direction: Direction,
) -> Option<Vector3> {
    let flat = |vector: Vector3| Vector3::new(vector.x, vector.y, 0.0).try_normalize(1e-6);
    let right = flat(base_from_camera.rotation * Vector3::x())?;
    let away = Vector3::z().cross(&right);
    Some(match direction {
        Direction::Left => -right,
        Direction::Right => right,
        Direction::Away => away,
        Direction::Closer => -away,
    })
}
