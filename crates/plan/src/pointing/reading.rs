//! Readings of an answer in other conventions.
//!
//! Numbers that are read by the wrong convention are numbers of a picture all the same. Only the
//! picture tells: read rightly, they are on things.

use enact_types::NormalizedPoint;

use super::entry::{Entry, WrittenPosition};
use super::{Convention, PictureConvention, Pointing, Resize, entries};

/// Smallest difference of two readings' full scales that counts, as a share.
const ALIKE: f64 = 0.02;

/// Meaning of an answer in one convention.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The convention, as settings have it.
    pub pointing: Pointing,
    /// Position and label of each entry; the position is `None` outside the picture. All readings
    /// of an answer have the same length.
    pub points: Vec<(Option<NormalizedPoint>, String)>,
}

/// Conventions with different meanings of numbers; points and boxes differ by the number of
/// numbers.
const MEANINGS: [Pointing; 7] = [
    of(Convention::Xy1000, Resize::AsSent),
    of(Convention::Yx1000, Resize::AsSent),
    of(Convention::XyPixels, Resize::AsSent),
    of(Convention::XyPixels, Resize::QWEN),
    of(Convention::XyPixels, Resize::Claude),
    of(Convention::XyPercent, Resize::AsSent),
    of(Convention::XyUnit, Resize::AsSent),
];

const fn of(convention: Convention, resize: Resize) -> Pointing {
    Pointing { convention, resize }
}

/// Returns the meaning of an answer in the given convention, then in each other convention in which
/// its numbers mean something else. Empty if it has no entries.
pub fn read_in_all_conventions(given: &PictureConvention, text: &str) -> Vec<Reading> {
    let entries: Vec<Entry> = entries(text)
        .unwrap_or_default()
        .into_iter()
        .filter_map(Result::ok)
        .collect();
    if entries.is_empty() {
        return Vec::new();
    }
    // Where keys or tags say which number goes down, there is nothing to swap.
    let is_named = |entry: &Entry| {
        matches!(
            entry.numbers,
            WrittenPosition::Named(_) | WrittenPosition::NamedCorners(_)
        )
    };
    let all_named = entries.iter().all(is_named);
    let mut seen = vec![given.convention.axes(given.picture)];
    let mut conventions = vec![Pointing::from(given.convention)];
    for pointing in MEANINGS {
        let PictureConvention {
            convention,
            picture,
        } = pointing.for_picture_size(given.picture);
        let other = convention.axes(picture);
        let known = seen.iter().any(|known| {
            let close =
                (0..2).all(|axis| (known.full[axis] / other.full[axis] - 1.0).abs() < ALIKE);
            close && (all_named || known.rows_first == other.rows_first)
        });
        // A picture of no size has no pixels.
        if !known && (convention != Convention::XyPixels || !given.picture.contains(&0)) {
            seen.push(other);
            conventions.push(pointing);
        }
    }
    conventions
        .into_iter()
        .zip(seen)
        .map(|(pointing, axes)| Reading {
            pointing,
            points: entries
                .iter()
                .enumerate()
                .map(|(index, entry)| {
                    let point = axes.locate(&entry.numbers).point_inside_picture();
                    (point, entry.name(index).unwrap_or_default())
                })
                .collect(),
        })
        .collect()
}
