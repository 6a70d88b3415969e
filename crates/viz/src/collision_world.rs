//! Obstacles: fixtures, keep-out boxes, and the sides of the workspace.

use std::sync::Arc;

use enact_robot::{HalfSpace, Obstacle};
use enact_types::{Point3, Vector3};
use rerun::components::FillMode;
use rerun::{Color, LineStrips3D, RecordingStream, RecordingStreamResult, entity_path};

use crate::convert::point;
use crate::shapes::{self, ShapeStyle};

const WALLS: &str = "world/keep_out/workspace";

/// Extent of the drawn workspace where nothing else bounds it, meters from the base.
const EXTENT: f64 = 1.0;

/// Draws all obstacles; they never change.
pub(crate) fn log_obstacles_and_walls(
    stream: &RecordingStream,
    obstacles: &[Arc<Obstacle>],
    walls: &[HalfSpace],
) -> RecordingStreamResult<()> {
    let look = ShapeStyle {
        color: Color::from_unmultiplied_rgba(235, 80, 70, 120),
        fill: FillMode::TransparentFillMajorWireframe,
    };
    for (index, obstacle) in obstacles.iter().enumerate() {
        let body = entity_path!["world", "keep_out", index.to_string(), obstacle.name()];
        for (index, (shape, base_from_shape)) in obstacle.shapes().enumerate() {
            let path = body.join(&entity_path![index.to_string()]);
            shapes::log_shape(stream, &path, &shape, &base_from_shape, look)?;
        }
    }
    let outlines: Vec<Vec<[f32; 3]>> = (0..walls.len())
        .map(|index| outline(index, walls))
        .filter(|outline| outline.len() > 2)
        .map(|outline| outline.iter().chain(outline.first()).map(point).collect())
        .collect();
    let color = Color::from_unmultiplied_rgba(235, 80, 70, 90);
    stream.log_static(WALLS, &LineStrips3D::new(outlines).with_colors([color]))
}

/// Returns the corners of a wall: the part of its plane that the other walls leave.
fn outline(index: usize, walls: &[HalfSpace]) -> Vec<Point3> {
    let wall = &walls[index];
    let normal = wall.normal.into_inner();
    let across = normal.cross(&least_along(&normal)).normalize() * EXTENT;
    let up = normal.cross(&across);
    let middle = Point3::from(normal * wall.offset);
    let square = [across + up, up - across, -across - up, across - up];
    let mut corners: Vec<Point3> = square.iter().map(|corner| middle + corner).collect();
    for (other, half_space) in walls.iter().enumerate() {
        if other != index {
            corners = clipped(&corners, half_space);
        }
    }
    corners
}

/// Returns the axis that is closest to perpendicular to a direction.
fn least_along(direction: &Vector3) -> Vector3 {
    match direction.iamin() {
        0 => Vector3::x(),
        1 => Vector3::y(),
        _ => Vector3::z(),
    }
}

/// Clips a convex polygon to the inner side of a plane (Sutherland and Hodgman, 1974).
fn clipped(corners: &[Point3], side: &HalfSpace) -> Vec<Point3> {
    let height = |corner: &Point3| side.normal.dot(&corner.coords) - side.offset;
    let mut left = Vec::new();
    for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let (start, end) = (height(from), height(to));
        if start >= 0.0 {
            left.push(*from);
        }
        if (start >= 0.0) != (end >= 0.0) {
            left.push(from + (to - from) * (start / (start - end)));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::Unit;

    #[test]
    fn walls_end_where_others_begin() {
        let wall = |normal: Vector3, offset| HalfSpace {
            name: String::new(),
            normal: Unit::new_normalize(normal),
            offset,
            margin: 0.0,
        };
        let walls = [
            wall(Vector3::x(), -0.1),
            wall(-Vector3::x(), -0.5),
            wall(Vector3::z(), 0.0),
        ];
        let floor = outline(2, &walls);
        assert_eq!(floor.len(), 4);
        let along: Vec<f64> = floor.iter().map(|corner| corner.x).collect();
        let near = |x: f64| along.iter().filter(|it| (*it - x).abs() < 1e-12).count();
        assert_eq!((near(-0.1), near(0.5)), (2, 2), "{floor:?}");
        assert!(floor.iter().all(|corner| corner.z.abs() < 1e-12));
    }

    #[test]
    fn nothing_is_left_outside() {
        let below = HalfSpace {
            name: String::new(),
            normal: -Vector3::z_axis(),
            offset: 0.5,
            margin: 0.0,
        };
        let floor = HalfSpace {
            normal: Vector3::z_axis(),
            offset: 0.0,
            ..below.clone()
        };
        assert!(outline(1, &[below, floor]).is_empty());
    }
}
