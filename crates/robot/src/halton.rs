//! Deterministic points that fill a space evenly.

/// Base of each dimension.
const PRIMES: [usize; 16] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53];

/// Returns coordinate `dimension` of point `index` of the Halton sequence: the radical inverse of
/// the index, in `0..1`.
pub fn halton(mut index: usize, dimension: usize) -> f64 {
    let base = PRIMES[dimension % PRIMES.len()];
    let (mut value, mut digit) = (0.0, 1.0);
    while index > 0 {
        digit /= base as f64;
        value += digit * (index % base) as f64;
        index /= base;
    }
    value
}
