//! Distribution of pixel values, in bounded memory.

use image::RgbImage;

/// Number of bins of a color channel.
const COLORS: usize = 256;
/// Number of depth bins, each half a millimeter; larger depths are counted in the last.
const DEPTHS: usize = 20_000;
const DEPTH_STEP: f64 = 5e-4;

/// Values counted in bins; range, mean and deviation are computed from the exact values.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    step: f64,
    counts: Vec<u64>,
    total: u64,
    min: f64,
    max: f64,
    sum: f64,
    squares: f64,
}

/// Summary of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistributionSummary {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// Quantiles below which 1, 10, 50, 90 and 99 % of the values lie.
    pub quantiles: [f64; 5],
}

/// Shares of the reported quantiles.
pub const QUANTILE_LEVELS: [f64; 5] = [0.01, 0.1, 0.5, 0.9, 0.99];

impl Histogram {
    fn new(steps: usize, step: f64) -> Self {
        Self {
            step,
            counts: vec![0; steps],
            total: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
            squares: 0.0,
        }
    }

    /// Creates an empty histogram of the kind of `like`.
    pub fn with_bins_of(like: &Self) -> Self {
        Self::new(like.counts.len(), like.step)
    }

    /// Returns the histograms of red, green and blue, 0 to 1.
    pub fn of_colors(rgb: &RgbImage) -> Vec<Self> {
        let mut counts = [[0_u64; COLORS]; 3];
        for pixel in rgb.pixels() {
            for (counts, value) in counts.iter_mut().zip(pixel.0) {
                counts[usize::from(value)] += 1;
            }
        }
        let step = 1.0 / (COLORS - 1) as f64;
        counts
            .iter()
            .map(|counts| {
                let mut histogram = Self::new(COLORS, step);
                for (value, count) in counts.iter().enumerate() {
                    histogram.add(value as f64 / (COLORS - 1) as f64, value, *count);
                }
                histogram
            })
            .collect()
    }

    /// Returns the histogram of readings in meters; pixels without a reading are not counted.
    pub fn of_depth(meters: &[f32]) -> Self {
        let mut histogram = Self::new(DEPTHS, DEPTH_STEP);
        for meters in meters.iter().map(|meters| f64::from(*meters)) {
            if meters.is_finite() && meters > 0.0 {
                let step = (meters / DEPTH_STEP).round() as usize;
                histogram.add(meters, step.min(DEPTHS - 1), 1);
            }
        }
        histogram
    }

    fn add(&mut self, value: f64, step: usize, count: u64) {
        if count == 0 {
            return;
        }
        self.counts[step] += count;
        self.total += count;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += value * count as f64;
        self.squares += value * value * count as f64;
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// Returns the summary of the values; zero everywhere if there are none.
    pub fn summary(&self) -> DistributionSummary {
        if self.total == 0 {
            return DistributionSummary::summarize_values(&mut []);
        }
        let total = self.total as f64;
        let mean = self.sum / total;
        DistributionSummary {
            min: self.min,
            max: self.max,
            mean,
            deviation: (self.squares / total - mean * mean).max(0.0).sqrt(),
            quantiles: QUANTILE_LEVELS.map(|share| self.quantile(share)),
        }
    }

    /// Interpolates between the two values around a share, like `numpy.quantile`.
    fn quantile(&self, share: f64) -> f64 {
        let at = share * (self.total - 1) as f64;
        let (low, high) = (self.value(at.floor()), self.value(at.ceil()));
        low + (high - low) * at.fract()
    }

    /// Returns the value of this rank in ascending order.
    fn value(&self, rank: f64) -> f64 {
        let mut below = 0;
        for (step, count) in self.counts.iter().enumerate() {
            below += count;
            if below as f64 > rank {
                return (step as f64 * self.step).clamp(self.min, self.max);
            }
        }
        self.max
    }
}

impl DistributionSummary {
    /// Summarizes these values and sorts them; zero everywhere if there are none.
    pub fn summarize_values(values: &mut [f64]) -> Self {
        if values.is_empty() {
            return Self {
                min: 0.0,
                max: 0.0,
                mean: 0.0,
                deviation: 0.0,
                quantiles: [0.0; 5],
            };
        }
        values.sort_by(f64::total_cmp);
        let (mut mean, mut squares) = (0.0, 0.0);
        for (count, value) in values.iter().enumerate() {
            // Welford's update, which avoids cancellation.
            let off = value - mean;
            mean += off / (count + 1) as f64;
            squares += off * (value - mean);
        }
        let quantile = |share: f64| {
            let at = share * (values.len() - 1) as f64;
            let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
            low + (high - low) * at.fract()
        };
        Self {
            min: values[0],
            max: values[values.len() - 1],
            mean,
            deviation: (squares / values.len() as f64).sqrt(),
            quantiles: QUANTILE_LEVELS.map(quantile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_of_all_values() {
        let spread = DistributionSummary::summarize_values(&mut [7.0, 1.0, 5.0, 3.0]);
        assert_eq!((spread.min, spread.max, spread.mean), (1.0, 7.0, 4.0));
        assert!((spread.deviation - 5.0_f64.sqrt()).abs() < 1e-12);
        // numpy.quantile([1, 3, 5, 7], [.01, .1, .5, .9, .99])
        let expected = [1.06, 1.6, 4.0, 6.4, 6.94];
        for (own, numpy) in spread.quantiles.iter().zip(expected) {
            assert!((own - numpy).abs() < 1e-12, "{own} {numpy}");
        }
    }

    #[test]
    fn counted_pixels_spread_like_the_pixels_themselves() {
        let picture = |salt: u32| {
            RgbImage::from_fn(31, 17, |x, y| {
                image::Rgb([(x * 7 + y) as u8, (x * y + salt) as u8, salt as u8])
            })
        };
        let pictures = [picture(3), picture(90), picture(90)];
        let mut counted = Histogram::of_colors(&pictures[0]);
        for picture in &pictures[1..] {
            for (all, own) in counted.iter_mut().zip(Histogram::of_colors(picture)) {
                all.merge(&own);
            }
        }
        for (channel, histogram) in counted.iter().enumerate() {
            let pixels = pictures.iter().flat_map(RgbImage::pixels);
            let mut values: Vec<f64> = pixels.map(|p| f64::from(p.0[channel]) / 255.0).collect();
            let (all, counted) = (
                DistributionSummary::summarize_values(&mut values),
                histogram.summary(),
            );
            let pairs = [
                (all.min, counted.min),
                (all.max, counted.max),
                (all.mean, counted.mean),
                (all.deviation, counted.deviation),
            ];
            let quantiles = all.quantiles.into_iter().zip(counted.quantiles);
            for (own, other) in pairs.into_iter().chain(quantiles) {
                assert!((own - other).abs() < 1e-9, "{channel}: {own} {other}");
            }
        }
    }

    #[test]
    fn depth_without_a_reading_does_not_count() {
        let histogram = Histogram::of_depth(&[0.0, 0.3, f32::NAN, 0.5, f32::INFINITY]);
        let spread = histogram.summary();
        assert!((spread.mean - 0.4).abs() < 1e-6, "{spread:?}");
        assert!((spread.quantiles[2] - 0.4).abs() < 1e-4, "{spread:?}");
        assert_eq!(Histogram::of_depth(&[0.0]).summary().max, 0.0);
    }
}
