//! Velocity, acceleration and jerk by finite differences.

use std::ops::RangeInclusive;
use std::time::Duration;

use enact_types::{Quantity, Refusal};

use super::{beyond, limit_refusal};
use crate::description::Joint;

/// Share of its speed limit that a joint may use while outside its position limits.
pub const RETURN_SPEED_RATIO: f64 = 0.1;

/// Checks the differences that end at each sample of `range`. `path` gives the position at any
/// sample, including three before the range. The jerk limit is scaled by `jerk_factor`.
///
/// # Errors
/// [`Refusal::JointLimit`] for the first limit that is violated.
pub fn check(
    joint: &Joint,
    period: Duration,
    path: &dyn Fn(isize) -> f64,
    range: RangeInclusive<isize>,
    jerk_factor: f64,
) -> Result<(), Refusal> {
    let limits = &joint.limits;
    let h = period.as_secs_f64();
    for at in range {
        let [x0, x1, x2, x3] = [path(at), path(at - 1), path(at - 2), path(at - 3)];
        let inside = beyond(limits, x1) == 0.0;
        let speed = if inside {
            limits.velocity
        } else {
            limits.velocity * RETURN_SPEED_RATIO
        };
        let rates = [
            (Quantity::Velocity, (x0 - x1) / h, speed),
            (
                Quantity::Acceleration,
                (x0 - 2.0 * x1 + x2) / (h * h),
                limits.acceleration,
            ),
            (
                Quantity::Jerk,
                (x0 - 3.0 * x1 + 3.0 * x2 - x3) / (h * h * h),
                limits.jerk * jerk_factor,
            ),
        ];
        for (quantity, value, limit) in rates {
            if !(-limit <= value && value <= limit) {
                return Err(limit_refusal(joint, quantity, value, (-limit, limit)));
            }
        }
    }
    Ok(())
}
