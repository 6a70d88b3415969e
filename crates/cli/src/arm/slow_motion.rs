//! Slow motion, for an arm that somebody stands beside.

use enact_arm::ArmState;
use enact_ground::motion::point_to_point::{min_duration_from_outside_limits, sample_fastest_move};
use enact_robot::{CollisionWorld, Gate, Robot, Trajectory};
use enact_types::{JointVector, Refusal};

/// Returns a motion straight in joint space from where the arm is, with no joint faster than
/// `speed` rad/s on average.
///
/// # Errors
/// The reason why the gate does not admit the motion.
pub fn plan_straight_motion(
    robot: &Robot,
    state: &ArmState,
    goal: &JointVector,
    speed: f64,
    around: &CollisionWorld,
) -> Result<Trajectory, Refusal> {
    let start = state.commanded_or_measured();
    let seconds = (start.max_difference(goal) / speed)
        .max(min_duration_from_outside_limits(robot, start, goal));
    let samples = sample_fastest_move(robot, start, goal, seconds)?;
    Gate::new(robot).admit_among_obstacles(samples, &state.as_start_state(), around)
}
