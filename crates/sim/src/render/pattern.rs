//! Textures of two colors over a plane, filtered to the width of a pixel.

use font8x8::{BASIC_FONTS, UnicodeFonts};

use super::hash_noise::{floor_to_i64, hash, lattice_noise, smooth_noise};

/// Where the second of two colors shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texture {
    /// Nowhere.
    Plain,
    /// Along the grain of wood.
    Grain,
    /// In patches, where paint came off.
    Worn,
    /// In bands of equal width.
    Bands,
    /// In every other square.
    Checks,
    /// On thin lines of a grid.
    Grid,
    /// On the fine and the bold lines of a cutting mat.
    Mat,
    /// On every other thread of a cloth that lies in soft folds.
    Weave,
    /// On words, headlines and pictures of a printed page.
    Print,
    /// On the black squares of a square tag around the origin, eight squares wide.
    Tag,
    /// On a letter around the origin.
    Letter,
    /// On a square or round sticker near the origin.
    Sticker,
    /// On specks.
    Speckle,
    /// Along veins of stone.
    Marble,
    /// In round holes at the crossings of a grid.
    Dots,
}

impl Texture {
    /// Returns the share of the second color at `(u, v)` meters, 0..=1, averaged over about `pixel`
    /// meters. A feature is `scale` meters large.
    pub(super) fn second_color_share(
        self,
        u: f64,
        v: f64,
        pixel: f64,
        scale: f64,
        seed: u64,
    ) -> f64 {
        let (x, y, around) = (u / scale, v / scale, pixel / scale);
        match self {
            Self::Plain => 0.0,
            Self::Grain => {
                let warp = smooth_noise(x / 9.0, y / 2.0, seed);
                let rings = smooth_noise(x / 12.0 + 2.0 * warp, y + 2.5 * warp, seed ^ 0x1f);
                faded(rings, 0.5, around)
            }
            Self::Worn => {
                let patch =
                    0.6 * smooth_noise(x, y, seed) + 0.4 * smooth_noise(2.7 * x, 2.7 * y, seed ^ 1);
                ((patch - 0.6) / 0.06).clamp(0.0, 1.0)
            }
            Self::Bands => faded(f64::from(u8::from(is_odd(x))), 0.5, around),
            Self::Checks => faded(f64::from(u8::from(is_odd(x) != is_odd(y))), 0.5, around),
            Self::Grid => line(x, 0.05, around).max(line(y, 0.05, around)),
            Self::Mat => {
                let fine = line(x, 0.06, around).max(line(y, 0.06, around));
                let bold = line(x / 5.0, 0.03, around / 5.0).max(line(y / 5.0, 0.03, around / 5.0));
                bold.max(0.6 * fine)
            }
            Self::Weave => {
                let thread = f64::from(u8::from(is_odd(x) != is_odd(y)));
                let fold = smooth_noise(x / 40.0, y / 90.0, seed);
                0.6 * faded(thread, 0.5, around) + 0.4 * fold
            }
            Self::Print => printed(x, y, around, seed),
            Self::Tag => tag(x, y, seed),
            Self::Letter => letter(x, y, around, seed),
            Self::Sticker => sticker(x, y, seed),
            Self::Speckle => faded(
                (1.6 * smooth_noise(x, y, seed) - 0.5).clamp(0.0, 1.0),
                0.3,
                around,
            ),
            Self::Marble => {
                let turbulence =
                    smooth_noise(x, y, seed) + 0.5 * smooth_noise(2.3 * x, 2.3 * y, seed ^ 2);
                let vein = (x + 2.5 * turbulence).sin().abs();
                (1.0 - vein).powi(3)
            }
            Self::Dots => dot(x, y, around),
        }
    }
}

/// Returns a value with as much contrast to its mean as pixels of this width show.
fn faded(value: f64, mean: f64, around: f64) -> f64 {
    mean + (value - mean) * (0.5 / around).min(1.0)
}

fn is_odd(x: f64) -> bool {
    floor_to_i64(x) & 1 == 1
}

/// Returns the share of a pixel on lines of this width at every whole number.
fn line(x: f64, width: f64, around: f64) -> f64 {
    let beyond = x - floor_to_i64(x) as f64;
    let distance = beyond.min(1.0 - beyond);
    let most = (width / around).min(1.0);
    ((width / 2.0 + around / 2.0 - distance) / around).clamp(0.0, most)
}

/// Returns the ink of a page: a headline every twelve lines, here and there a picture.
fn printed(x: f64, y: f64, around: f64, seed: u64) -> f64 {
    let (column, block) = (floor_to_i64(x / 26.0), floor_to_i64(y / 12.0));
    let in_column = x - 26.0 * column as f64;
    let in_block = y - 12.0 * block as f64;
    if in_column < 1.5 || in_block < 0.6 {
        return 0.0;
    }
    if lattice_noise(column, block, seed) > 0.82 {
        return 0.3 + 0.6 * smooth_noise(x / 3.0, y / 3.0, seed);
    }
    let (row, height, word) = if in_block < 3.0 {
        (-1, (in_block - 0.6) / 2.4, in_column / 2.2)
    } else {
        (
            floor_to_i64(in_block),
            in_block - floor_to_i64(in_block) as f64,
            in_column,
        )
    };
    let place = lattice_noise(floor_to_i64(word), 64 * block + row, seed ^ column as u64);
    let is_ink = (0.2..0.75).contains(&height) && place > 0.2;
    faded(f64::from(u8::from(is_ink)) * 0.9, 0.35, around)
}

