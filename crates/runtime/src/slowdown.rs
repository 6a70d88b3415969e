//! After a contact that was not expected, free motion takes the same path at half the speed.
//!
//! An arm that swings fast and far out may need nearly all its effort for its own weight, which
//! looks like an obstacle. At half the speed it needs less, and meets a real obstacle more gently.

use enact_arm::ExecutionEnd;
use enact_ground::MotionSegment;
use enact_types::JointVector;

/// Whether free motion is slow, because an earlier one met resistance.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slowdown {
    is_on: bool,
}

impl Slowdown {
    /// Returns the samples of a segment at half the speed, if it is to be slow. Where contact is
    /// expected it is slow already.
    pub(crate) fn slow_samples(self, segment: &MotionSegment) -> Option<Vec<JointVector>> {
        (self.is_on && !segment.contact_expected).then(|| at_half_speed(&segment.samples))
    }

    /// Notes how a motion ended. The next, slower attempt distinguishes an obstacle from the arm's
    /// own weight.
    pub(crate) fn note_end(&mut self, end: &ExecutionEnd) {
        self.is_on |= matches!(end, ExecutionEnd::Contact { .. });
    }
}

/// Returns samples of the same curve, traversed at half the speed.
///
/// The curve is the cubic B-spline that the samples control, at rest before and after. Inserting a
/// knot into the middle of every span leaves the curve unchanged (Lane and Riesenfeld, "A
/// theoretical development for the computer generation and display of piecewise polynomial
/// surfaces", 1980). Velocities are therefore halved, accelerations are quartered, and no limit is
/// nearer than before.
fn at_half_speed(samples: &[JointVector]) -> Vec<JointVector> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Vec::new();
    };
    let rests = [first].into_iter().chain(samples).chain([last]);
    let controls: Vec<&JointVector> = rests.collect();
    let mut slow = vec![first.clone()];
    for three in controls.windows(3) {
        slow.push(mixed(&[(three[0], 0.5), (three[1], 0.5)]));
        slow.push(mixed(&[
            (three[0], 0.125),
            (three[1], 0.75),
            (three[2], 0.125),
        ]));
    }
    slow.push(last.clone());
    slow
}

/// Returns a weighted mean that rounding cannot move outside of its parts, which may be at a limit.
fn mixed(parts: &[(&JointVector, f64)]) -> JointVector {
    let (first, _) = parts[0];
    (0..first.len())
        .map(|joint| {
            let values = || parts.iter().map(|(part, _)| part[joint]);
            let low = values().fold(f64::INFINITY, f64::min);
            let high = values().fold(f64::NEG_INFINITY, f64::max);
            let mean: f64 = parts
                .iter()
                .map(|(part, weight)| weight * part[joint])
                .sum();
            mean.max(low).min(high)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the point of the cubic B-spline at `share` of the span between two inner controls.
    fn curve(controls: &[f64], span: usize, share: f64) -> f64 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|at| controls[span + at]);
        let (t, u) = (share, 1.0 - share);
        (u.powi(3) * a
            + (3.0 * t.powi(3) - 6.0 * t.powi(2) + 4.0) * b
            + (3.0 * u.powi(3) - 6.0 * u.powi(2) + 4.0) * c
            + t.powi(3) * d)
            / 6.0
    }

    #[test]
    fn it_is_the_same_curve_in_twice_the_time() {
        let motions: Vec<f64> = (0..=20)
            .map(|at| (f64::from(at) * 0.3).sin() * f64::from(at) / 20.0)
            .collect();
        let samples: Vec<JointVector> = motions.iter().map(|at| vec![*at].into()).collect();
        let slow = at_half_speed(&samples);
        assert_eq!(
            (&slow[0], &slow[slow.len() - 1]),
            (&samples[0], &samples[20])
        );
        let slow: Vec<f64> = slow.iter().map(|at| at[0]).collect();
        // Compares span by span after the first rests.
        for span in 0..motions.len() - 3 {
            for (half, shares) in [(0, [0.0, 0.4, 0.9]), (1, [0.1, 0.5, 1.0])] {
                for share in shares {
                    let before = curve(&motions, span, (f64::from(half) + share) / 2.0);
                    let at = 2 * span + 3 + half as usize;
                    let after = curve(&slow, at, share);
                    assert!((before - after).abs() < 1e-12, "{span}: {before} {after}");
                }
            }
        }
    }

    #[test]
    fn nothing_stays_nothing() {
        assert!(at_half_speed(&[]).is_empty());
        let one = [JointVector::from(vec![0.3])];
        assert!(at_half_speed(&one).iter().all(|at| *at == one[0]));
    }
}
