//! Time-optimal moves in joint space.

use enact_robot::Robot;
use enact_robot::gate::RETURN_SPEED_RATIO;
use enact_types::{JointVector, Refusal};
use rsruckig::prelude::{InputParameter, Ruckig, Synchronization, ThrowErrorHandler, Trajectory};

use super::limit_ratio::PLANNED_LIMIT_SHARE;

/// Returns samples at the control period of the fastest jerk-limited move from rest at `start` to
/// rest at `goal` in which all joints arrive together. It takes at least `at_least` seconds.
///
/// # Errors
/// If the number of joints is wrong or no such move exists.
pub fn sample_fastest_move(
    robot: &Robot,
    start: &JointVector,
    goal: &JointVector,
    at_least: f64,
) -> Result<Vec<JointVector>, Refusal> {
    let count = robot.joints().len();
    if start.len() != count || goal.len() != count {
        let lengths = format!(
            "{} and {} joints instead of {count}",
            start.len(),
            goal.len()
        );
        return Err(Refusal::Malformed(lengths));
    }
    if start == goal {
        return Ok(vec![start.clone(), goal.clone()]);
    }
    let trajectory = plan(robot, start, goal, at_least)?;
    let period = robot.control_period().as_secs_f64();
    let steps = (trajectory.get_duration() / period).ceil() as usize;
    let mut samples: Vec<JointVector> = (0..=steps)
        .map(|step| between(start, goal, at(&trajectory, count, step as f64 * period)))
        .collect();
    samples[0] = start.clone();
    samples[steps] = goal.clone();
    Ok(samples)
}

/// Returns the smallest duration for [`sample_fastest_move`], seconds, at which joints that start outside their
/// limits are as slow there as the gate requires.
pub fn min_duration_from_outside_limits(robot: &Robot, start: &[f64], goal: &[f64]) -> f64 {
    let joints = start.iter().zip(goal).zip(robot.joints());
    let outside = joints.filter(|((from, _), joint)| {
        let limits = joint.limits;
        !(limits.min <= **from && **from <= limits.max)
    });
    let mean = outside.map(|((from, to), joint)| {
        (to - from).abs() / (PLANNED_LIMIT_SHARE * RETURN_SPEED_RATIO * joint.limits.velocity)
    });
    // From rest to rest the peak velocity is at most twice the mean.
    2.0 * mean.fold(0.0, f64::max)
}

fn plan(
    robot: &Robot,
    start: &JointVector,
    goal: &JointVector,
    at_least: f64,
) -> Result<Trajectory<0>, Refusal> {
    let count = robot.joints().len();
    let mut input = InputParameter::<0>::new(Some(count));
    input.synchronization = Synchronization::Phase;
    input.minimum_duration = (at_least > 0.0).then_some(at_least);
    for (index, joint) in robot.joints().iter().enumerate() {
        input.current_position[index] = start[index];
        input.target_position[index] = goal[index];
        input.max_velocity[index] = PLANNED_LIMIT_SHARE * joint.limits.velocity;
        input.max_acceleration[index] = PLANNED_LIMIT_SHARE * joint.limits.acceleration;
        input.max_jerk[index] = PLANNED_LIMIT_SHARE * joint.limits.jerk;
    }
    let mut trajectory = Trajectory::<0>::new(Some(count));
    Ruckig::<0, ThrowErrorHandler>::new(Some(count), robot.control_period().as_secs_f64())
        .calculate(&input, &mut trajectory)
        .map_err(|error| Refusal::NotApplicable(format!("no motion to there: {error}")))?;
    Ok(trajectory)
}

/// Clamps joints to the range between start and goal, which a motion from rest to rest never
/// leaves, to remove a profile's rounding error: an end may be at a limit.
fn between(start: &[f64], goal: &[f64], joints: JointVector) -> JointVector {
    let ends = start.iter().zip(goal).zip(joints.iter());
    ends.map(|((from, to), at)| at.max(from.min(*to)).min(from.max(*to)))
        .collect()
}

fn at(trajectory: &Trajectory<0>, count: usize, time: f64) -> JointVector {
    let mut position = rsruckig::util::DataArrayOrVec::<f64, 0>::new(Some(count), 0.0);
    let time = time.min(trajectory.get_duration());
    trajectory.at_time(
        time,
        &mut Some(&mut position),
        &mut None,
        &mut None,
        &mut None,
        &mut None,
    );
    (0..count).map(|joint| position[joint]).collect()
}
