//! A slow turn of one joint, for somebody who watches the arm.

use enact_robot::{CollisionWorld, Robot};
use enact_types::{JointVector, Refusal};

use super::point_to_point::{min_duration_from_outside_limits, sample_fastest_move};
use super::segment::{MotionSegment, Purpose};

/// Average speed of a revolute joint, rad/s, and of a prismatic one, m/s.
const GENTLE: (f64, f64) = (0.5, 0.05);

/// Returns the motion from rest at `joints` that turns one joint by rad or m.
///
/// # Errors
/// If there is no such joint, or no such motion.
pub fn plan_joint_jog(
    robot: &Robot,
    joints: &JointVector,
    joint: usize,
    by: f64,
    around: &CollisionWorld,
) -> Result<MotionSegment, Refusal> {
    let (Some(turned), true) = (robot.joints().get(joint), by.is_finite()) else {
        let text = format!("there is no joint {joint} to turn by {by}");
        return Err(Refusal::Malformed(text));
    };
    let speed = if turned.prismatic { GENTLE.1 } else { GENTLE.0 };
    let mut goal = joints.clone();
    goal[joint] += by;
    let seconds = (by.abs() / speed).max(min_duration_from_outside_limits(robot, joints, &goal));
    let samples = sample_fastest_move(robot, joints, &goal, seconds)?;
    Ok(MotionSegment::new(Purpose::Transit, samples, around))
}
