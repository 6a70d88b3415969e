//! From light to bytes: exposure, tone curve, gamma and sensor noise.

use super::appearance::{Appearance, LinearRgb};
use super::hash_noise::{hash, normal_triple};

const ENTRIES: usize = 4096;
/// Light at which every color saturates to white.
const BRIGHTEST: f32 = 4.0;

/// A sensor with its tone curve tabulated.
pub(super) struct Sensor {
    /// Encoded value 0..=255, tabulated over the square root of light.
    curve: Vec<f32>,
    exposure: f32,
    noise: f32,
    seed: u64,
}

impl Sensor {
    pub fn new(look: &Appearance, seed: u64) -> Self {
        let curve = (0..ENTRIES)
            .map(|entry| {
                let root = entry as f32 / (ENTRIES - 1) as f32;
                255.0 * encode(root * root * BRIGHTEST, look.gamma)
            })
            .collect();
        Self {
            curve,
            exposure: look.exposure,
            noise: look.noise * 255.0,
            seed: hash(seed),
        }
    }

    /// Returns the bytes of pixel number `pixel` under this light.
    #[inline]
    pub fn expose_pixel(&self, light: &LinearRgb, pixel: usize) -> [u8; 3] {
        let noise = normal_triple(hash(self.seed ^ pixel as u64));
        std::array::from_fn(|channel| {
            let relative = (light[channel] * self.exposure / BRIGHTEST).clamp(0.0, 1.0);
            let entry = relative.sqrt() * (ENTRIES - 1) as f32;
            let value = self.curve[entry as usize] + self.noise * noise[channel];
            (value + 0.5).clamp(0.0, 255.0) as u8
        })
    }
}

/// Applies a shoulder that keeps highlights from clipping hard, then the gamma.
fn encode(light: f32, gamma: f32) -> f32 {
    let toned = 1.15 * light / (1.0 + 0.25 * light);
    toned.powf(1.0 / gamma).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_light_is_never_darker_and_the_ends_are_black_and_white() {
        let film = Sensor::new(
            &Appearance {
                noise: 0.0,
                ..Appearance::default()
            },
            0,
        );
        let gray = |light: f32| film.expose_pixel(&[light; 3], 0)[0];
        assert_eq!((gray(0.0), gray(10.0)), (0, 255));
        let ramp: Vec<u8> = (0..400).map(|i| gray(i as f32 * 0.01)).collect();
        assert!(ramp.is_sorted());
    }

    #[test]
    fn noise_has_the_deviation_asked_for() {
        let film = Sensor::new(
            &Appearance {
                noise: 0.02,
                ..Appearance::default()
            },
            3,
        );
        let values: Vec<f64> = (0..5000)
            .map(|pixel| f64::from(film.expose_pixel(&[0.3; 3], pixel)[1]))
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        assert!((variance.sqrt() - 5.1).abs() < 0.3, "{}", variance.sqrt());
    }
}