fn tag(x: f64, y: f64, seed: u64) -> f64 {
    let (column, row) = (floor_to_i64(x + 4.0), floor_to_i64(y + 4.0));
    if !(0..8).contains(&column) || !(0..8).contains(&row) {
        return 0.0;
    }
    let is_border = [0, 7].contains(&column) || [0, 7].contains(&row);
    f64::from(u8::from(
        is_border || lattice_noise(column, row, seed) > 0.5,
    ))
}

/// Returns the ink of a letter that is one unit high, from four samples of a pixel.
fn letter(x: f64, y: f64, around: f64, seed: u64) -> f64 {
    const LETTERS: &[u8] = b"ABCDEFGHKLMNPRSTUXYZ0123456789";
    let letter = char::from(LETTERS[(hash(seed) % LETTERS.len() as u64) as usize]);
    let Some(glyph) = BASIC_FONTS.get(letter) else {
        return 0.0;
    };
    let is_ink = |dx: f64, dy: f64| {
        let (column, row) = (8.0 * (x + dx + 0.5), 8.0 * (0.5 - y - dy));
        (0.0..8.0).contains(&column)
            && (0.0..8.0).contains(&row)
            && glyph[row as usize] >> (column as usize) & 1 == 1
    };
    let step = around / 4.0;
    let samples = [(-step, -step), (step, -step), (-step, step), (step, step)];
    let count = samples.iter().filter(|(dx, dy)| is_ink(*dx, *dy)).count();
    count as f64 / 4.0
}

fn sticker(x: f64, y: f64, seed: u64) -> f64 {
    let offset = |salt: u64| 0.6 * (super::hash_noise::to_unit_interval(hash(seed ^ salt)) - 0.5);
    let (x, y) = (x - offset(3), y - offset(4));
    let is_round = seed & 1 == 1;
    let is_on = if is_round {
        x.hypot(y) < 0.3
    } else {
        x.abs() < 0.36 && y.abs() < 0.24
    };
    f64::from(u8::from(is_on))
}

fn dot(x: f64, y: f64, around: f64) -> f64 {
    const RADIUS: f64 = 0.18;
    let from_crossing = |x: f64| x - floor_to_i64(x + 0.5) as f64;
    let distance = from_crossing(x).hypot(from_crossing(y));
    let most = (2.0 * RADIUS / around).min(1.0).powi(2);
    ((RADIUS - distance) / around + 0.5).clamp(0.0, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Texture; 15] = [
        Texture::Plain,
        Texture::Grain,
        Texture::Worn,
        Texture::Bands,
        Texture::Checks,
        Texture::Grid,
        Texture::Mat,
        Texture::Weave,
        Texture::Print,
        Texture::Tag,
        Texture::Letter,
        Texture::Sticker,
        Texture::Speckle,
        Texture::Marble,
        Texture::Dots,
    ];

    /// Returns shares over a square of 60 features around the origin.
    fn shares(texture: Texture, pixel: f64) -> Vec<f64> {
        (0..3600)
            .map(|i| {
                let (u, v) = (f64::from(i % 60) - 29.7, f64::from(i / 60) - 29.7);
                texture.second_color_share(0.0117 * u, 0.0117 * v, pixel, 0.01, 7)
            })
            .collect()
    }

    #[test]
    fn shares_are_shares_and_every_texture_but_plain_shows_both_colors() {
        for texture in ALL {
            let near: Vec<f64> = (0..8)
                .flat_map(|seed| {
                    (0..1600).map(move |i| {
                        let (u, v) = (f64::from(i % 40) - 19.7, f64::from(i / 40) - 19.7);
                        texture.second_color_share(5e-4 * u, 5e-4 * v, 5e-4, 0.01, seed)
                    })
                })
                .chain(shares(texture, 5e-4))
                .collect();
            assert!(near.iter().all(|share| (0.0..=1.0).contains(share)));
            let least = near.iter().copied().fold(1.0, f64::min);
            let most = near.iter().copied().fold(0.0, f64::max);
            assert!(least < 0.3, "{texture:?} {least}");
            assert!(
                most > 0.6 || texture == Texture::Plain,
                "{texture:?} {most}"
            );
        }
    }

    #[test]
    fn what_is_finer_than_a_pixel_is_gray() {
        for texture in [
            Texture::Checks,
            Texture::Bands,
            Texture::Grid,
            Texture::Dots,
        ] {
            let far = shares(texture, 0.2);
            let least = far.iter().copied().fold(1.0, f64::min);
            let most = far.iter().copied().fold(0.0, f64::max);
            assert!(most - least < 0.1, "{texture:?} {least} {most}");
        }
    }
}
