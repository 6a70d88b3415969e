//! The size at which a model sees a picture.

/// Resizing of a picture before a model sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resize {
    /// Nothing that matters.
    #[default]
    AsSent,
    /// As Qwen2.5-VL: both sides become multiples of 28, their product lies within limits.
    Qwen {
        /// Fewest pixels.
        min_pixels: u32,
        /// Most pixels.
        max_pixels: u32,
    },
    /// As Claude: what is too large is made smaller.
    Claude,
}

/// Multiple to which sides are rounded, pixels: two patches of 14.
const FACTOR: f64 = 28.0;
/// Claude's longest side of a picture, pixels.
const MAX_SIDE_PX: f64 = 1568.0;
/// Claude's largest picture, pixels.
const MAX_AREA_PX: f64 = 1_150_000.0;

impl Resize {
    /// Default limits of Qwen2.5-VL.
    pub const QWEN: Self = Self::Qwen {
        min_pixels: 56 * 56,
        max_pixels: 14 * 14 * 4 * 16384,
    };

    /// Returns the width and height at which a picture of this size is seen.
    pub fn resized_size(self, sent: [u32; 2]) -> [u32; 2] {
        match self {
            Self::AsSent => sent,
            Self::Qwen {
                min_pixels,
                max_pixels,
            } => smart_resize(sent, f64::from(min_pixels), f64::from(max_pixels)),
            Self::Claude => {
                let [width, height] = sent.map(f64::from);
                let by_side = MAX_SIDE_PX / width.max(height).max(1.0);
                let by_area = (MAX_AREA_PX / (width * height).max(1.0)).sqrt();
                let scale = by_side.min(by_area).min(1.0);
                [width, height].map(|side| ((side * scale) as u32).max(1))
            }
        }
    }
}

/// Rounds each side to the nearest multiple; if that makes the picture too large or too small,
/// scales the whole picture first and rounds its sides down or up.
fn smart_resize(sent: [u32; 2], least: f64, most: f64) -> [u32; 2] {
    let [width, height] = sent.map(|side| f64::from(side.max(1)));
    // As Python rounds, halves go to the even number.
    let near = |side: f64| ((side / FACTOR).round_ties_even() * FACTOR).max(FACTOR);
    let area = near(width) * near(height);
    let sides = if area > most {
        let beta = (width * height / most).sqrt();
        [width, height].map(|side| ((side / beta / FACTOR).floor() * FACTOR).max(FACTOR))
    } else if area < least {
        let beta = (least / (width * height)).sqrt();
        [width, height].map(|side| (side * beta / FACTOR).ceil() * FACTOR)
    } else {
        [near(width), near(height)]
    };
    sides.map(|side| side as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_models_own_code() {
        // What `smart_resize` of transformers' Qwen2-VL image processor gives, by hand.
        for (sent, seen) in [
            ([320, 240], [308, 252]),
            ([640, 480], [644, 476]),
            ([1280, 720], [1288, 728]),
            ([28, 28], [56, 56]),
            ([100, 4000], [112, 4004]),
        ] {
            assert_eq!(Resize::QWEN.resized_size(sent), seen, "{sent:?}");
        }
        let small = Resize::Qwen {
            min_pixels: 256 * 28 * 28,
            max_pixels: 1280 * 28 * 28,
        };
        assert_eq!(small.resized_size([320, 240]), [532, 392]);
        assert_eq!(small.resized_size([1920, 1080]), [1316, 728]);
    }

    #[test]
    fn large_pictures_alone_are_made_smaller_for_claude() {
        assert_eq!(Resize::Claude.resized_size([640, 480]), [640, 480]);
        assert_eq!(Resize::AsSent.resized_size([4000, 3000]), [4000, 3000]);
        let [width, height] = Resize::Claude.resized_size([4000, 3000]);
        assert!(
            width <= 1568 && width * height <= 1_150_000,
            "{width} {height}"
        );
        assert!(width * height > 1_100_000);
        assert_eq!(Resize::Claude.resized_size([3136, 100])[0], 1568);
    }
}
