//! Colors of pixels, compared regardless of how brightly they are lit.
//!
//! What lies in the shade keeps its shares of red, green and blue, so colors are compared by these.
//! Two things spoil shares: in the dark, noise is as large as the color; in bright light, the sensor
//! cuts off the strongest channels.

use std::sync::LazyLock;

/// Smallest difference between the colors of different things, in shares.
pub const MIN_COLOR_DIFFERENCE: f64 = 0.13;
/// Brightness in the deepest shade, as a share of that in full light.
pub const DEEPEST_SHADE_BRIGHTNESS: f64 = 0.04;
/// Brightness at which noise makes up half of what shares tell.
const NOISE: f64 = 0.008;
/// Linear value from which a channel may be cut off.
const FULL: f64 = 0.97;
/// Largest linear value that may have been cut off.
const OVEREXPOSED: f64 = 2.5;

/// A color in linear light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Color {
    /// Shares of red and green in the brightness.
    pub shares: [f64; 2],
    /// Sum of red, green and blue, each 0 to 1.
    pub brightness: f64,
}

impl Color {
    /// The color of a pixel.
    pub fn from_rgb(rgb: [u8; 3]) -> Self {
        static LINEAR: LazyLock<[f64; 256]> =
            LazyLock::new(|| std::array::from_fn(|value| (value as f64 / 255.0).powf(2.2)));
        Self::from_linear(rgb.map(|value| LINEAR[usize::from(value)]))
    }

    fn from_linear(linear: [f64; 3]) -> Self {
        let brightness: f64 = linear.iter().sum();
        let share = |value: f64| {
            if brightness > 0.0 {
                value / brightness
            } else {
                1.0 / 3.0
            }
        };
        Self {
            shares: [share(linear[0]), share(linear[1])],
            brightness,
        }
    }

    /// The value of each channel at the median of some colors; `None` of none.
    pub fn median(colors: &[Self]) -> Option<Self> {
        let middle = |of: &dyn Fn(&Self) -> f64| {
            let mut values: Vec<f64> = colors.iter().map(of).collect();
            let index = values.len() / 2;
            let (_, middle, _) = values.select_nth_unstable_by(index, f64::total_cmp);
            *middle
        };
        (!colors.is_empty()).then(|| Self {
            shares: [0, 1].map(|channel| middle(&|color| color.shares[channel])),
            brightness: middle(&|color| color.brightness),
        })
    }

    /// How different two colors are regardless of their brightness, in shares. Where one is as dark
    /// as noise, they hardly are.
    pub fn distance_ignoring_brightness(&self, other: &Self) -> f64 {
        let darker = self.brightness.min(other.brightness);
        let [red, green] = [0, 1].map(|channel| self.shares[channel] - other.shares[channel]);
        red.hypot(green) * trust(darker)
    }

    /// Whether it has a hue that noise cannot have made.
    pub fn has_hue(&self) -> bool {
        let gray = Self {
            shares: [1.0 / 3.0; 2],
            ..*self
        };
        self.distance_ignoring_brightness(&gray) > MIN_COLOR_DIFFERENCE
    }

    /// Whether one thing can have both colors, in the light and in the shade.
    pub fn is_same_in_other_light(&self, other: &Self) -> bool {
        let (dark, light) = if self.brightness < other.brightness {
            (self, other)
        } else {
            (other, self)
        };
        // What is darker than any shade is another thing, unless its hue tells that it is not.
        let is_shade =
            dark.brightness > DEEPEST_SHADE_BRIGHTNESS * light.brightness || dark.has_hue();
        is_shade
            && (dark.distance_ignoring_brightness(light) < MIN_COLOR_DIFFERENCE
                || dark.overexposed(light) < MIN_COLOR_DIFFERENCE)
    }

    /// How different `light` is from this color in light so bright that the sensor cuts it off;
    /// infinite if nothing of `light` is cut off, or all.
    fn overexposed(&self, light: &Self) -> f64 {
        let (own, seen) = (self.linear(), light.linear());
        let is_full = seen.map(|value| value >= FULL);
        if is_full.iter().all(|full| *full) || !is_full.contains(&true) {
            return f64::INFINITY;
        }
        let whole = |of: &[f64; 3]| -> f64 {
            let values = of.iter().zip(is_full).filter(|(_, full)| !full);
            values.map(|(value, _)| value).sum()
        };
        let strongest = own.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let factor = whole(&seen) / whole(&own).max(f64::MIN_POSITIVE);
        let factor = factor.min(OVEREXPOSED / strongest);
        let cut_off = Self::from_linear(own.map(|value| (value * factor).min(1.0)));
        cut_off.distance_ignoring_brightness(light) * trust(self.brightness)
    }

