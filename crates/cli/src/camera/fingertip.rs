//! The fingertip: where the arm has it, and where a camera sees it.

use enact_robot::Robot;
use enact_types::{Point3, Pose};
use image::GrayImage;
use nalgebra::{Point2, Vector2};

/// How much brighter or darker a pixel is where the arm has come into view.
const CHANGED: i16 = 18;
/// Fewer pixels are noise, not a finger.
const LEAST: usize = 40;
/// Depth of the end of a finger that is taken for its tip, in pixels.
const END: f64 = 3.0;

/// Returns the end of the closed fingers in the tool's frame.
pub fn tool_from_fingertip(robot: &Robot) -> Point3 {
    let gripper = robot.end_effector();
    gripper.tool_from_grasp + gripper.approach_axis.into_inner() * gripper.fingertip_reach
}

/// Returns the end of the closed fingers in the base, by the arm's joints.
pub fn base_from_fingertip(robot: &Robot, joints: &[f64]) -> Point3 {
    let base_from_tool: Pose = robot.forward(joints);
    base_from_tool * tool_from_fingertip(robot)
}

/// Returns the pixel, centers at integers, at which the hand ends that has come into view: of all
/// that changed within `reach` pixels of where it is expected, the end in the direction in which the
/// hand points. `None` if nothing like that has come.
pub fn seen(
    before: &GrayImage,
    after: &GrayImage,
    expected: Point2<f64>,
    pointing: Vector2<f64>,
    reach: f64,
) -> Option<Point2<f64>> {
    let pointing = pointing.try_normalize(1e-6)?;
    let across = Vector2::new(-pointing.y, pointing.x);
    let changed: Vec<Vector2<f64>> = hand(before, after, expected, reach)
        .into_iter()
        .map(|p| {
            let from = p - expected;
            Vector2::new(from.dot(&pointing), from.dot(&across))
        })
        .collect();
    if changed.len() < LEAST {
        return None;
    }
    // A few pixels farther out may be noise.
    let mut along: Vec<f64> = changed.iter().map(|p| p.x).collect();
    along.sort_by(|a, b| b.total_cmp(a));
    let end = along[3];
    let tip = changed.iter().filter(|p| p.x > end - END).map(|p| p.y);
    let (low, high) = tip.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| {
        (low.min(y), high.max(y))
    });
    // Half a pixel lies beyond the middle of the last one.
    Some(expected + pointing * (end + 0.5) + across * ((low + high) / 2.0))
}

/// Returns the largest connected part of what changed around a place.
fn hand(
    before: &GrayImage,
    after: &GrayImage,
    expected: Point2<f64>,
    reach: f64,
) -> Vec<Point2<f64>> {
    let (width, height) = after.dimensions();
    let is_changed = |x: u32, y: u32| {
        let at = Point2::new(f64::from(x), f64::from(y));
        let difference =
            i16::from(before.get_pixel(x, y).0[0]) - i16::from(after.get_pixel(x, y).0[0]);
        (at - expected).norm() <= reach && difference.abs() > CHANGED
    };
    let mut seen = vec![false; (width * height) as usize];
    let mut best = Vec::new();
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        let mut part = Vec::new();
        let mut queue = vec![(x, y)];
        while let Some((x, y)) = queue.pop() {
            let index = (y * width + x) as usize;
            if seen[index] || !is_changed(x, y) {
                continue;
            }
            seen[index] = true;
            part.push(Point2::new(f64::from(x), f64::from(y)));
            let beside = [(-1i64, 0i64), (1, 0), (0, -1), (0, 1)];
            for (dx, dy) in beside {
                let (x, y) = (i64::from(x) + dx, i64::from(y) + dy);
                if (0..i64::from(width)).contains(&x) && (0..i64::from(height)).contains(&y) {
                    queue.push((x as u32, y as u32));
                }
            }
        }
        if part.len() > best.len() {
            best = part;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A finger 11 pixels wide that comes from above and ends in a row.
    fn finger(middle: u32, end: u32) -> GrayImage {
        GrayImage::from_fn(200, 150, |x, y| {
            Luma([if x.abs_diff(middle) <= 5 && y <= end {
                90
            } else {
                200
            }])
        })
    }

    #[test]
    fn the_end_of_a_finger_is_seen_where_it_is_not_where_it_should_be() {
        let empty = GrayImage::from_pixel(200, 150, Luma([200]));
        let down = Vector2::new(0.0, 3.0);
        let tip = seen(
            &empty,
            &finger(110, 80),
            Point2::new(102.0, 90.0),
            down,
            50.0,
        )
        .unwrap();
        assert!((tip - Point2::new(110.0, 80.5)).norm() < 1.0, "{tip}");
        let other = finger(110, 10);
        assert_eq!(
            seen(&empty, &other, Point2::new(102.0, 90.0), down, 50.0),
            None
        );
        assert_eq!(
            seen(&empty, &empty, Point2::new(102.0, 90.0), down, 50.0),
            None
        );
    }
}
