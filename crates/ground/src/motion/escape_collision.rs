//! Out of a posture in which the robot is too close to something already, as a limp arm that
//! lies on itself is.

use enact_robot::{CollisionWorld, Robot};
use enact_types::{JointVector, Refusal};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::rrt_connect::dense;

/// How far a joint may be turned for it, rad or m, in order of preference.
const TURNS: [f64; 6] = [0.1, 0.2, 0.4, 0.7, 1.0, 1.4];
/// Postures that are drawn for each of them.
const DRAWS: usize = 100;
/// Before a motion there is made, the way is checked in steps of this size, rad or m.
const STEP: f64 = 0.02;

/// A motion, as `motion_to` makes it, to a posture that is clear of everything: about the nearest
/// to `start` of those that the arm gets to straight in joint space with nothing on the way closer
/// than it is at the start. `None` if the start is clear itself, or if there is none.
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
            let path = dense(start, posture, STEP);
            is_clear(posture) && collider.check_path(&path, around).is_ok()
        })
        .find_map(|posture| motion_to(&posture).ok().map(|motion| (posture, motion)))
}
