//! Moves from one posture to another around obstacles.

use std::cell::Cell;

use enact_robot::{CollisionWorld, Robot};
use enact_types::{JointVector, Refusal, Vector3};

use super::cartesian_path;
use super::end_effector::JOINT_LIMIT_MARGIN;
use super::escape_collision::escape_path;
use super::limit_ratio::PLANNED_LIMIT_SHARE;
use super::point_to_point::{min_duration_from_outside_limits, sample_fastest_move};
use super::rrt_connect::{
    ConfigurationSpace, connect, interpolate_posture, interpolate_with_spacing,
};
use super::segment::{MotionSegment, Purpose};
use super::time_parameterization::ToolLimits;

/// Distance by which the tool is raised out of a crowd before it moves, meters.
const RAISE: f64 = 0.07;
/// Speed of the raising motion, m/s.
const SPEED: f64 = 0.15;
/// Step of the check of straight lines between postures, rad or m.
const STEP: f64 = 0.1;
/// Step of the rounding of a path's corners, rad or m.
const CORNER: f64 = 0.08;
/// Number of times that corners are rounded.
const ROUNDINGS: usize = 6;

/// Remaining number of path searches while a step is grounded.
#[derive(Debug, Default)]
pub struct PathSearchBudget {
    left: Cell<u32>,
    wanted: Cell<bool>,
}

impl PathSearchBudget {
    /// Creates a budget of this many searches.
    pub fn new(left: u32) -> Self {
        Self {
            left: Cell::new(left),
            wanted: Cell::new(false),
        }
    }

    /// Returns whether more searches were requested than allowed.
    pub fn was_exceeded(&self) -> bool {
        self.wanted.get()
    }

    fn take(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        if left == 0 {
            self.wanted.set(true);
        }
        left > 0
    }
}

/// Moves from rest at `start`, first back within the limits if it is outside, to rest at `goal`. It
/// tries in turn a straight line in joint space, the folded posture, raising the tool first,
/// escaping from a near collision first, and a path found by search.
///
/// # Errors
/// The refusal of the straight move, if no path is clear.
pub fn transit(
    robot: &Robot,
    around: &CollisionWorld,
    start: &JointVector,
    goal: &JointVector,
    searches: &PathSearchBudget,
) -> Result<Vec<MotionSegment>, Refusal> {
    let inside = within_limits(robot, start);
    if inside != *start
        && let Ok(back) = through(robot, around, start, std::slice::from_ref(&inside))
        && let Ok(rest) = transit_inside(robot, around, &inside, goal, searches)
    {
        return Ok(back.into_iter().chain(rest).collect());
    }
    transit_inside(robot, around, start, goal, searches)
}

fn within_limits(robot: &Robot, posture: &JointVector) -> JointVector {
    let joints = posture.iter().zip(robot.joints());
    joints
        .map(|(at, joint)| at.clamp(joint.limits.min, joint.limits.max))
        .collect()
}

fn transit_inside(
    robot: &Robot,
    around: &CollisionWorld,
    start: &JointVector,
    goal: &JointVector,
    searches: &PathSearchBudget,
) -> Result<Vec<MotionSegment>, Refusal> {
    let refusal = match through(robot, around, start, std::slice::from_ref(goal)) {
        Ok(segments) => return Ok(segments),
        Err(refusal) => refusal,
    };
    let fold_at = |posture: &JointVector| folded(robot, posture, goal);
    let paths = [
        vec![fold_at(goal), goal.clone()],
        vec![fold_at(start), goal.clone()],
        vec![fold_at(start), fold_at(goal), goal.clone()],
    ];
    for path in &paths {
        if let Ok(segments) = through(robot, around, start, path) {
            return Ok(segments);
        }
    }
    if let Ok(raise) = raised(robot, around, start) {
        let above = raise.end().unwrap_or(start).clone();
        let straight = vec![goal.clone()];
        for path in std::iter::once(&straight).chain(&paths) {
            if let Ok(rest) = through(robot, around, &above, path) {
                return Ok(std::iter::once(raise).chain(rest).collect());
            }
        }
    }
    let out_to = |free: &JointVector| through(robot, around, start, std::slice::from_ref(free));
    let is_stuck = || robot.collider().check_posture(start, around).is_err();
    if is_stuck()
        && searches.take()
        && let Some((free, out)) = escape_path(robot, around, start, out_to)
        && let Ok(rest) = transit_inside(robot, around, &free, goal, searches)
    {
        return Ok(out.into_iter().chain(rest).collect());
    }
    let goal_is_free = || {
        let touching = around.with_capped_margins(0.0);
        robot.collider().check_posture(goal, &touching).is_ok()
    };
    if goal_is_free()
        && searches.take()
        && let Some(segments) = searched(robot, around, start, goal)
    {
        return Ok(segments);
    }
    Err(refusal)
}

