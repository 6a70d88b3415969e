//! Braking along the path.
//!
//! The rest of the path is replayed ever more slowly: the rate of its parameter falls from 1 to 0
//! along a quintic, so that acceleration is continuous. Between samples the path is the cubic
//! B-spline with the samples as control points; its third derivative is their third difference, so
//! replaying it adds no jerk.

use enact_types::JointVector;

use super::{Gate, Trajectory, check_positions, rates};

/// Length of path to back off after a contact, in seconds at the path's own speed.
const BACK: f64 = 0.25;
/// Shortest stop that is tried, seconds.
const QUICKEST: f64 = 0.04;
/// Longest stop that is tried, seconds. A slower one would soon reach the end of the path anyway.
const SLOWEST: f64 = 3.0;
/// Ratio of each tried duration to the previous one.
const LONGER: f64 = 1.2;
/// Factor by which a stop may exceed the jerk limit of plans, because it begins in mid-motion.
const STOP_JERK: f64 = 1.5;

impl Gate {
    /// Stops as soon as possible on the rest of the path; `sent` is the index of the last sample
    /// that was sent. The first sample of the result is the next to send.
    ///
    /// The position, velocity and acceleration limits hold, and the jerk stays within 1.5 times its
    /// limit. If no braking satisfies them, the result is the rest of the path, which ends at rest
    /// as well.
    pub fn stopping_trajectory(&self, trajectory: &Trajectory, sent: usize) -> Trajectory {
        self.braked(trajectory, sent).0
    }

    /// Stops as [`stopping_trajectory`](Self::stopping_trajectory) does, then moves back along the path by a quarter of a second
    /// of motion, away from whatever was hit.
    pub fn retreat_along_path(&self, trajectory: &Trajectory, sent: usize) -> [Trajectory; 2] {
        let samples = trajectory.positions();
        let (stop, met) = self.braked(trajectory, sent);
        let back = (met - BACK / self.period.as_secs_f64()).max(0.0);
        let joints = stop.end_positions().len();
        let rest = |at: f64| -> JointVector {
            (0..joints)
                .map(|joint| spline(samples, joint, at))
                .collect()
        };
        // The spline only approximates its end points.
        let gap: Vec<f64> = stop
            .end_positions()
            .iter()
            .zip(rest(met).iter())
            .map(|(a, b)| a - b)
            .collect();
        let mut time = QUICKEST;
        while time < SLOWEST {
            let steps = (time / self.period.as_secs_f64()).ceil();
            let sample = |step: usize| -> JointVector {
                let left = rate(step as f64 / steps);
                let at = rest(back + (met - back) * left);
                at.iter()
                    .zip(&gap)
                    .map(|(at, gap)| at + gap * left)
                    .collect()
            };
            let backwards: Vec<JointVector> = (1..=steps as usize).map(sample).collect();
            if self.keeps_limits(std::slice::from_ref(stop.end_positions()), 0, &backwards) {
                let away = Trajectory::new(backwards, self.period);
                return [stop, away];
            }
            time *= LONGER;
        }
        let stay = Trajectory::new(vec![stop.end_positions().clone()], self.period);
        [stop, stay]
    }

    /// Returns the stop and the position on the path where it ends, in samples.
    fn braked(&self, trajectory: &Trajectory, sent: usize) -> (Trajectory, f64) {
        let samples = trajectory.positions();
        let sent = sent.min(samples.len() - 1);
        let rest = &samples[(sent + 1).min(samples.len() - 1)..];
        let mut time = QUICKEST;
        while time < SLOWEST {
            let steps = (time / self.period.as_secs_f64()).ceil() as usize;
            if steps / 2 >= rest.len() {
                break;
            }
            let braked = brake(samples, sent, steps.max(1));
            if self.keeps_limits(samples, sent, &braked) {
                let end = sent as f64 + steps.max(1) as f64 * traveled(1.0);
                return (Trajectory::new(braked, self.period), end);
            }
            time *= LONGER;
        }
        let end = (samples.len() - 1) as f64;
        (Trajectory::new(rest.to_vec(), self.period), end)
    }

    fn keeps_limits(&self, samples: &[JointVector], sent: usize, braked: &[JointVector]) -> bool {
        let last = braked.len() as isize;
        self.joints.iter().enumerate().all(|(index, joint)| {
            let path = |at: isize| match at {
                ..=0 => samples[sent.saturating_sub(at.unsigned_abs())][index],
                _ => braked[at.min(last) as usize - 1][index],
            };
            let from = samples[sent][index];
            check_positions(joint, from, braked.iter().map(|sample| sample[index])).is_ok()
                && rates::check(joint, self.period, &path, 1..=last + 3, STOP_JERK).is_ok()
        })
    }
}

/// Returns samples that come to rest after `steps` control periods.
fn brake(samples: &[JointVector], sent: usize, steps: usize) -> Vec<JointVector> {
    let joints = samples[sent].len();
    let gap: Vec<f64> = (0..joints)
        .map(|joint| samples[sent][joint] - spline(samples, joint, sent as f64))
        .collect();
    let sample = |step: usize| {
        let share = step as f64 / steps as f64;
        let at = sent as f64 + steps as f64 * traveled(share);
        (0..joints)
            .map(|joint| spline(samples, joint, at) + gap[joint] * rate(share))
            .collect()
    };
    (1..=steps).map(sample).collect()
}

/// Returns the rate of the path parameter at a fraction of the braking time: from 1 to 0, flat at
/// both ends.
fn rate(share: f64) -> f64 {
    1.0 - share.powi(3) * (10.0 - share * (15.0 - 6.0 * share))
}

/// Returns the integral of [`rate`].
fn traveled(share: f64) -> f64 {
    share - share.powi(4) * (2.5 - share * (3.0 - share))
}

/// Evaluates the uniform cubic B-spline with the samples as control points.
fn spline(samples: &[JointVector], joint: usize, at: f64) -> f64 {
    let knot = at.floor();
    let t = at - knot;
    let control = |offset: isize| {
        let index = knot as isize + offset;
        samples[index.clamp(0, samples.len() as isize - 1) as usize][joint]
    };
    let weights = [
        (1.0 - t).powi(3),
        3.0 * t.powi(3) - 6.0 * t * t + 4.0,
        -3.0 * t.powi(3) + 3.0 * t * t + 3.0 * t + 1.0,
        t.powi(3),
    ];
    let sum: f64 = weights
        .iter()
        .zip(-1..=2)
        .map(|(weight, offset)| weight * control(offset))
        .sum();
    sum / 6.0
}
