//! Leaves a posture that is already too close to an obstacle, such as that of a limp arm that lies
//! on itself.

use enact_robot::{CollisionWorld, Robot};
use enact_types::{JointVector, Refusal};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::rrt_connect::interpolate_with_spacing;

/// Largest turns of each joint to try, rad or m, in order of preference.
const TURNS: [f64; 6] = [0.1, 0.2, 0.4, 0.7, 1.0, 1.4];
/// Number of random postures for each of them.
const DRAWS: usize = 100;
/// Step of the collision check along the path there, rad or m.
const STEP: f64 = 0.02;

/// Returns a motion, made by `motion_to`, to a posture that is clear of everything, and that
/// posture. It is close to the nearest posture to `start` that the arm reaches straight in joint
/// space without getting closer to an obstacle than at the start. `None` if the start itself is
/// clear, or if there is no such posture.
pub fn escape_path<T>(
    robot: &Robot,
    around: &CollisionWorld,
    start: &JointVector,
    motion_to: impl Fn(&JointVector) -> Result<T, Refusal>,
) -> Option<(JointVector, T)> {
    let collider = robot.collider();
    let is_clear = |posture: &JointVector| collider.check_posture(posture, around).is_ok();
    if is_clear(start) {
        return None;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut draw = |most: f64| {
        let mut posture = start.clone();
        for (joint, description) in robot.arm_joints().iter().enumerate() {
            let limits = description.limits;
            let turned = start[joint] + rng.random_range(-most..=most);
            posture[joint] = turned.clamp(limits.min, limits.max);
        }
        posture
    };
    TURNS
        .into_iter()
        .flat_map(|most| std::iter::repeat_n(most, DRAWS))
        .map(&mut draw)
        .filter(|posture| {
            let path = interpolate_with_spacing(start, posture, STEP);
            is_clear(posture) && collider.check_path(&path, around).is_ok()
        })
        .find_map(|posture| motion_to(&posture).ok().map(|motion| (posture, motion)))
}
