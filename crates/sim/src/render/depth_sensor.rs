//! Noise of depth readings.

use enact_types::DepthImage;

use super::hash_noise::{hash, normal_triple};

/// Standard deviation of a depth reading, meters.
pub(super) const DEPTH_NOISE_STD_M: f32 = 5e-4;

/// Adds noise to every reading; a pixel without a reading stays without. Equal seeds give equal noise.
pub(super) fn add_depth_noise(depth: &mut DepthImage, seed: u64) {
    // Color noise hashes `seed` and the pixel too; the salt keeps depth noise independent.
    let salted = hash(seed ^ 0xdeb7);
    for (pixel, meters) in depth.meters.iter_mut().enumerate() {
        if *meters > 0.0 {
            *meters += DEPTH_NOISE_STD_M * normal_triple(hash(salted ^ pixel as u64))[0];
        }
    }
}
