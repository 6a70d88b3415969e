//! Two ways of doing the same episodes, compared episode by episode.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, DiscreteCDF};

/// Probability below which a difference is taken for one.
pub const SIGNIFICANCE_LEVEL: f64 = 0.05;

/// How one way differs from another in the same episodes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedTest {
    /// Number of episodes that only this way succeeds in.
    pub won: u64,
    /// Number of episodes that only the other way succeeds in.
    pub lost: u64,
    /// Probability of a difference as large as this or larger, if there were none.
    pub p_value: f64,
}

impl PairedTest {
    /// Compares successes by number of episode; what only one of them did does not count.
    ///
    /// Q. McNemar, “Note on the sampling error of the difference between correlated proportions or
    /// percentages”, 1947; by the exact binomial distribution, two-sided.
    pub fn new(
        these: impl IntoIterator<Item = (u64, bool)>,
        others: impl IntoIterator<Item = (u64, bool)>,
    ) -> Self {
        let others: BTreeMap<u64, bool> = others.into_iter().collect();
        let (mut won, mut lost) = (0, 0);
        for (number, success) in these {
            match (success, others.get(&number)) {
                (true, Some(false)) => won += 1,
                (false, Some(true)) => lost += 1,
                _ => {}
            }
        }
        Self {
            won,
            lost,
            p_value: p_value(won, lost),
        }
    }

    /// Returns whether this way is better than the other, and not by chance.
    pub fn is_significantly_better(&self) -> bool {
        self.won > self.lost && self.p_value < SIGNIFICANCE_LEVEL
    }

    /// Returns whether this way is worse than the other, and not by chance.
    pub fn is_significantly_worse(&self) -> bool {
        self.won < self.lost && self.p_value < SIGNIFICANCE_LEVEL
    }
}

fn p_value(won: u64, lost: u64) -> f64 {
    let coin = Binomial::new(0.5, won + lost).expect("a half is a probability");
    (2.0 * coin.cdf(won.min(lost))).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_probabilities() {
        // Two-sided values of R's binom.test(won, won + lost).
        for (won, lost, expected) in [
            (0, 0, 1.0),
            (1, 1, 1.0),
            (5, 0, 0.0625),
            (0, 6, 0.03125),
            (8, 2, 0.109_375),
            (10, 2, 0.038_574_22),
            (15, 5, 0.041_389_47),
        ] {
            let p = p_value(won, lost);
            assert!((p - expected).abs() < 1e-7, "{won}, {lost}: {p}");
        }
    }

    #[test]
    fn only_episodes_of_both_in_which_they_differ_count() {
        let these = [(0, true), (1, true), (2, false), (3, false), (9, true)];
        let others = [(3, true), (2, false), (1, false), (0, true), (8, false)];
        let test = PairedTest::new(these, others);
        assert_eq!((test.won, test.lost, test.p_value), (1, 1, 1.0));
        assert!(!test.is_significantly_better() && !test.is_significantly_worse());
        let all = |success| (0..6).map(move |number| (number, success));
        assert!(PairedTest::new(all(true), all(false)).is_significantly_better());
        assert!(PairedTest::new(all(false), all(true)).is_significantly_worse());
    }
}
