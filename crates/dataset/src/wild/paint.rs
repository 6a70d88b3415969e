//! Colors as they may turn out, and finishes.

use enact_sim::Color;
use enact_sim::render::{Finish, Texture};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

/// Linear red, green, blue.
pub(super) type LinearRgb = [f32; 3];

/// Draws a number whose logarithm is uniform between these bounds.
pub(super) fn log_uniform(rng: &mut impl Rng, low: f64, high: f64) -> f64 {
    rng.random_range(low.ln()..high.ln()).exp()
}

/// Converts hue in degrees, saturation and value of screen colors to linear light.
fn from_hsv(hue: f64, saturation: f64, value: f64) -> LinearRgb {
    [5.0, 3.0, 1.0].map(|shift: f64| {
        let sector = (shift + hue.rem_euclid(360.0) / 60.0) % 6.0;
        let wave = sector.min(4.0 - sector).clamp(0.0, 1.0);
        (value * (1.0 - saturation * wave)).powf(2.2) as f32
    })
}

/// Draws a color that a person would call by this name: other paints than the simulator's.
pub(super) fn random_color_named(rng: &mut impl Rng, color: Color) -> LinearRgb {
    let (hue, saturation, value) = match color {
        Color::Red => (-14.0..9.0, 0.68..1.0, 0.5..0.98),
        Color::Orange => (15.0..33.0, 0.72..1.0, 0.75..1.0),
        Color::Yellow => (44.0..60.0, 0.5..1.0, 0.72..1.0),
        Color::Green => (80.0..165.0, 0.38..1.0, 0.28..0.88),
        Color::Blue => (192.0..242.0, 0.5..1.0, 0.3..0.98),
        Color::Purple => (258.0..306.0, 0.3..0.9, 0.25..0.85),
    };
    from_hsv(
        rng.random_range(hue),
        rng.random_range(saturation),
        rng.random_range(value),
    )
}

/// Draws a color that some name fits.
pub(super) fn random_nameable_color(rng: &mut impl Rng) -> LinearRgb {
    let color = *Color::ALL_COLORS.choose(rng).expect("there are colors");
    random_color_named(rng, color)
}

/// Draws white, gray, black, cardboard or wood.
pub(super) fn random_neutral_color(rng: &mut impl Rng) -> LinearRgb {
    match rng.random_range(0..10) {
        0..3 => gray(rng, 0.82, 0.98),
        3..6 => gray(rng, 0.05, 0.28),
        6..8 => gray(rng, 0.3, 0.8),
        _ => from_hsv(
            rng.random_range(22.0..40.0),
            rng.random_range(0.2..0.6),
            rng.random_range(0.3..0.85),
        ),
    }
}

/// Draws a gray with a slight tint, as bright as a screen shows it.
fn gray(rng: &mut impl Rng, low: f64, high: f64) -> LinearRgb {
    from_hsv(
        rng.random_range(0.0..360.0),
        rng.random_range(0.0..0.1),
        rng.random_range(low..high),
    )
}

/// Draws any color, as often a neutral one.
pub(super) fn random_color(rng: &mut impl Rng) -> LinearRgb {
    if rng.random_bool(0.55) {
        return random_neutral_color(rng);
    }
    from_hsv(
        rng.random_range(0.0..360.0),
        rng.random_range(0.25..1.0),
        rng.random_range(0.2..1.0),
    )
}

/// Draws a color of a room or of furniture: mostly neutral.
pub(super) fn random_room_color(rng: &mut impl Rng) -> LinearRgb {
    if rng.random_bool(0.6) {
        random_neutral_color(rng)
    } else {
        random_color(rng)
    }
}

/// Returns a darker or brighter tone of a color.
pub(super) fn scale_brightness(color: &LinearRgb, times: f32) -> LinearRgb {
    color.map(|channel| (channel * times).min(0.95))
}

