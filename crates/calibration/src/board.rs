//! Boards whose corners lie at known places.

use std::fmt;
use std::str::FromStr;

use calib_targets_aruco::Dictionary;
use calib_targets_aruco::builtins::{BUILTIN_DICTIONARY_NAMES, builtin_dictionary};
use nalgebra::Point2;

/// A flat board. Its frame has `x` along the columns, `y` down the rows and `z` into the board; lengths are meters.
#[derive(Clone, Debug)]
pub enum Board {
    /// Black and white squares.
    Chessboard(Chessboard),
    /// Black squares, with a marker in each white one.
    Charuco(Charuco),
    /// Markers apart from each other, with marks between them for a fingertip and an edge to lay against an arm's base.
    Tags(TagBoard),
}

/// A chessboard. The origin is an outermost inner corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chessboard {
    /// Inner corners along a row.
    pub columns: usize,
    /// Inner corners along a column.
    pub rows: usize,
    /// Side of a square in meters.
    pub square: f64,
}

/// A ChArUco board. The origin is the board's own corner above the top left square.
#[derive(Clone, Copy, Debug)]
pub struct Charuco {
    /// Squares along a row.
    pub columns: usize,
    /// Squares along a column.
    pub rows: usize,
    /// Side of a square in meters.
    pub square: f64,
    /// Side of a marker in meters, with its black border.
    pub marker: f64,
    /// The markers.
    pub dictionary: Dictionary,
    /// Whether the top left square is white where there is an even number of rows, as OpenCV drew it before 4.6.
    pub legacy: bool,
}

/// A sheet of markers. The origin is the middle of the marked edge, which leads along `x`; the markers lie at positive `y`.
#[derive(Clone, Copy, Debug)]
pub struct TagBoard {
    /// Markers along a row.
    pub columns: usize,
    /// Markers along a column.
    pub rows: usize,
    /// Side of a marker in meters, with its black border.
    pub side: f64,
    /// From each marker to the next in meters.
    pub pitch: f64,
    /// The markers; the first ones are on the sheet, along the rows.
    pub dictionary: Dictionary,
}

/// What is wrong with the words for a board.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BoardError {
    /// The first word names no board.
    #[error(
        "`{0}` is no board; expected chessboard:9x6:0.025, charuco:7x5:0.03:0.022:DICT_4X4_50 or \
         tags:5x3:0.036:0.052:DICT_APRILTAG_36h11"
    )]
    Kind(String),
    /// The second word is no size.
    #[error("`{0}` is no number of columns and rows such as 9x6, each from 2 to 100")]
    Size(String),
    /// A length is missing, too much or no length.
    #[error("expected {0}, in meters and separated by colons")]
    Lengths(&'static str),
    /// The markers are unknown.
    #[error("`{0}` is no dictionary of markers; there are {names}", names = BUILTIN_DICTIONARY_NAMES.join(", "))]
    Dictionary(String),
    /// The dictionary has fewer markers than the board.
    #[error("the board has {needed} markers, {dictionary} only {available}")]
    Markers {
        /// Markers on the board.
        needed: usize,
        /// Name of the dictionary.
        dictionary: &'static str,
        /// Markers in it.
        available: usize,
    },
}

impl FromStr for Board {
    type Err = BoardError;

