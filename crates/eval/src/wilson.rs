//! Confidence intervals of proportions.

use serde::Serialize;

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A proportion of trials with its 95 % Wilson score interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proportion {
    /// Number of trials.
    pub of: u64,
    /// Number of successful trials.
    pub successes: u64,
    /// Lower end of the interval, 0 to 1.
    pub low: f64,
    /// Upper end of the interval, 0 to 1.
    pub high: f64,
}

impl Proportion {
    /// Creates a proportion of `of` trials. Without trials the interval covers everything.
    pub fn new(successes: u64, of: u64) -> Self {
        let (low, high) = interval(successes as f64, of as f64);
        Self {
            of,
            successes,
            low,
            high,
        }
    }

    /// Returns the proportion itself, 0 to 1; zero if there were no trials.
    pub fn value(&self) -> f64 {
        self.successes as f64 / self.of.max(1) as f64
    }
}

/// E. B. Wilson, “Probable inference, the law of succession, and statistical inference”, 1927.
fn interval(successes: f64, n: f64) -> (f64, f64) {
    if n == 0.0 {
        return (0.0, 1.0);
    }
    let p = successes / n;
    let scale = 1.0 + Z * Z / n;
    let middle = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_intervals() {
        // Reference values from R's binom::binom.wilson.
        for (successes, of, low, high) in [
            (98, 100, 0.9300, 0.9945),
            (0, 20, 0.0, 0.1611),
            (200, 200, 0.9812, 1.0),
        ] {
            let share = Proportion::new(successes, of);
            assert!((share.low - low).abs() < 1e-4, "{share:?}");
            assert!((share.high - high).abs() < 1e-4, "{share:?}");
        }
    }
}
