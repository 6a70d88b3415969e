//! Motion beside which somebody stands.

use enact_arm::ArmState;
use enact_ground::motion::point_to_point::move_to;
use enact_robot::{Gate, Robot, Surroundings, Trajectory};
use enact_types::{JointVector, Refusal};

/// Straight in joint space from where the arm is, no joint faster than `speed` rad/s on average.
pub fn straight(
    robot: &Robot,
    state: &ArmState,
    goal: &JointVector,
    speed: f64,
    around: &Surroundings,
) -> Result<Trajectory, Refusal> {
    let seconds = state.goal().max_difference(goal) / speed;
    let samples = move_to(robot, state.goal(), goal, seconds)?;
    Gate::new(robot).admit_among(samples, &state.start(), around)
}