/// Draws highlights from chalk to lacquer; the texture is left to be chosen.
pub(super) fn random_plain_finish(rng: &mut impl Rng) -> Finish {
    Finish {
        shine: *[0.01, 0.04, 0.16, 0.16, 0.35, 0.6]
            .choose(rng)
            .expect("not empty"),
        sharpness: rng.random_range(3..8),
        seed: rng.next_u64(),
        ..Finish::default()
    }
}

/// Draws the surface of a listed thing `width` meters wide: whatever it is, its color is what its
/// name says.
pub(super) fn random_thing_finish(rng: &mut impl Rng, color: &LinearRgb, width: f64) -> Finish {
    let (texture, second, scale) = match rng.random_range(0..100) {
        0..58 => (Texture::Plain, *color, 1.0),
        58..70 => {
            let times = rng.random_range(0.55..0.85);
            (Texture::Grain, scale_brightness(color, times), 0.08)
        }
        70..78 => (
            Texture::Worn,
            random_neutral_color(rng),
            rng.random_range(0.15..0.5),
        ),
        78..84 => {
            let times = rng.random_range(0.6..1.5);
            (Texture::Speckle, scale_brightness(color, times), 0.1)
        }
        84..90 => (
            Texture::Letter,
            random_neutral_color(rng),
            rng.random_range(0.5..0.8),
        ),
        90..95 => (
            Texture::Sticker,
            random_neutral_color(rng),
            rng.random_range(0.5..0.9),
        ),
        _ => {
            let times = rng.random_range(0.35..0.7);
            (
                Texture::Bands,
                scale_brightness(color, times),
                rng.random_range(0.15..0.6),
            )
        }
    };
    Finish {
        texture,
        second,
        scale: scale * width,
        bevel: rng.random_range(0.0..0.14) * width,
        ..random_plain_finish(rng)
    }
}

/// Draws a surface with print, a pattern, or nothing on it; features are about `unit` large.
pub(super) fn random_clutter_finish(rng: &mut impl Rng, unit: f64) -> Finish {
    let textures = [
        (Texture::Plain, 1.0),
        (Texture::Plain, 1.0),
        (Texture::Plain, 1.0),
        (Texture::Print, 0.12),
        (Texture::Sticker, 1.5),
        (Texture::Bands, 0.5),
        (Texture::Grain, 0.2),
        (Texture::Speckle, 0.1),
        (Texture::Checks, 0.5),
        (Texture::Letter, 1.0),
    ];
    let (texture, scale) = *textures.choose(rng).expect("not empty");
    Finish {
        texture,
        second: random_color(rng),
        scale: scale * unit * rng.random_range(0.6..1.6),
        bevel: 0.05 * unit,
        ..random_plain_finish(rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn hues_are_where_screens_have_them() {
        let near = |color: LinearRgb, expected: LinearRgb| {
            let apart = color.iter().zip(expected).map(|(a, b)| (a - b).abs());
            assert!(apart.fold(0.0, f32::max) < 1e-6, "{color:?} {expected:?}");
        };
        near(from_hsv(0.0, 1.0, 1.0), [1.0, 0.0, 0.0]);
        near(from_hsv(60.0, 1.0, 1.0), [1.0, 1.0, 0.0]);
        near(from_hsv(240.0, 1.0, 1.0), [0.0, 0.0, 1.0]);
        near(from_hsv(-60.0, 1.0, 1.0), [1.0, 0.0, 1.0]);
        near(from_hsv(123.0, 0.0, 1.0), [1.0; 3]);
    }

    #[test]
    fn each_name_has_its_strongest_channel() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..300 {
            let [red, green, blue] = random_color_named(&mut rng, Color::Green);
            assert!(green > red && green > blue);
            let [red, green, blue] = random_color_named(&mut rng, Color::Blue);
            assert!(blue > red && blue > green);
            let [red, green, blue] = random_color_named(&mut rng, Color::Orange);
            assert!(red > green && green > blue);
        }
    }
}
