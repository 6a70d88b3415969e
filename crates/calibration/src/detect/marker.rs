//! Markers read from pictures.

use calib_targets_aruco::{Dictionary, Match, Matcher};
use image::GrayImage;
use nalgebra::{Matrix3, Point2};

use super::refine::bilinear;
use crate::homography;

/// Reads the markers of one dictionary.
pub(super) struct Reader {
    matcher: Matcher,
    bits: usize,
}

impl Reader {
    pub(super) fn new(dictionary: Dictionary) -> Self {
        // Half of what the dictionary can correct: a marker that is not there is worse than one not read.
        let correctable = dictionary.max_correction_bits() / 2;
        Self {
            matcher: Matcher::new(dictionary, correctable),
            bits: dictionary.marker_size(),
        }
    }

    /// Reads the marker that fills the square from `corner` to `corner + side` of a plane, black border and all, by the plane's
    /// map to the picture.
    ///
    /// The match's rotation is that of the marker in the plane, in quarter turns clockwise (`x` right, `y` down).
    pub(super) fn read(
        &self,
        picture: &GrayImage,
        map: &Matrix3<f64>,
        corner: Point2<f64>,
        side: f64,
    ) -> Option<Match> {
        let cells = self.bits + 2;
        let cell = side / cells as f64;
        let mut values = Vec::with_capacity(cells * cells);
        for row in 0..cells {
            for column in 0..cells {
                let mut sum = 0.0;
                for (dx, dy) in [(0.3, 0.3), (0.7, 0.3), (0.5, 0.5), (0.3, 0.7), (0.7, 0.7)] {
                    let at = Point2::new(
                        corner.x + (column as f64 + dx) * cell,
                        corner.y + (row as f64 + dy) * cell,
                    );
                    let pixel = homography::apply(map, &at);
                    sum += bilinear(picture, pixel.x, pixel.y)?;
                }
                values.push(sum / 5.0);
            }
        }
        let (dark, bright) = values
            .iter()
            .fold((f64::INFINITY, 0f64), |(a, b), v| (a.min(*v), b.max(*v)));
        if bright - dark < 30.0 {
            return None;
        }
        let threshold = (dark + bright) / 2.0;
        let is_border = |row: usize, column: usize| {
            row == 0 || column == 0 || row + 1 == cells || column + 1 == cells
        };
        let (mut code, mut bit, mut faults) = (0u64, 0, 0);
        for row in 0..cells {
            for column in 0..cells {
                let black = values[row * cells + column] < threshold;
                if is_border(row, column) {
                    faults += usize::from(!black);
                } else {
                    code |= u64::from(black) << bit;
                    bit += 1;
                }
            }
        }
        (faults * 10 <= 4 * (cells - 1))
            .then(|| self.matcher.match_code(code))
            .flatten()
    }
}
