//! Boards found in pictures.

mod charuco;
mod chessboard;
mod grid;
mod marker;
mod refine;
mod tags;

use calib_targets_aruco::GrayImageView;
use image::GrayImage;
use nalgebra::Point2;

use crate::board::Board;
use crate::pose::Corner;

/// Corners by their number on the board, and their pixels.
type Numbered = Vec<(usize, Point2<f64>)>;

/// Why no board was found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotFound {
    /// Nothing like it.
    #[error("no board found")]
    Nothing,
    /// A chessboard of another size, or a part of one.
    #[error(
        "a chessboard of {columns}x{rows} inner corners, not the one described, or not all of it"
    )]
    OtherSize {
        /// Inner corners along a row.
        columns: usize,
        /// Inner corners along a column.
        rows: usize,
    },
    /// Too little of it to be of use.
    #[error("{corners} corners of the board, at least {needed} are needed")]
    TooFew {
        /// Corners that were found.
        corners: usize,
        /// Fewest that are taken.
        needed: usize,
    },
}

/// Finds the corners of a board in a picture, in the order of their numbers.
///
/// # Errors
/// Says what was found instead.
pub fn detect(board: &Board, picture: &GrayImage) -> Result<Vec<Corner>, NotFound> {
    let mut corners = match board {
        Board::Chessboard(board) => chessboard::detect(board, picture)?,
        Board::Charuco(board) => charuco::detect(board, picture)?,
        Board::Tags(board) => tags::detect(board, picture)?,
    };
    corners.sort_by_key(|(id, _)| *id);
    let places = board.corners();
    Ok(corners
        .into_iter()
        .map(|(id, pixel)| Corner {
            id,
            on_board: places[id],
            pixel,
        })
        .collect())
}

fn view(picture: &GrayImage) -> GrayImageView<'_> {
    GrayImageView {
        width: picture.width() as usize,
        height: picture.height() as usize,
        data: picture.as_raw(),
    }
}
