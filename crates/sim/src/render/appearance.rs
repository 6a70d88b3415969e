//! The appearance of a picture: everything but its geometry.

use enact_types::Point3;
use rand::{Rng, RngExt};

use super::card::Card;
use super::pattern::Texture;

/// Linear red, green, blue: 0..=1 for a surface, any positive number for light.
pub type LinearRgb = [f32; 3];

/// Light, table top, background and sensor of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Appearance {
    /// The light that casts shadows.
    pub light: Light,
    /// More lamps, whose shadows have hard edges.
    pub more_lights: Vec<Light>,
    /// Ambient light from above.
    pub sky: LinearRgb,
    /// Ambient light from below.
    pub bounce: LinearRgb,
    /// The table top.
    pub table: TableTop,
    /// A card with words in view.
    pub card: Option<Card>,
    /// Background behind the table, at the bottom and at the top.
    pub background: [LinearRgb; 2],
    /// Strength of highlights; 1 for molded plastic.
    pub gloss: f32,
    /// Exposure factor on all light before the tone curve.
    pub exposure: f32,
    /// Exponent of the encoding; screens expect 2.2.
    pub gamma: f32,
    /// Standard deviation of the sensor noise, on a scale where white is 1.
    pub noise: f32,
    /// Largest random change of the brightness of an object or robot part, as a factor.
    pub shade_jitter: f32,
    /// Seed of the table's grain and the jitter of colors.
    pub seed: u64,
}

/// A round lamp.
#[derive(Clone, Debug, PartialEq)]
pub struct Light {
    /// Its center in the base frame.
    pub position: Point3,
    /// Its radius in meters: a larger lamp casts softer shadows.
    pub radius: f64,
    /// Light that reaches the middle of the table.
    pub color: LinearRgb,
}

/// The table top.
#[derive(Clone, Debug, PartialEq)]
pub struct TableTop {
    /// Pattern of the surface.
    pub pattern: TablePattern,
    /// Base and second color of the pattern.
    pub colors: [LinearRgb; 2],
    /// Size of a feature: plank, square, stripe or speck, meters.
    pub scale: f64,
    /// Direction of the pattern about the vertical, radians.
    pub turn: f64,
}

/// A pattern of the table top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TablePattern {
    /// Planks with a grain.
    Wood,
    /// One color, slightly uneven.
    Plain,
    /// Squares.
    Checker,
    /// Stripes.
    Stripes,
    /// Laminate with specks.
    Speckle,
    /// Any texture that bodies can have too.
    Textured(Texture),
}

impl Default for Appearance {
    /// Returns a wooden table under a warm lamp.
    fn default() -> Self {
        Self {
            light: Light {
                position: Point3::new(0.55, -0.55, 1.15),
                radius: 0.06,
                color: [0.86, 0.80, 0.71],
            },
            more_lights: Vec::new(),
            sky: [0.36, 0.39, 0.44],
            bounce: [0.17, 0.15, 0.13],
            table: TableTop {
                pattern: TablePattern::Wood,
                colors: [[0.56, 0.40, 0.25], [0.38, 0.24, 0.13]],
                scale: 0.11,
                turn: 0.0,
            },
            card: None,
            background: [[0.36, 0.37, 0.39], [0.62, 0.65, 0.70]],
            gloss: 1.0,
            exposure: 1.0,
            gamma: 2.2,
            noise: 0.01,
            shade_jitter: 0.0,
            seed: 0,
        }
    }
}

