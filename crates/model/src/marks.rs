//! Numbers drawn on a picture, for models that name things better than they point.
//!
//! Set-of-mark prompting (Yang et al., "Set-of-Mark Prompting Unleashes Extraordinary Visual
//! Grounding in GPT-4V", 2023).

use enact_types::NormalizedPoint;
use font8x8::{BASIC_FONTS, UnicodeFonts};
use image::{Rgb, RgbImage};

/// Size of a digit, pixels, before it is enlarged.
const DIGIT: u32 = 8;
/// Width of a picture with digits of that size, pixels; wider pictures have larger digits.
const WIDTH: u32 = 320;
const PAPER: Rgb<u8> = Rgb([0, 0, 0]);
const INK: Rgb<u8> = Rgb([255, 255, 255]);

/// Draws the numbers 1, 2, … in white on black at these points.
pub fn draw(mut picture: RgbImage, marks: &[NormalizedPoint]) -> RgbImage {
    let scale = (picture.width() / WIDTH).max(1);
    for (index, mark) in marks.iter().enumerate() {
        let number = (index + 1).to_string();
        let (x, y) = mark.to_pixel(picture.width(), picture.height());
        let size = [number.len() as u32 * DIGIT + 1, DIGIT + 1].map(|pixels| pixels * scale);
        let corner = |middle: f64, size: u32, most: u32| {
            let low = (middle as u32).saturating_sub(size / 2);
            low.min(most.saturating_sub(size))
        };
        let left = corner(x, size[0], picture.width());
        let top = corner(y, size[1], picture.height());
        for (dx, dy) in (0..size[1]).flat_map(|dy| (0..size[0]).map(move |dx| (dx, dy))) {
            if left + dx < picture.width() && top + dy < picture.height() {
                let inked = is_ink(&number, dx / scale, dy / scale);
                picture.put_pixel(left + dx, top + dy, if inked { INK } else { PAPER });
            }
        }
    }
    picture
}

/// Returns whether a digit covers this pixel of the text, which has a border of one pixel.
fn is_ink(text: &str, x: u32, y: u32) -> bool {
    let (Some(x), Some(y)) = (x.checked_sub(1), y.checked_sub(1)) else {
        return false;
    };
    let glyph = text
        .chars()
        .nth((x / DIGIT) as usize)
        .and_then(|digit| BASIC_FONTS.get(digit));
    let row = glyph.and_then(|rows| rows.get(y as usize).copied());
    row.is_some_and(|row| (row >> (x % DIGIT)) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_at_its_point_and_nowhere_else() {
        let gray = Rgb([128, 128, 128]);
        let blank = || RgbImage::from_pixel(320, 240, gray);
        let mark = |y, x| NormalizedPoint { y, x };
        let marks = [mark(500, 500), mark(0, 1000)];
        let drawn = draw(blank(), &marks);
        let changed = |x0: u32, y0: u32| {
            let near = |x: u32, y: u32| x.abs_diff(x0) < 12 && y.abs_diff(y0) < 12;
            drawn
                .enumerate_pixels()
                .filter(|(x, y, pixel)| near(*x, *y) && **pixel != gray)
                .count()
        };
        assert_eq!((changed(160, 120), changed(315, 4)), (81, 81));
        let all = drawn.pixels().filter(|pixel| **pixel != gray).count();
        assert_eq!(all, 162);
        let ink = |picture: &RgbImage| picture.pixels().filter(|pixel| **pixel == INK).count();
        assert!(ink(&drawn) > 20);
        // Another number looks different, and a large picture has large digits.
        assert_ne!(
            draw(blank(), &marks[..1]),
            draw(blank(), &[marks[1], marks[0]])
        );
        let large = draw(RgbImage::from_pixel(1280, 960, gray), &marks[..1]);
        assert_eq!(ink(&large), 16 * ink(&draw(blank(), &marks[..1])));
    }
}
