//! A smooth curve through joint positions.

use enact_types::JointVector;

/// A natural cubic spline through evenly spaced knots: continuous up to the
/// second derivative, so that it can be followed with bounded jerk.
pub struct Spline {
    knots: Vec<JointVector>,
    /// Second derivatives at the knots, times the square of the knot spacing.
    curvature: Vec<JointVector>,
}

impl Spline {
    /// Creates the spline through `knots`; `None` if there are fewer than two.
    pub fn through(knots: Vec<JointVector>) -> Option<Self> {
        if knots.len() < 2 {
            return None;
        }
        let joints = knots[0].len();
        let mut curvature = vec![JointVector::zeros(joints); knots.len()];
        for joint in 0..joints {
            let values: Vec<f64> = knots.iter().map(|knot| knot[joint]).collect();
            for (knot, value) in curvature.iter_mut().zip(natural_curvature(&values)) {
                knot[joint] = value;
            }
        }
        Some(Self { knots, curvature })
    }

    /// Returns the position at a share in `0..=1` of the path.
    pub fn at(&self, share: f64) -> JointVector {
        let (span, b) = self.place(share);
        let a = 1.0 - b;
        self.blended(span, [a, b, (a * a * a - a) / 6.0, (b * b * b - b) / 6.0])
    }

    /// Returns the first and second derivatives with respect to the share.
    pub fn derivatives(&self, share: f64) -> (JointVector, JointVector) {
        let (span, b) = self.place(share);
        let a = 1.0 - b;
        let spans = (self.knots.len() - 1) as f64;
        let first = [
            -1.0,
            1.0,
            (1.0 - 3.0 * a * a) / 6.0,
            (3.0 * b * b - 1.0) / 6.0,
        ];
        let second = [0.0, 0.0, a, b];
        (
            self.blended(span, first.map(|weight| weight * spans)),
            self.blended(span, second.map(|weight| weight * spans * spans)),
        )
    }

    /// Returns the span of a share, and the position within it.
    fn place(&self, share: f64) -> (usize, f64) {
        let spans = self.knots.len() - 1;
        let along = share.clamp(0.0, 1.0) * spans as f64;
        let span = (along as usize).min(spans - 1);
        (span, along - span as f64)
    }

    /// Returns the knots at the ends of a span and their curvatures, combined by these weights.
    fn blended(&self, span: usize, [a, b, bend_a, bend_b]: [f64; 4]) -> JointVector {
        let (from, to) = (&self.knots[span], &self.knots[span + 1]);
        let (bend_from, bend_to) = (&self.curvature[span], &self.curvature[span + 1]);
        (0..from.len())
            .map(|joint| {
                let bend = bend_a * bend_from[joint] + bend_b * bend_to[joint];
                a * from[joint] + b * to[joint] + bend
            })
            .collect()
    }
}

/// Solves the tridiagonal system for the second derivatives (Thomas algorithm).
fn natural_curvature(values: &[f64]) -> Vec<f64> {
    let count = values.len();
    let (mut upper, mut right) = (vec![0.0; count], vec![0.0; count]);
    for i in 1..count.saturating_sub(1) {
        let bend = 6.0 * (values[i + 1] - 2.0 * values[i] + values[i - 1]);
        let pivot = 4.0 - upper[i - 1];
        upper[i] = 1.0 / pivot;
        right[i] = (bend - right[i - 1]) / pivot;
    }
    for i in (1..count.saturating_sub(1)).rev() {
        right[i] -= upper[i] * right[i + 1];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_passes_its_knots_and_follows_a_sine() {
        let knots: Vec<JointVector> = (0..=20)
            .map(|i| JointVector::from(vec![(f64::from(i) * std::f64::consts::PI / 20.0).sin()]))
            .collect();
        let spline = Spline::through(knots).unwrap();
        for i in 0..=1000 {
            let share = f64::from(i) / 1000.0;
            let truth = (share * std::f64::consts::PI).sin();
            assert!((spline.at(share)[0] - truth).abs() < 1e-5);
        }
    }

    #[test]
    fn its_derivatives_are_those_of_what_it_follows() {
        let knots: Vec<JointVector> = (0..=20)
            .map(|i| JointVector::from(vec![(f64::from(i) * std::f64::consts::PI / 20.0).sin()]))
            .collect();
        let spline = Spline::through(knots).unwrap();
        let pi = std::f64::consts::PI;
        for i in 1..40 {
            let share = f64::from(i) / 40.0;
            let (first, second) = spline.derivatives(share);
            assert!((first[0] - pi * (pi * share).cos()).abs() < 1e-2);
            assert!((second[0] + pi * pi * (pi * share).sin()).abs() < 0.05);
        }
    }

    #[test]
    fn two_knots_make_a_straight_line() {
        let spline = Spline::through(vec![vec![1.0].into(), vec![3.0].into()]).unwrap();
        assert_eq!(spline.at(0.25)[0], 1.5);
    }
}
