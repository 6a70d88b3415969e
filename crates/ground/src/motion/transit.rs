//! Moves from one posture to another around obstacles.

use enact_robot::Robot;
use enact_types::{JointVector, Refusal, Vector3};

use super::body::Body;
use super::line;
use super::obstacles::Obstacles;
use super::point_to_point::move_to;
use super::segment::{MotionSegment, Purpose};

/// How far the tool is raised out of a crowd before it moves, metres.
const RAISE: f64 = 0.07;
/// Speed of raising, m/s.
const SPEED: f64 = 0.15;

/// Moves from rest at `start` to rest at `goal`: straight in joint space where
/// that is clear, else by way of the folded posture, else raised first.
/// The refusal, if there is no way, is that of the straight move.
pub fn transit(
    robot: &Robot,
    body: &Body,
    obstacles: &Obstacles,
    start: &JointVector,
    goal: &JointVector,
) -> Result<Vec<MotionSegment>, Refusal> {
    let fold_at = |posture: &JointVector| folded(robot, posture, goal);
    let ways = [
        vec![goal.clone()],
        vec![fold_at(goal), goal.clone()],
        vec![fold_at(start), goal.clone()],
        vec![fold_at(start), fold_at(goal), goal.clone()],
    ];
    let mut refusal = None;
    for way in &ways {
        match through(robot, body, obstacles, start, way) {
            Ok(segments) => return Ok(segments),
            Err(why) => refusal = refusal.or(Some(why)),
        }
    }
    let refusal = refusal.unwrap_or_else(|| Refusal::NotApplicable("no way".to_owned()));
    let Ok(raise) = raised(robot, body, obstacles, start) else {
        return Err(refusal);
    };
    let above = raise.end().unwrap_or(start).clone();
    for way in &ways {
        if let Ok(rest) = through(robot, body, obstacles, &above, way) {
            return Ok(std::iter::once(raise).chain(rest).collect());
        }
    }
    Err(refusal)
}

fn through(
    robot: &Robot,
    body: &Body,
    obstacles: &Obstacles,
    start: &JointVector,
    way: &[JointVector],
) -> Result<Vec<MotionSegment>, Refusal> {
    let mut from = start;
    let mut segments = Vec::new();
    for next in way {
        let samples = move_to(robot, from, next, 0.0)?;
        obstacles.check_path(robot, body, &samples)?;
        segments.push(MotionSegment::new(Purpose::Transit, samples));
        from = next;
    }
    Ok(segments)
}

/// The home posture of the arm turned to where `posture` is, with the gripper of `goal`.
fn folded(robot: &Robot, posture: &JointVector, goal: &JointVector) -> JointVector {
    let mut arm = robot.home()[..robot.arm_joints().len()].to_vec();
    arm[0] = posture[0];
    line::with_gripper(&arm, goal)
}

fn raised(
    robot: &Robot,
    body: &Body,
    obstacles: &Obstacles,
    start: &JointVector,
) -> Result<MotionSegment, Refusal> {
    let mut above = robot.forward(start);
    above.translation.vector += Vector3::z() * RAISE;
    let postures = line::postures(robot, start, &above)?;
    let samples = line::timed(robot, start, postures, SPEED)?;
    obstacles.check_path(robot, body, &samples)?;
    Ok(MotionSegment::new(Purpose::Transit, samples))
}