    fn linear(&self) -> [f64; 3] {
        let [red, green] = self.shares;
        [red, green, 1.0 - red - green].map(|share| share * self.brightness)
    }
}

/// How much of a difference in shares is not noise at this brightness, 0 to 1.
fn trust(brightness: f64) -> f64 {
    brightness / (brightness + NOISE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLORS: [[u8; 3]; 6] = [
        [255, 33, 33],
        [204, 26, 26],
        [242, 115, 13],
        [26, 140, 51],
        [26, 64, 191],
        [115, 38, 153],
    ];

    fn lit(rgb: [u8; 3], light: f64, noise: f64) -> Color {
        Color::from_rgb(rgb.map(|value| (f64::from(value) * light + noise).clamp(0.0, 255.0) as u8))
    }

    #[test]
    fn a_shaded_side_has_the_color_of_the_lit_top() {
        for rgb in COLORS {
            for light in [0.25, 0.32, 0.5, 0.8] {
                for noise in [-2.0, 0.0, 2.0] {
                    let (top, side) = (lit(rgb, 1.0, 0.0), lit(rgb, light, noise));
                    assert!(top.is_same_in_other_light(&side), "{rgb:?} {light} {noise}");
                    assert!(side.is_same_in_other_light(&top), "{rgb:?} {light} {noise}");
                }
            }
        }
    }

    #[test]
    fn the_shade_on_a_table_is_of_the_table() {
        for table in [[128, 128, 128], [235, 235, 230], [168, 128, 88]] {
            for light in [0.3, 0.5, 0.8] {
                let shadow = lit(table, light, 0.0);
                assert!(shadow.is_same_in_other_light(&Color::from_rgb(table)));
                for rgb in COLORS {
                    let thing = Color::from_rgb(rgb);
                    assert!(
                        !thing.is_same_in_other_light(&shadow),
                        "{rgb:?} {table:?} {light}"
                    );
                }
            }
        }
    }

    #[test]
    fn noise_in_the_dark_is_no_hue() {
        for noisy in [[9, 3, 3], [3, 8, 4], [12, 9, 14], [0, 0, 0], [22, 18, 16]] {
            assert!(!Color::from_rgb(noisy).has_hue(), "{noisy:?}");
        }
        assert!(Color::from_rgb([80, 10, 10]).has_hue() && Color::from_rgb([8, 20, 60]).has_hue());
    }

    #[test]
    fn black_is_neither_gray_nor_the_shade_of_red() {
        let black = Color::from_rgb([18, 18, 20]);
        for other in [[128, 128, 128], [200, 200, 200], [255, 33, 33]] {
            assert!(
                !black.is_same_in_other_light(&Color::from_rgb(other)),
                "{other:?}"
            );
        }
        assert!(black.is_same_in_other_light(&Color::from_rgb([30, 30, 30])));
    }

    #[test]
    fn what_is_overexposed_is_still_itself() {
        for rgb in [[242, 115, 13], [237, 204, 26]] {
            let (bright, shaded) = (lit(rgb, 1.4, 0.0), lit(rgb, 0.35, 0.0));
            assert!(bright.is_same_in_other_light(&shaded), "{rgb:?}");
        }
        // Orange is not yellow in brighter light.
        let (orange, yellow) = (lit([242, 115, 13], 0.4, 0.0), lit([237, 204, 26], 1.4, 0.0));
        assert!(!orange.is_same_in_other_light(&yellow));
    }

    #[test]
    fn hues_differ_in_any_light() {
        let lit = Color::from_rgb([220, 60, 40]);
        assert!(lit.distance_ignoring_brightness(&Color::from_rgb([134, 37, 24])) < 0.06);
        assert!(lit.distance_ignoring_brightness(&Color::from_rgb([230, 140, 40])) > 0.15);
    }
}
