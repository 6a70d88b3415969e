//! Straight lines of the tool.

use enact_robot::{CollisionWorld, IkTarget, Robot};
use enact_types::{JointVector, Pose, Refusal};

use super::end_effector::JOINT_LIMIT_MARGIN;
use super::spline::Spline;
use super::time_parameterization::{ToolLimits, sample_timed_path};

/// Approximate spacing of the inverse-kinematics solutions along a line, meters.
const SPACING: f64 = 0.006;
/// Approximate spacing of the solutions along a rotation, radians.
const TURN_SPACING: f64 = 0.05;
/// Motion of a joint between two solutions beyond which it has jumped, rad or m.
const JUMP: f64 = 0.25;
/// Acceleration of the tool along a line, m/s²: gentle on an object held by friction.
const ACCELERATION: f64 = 1.0;

/// Returns the joint positions, arm only, along the straight line from the posture `start` to the
/// tool pose `end`.
///
/// # Errors
/// If a part of the line is unreachable or a joint would jump on it.
pub fn postures_along_line(
    robot: &Robot,
    start: &[f64],
    end: &Pose,
) -> Result<Vec<JointVector>, Refusal> {
    let from = robot.forward(start);
    let steps = spans(&from, end);
    let count = robot.arm_joints().len();
    let mut postures = vec![JointVector::from(start[..count].to_vec())];
    for step in 1..=steps {
        let pose = between(&from, end, step as f64 / steps as f64);
        let seed = &postures[postures.len() - 1];
        let joints = JointVector::from(
            robot
                .inverse_with_limit_margin(&IkTarget::Pose(pose), seed, JOINT_LIMIT_MARGIN)?
                .joints,
        );
        let moved = joints.max_difference(seed);
        if moved > JUMP {
            let at = pose.translation.vector;
            return Err(Refusal::NotApplicable(format!(
                "no straight way through ({:.3}, {:.3}, {:.3}) m: a joint would jump by {moved:.2} rad",
                at.x, at.y, at.z
            )));
        }
        postures.push(joints);
    }
    Ok(postures)
}

/// Returns samples at the control period along `postures` of the arm, with the gripper at its place
/// in `start`: from rest to rest, within limits, and with the tool no faster than `speed` m/s, nor
/// than is allowed near obstacles.
///
/// # Errors
/// If there is only one posture, or the line cannot be followed within the limits.
pub fn samples_within_tool_speed(
    robot: &Robot,
    start: &JointVector,
    postures: Vec<JointVector>,
    speed: f64,
    around: &CollisionWorld,
) -> Result<Vec<JointVector>, Refusal> {
    let knots: Vec<JointVector> = postures
        .into_iter()
        .map(|posture| join_arm_and_gripper(&posture, start))
        .collect();
    let tool = ToolLimits {
        speed,
        acceleration: ACCELERATION,
        around,
    };
    let mut samples = sample_timed_path(robot, &through(knots)?, &tool)?;
    samples[0] = start.clone();
    robot.check_positions(&samples)?;
    Ok(samples)
}

/// Returns samples at the control period along a smooth curve through evenly spaced postures of all
/// joints: from rest to rest, within limits.
///
/// # Errors
/// If there is only one posture, or the curve cannot be followed within the limits.
pub fn samples_through_postures(
    robot: &Robot,
    knots: Vec<JointVector>,
    around: &CollisionWorld,
) -> Result<Vec<JointVector>, Refusal> {
    let (first, last) = (knots[0].clone(), knots[knots.len() - 1].clone());
    let mut samples = sample_timed_path(
        robot,
        &through(knots)?,
        &ToolLimits::for_free_motion(around),
    )?;
    let end = samples.len() - 1;
    (samples[0], samples[end]) = (first, last);
    robot.check_positions(&samples)?;
    Ok(samples)
}

fn through(knots: Vec<JointVector>) -> Result<Spline, Refusal> {
    Spline::through(knots)
        .ok_or_else(|| Refusal::Malformed("a line of a single posture".to_owned()))
}

/// Returns the arm's joints with the gripper's of `like`.
pub fn join_arm_and_gripper(arm: &[f64], like: &JointVector) -> JointVector {
    arm.iter().chain(&like[arm.len()..]).copied().collect()
}

fn spans(from: &Pose, to: &Pose) -> usize {
    let length = (to.translation.vector - from.translation.vector).norm();
    let turn = from.rotation.angle_to(&to.rotation);
    ((length / SPACING).max(turn / TURN_SPACING).ceil() as usize).max(2)
}

fn between(from: &Pose, to: &Pose, share: f64) -> Pose {
    let translation = from.translation.vector.lerp(&to.translation.vector, share);
    let rotation = from
        .rotation
        .try_slerp(&to.rotation, share, 1e-9)
        .unwrap_or(to.rotation);
    Pose::from_parts(translation.into(), rotation)
}
