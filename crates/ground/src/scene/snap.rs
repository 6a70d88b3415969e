//! Moves a point that just misses its object onto it.
//!
//! Where a label names a color, the nearest pixel of that color is a better
//! seed than a pixel of another: it tells a cube from the bowl it lies in.

use image::RgbImage;

/// Largest displacement of a point, as a share of the picture's width.
const REACH: f64 = 0.04;
/// Smallest chroma over value of a color with a hue.
const PALE: f32 = 0.3;

/// Hue ranges, in degrees, of the colors in labels; red wraps through zero.
const HUES: [(&str, f32, f32); 6] = [
    ("red", 345.0, 14.0),
    ("orange", 14.0, 40.0),
    ("yellow", 40.0, 70.0),
    ("green", 70.0, 170.0),
    ("blue", 190.0, 255.0),
    ("purple", 255.0, 320.0),
];

/// Returns the pixel nearest to `(x, y)` that has, with its neighbors, the color that `label`
/// names; `(x, y)` itself if none is near or no color is named.
pub fn snap_to_named_color(rgb: &RgbImage, (x, y): (usize, usize), label: &str) -> (usize, usize) {
    let Some(range) = named(label) else {
        return (x, y);
    };
    let reach = (REACH * f64::from(rgb.width())) as isize;
    let solid = |x: isize, y: isize| {
        [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
            .iter()
            .all(|(dx, dy)| is_of(rgb, x + dx, y + dy, range))
    };
    if solid(x as isize, y as isize) {
        return (x, y);
    }
    let mut offsets: Vec<(isize, isize)> = (-reach..=reach)
        .flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)))
        .filter(|(dx, dy)| dx * dx + dy * dy <= reach * reach)
        .collect();
    offsets.sort_by_key(|(dx, dy)| dx * dx + dy * dy);
    offsets
        .into_iter()
        .map(|(dx, dy)| (x as isize + dx, y as isize + dy))
        .find(|(x, y)| solid(*x, *y))
        .map_or((x, y), |(x, y)| (x as usize, y as usize))
}

/// Returns whether a pixel has the color that a label names; `None` if it names none.
pub fn has_named_color(rgb: &RgbImage, (x, y): (usize, usize), label: &str) -> Option<bool> {
    named(label).map(|range| is_of(rgb, x as isize, y as isize, range))
}

fn named(label: &str) -> Option<(f32, f32)> {
    let words = label.to_lowercase();
    HUES.iter()
        .find(|(name, ..)| words.split_whitespace().any(|word| word == *name))
        .map(|(_, from, to)| (*from, *to))
}

fn is_of(rgb: &RgbImage, x: isize, y: isize, (from, to): (f32, f32)) -> bool {
    let inside = (0..rgb.width() as isize).contains(&x) && (0..rgb.height() as isize).contains(&y);
    let hue = inside
        .then(|| hue(rgb.get_pixel(x as u32, y as u32).0))
        .flatten();
    hue.is_some_and(|hue| {
        if from <= to {
            (from..to).contains(&hue)
        } else {
            hue >= from || hue < to
        }
    })
}

/// Returns the hue in degrees, as in HSV.
fn hue(rgb: [u8; 3]) -> Option<f32> {
    let [r, g, b] = rgb.map(f32::from);
    let (high, low) = (r.max(g).max(b), r.min(g).min(b));
    let chroma = high - low;
    if chroma < PALE * high.max(1.0) {
        return None;
    }
    let sixth = if high == r {
        ((g - b) / chroma).rem_euclid(6.0)
    } else if high == g {
        (b - r) / chroma + 2.0
    } else {
        (r - g) / chroma + 4.0
    };
    Some(60.0 * sixth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// Draws a red square on blue.
    fn picture() -> RgbImage {
        RgbImage::from_fn(320, 240, |x, y| {
            if (100..110).contains(&x) && (100..110).contains(&y) {
                Rgb([200, 30, 30])
            } else {
                Rgb([30, 60, 190])
            }
        })
    }

    #[test]
    fn a_near_miss_lands_on_the_named_color() {
        assert_eq!(
            snap_to_named_color(&picture(), (96, 105), "red cube"),
            (101, 105)
        );
        assert_eq!(
            snap_to_named_color(&picture(), (105, 105), "red cube"),
            (105, 105)
        );
        let (x, y) = snap_to_named_color(&picture(), (105, 104), "blue bowl");
        assert!(!(100..110).contains(&x) || !(100..110).contains(&y));
    }

    #[test]
    fn far_misses_and_other_words_stay() {
        assert_eq!(
            snap_to_named_color(&picture(), (50, 50), "red cube"),
            (50, 50)
        );
        assert_eq!(snap_to_named_color(&picture(), (96, 105), "mug"), (96, 105));
    }
}