/// Returns one motion past the corners of a path where they can be rounded, else one that stops at
/// each.
fn through(
    robot: &Robot,
    around: &CollisionWorld,
    start: &JointVector,
    path: &[JointVector],
) -> Result<Vec<MotionSegment>, Refusal> {
    let mut from = start;
    let mut segments = Vec::new();
    for next in path {
        let samples = straight(robot, around, from, next)?;
        robot.collider().check_path(&samples, around)?;
        segments.push(MotionSegment::new(Purpose::Transit, samples, around));
        from = next;
    }
    if segments.len() > 1
        && let Ok(smooth) = smooth(robot, around, start, path)
    {
        let stopping: usize = segments.iter().map(|one| one.samples.len()).sum();
        if smooth.samples.len() < stopping {
            return Ok(vec![smooth]);
        }
    }
    Ok(segments)
}

/// Moves straight in joint space, as fast as the joints can or as the tool may near obstacles.
fn straight(
    robot: &Robot,
    around: &CollisionWorld,
    from: &JointVector,
    to: &JointVector,
) -> Result<Vec<JointVector>, Refusal> {
    let samples = sample_fastest_move(
        robot,
        from,
        to,
        min_duration_from_outside_limits(robot, from, to),
    )?;
    let period = robot.control_period().as_secs_f64();
    let hasty = ToolLimits::for_free_motion(around).tool_speed_ratio(robot, &samples, period)
        > PLANNED_LIMIT_SHARE;
    if hasty {
        cartesian_path::samples_through_postures(
            robot,
            interpolate_with_spacing(from, to, STEP),
            around,
        )
    } else {
        Ok(samples)
    }
}

/// Follows a path in one motion with rounded corners.
fn smooth(
    robot: &Robot,
    around: &CollisionWorld,
    start: &JointVector,
    path: &[JointVector],
) -> Result<MotionSegment, Refusal> {
    let corners: Vec<JointVector> = std::iter::once(start).chain(path).cloned().collect();
    let samples = cartesian_path::samples_through_postures(robot, rounded(&corners), around)?;
    robot.collider().check_path(&samples, around)?;
    Ok(MotionSegment::new(Purpose::Transit, samples, around))
}

/// Returns a path found by search, rounded into one smooth motion where that is clear.
fn searched(
    robot: &Robot,
    around: &CollisionWorld,
    start: &JointVector,
    goal: &JointVector,
) -> Option<Vec<MotionSegment>> {
    let collider = robot.collider();
    let postures = collider.posture_check(around);
    let arm = robot.arm_joints().len();
    let joints = robot.joints().iter().enumerate();
    let limits = joints.map(|(joint, description)| {
        let (a, b) = (start[joint], goal[joint]);
        if joint < arm {
            // The curve that rounds corners bends a little beyond them.
            let limits = description.limits;
            (
                limits.min + JOINT_LIMIT_MARGIN,
                limits.max - JOINT_LIMIT_MARGIN,
            )
        } else {
            (a.min(b), a.max(b))
        }
    });
    let space = ConfigurationSpace {
        limits: limits.collect(),
        free: &|posture| postures.check(posture).is_ok(),
        clear: &|from, to| {
            collider
                .check_path(&interpolate_with_spacing(from, to, STEP), around)
                .is_ok()
        },
    };
    let path = connect(&space, start, goal, 0)?;
    through(robot, around, start, &path[1..]).ok()
}

/// Returns evenly spaced postures along a path with its corners cut.
fn rounded(path: &[JointVector]) -> Vec<JointVector> {
    let mut points = vec![path[0].clone()];
    for pair in path.windows(2) {
        points.extend(
            interpolate_with_spacing(&pair[0], &pair[1], CORNER)
                .into_iter()
                .skip(1),
        );
    }
    for _ in 0..ROUNDINGS {
        let before = points.clone();
        for at in 1..points.len() - 1 {
            let middle = interpolate_posture(&before[at - 1], &before[at + 1], 0.5);
            points[at] = interpolate_posture(&before[at], &middle, 0.5);
        }
    }
    points
}

/// Returns the home posture of the arm turned to the heading of `posture`, with the gripper of
/// `goal`.
fn folded(robot: &Robot, posture: &JointVector, goal: &JointVector) -> JointVector {
    let mut arm = robot.home()[..robot.arm_joints().len()].to_vec();
    arm[0] = posture[0];
    cartesian_path::join_arm_and_gripper(&arm, goal)
}

fn raised(
    robot: &Robot,
    around: &CollisionWorld,
    start: &JointVector,
) -> Result<MotionSegment, Refusal> {
    let mut above = robot.forward(start);
    above.translation.vector += Vector3::z() * RAISE;
    let postures = cartesian_path::postures_along_line(robot, start, &above)?;
    let samples = cartesian_path::samples_within_tool_speed(robot, start, postures, SPEED, around)?;
    robot.collider().check_path(&samples, around)?;
    Ok(MotionSegment::new(Purpose::Transit, samples, around))
}