/// Table colors in pairs: woods, grays, and a few pale or dark paints, none as saturated as an
/// object.
const TABLES: [[LinearRgb; 2]; 10] = [
    [[0.56, 0.40, 0.25], [0.38, 0.24, 0.13]],
    [[0.68, 0.56, 0.41], [0.52, 0.40, 0.27]],
    [[0.30, 0.19, 0.12], [0.18, 0.11, 0.07]],
    [[0.74, 0.73, 0.70], [0.58, 0.57, 0.55]],
    [[0.42, 0.43, 0.44], [0.30, 0.31, 0.32]],
    [[0.12, 0.12, 0.13], [0.20, 0.20, 0.21]],
    [[0.62, 0.66, 0.60], [0.46, 0.50, 0.44]],
    [[0.52, 0.57, 0.62], [0.38, 0.43, 0.49]],
    [[0.66, 0.60, 0.52], [0.50, 0.46, 0.40]],
    [[0.24, 0.28, 0.30], [0.34, 0.38, 0.40]],
];

impl Appearance {
    /// Draws a look for training: varied lamps, tables, rooms and sensors, within a range that
    /// keeps red, orange, yellow, green, blue and purple distinguishable.
    pub fn random(rng: &mut impl Rng) -> Self {
        let default = Self::default();
        let warmth = rng.random_range(-0.10..0.10f32);
        let power = rng.random_range(0.75..1.2f32);
        let fill = rng.random_range(0.7..1.3f32);
        Self {
            light: Light {
                position: Point3::new(
                    rng.random_range(-0.3..0.9),
                    rng.random_range(-0.9..0.9),
                    rng.random_range(0.8..1.6),
                ),
                radius: rng.random_range(0.02..0.15),
                color: [0.82 * (1.0 + warmth), 0.80, 0.76 * (1.0 - warmth)].map(|c| c * power),
            },
            more_lights: Vec::new(),
            sky: default.sky.map(|c| c * fill),
            bounce: default.bounce.map(|c| c * fill),
            table: TableTop::random(rng),
            card: None,
            background: [gray(rng, 0.05..0.6), gray(rng, 0.15..0.8)],
            gloss: rng.random_range(0.3..1.5),
            exposure: rng.random_range(0.85..1.2),
            gamma: rng.random_range(2.0..2.4),
            noise: rng.random_range(0.004..0.018),
            shade_jitter: 0.12,
            seed: rng.next_u64(),
        }
    }
}

impl TableTop {
    fn random(rng: &mut impl Rng) -> Self {
        let patterns = [
            TablePattern::Wood,
            TablePattern::Wood,
            TablePattern::Plain,
            TablePattern::Checker,
            TablePattern::Stripes,
            TablePattern::Speckle,
        ];
        let pattern = patterns[rng.random_range(0..patterns.len())];
        let jitter = rng.random_range(0.85..1.15f32);
        let colors = TABLES[rng.random_range(0..TABLES.len())];
        let scale = match pattern {
            TablePattern::Speckle => rng.random_range(0.004..0.010),
            TablePattern::Checker | TablePattern::Stripes => rng.random_range(0.02..0.08),
            TablePattern::Wood | TablePattern::Plain | TablePattern::Textured(_) => {
                rng.random_range(0.06..0.16)
            }
        };
        Self {
            pattern,
            colors: colors.map(|color| color.map(|c| c * jitter)),
            scale,
            turn: rng.random_range(0.0..std::f64::consts::PI),
        }
    }
}

/// Draws a gray with a slight tint.
fn gray(rng: &mut impl Rng, brightness: std::ops::Range<f32>) -> LinearRgb {
    let level = rng.random_range(brightness);
    std::array::from_fn(|_| level * rng.random_range(0.9..1.1f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_seed_draws_one_look_and_another_seed_another() {
        let draw = |seed| Appearance::random(&mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn drawn_tables_are_paler_than_any_object() {
        for seed in 0..200 {
            let look = Appearance::random(&mut ChaCha8Rng::seed_from_u64(seed));
            for color in look.table.colors {
                let highest = color.iter().copied().fold(0.0, f32::max);
                let lowest = color.iter().copied().fold(1.0, f32::min);
                assert!(highest - lowest < 0.4 && highest <= 1.0, "{color:?}");
            }
        }
    }
}
