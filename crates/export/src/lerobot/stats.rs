//! Statistics of the values of a feature.

use serde_json::{Map, Value, json};

use crate::histogram::DistributionSummary;

/// Names of the statistics, except the count.
pub(super) const NAMES: [&str; 9] = [
    "min", "max", "mean", "std", "q01", "q10", "q50", "q90", "q99",
];

/// Statistics of each entry of a vector or each channel of pictures.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stats {
    /// Whether they are written in the shape of a picture.
    pub(super) picture: bool,
    pub(super) spreads: Vec<DistributionSummary>,
    /// Number of samples.
    pub(super) count: u64,
}

impl Stats {
    /// Returns the named statistic of each entry.
    pub(super) fn named(&self, name: &str) -> Vec<f64> {
        let value = |spread: &DistributionSummary| {
            let [q01, q10, q50, q90, q99] = spread.quantiles;
            match name {
                "min" => spread.min,
                "max" => spread.max,
                "mean" => spread.mean,
                "std" => spread.deviation,
                "q01" => q01,
                "q10" => q10,
                "q50" => q50,
                "q90" => q90,
                _ => q99,
            }
        };
        self.spreads.iter().map(value).collect()
    }

    /// Returns them in the form of `meta/stats.json`.
    pub(super) fn json(&self) -> Value {
        let mut stats = Map::new();
        for name in NAMES {
            let values = self.named(name);
            let value = match self.picture {
                true => values.iter().map(|value| json!([[value]])).collect(),
                false => json!(values),
            };
            stats.insert(name.to_owned(), value);
        }
        stats.insert("count".to_owned(), json!([self.count]));
        Value::Object(stats)
    }

    /// Reads those of pictures from `meta/stats.json`.
    pub(super) fn parse_picture_stats(stats: &Value) -> Option<Self> {
        let channels = |name: &str| -> Option<Vec<f64>> {
            let values = stats[name].as_array()?.iter();
            values.map(|value| value[0][0].as_f64()).collect()
        };
        let all: Vec<Vec<f64>> = NAMES
            .iter()
            .map(|name| channels(name))
            .collect::<Option<_>>()?;
        let count = stats["count"][0].as_u64()?;
        let channels = all.iter().map(Vec::len).min()?;
        let spread = |channel: usize| {
            let value = |name: usize| all[name][channel];
            DistributionSummary {
                min: value(0),
                max: value(1),
                mean: value(2),
                deviation: value(3),
                quantiles: [4, 5, 6, 7, 8].map(value),
            }
        };
        Some(Self {
            picture: true,
            spreads: (0..channels).map(spread).collect(),
            count,
        })
    }

    /// Combines two statistics. Range, mean and deviation are exact; quantiles are weighted means,
    /// as in LeRobot's `aggregate_feature_stats`.
    pub(super) fn join(&self, other: &Self) -> Self {
        let total = (self.count + other.count).max(1) as f64;
        let (own, others) = (self.count as f64 / total, other.count as f64 / total);
        let pair = |(a, b): (&DistributionSummary, &DistributionSummary)| {
            let mean = own * a.mean + others * b.mean;
            let square = |it: &DistributionSummary| it.deviation.powi(2) + (it.mean - mean).powi(2);
            let mut quantiles = a.quantiles;
            for (quantile, other) in quantiles.iter_mut().zip(b.quantiles) {
                *quantile = own * *quantile + others * other;
            }
            DistributionSummary {
                min: a.min.min(b.min),
                max: a.max.max(b.max),
                mean,
                deviation: (own * square(a) + others * square(b)).sqrt(),
                quantiles,
            }
        };
        Self {
            picture: self.picture,
            spreads: self.spreads.iter().zip(&other.spreads).map(pair).collect(),
            count: self.count + other.count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_together_spread_like_all_values() {
        let of = |values: &mut [f64]| Stats {
            picture: true,
            spreads: vec![DistributionSummary::summarize_values(values)],
            count: values.len() as u64,
        };
        let (a, b) = (of(&mut [1.0, 2.0, 6.0]), of(&mut [4.0, 9.0]));
        let all = of(&mut [1.0, 2.0, 6.0, 4.0, 9.0]);
        let joined = a.join(&b);
        let (joined, all) = (joined.spreads[0], all.spreads[0]);
        assert_eq!((joined.min, joined.max), (all.min, all.max));
        assert!((joined.mean - all.mean).abs() < 1e-12);
        assert!((joined.deviation - all.deviation).abs() < 1e-12);
        assert!((joined.quantiles[2] - (3.0 * 2.0 + 2.0 * 6.5) / 5.0).abs() < 1e-12);
        assert_eq!(Stats::parse_picture_stats(&a.json()), Some(a));
    }
}
