//! The table top: a procedural pattern, filtered to the width of a pixel.

use super::appearance::{LinearRgb, TablePattern, TableTop};
use super::hash_noise::{floor_to_i64, lattice_noise, smooth_noise};

/// Length of a plank as a multiple of its width.
const PLANK_LENGTH: f64 = 9.0;
/// Width of the gap between two planks, meters.
const SEAM: f64 = 0.0015;

impl TableTop {
    /// Returns the color at `(x, y)` along and across the pattern, meters, averaged over about
    /// `pixel` meters.
    pub(super) fn color_at(&self, x: f64, y: f64, pixel: f64, seed: u64) -> LinearRgb {
        let share = match self.pattern {
            TablePattern::Wood => return self.wood(x, y, pixel, seed),
            TablePattern::Plain => 0.25 * smooth_noise(x / 0.08, y / 0.08, seed),
            TablePattern::Checker => {
                let (a, b) = (self.wave(x, pixel), self.wave(y, pixel));
                a + b - 2.0 * a * b
            }
            TablePattern::Stripes => self.wave(x, pixel),
            TablePattern::Speckle => {
                let contrast = (0.5 * self.scale / pixel).min(1.0);
                let speck = smooth_noise(x / self.scale, y / self.scale, seed);
                (0.3 + contrast * (speck - 0.5) * 1.6).clamp(0.0, 1.0)
            }
            TablePattern::Textured(texture) => {
                texture.second_color_share(x, y, pixel, self.scale, seed)
            }
        };
        mix(&self.colors[0], &self.colors[1], share as f32)
    }

    /// Returns a square wave of 0 and 1 whose flanks are one pixel wide.
    fn wave(&self, x: f64, pixel: f64) -> f64 {
        let cycles = x / (2.0 * self.scale);
        let phase = 2.0 * (cycles - floor_to_i64(cycles) as f64);
        let from_flank = if phase < 1.0 {
            phase.min(1.0 - phase)
        } else {
            (phase - 1.0).min(2.0 - phase)
        };
        let inside = (0.5 + from_flank * self.scale / pixel).min(1.0);
        if phase < 1.0 { 1.0 - inside } else { inside }
    }

    /// Returns planks along `x`, each with a tint, a grain of stretched noise, and a dark gap to
    /// the next.
    fn wood(&self, x: f64, y: f64, pixel: f64, seed: u64) -> LinearRgb {
        let row = floor_to_i64(y / self.scale);
        let along = x / (PLANK_LENGTH * self.scale) + lattice_noise(row, 0, seed ^ 0x77);
        let plank = floor_to_i64(along);
        let tint = lattice_noise(row, plank, seed ^ 0x51);
        let grain_seed = seed ^ ((tint * 1e6) as u64);
        let warp = smooth_noise(x / 0.12, y / 0.03, grain_seed);
        let coarse = smooth_noise(
            x / 0.25 + 3.0 * warp,
            y / 0.011 + 2.5 * warp,
            grain_seed ^ 0x1f,
        );
        let fine = smooth_noise(x / 0.05, y / 0.0035, grain_seed ^ 0x2e);
        let fine_contrast = 0.22 * (0.0035 / pixel).min(1.0);
        let share = 0.18 + 0.30 * (tint - 0.5) + 0.55 * coarse + fine_contrast * (fine - 0.5);
        let wood = mix(
            &self.colors[0],
            &self.colors[1],
            share.clamp(0.0, 1.0) as f32,
        );
        let to_side = edge_distance(y / self.scale) * self.scale;
        let to_end = edge_distance(along) * PLANK_LENGTH * self.scale;
        let gap = seam(to_side.min(to_end), pixel) as f32;
        wood.map(|c| c * (1.0 - 0.55 * gap))
    }
}

/// Returns the distance of a number to the nearest whole one.
fn edge_distance(x: f64) -> f64 {
    let beyond = x - floor_to_i64(x) as f64;
    beyond.min(1.0 - beyond)
}

/// Returns the share of a pixel that is gap at this distance from the middle of a seam, 0..=1.
fn seam(distance: f64, pixel: f64) -> f64 {
    let width = SEAM.max(pixel);
    (1.0 - distance / width).max(0.0) * (SEAM / width)
}

pub(super) fn mix(a: &LinearRgb, b: &LinearRgb, share: f32) -> LinearRgb {
    std::array::from_fn(|i| a[i] * (1.0 - share) + b[i] * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(pattern: TablePattern) -> TableTop {
        TableTop {
            pattern,
            colors: [[0.6, 0.5, 0.4], [0.3, 0.2, 0.1]],
            scale: 0.05,
            turn: 0.0,
        }
    }

    #[test]
    fn every_pattern_stays_between_black_and_its_colors() {
        for pattern in [
            TablePattern::Wood,
            TablePattern::Plain,
            TablePattern::Checker,
            TablePattern::Stripes,
            TablePattern::Speckle,
        ] {
            for i in 0..2000 {
                let (x, y) = (
                    f64::from(i % 45) * 0.013 - 0.2,
                    f64::from(i / 45) * 0.017 - 0.4,
                );
                let color = top(pattern).color_at(x, y, 0.002, 5);
                for (channel, most) in color.iter().zip([0.6, 0.5, 0.4]) {
                    assert!(
                        (0.0..=most + 1e-6).contains(channel),
                        "{pattern:?} {color:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_checker_alternates_and_its_edges_are_smooth() {
        let top = top(TablePattern::Checker);
        let red = |x: f64, y: f64| top.color_at(x, y, 0.002, 0)[0];
        assert_eq!(red(0.025, 0.025), red(0.075, 0.075));
        assert!((red(0.025, 0.025) - red(0.075, 0.025)).abs() > 0.29);
        assert!((red(0.05, 0.025) - 0.45).abs() < 1e-6);
    }
}
