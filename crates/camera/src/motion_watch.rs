//! Notices when what a camera sees begins to change: it shows how far pictures lag behind an arm.

use std::time::{Duration, Instant};

use image::RgbImage;
use image::imageops::FilterType;

/// Size of the cells that are compared, as a grid over the picture.
const GRID: (u32, u32) = (32, 24);
/// Change of a cell that is no noise, gray levels.
const CHANGE: f32 = 12.0;
/// Number of cells that change when an arm moves.
const CELLS: usize = 3;
/// Time between pictures that are compared: decoding them costs.
const COMPARISON_PERIOD: Duration = Duration::from_millis(60);

/// A wait for the first change since a moment.
#[derive(Clone, Debug)]
pub(crate) struct MotionWatch {
    pub(crate) begun: Instant,
    before: Vec<f32>,
    compared: Option<Instant>,
    /// When the first changed picture was taken.
    pub(crate) changed: Option<Instant>,
}

impl MotionWatch {
    /// Begins now, from what a picture shows.
    pub(crate) fn begin(picture: &RgbImage) -> Self {
        Self {
            begun: Instant::now(),
            before: cells(picture),
            compared: None,
            changed: None,
        }
    }

    /// Returns whether a picture that arrives now is to be compared.
    pub(crate) fn is_comparison_due(&self) -> bool {
        let is_due = |compared: Instant| compared.elapsed() >= COMPARISON_PERIOD;
        self.changed.is_none() && self.compared.is_none_or(is_due)
    }

    /// Compares a picture that was taken at an instant.
    pub(crate) fn compare(&mut self, picture: &RgbImage, taken: Instant) {
        self.compared = Some(Instant::now());
        if taken >= self.begun && differs(&self.before, &cells(picture)) {
            self.changed = Some(taken);
        }
    }
}

/// Returns the gray levels of a picture, cell by cell.
fn cells(picture: &RgbImage) -> Vec<f32> {
    let gray = image::imageops::grayscale(picture);
    let small = image::imageops::resize(&gray, GRID.0, GRID.1, FilterType::Triangle);
    small.pixels().map(|pixel| f32::from(pixel[0])).collect()
}

/// Returns whether something moved. Exposure changes all of a picture alike.
fn differs(before: &[f32], after: &[f32]) -> bool {
    let mut changes: Vec<f32> = before.iter().zip(after).map(|(b, a)| a - b).collect();
    let middle = changes.len() / 2;
    let (_, usual, _) = changes.select_nth_unstable_by(middle, f32::total_cmp);
    let usual = *usual;
    let moved = changes
        .iter()
        .filter(|change| (**change - usual).abs() > CHANGE);
    moved.count() >= CELLS
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// A striped table with a dark arm at `x`, and noise by `seed`.
    fn table(x: u32, light: i32, seed: u32) -> RgbImage {
        RgbImage::from_fn(320, 240, |u, v| {
            let is_arm = (x..x + 40).contains(&u) && v < 120;
            let gray = if is_arm {
                40
            } else {
                140 + (u as i32 / 20 % 2) * 20
            };
            let mix = u.wrapping_mul(73_856_093)
                ^ v.wrapping_mul(19_349_663)
                ^ seed.wrapping_mul(83_492_791);
            let noise = (mix >> 7) as i32 % 13 - 6;
            Rgb([(gray + light + noise).clamp(0, 255) as u8; 3])
        })
    }

    #[test]
    fn an_arm_that_moves_is_noticed_and_light_is_not() {
        let mut watch = MotionWatch::begin(&table(100, 0, 1));
        let now = Instant::now();
        for (light, seed) in [(0, 2), (25, 3), (-25, 4)] {
            watch.compare(&table(100, light, seed), now);
            assert_eq!(watch.changed, None, "{light}");
        }
        // What was taken before does not count.
        watch.compare(&table(130, 0, 5), watch.begun - Duration::from_millis(1));
        assert_eq!(watch.changed, None);
        assert!(watch.compared.is_some());
        watch.compare(&table(130, 10, 6), now);
        assert_eq!(watch.changed, Some(now));
        assert!(!watch.is_comparison_due());
    }
}