    /// Reads `chessboard:COLUMNSxROWS:SQUARE` (inner corners), `charuco:COLUMNSxROWS:SQUARE:MARKER[:DICTIONARY][:legacy]`
    /// (squares) or `tags:COLUMNSxROWS:MARKER:PITCH[:DICTIONARY]` (markers).
    fn from_str(text: &str) -> Result<Self, BoardError> {
        let mut words = text.trim().split(':');
        let kind = words.next().unwrap_or_default().to_ascii_lowercase();
        if !["chessboard", "charuco", "tags"].contains(&kind.as_str()) {
            return Err(BoardError::Kind(kind));
        }
        let (columns, rows) = size(words.next().unwrap_or_default())?;
        let (mut lengths, mut dictionary, mut legacy) = (Vec::new(), None, false);
        for word in words {
            match word.parse::<f64>() {
                Ok(length) => lengths.push(length),
                Err(_) if word.eq_ignore_ascii_case("legacy") && kind == "charuco" => legacy = true,
                Err(_) => dictionary = Some(named(word)?),
            }
        }
        let length = |l: f64| (1e-4..=10.0).contains(&l);
        match (kind.as_str(), lengths.as_slice()) {
            ("chessboard", &[square]) if length(square) && dictionary.is_none() => {
                Ok(Self::Chessboard(Chessboard {
                    columns,
                    rows,
                    square,
                }))
            }
            ("chessboard", _) => Err(BoardError::Lengths("the side of a square alone")),
            ("tags", &[side, pitch]) if length(side) && length(pitch) && side < 0.8 * pitch => {
                let dictionary = dictionary.map_or_else(|| named("DICT_APRILTAG_36h11"), Ok)?;
                enough(dictionary, columns * rows)?;
                Ok(Self::Tags(TagBoard {
                    columns,
                    rows,
                    side,
                    pitch,
                    dictionary,
                }))
            }
            ("tags", _) => Err(BoardError::Lengths(
                "the side of a marker and from one to the next, of which the marker takes less than 80 %",
            )),
            (_, &[square, marker]) if length(square) && length(marker) && marker < square => {
                let dictionary = dictionary.map_or_else(|| named("DICT_4X4_50"), Ok)?;
                enough(dictionary, columns * rows / 2)?;
                Ok(Self::Charuco(Charuco {
                    columns,
                    rows,
                    square,
                    marker,
                    dictionary,
                    legacy,
                }))
            }
            _ => Err(BoardError::Lengths(
                "the sides of a square and of a smaller marker",
            )),
        }
    }
}

fn size(text: &str) -> Result<(usize, usize), BoardError> {
    let fault = || BoardError::Size(text.to_owned());
    let (columns, rows) = text.split_once(['x', 'X']).ok_or_else(fault)?;
    match (columns.parse(), rows.parse()) {
        (Ok(columns), Ok(rows)) if (2..=100).contains(&columns) && (2..=100).contains(&rows) => {
            Ok((columns, rows))
        }
        _ => Err(fault()),
    }
}

/// Finds a dictionary by its name, with or without `DICT_`, however it is capitalized.
fn named(text: &str) -> Result<Dictionary, BoardError> {
    BUILTIN_DICTIONARY_NAMES
        .iter()
        .find(|name| name.eq_ignore_ascii_case(text) || name[5..].eq_ignore_ascii_case(text))
        .and_then(|name| builtin_dictionary(name))
        .ok_or_else(|| BoardError::Dictionary(text.to_owned()))
}

fn enough(dictionary: Dictionary, needed: usize) -> Result<(), BoardError> {
    let available = dictionary.codes().len();
    if needed <= available {
        return Ok(());
    }
    Err(BoardError::Markers {
        needed,
        dictionary: dictionary.name(),
        available,
    })
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chessboard(b) => write!(f, "chessboard:{}x{}:{}", b.columns, b.rows, b.square),
            Self::Charuco(b) => {
                let (name, legacy) = (b.dictionary.name(), if b.legacy { ":legacy" } else { "" });
                write!(
                    f,
                    "charuco:{}x{}:{}:{}:{name}{legacy}",
                    b.columns, b.rows, b.square, b.marker
                )
            }
            Self::Tags(b) => {
                let (size, name) = ((b.columns, b.rows), b.dictionary.name());
                write!(
                    f,
                    "tags:{}x{}:{}:{}:{name}",
                    size.0, size.1, b.side, b.pitch
                )
            }
        }
    }
}

impl Board {
    /// Returns the places of all inner corners, in the order of their numbers: along the rows. Markers of a sheet have four each,
    /// clockwise from the top left.
    pub fn corners(&self) -> Vec<Point2<f64>> {
        let grid = |columns: usize, rows: usize| {
            (0..rows).flat_map(move |y| (0..columns).map(move |x| (x as f64, y as f64)))
        };
        match self {
            Self::Chessboard(b) => grid(b.columns, b.rows)
                .map(|(x, y)| Point2::new(x, y) * b.square)
                .collect(),
            Self::Charuco(b) => grid(b.columns - 1, b.rows - 1)
                .map(|(x, y)| Point2::new(x + 1.0, y + 1.0) * b.square)
                .collect(),
            Self::Tags(b) => (0..b.columns * b.rows)
                .flat_map(|id| b.marker_corners(id))
                .collect(),
        }
    }

