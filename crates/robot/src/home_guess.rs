//! Guesses the home posture and the workspace of a robot whose files do not give them.
//!
//! All joints at zero is how a URDF is drawn, not how its arm waits: stretched out, or folded into
//! itself. An arm waits with its hand pointing down at the near edge of its workspace, and the
//! workspace is where the hand reaches most of the table while it points down.

use std::f64::consts::PI;

use enact_types::{JointVector, Point3, Vector3};

use crate::collision::{Collider, CollisionWorld};
use crate::description::{Gripper, Robot};
use crate::inverse::IkTarget;

/// Where things are placed for any arm: on rings about a point ahead of the workspace's origin,
/// meters and radians, as in the scenes.
const CENTER: f64 = 0.039;
const RADII: [f64; 2] = [0.16, 0.255];
const ANGLES: [f64; 3] = [-1.08, 0.0, 1.08];
/// Heights of the fingertips above the table: at an object, and with the object lifted, meters.
const HEIGHTS: [f64; 2] = [0.02, 0.12];
/// Step between the origins that are tried, meters ahead of the base.
const STEP: f64 = 0.05;
const STEPS: usize = 13;
/// Heights of the fingertips of a waiting arm, best first, meters.
const WAITING: [f64; 5] = [0.3, 0.25, 0.2, 0.35, 0.15];
/// Distances of the waiting hand ahead of the workspace's origin, best first, meters: nearer to the
/// base than what lies there, so that it hides less of it.
const AHEAD: [f64; 3] = [0.05, 0.12, 0.2];
/// Number of starts of the search for the posture.
const STARTS: usize = 24;
/// Smallest share of the places that must be within reach for a workspace.
const MIN_REACHABLE_SHARE: f64 = 0.5;

/// Returns the origin of the workspace in the base frame, meters, where the hand reaches most of
/// the places that scenes use for any arm; `None` if it reaches too few of them anywhere ahead.
pub fn workspace_origin(robot: &Robot) -> Option<[f64; 2]> {
    let hand = robot.gripper_or_bare_tool();
    let reached: Vec<usize> = (0..STEPS)
        .map(|step| {
            let within = |place: &Point3| reach(robot, &hand, *place, &robot.home).is_some();
            places(step as f64 * STEP)
                .iter()
                .filter(|place| within(place))
                .count()
        })
        .collect();
    let most = *reached.iter().max()?;
    if (most as f64) < MIN_REACHABLE_SHARE * places(0.0).len() as f64 {
        return None;
    }
    // The middle of the first stretch that is as good as any.
    let first = reached.iter().position(|count| *count == most)?;
    let length = reached[first..]
        .iter()
        .take_while(|count| **count == most)
        .count();
    Some([(first + (length - 1) / 2) as f64 * STEP, 0.0])
}

/// Returns a posture in which the hand points down at the near edge of the workspace, the joints as
/// far from their limits as possible; joints that do not belong to the arm stay. `None` if there is
/// no collision-free one.
pub fn find_ready_posture(
    robot: &Robot,
    collider: &Collider,
    origin: [f64; 2],
) -> Option<JointVector> {
    let hand = robot.gripper_or_bare_tool();
    let around = CollisionWorld::with_table_only(robot);
    let places = AHEAD
        .iter()
        .flat_map(|ahead| WAITING.map(|height| (*ahead, height)));
    places.into_iter().find_map(|(ahead, height)| {
        let place = Point3::new(origin[0] + ahead, origin[1], height);
        let mut found: Vec<JointVector> = (0..STARTS)
            .filter_map(|round| {
                let joints = reach(robot, &hand, place, &start(robot, round))?;
                let mut posture = robot.home.clone();
                posture[..joints.len()].copy_from_slice(&joints);
                Some(posture)
            })
            .collect();
        found.sort_by(|a, b| limit_ratio(robot, a).total_cmp(&limit_ratio(robot, b)));
        found
            .into_iter()
            .find(|posture| collider.check_posture(posture, &around).is_ok())
    })
}

/// Returns target positions of the fingertips, with the workspace's origin `ahead` meters ahead of
/// the base.
fn places(ahead: f64) -> Vec<Point3> {
    let mut places = Vec::new();
    for radius in RADII {
        for angle in ANGLES {
            let (y, x) = angle.sin_cos();
            for height in HEIGHTS {
                places.push(Point3::new(ahead + CENTER + radius * x, radius * y, height));
            }
        }
    }
    places
}

/// Returns arm joint positions that put the grasp point at `place`, with the hand pointing down.
fn reach(robot: &Robot, hand: &Gripper, place: Point3, seed: &[f64]) -> Option<Vec<f64>> {
    let before = hand.tool_from_grasp.coords.dot(&hand.approach_axis);
    let target = IkTarget::Approach {
        position: place + Vector3::z() * before,
        approach: -Vector3::z_axis(),
        opening: None,
    };
    robot.inverse(&target, seed).ok().map(|found| found.joints)
}

/// Returns the middle of the joint ranges first, then postures spread over them.
fn start(robot: &Robot, round: usize) -> Vec<f64> {
    let spread = |index: usize| match round {
        0 => 0.5,
        _ => crate::halton::halton(round, index),
    };
    let joints = robot.joints.iter().enumerate();
    let place = |(index, joint): (usize, &crate::description::Joint)| {
        let (min, max) = range(joint);
        min + (max - min) * spread(index)
    };
    joints.map(place).collect()
}

/// Returns the distance of the arm's joints from the middle of their ranges.
fn limit_ratio(robot: &Robot, posture: &[f64]) -> f64 {
    let share = |(joint, position): (&crate::description::Joint, &f64)| {
        let (min, max) = range(joint);
        ((position - (min + max) / 2.0) / (max - min)).powi(2)
    };
    robot.arm_joints().iter().zip(posture).map(share).sum()
}

/// Returns the limits of a joint, clamped to half a turn either way if revolute.
fn range(joint: &crate::description::Joint) -> (f64, f64) {
    let limits = &joint.limits;
    match joint.prismatic {
        true => (limits.min, limits.max),
        false => (limits.min.max(-PI), limits.max.min(PI)),
    }
}
