//! Slow motion, for an arm that somebody stands beside.

use enact_arm::ArmState;
use enact_ground::motion::point_to_point::{creeping, move_to};
use enact_robot::{CollisionWorld, Gate, Robot, Trajectory};
use enact_types::{JointVector, Refusal};

/// Returns a motion straight in joint space from where the arm is, with no joint faster than
/// `speed` rad/s on average.
///
/// # Errors
/// The reason why the gate does not admit the motion.
pub fn straight(
    robot: &Robot,
    state: &ArmState,
    goal: &JointVector,
    speed: f64,
    around: &CollisionWorld,
) -> Result<Trajectory, Refusal> {
    let start = state.goal();
    let seconds = (start.max_difference(goal) / speed).max(creeping(robot, start, goal));
    let samples = move_to(robot, start, goal, seconds)?;
    Gate::new(robot).admit_among(samples, &state.start(), around)
}