    /// Returns the places of the marks for a fingertip, in the order of their numbers, which count from 1.
    pub fn fingertip_marks(&self) -> Vec<Point2<f64>> {
        match self {
            Self::Tags(b) => b.fingertip_marks(),
            _ => Vec::new(),
        }
    }
}

impl TagBoard {
    /// Returns the corners of a marker, clockwise from the top left.
    pub fn marker_corners(&self, id: usize) -> [Point2<f64>; 4] {
        let (column, row) = (id % self.columns, id / self.columns);
        let inset = (self.pitch - self.side) / 2.0;
        let left = (column as f64 - self.columns as f64 / 2.0) * self.pitch + inset;
        let top = row as f64 * self.pitch + inset;
        let (right, bottom) = (left + self.side, top + self.side);
        [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| Point2::new(x, y))
    }

    /// Returns the places of the marks: where four markers meet.
    pub fn fingertip_marks(&self) -> Vec<Point2<f64>> {
        let place = |column: usize, row: usize| {
            let x = column as f64 - self.columns as f64 / 2.0;
            Point2::new(x, row as f64) * self.pitch
        };
        (1..self.rows)
            .flat_map(|row| (1..self.columns).map(move |column| place(column, row)))
            .collect()
    }
}

impl Charuco {
    /// Returns the squares that hold markers, `(column, row)`, in the order of the markers' numbers.
    pub fn marker_squares(&self) -> Vec<(usize, usize)> {
        let white_first = self.legacy && self.rows.is_multiple_of(2);
        let parity = usize::from(!white_first);
        (0..self.rows)
            .flat_map(|y| (0..self.columns).map(move |x| (x, y)))
            .filter(|(x, y)| (x + y) % 2 == parity)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_written_as_it_is_read() {
        for text in [
            "chessboard:9x6:0.025",
            "charuco:5x7:0.04:0.02:DICT_6X6_250",
            "charuco:6x8:0.03:0.022:DICT_4X4_50:legacy",
            "tags:5x3:0.036:0.052:DICT_APRILTAG_36h11",
        ] {
            assert_eq!(text.parse::<Board>().unwrap().to_string(), text);
        }
        let short: Board = "charuco:5X7:0.04:0.02:6x6_250".parse().unwrap();
        assert_eq!(short.to_string(), "charuco:5x7:0.04:0.02:DICT_6X6_250");
    }

    #[test]
    fn what_is_wrong_with_the_words_is_said() {
        let fault = |text: &str| text.parse::<Board>().unwrap_err().to_string();
        assert!(fault("circles:4x5:0.03").starts_with("`circles` is no board"));
        assert!(fault("chessboard:9:0.03").starts_with("`9` is no number of columns and rows"));
        assert!(fault("chessboard:9x6").contains("the side of a square alone"));
        assert!(fault("chessboard:9x6:25mm").starts_with("`25mm` is no dictionary"));
        assert!(fault("charuco:5x7:0.02:0.04").contains("a smaller marker"));
        assert!(fault("tags:5x3:0.036:0.04").contains("less than 80 %"));
        assert!(fault("charuco:5x7:NaN:0.04").contains("a smaller marker"));
        assert_eq!(
            fault("charuco:20x20:0.02:0.01"),
            "the board has 200 markers, DICT_4X4_50 only 50"
        );
    }

    #[test]
    fn markers_of_a_legacy_board_begin_in_its_first_square_where_rows_are_even() {
        let squares = |text: &str| match text.parse().unwrap() {
            Board::Charuco(board) => board.marker_squares(),
            _ => unreachable!("the words say otherwise"),
        };
        assert_eq!(squares("charuco:5x6:0.04:0.02")[..2], [(1, 0), (3, 0)]);
        assert_eq!(
            squares("charuco:5x6:0.04:0.02:legacy")[..2],
            [(0, 0), (2, 0)]
        );
        assert_eq!(
            squares("charuco:6x5:0.04:0.02:legacy")[..2],
            [(1, 0), (3, 0)]
        );
    }
}
