//! Hashes and smooth noise, which depend only on the place and not on the order of calls.

/// Returns a well-mixed hash of a word (the finalizer of SplitMix64).
#[inline]
pub(super) fn hash(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Maps the upper bits of a hash uniformly to 0..1.
#[inline]
pub(super) fn to_unit_interval(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

/// Returns three independent, nearly normal numbers of mean 0 and deviation 1. Each is the sum of
/// three uniform numbers, so it never exceeds 3.
#[inline]
pub(super) fn normal_triple(hash: u64) -> [f32; 3] {
    const STEPS: f32 = 128.0;
    let uniform = |index: u32| ((hash >> (7 * index)) & 127) as f32;
    std::array::from_fn(|channel| {
        let first = 3 * channel as u32;
        let sum = uniform(first) + uniform(first + 1) + uniform(first + 2);
        // Three uniform numbers of variance 1/12 have a sum of variance 1/4.
        (sum - 1.5 * (STEPS - 1.0)) / (0.5 * STEPS)
    })
}

/// Returns smooth noise in 0..1 over the plane, with features of about one unit.
pub(super) fn smooth_noise(x: f64, y: f64, seed: u64) -> f64 {
    let (left, top) = (floor_to_i64(x), floor_to_i64(y));
    let (u, v) = (fade(x - left as f64), fade(y - top as f64));
    let corner = |dx: i64, dy: i64| lattice_noise(left + dx, top + dy, seed);
    let upper = corner(0, 0) * (1.0 - u) + corner(1, 0) * u;
    let lower = corner(0, 1) * (1.0 - u) + corner(1, 1) * u;
    upper * (1.0 - v) + lower * v
}

/// Returns the value of a cell of the integer lattice, in 0..1.
#[inline]
pub(super) fn lattice_noise(x: i64, y: i64, seed: u64) -> f64 {
    let cell = ((x as u64) << 32) ^ (y as u64 & 0xffff_ffff);
    to_unit_interval(hash(cell ^ seed))
}

/// Returns the largest whole number not above `x`, without a call into libm.
#[inline]
pub(super) fn floor_to_i64(x: f64) -> i64 {
    let towards_zero = x as i64;
    towards_zero - i64::from(x < towards_zero as f64)
}

fn fade(t: f64) -> f64 {
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_zero_and_deviation_one() {
        let numbers: Vec<f64> = (0..20_000)
            .flat_map(|i| normal_triple(hash(i)))
            .map(f64::from)
            .collect();
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        let variance =
            numbers.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / numbers.len() as f64;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }

    #[test]
    fn smooth_noise_is_continuous_and_meets_its_lattice() {
        assert_eq!(smooth_noise(3.0, -2.0, 7), lattice_noise(3, -2, 7));
        for i in 0..1000 {
            let x = f64::from(i) * 0.01 - 5.0;
            assert!((smooth_noise(x, 0.3, 7) - smooth_noise(x + 1e-6, 0.3, 7)).abs() < 1e-5);
        }
    }
}
