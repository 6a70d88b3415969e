//! Entries of an answer, and the meaning of their numbers.

use enact_types::NormalizedPoint;

use crate::detection::{Bounds, Detection, clean_label};

/// Largest distance outside the picture that counts as rounding, as a share of the picture.
const ROUNDING: f64 = 0.002;

/// One object in an answer, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub numbers: WrittenPosition,
    /// Label, if one is given.
    pub label: Option<String>,
}

/// Position in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum WrittenPosition {
    /// Two numbers of which the convention knows which is which.
    Pair([f64; 2]),
    /// Two opposite corners, likewise.
    Corners([f64; 4]),
    /// Across and down, as keys or tags say.
    Named([f64; 2]),
    /// Left, top, right, bottom, as keys say.
    NamedCorners([f64; 4]),
}

/// Meaning of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axes {
    /// True if the first of two numbers counts rows.
    pub rows_first: bool,
    /// The numbers of the right and of the bottom edge.
    pub full: [f64; 2],
}

/// Fractions of width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FractionalPosition {
    pub point: [f64; 2],
    pub corners: Option<[[f64; 2]; 2]>,
}

impl Axes {
    /// Returns the position that numbers mean, whether inside the picture or not.
    pub fn locate(&self, numbers: &WrittenPosition) -> FractionalPosition {
        let ordered = |[a, b]: [f64; 2]| if self.rows_first { [b, a] } else { [a, b] };
        let scaled = |[x, y]: [f64; 2]| [x / self.full[0], y / self.full[1]];
        let (first, second) = match *numbers {
            WrittenPosition::Pair(pair) => (ordered(pair), None),
            WrittenPosition::Corners([a, b, c, d]) => (ordered([a, b]), Some(ordered([c, d]))),
            WrittenPosition::Named(pair) => (pair, None),
            WrittenPosition::NamedCorners([a, b, c, d]) => ([a, b], Some([c, d])),
        };
        match (scaled(first), second.map(scaled)) {
            (point, None) => FractionalPosition {
                point,
                corners: None,
            },
            (a, Some(b)) => FractionalPosition {
                point: [0, 1].map(|axis| (a[axis] + b[axis]) / 2.0),
                corners: Some([
                    [a[0].min(b[0]), a[1].min(b[1])],
                    [a[0].max(b[0]), a[1].max(b[1])],
                ]),
            },
        }
    }

    /// Returns the numbers of a point, in the order in which they are written.
    pub fn numbers_for_point(&self, point: NormalizedPoint) -> [f64; 2] {
        let share = |value: u16| f64::from(value) / f64::from(NormalizedPoint::MAX_COORDINATE);
        let [x, y] = [share(point.x) * self.full[0], share(point.y) * self.full[1]];
        if self.rows_first { [y, x] } else { [x, y] }
    }

    /// Returns the numbers of both corners in that order; an object without bounds is a box of no
    /// size.
    pub fn corner_numbers(&self, detection: &Detection) -> [f64; 4] {
        let Bounds { low, high } = detection.bounds.unwrap_or(Bounds {
            low: detection.point,
            high: detection.point,
        });
        let ([a, b], [c, d]) = (self.numbers_for_point(low), self.numbers_for_point(high));
        [a, b, c, d]
    }
}

impl FractionalPosition {
    /// Returns the point, if it is in the picture.
    pub fn point_inside_picture(&self) -> Option<NormalizedPoint> {
        let is_inside = |value: &f64| -ROUNDING <= *value && *value <= 1.0 + ROUNDING;
        self.point
            .iter()
            .all(is_inside)
            .then(|| normalized(self.point))
    }
}

fn normalized([x, y]: [f64; 2]) -> NormalizedPoint {
    let scale = |share: f64| {
        (share.clamp(0.0, 1.0) * f64::from(NormalizedPoint::MAX_COORDINATE)).round() as u16
    };
    NormalizedPoint {
        y: scale(y),
        x: scale(x),
    }
}

impl Entry {
    /// Returns the label if it is valid; numbers objects without a label.
    pub fn name(&self, index: usize) -> Result<String, String> {
        let Some(label) = &self.label else {
            return Ok(format!("object {}", index + 1));
        };
        clean_label(label.clone())
    }

    /// Returns the object that the entry describes, or the reason why it describes none.
    pub fn to_detection(&self, axes: &Axes, index: usize) -> Result<Detection, String> {
        let label = self.name(index)?;
        let located = axes.locate(&self.numbers);
        let point = located.point_inside_picture().ok_or_else(|| {
            let [right, bottom] = axes.full;
            format!(
                "`{label}` is at {}, outside the picture (0 to {right}{})",
                self.numbers,
                if right == bottom {
                    String::new()
                } else {
                    format!(" across, 0 to {bottom} down")
                }
            )
        })?;
        let bounds = located.corners.map(|[low, high]| Bounds {
            low: normalized(low),
            high: normalized(high),
        });
        Ok(Detection {
            point,
            label,
            bounds,
        })
    }
}

impl std::fmt::Display for WrittenPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pair(numbers) | Self::Named(numbers) => write!(f, "{numbers:?}"),
            Self::Corners(numbers) | Self::NamedCorners(numbers) => write!(f, "{numbers:?}"),
        }
    }
}
