//! Samples for the gate.

use std::f64::consts::PI;

use enact_arm::ArmState;
use enact_robot::{CollisionWorld, Gate, Robot, Trajectory};
use enact_types::{JointVector, Quantity, Refusal};

use super::smooth::moving_average;
use super::spline::Spline;
use super::{GoalFault, Waypoints};

/// Windows of the moving average that are tried, seconds, if the jerk is too high.
const WINDOWS: [f64; 5] = [0.0, 0.02, 0.04, 0.08, 0.16];
/// Share of its limits that a motion of the gripper uses.
const GRIPPER_PACE: f64 = 0.9;

/// Returns the admitted motion of the arm's joints from where it rests through the points; the
/// gripper stays as it is.
///
/// # Errors
/// A [`GoalFault`] with what the gate refuses, or how far the first point is from the arm.
pub fn plan_joints(
    robot: &Robot,
    gate: &Gate,
    around: &CollisionWorld,
    state: &ArmState,
    waypoints: &Waypoints,
) -> Result<Trajectory, GoalFault> {
    let goal = state.commanded_or_measured();
    let arm = robot.arm_joints().len();
    check_start(robot, &goal[..arm], waypoints)?;
    let spline = Spline::from_rest(&goal[..arm], waypoints);
    let period = robot.control_period().as_secs_f64();
    let steps = (spline.duration() / period).ceil() as usize;
    let sample = |step: usize| -> JointVector {
        let mut sample = goal.clone();
        let time = (step as f64 * period).min(spline.duration());
        sample[..arm].copy_from_slice(&spline.positions_at(time));
        sample
    };
    let samples: Vec<JointVector> = (0..=steps).map(sample).collect();
    let mut refusal = None;
    for window in WINDOWS {
        let half = (window / period / 2.0).round() as usize;
        match gate.admit_among_obstacles(
            moving_average(&samples, half),
            &state.as_start_state(),
            around,
        ) {
            Ok(trajectory) => return Ok(trajectory),
            Err(why) => {
                let is_jerk = matches!(
                    why,
                    Refusal::JointLimit {
                        quantity: Quantity::Jerk,
                        ..
                    }
                );
                if !is_jerk {
                    return Err(why.into());
                }
                // What was asked for is told, not what was made of it.
                refusal.get_or_insert(why);
            }
        }
    }
    Err(refusal.map_or_else(|| GoalFault::invalid_goal("nothing to do"), GoalFault::from))
}

/// Checks that a point at time 0 is where the arm is.
fn check_start(robot: &Robot, from: &[f64], waypoints: &Waypoints) -> Result<(), GoalFault> {
    let first = &waypoints.points[0];
    if first.time > 0.0 {
        return Ok(());
    }
    let limit = robot.max_following_error();
    for (joint, (to, from)) in robot
        .arm_joints()
        .iter()
        .zip(first.positions.iter().zip(from))
    {
        let distance = (to - from).abs();
        let is_near = distance <= limit;
        if !is_near {
            let unit = if joint.prismatic { "m" } else { "rad" };
            return Err(GoalFault::invalid_goal(format!(
                "joint `{}`: the first point, at time 0, is {to:.4} {unit}, and the joint is at {from:.4} {unit} (at most {limit} {unit} apart): give it time, or begin where the arm is",
                joint.name
            )));
        }
    }
    Ok(())
}

/// Returns the admitted motion of the gripper's joint to `position`; the arm stays as it is.
///
/// # Errors
/// A [`GoalFault`] with what the gate refuses.
pub fn plan_gripper(
    robot: &Robot,
    gate: &Gate,
    around: &CollisionWorld,
    state: &ArmState,
    position: f64,
) -> Result<Trajectory, GoalFault> {
    let Some(gripper) = robot.gripper() else {
        return Err(GoalFault::invalid_joints("the robot has no gripper"));
    };
    let joint = &robot.joints()[gripper.joint];
    if !position.is_finite() {
        return Err(GoalFault::invalid_goal(format!(
            "joint `{}`: {position} is no finite number",
            joint.name
        )));
    }
    let limits = &joint.limits;
    // Checked before the duration rests on it.
    if !(limits.min <= position && position <= limits.max) {
        return Err(GoalFault::from(Refusal::JointLimit {
            joint: joint.name.clone(),
            quantity: Quantity::Position,
            value: position,
            min: limits.min,
            max: limits.max,
            prismatic: joint.prismatic,
        }));
    }
    let goal = state.commanded_or_measured();
    let way = position - goal[gripper.joint];
    let distance = way.abs();
    // p(u) = u - sin(2πu) / 2π has greatest derivatives 2, 2π and 4π².
    let slowest = (2.0 * distance / limits.velocity)
        .max((2.0 * PI * distance / limits.acceleration).sqrt())
        .max((4.0 * PI * PI * distance / limits.jerk).cbrt());
    let period = robot.control_period().as_secs_f64();
    let steps = (slowest / GRIPPER_PACE / period).ceil() as usize;
    let sample = |step: usize| -> JointVector {
        let mut sample = goal.clone();
        if step == steps {
            sample[gripper.joint] = position;
        } else {
            let u = step as f64 / steps as f64;
            sample[gripper.joint] += way * (u - (2.0 * PI * u).sin() / (2.0 * PI));
        }
        sample
    };
    let samples = match steps {
        0 => vec![goal.clone()],
        _ => (0..=steps).map(sample).collect(),
    };
    Ok(gate.admit_among_obstacles(samples, &state.as_start_state(), around)?)
}
