//! Turns of the arm that show the camera what the arm hides of the table.

use enact_robot::Robot;
use enact_robot::collision::CollisionBody;
use enact_types::{Frame, JointVector, NormalizedPoint, Point3};

use super::robot_shapes::{PlacedShape, placed_robot_shapes};

/// Distance between the points of the table that are looked for, meters.
const GRID: f64 = 0.025;
/// Their height, which is about that of the middle of a thing, meters.
const HEIGHT: f64 = 0.015;
/// Turns of the first joint that are tried, from where the arm stood first, rad or m.
const TURNS: [f64; 6] = [0.5, -0.5, 1.0, -1.0, 1.5, -1.5];
/// Number of points that must come into view for a turn to be worth it: about a hand's breadth squared.
const WORTH: usize = 8;
/// Distance kept from the ends of the joint's range, rad or m.
const MARGIN: f64 = 0.05;
/// Distance at which a line of sight counts as blocked, meters.
const TOUCH: f64 = 1e-3;
/// Shortest step along a line of sight, meters.
const STEP: f64 = 2e-3;

/// The points of the table that matter.
pub struct TablePointsToSee<'a> {
    /// The picture that shows them or not, and from where.
    pub frame: &'a Frame,
    /// Where in it a thing that matters is, but half behind the arm, so that its place is not known.
    pub half_seen: &'a [NormalizedPoint],
    /// Largest distance from the base, meters.
    pub reach: f64,
    /// Whether the hand can be above a point.
    pub reaches: &'a dyn Fn(&Point3) -> bool,
}

/// Returns the turns of the first joint from the last of `looked_from` after which the camera sees more
/// of `points` than with the arm at any of them, with the best first; none where the arm hides too little.
pub fn base_turns_to_uncover(
    robot: &Robot,
    held: Option<&CollisionBody>,
    points: &TablePointsToSee<'_>,
    looked_from: &[JointVector],
) -> Vec<f64> {
    let (Some(first), Some(joints)) = (robot.arm_joints().first(), looked_from.last()) else {
        return Vec::new();
    };
    let frame = points.frame;
    let mut hidden: Vec<Point3> = points.in_picture().collect();
    for joints in looked_from {
        let parts = placed_robot_shapes(robot, held, joints);
        hidden.retain(|point| is_hidden(point, frame, &parts));
    }
    hidden.retain(|point| (points.reaches)(point));
    let half_seen = points.half_seen();
    if hidden.len() + WORTH * half_seen.len() < WORTH {
        return Vec::new();
    }
    let range = first.limits.min + MARGIN..=first.limits.max - MARGIN;
    let mut worth: Vec<(usize, f64)> = Vec::new();
    for turn in TURNS {
        let mut turned = joints.clone();
        turned[0] = looked_from[0][0] + turn;
        if !range.contains(&turned[0]) {
            continue;
        }
        let parts = placed_robot_shapes(robot, held, &turned);
        let is_seen = |point: &&Point3| !is_hidden(point, frame, &parts);
        let things = half_seen.iter().filter(is_seen).count();
        let seen = WORTH * things + hidden.iter().filter(is_seen).count();
        if seen >= WORTH {
            worth.push((seen, turned[0] - joints[0]));
        }
    }
    // Of turns that show as much, the smaller.
    worth.sort_by(|(seen, turn), (others, other)| {
        let by_turn = turn.abs().total_cmp(&other.abs());
        others.cmp(seen).then(by_turn)
    });
    worth.into_iter().map(|(_, turn)| turn).collect()
}

impl TablePointsToSee<'_> {
    /// Returns about where things are that are half behind the arm.
    fn half_seen(&self) -> Vec<Point3> {
        let (width, height) = self.frame.rgb.dimensions();
        let pixels = self
            .half_seen
            .iter()
            .map(|point| point.to_pixel(width, height));
        pixels
            .filter_map(|(x, y)| self.frame.deproject_to_plane(x, y, HEIGHT))
            .collect()
    }

    /// Returns the points of a grid on the table that the picture would show if nothing were between.
    fn in_picture(&self) -> impl Iterator<Item = Point3> + '_ {
        let steps = (self.reach / GRID).ceil() as i32;
        (-steps..=steps)
            .flat_map(move |x| {
                (-steps..=steps).map(move |y| (f64::from(x) * GRID, f64::from(y) * GRID))
            })
            .filter(|(x, y)| x.hypot(*y) <= self.reach)
            .map(|(x, y)| Point3::new(x, y, HEIGHT))
            .filter(|point| self.frame.project(point).is_some())
    }
}

/// Returns whether a part of the robot is between a point and the camera.
fn is_hidden(point: &Point3, frame: &Frame, parts: &[PlacedShape<'_>]) -> bool {
    let eye = Point3::from(frame.base_from_camera.translation.vector);
    parts.iter().any(|part| blocks(part, point, &eye))
}

/// Returns whether a part is between two points, by steps as long as it is away.
fn blocks(part: &PlacedShape<'_>, from: &Point3, to: &Point3) -> bool {
    let from = part.base_from_shape.inverse_transform_point(from);
    let to = part.base_from_shape.inverse_transform_point(to);
    let way = to - from;
    let length = way.norm();
    let nearest = (-from.coords.dot(&way) / way.norm_squared()).clamp(0.0, 1.0);
    if (from + way * nearest).coords.norm() > part.part.shape.bounding_radius() {
        return false;
    }
    let mut gone = 0.0;
    while gone < length {
        let distance = part
            .part
            .shape
            .signed_distance(&(from + way * (gone / length)));
        if distance < TOUCH {
            return true;
        }
        gone += distance.max(STEP);
    }
    false
}
