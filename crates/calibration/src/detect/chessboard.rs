use std::collections::HashMap;

use image::GrayImage;
use nalgebra::{Point2, Vector2};

use super::grid::{self, Grid, Node};
use super::{NotFound, Numbered, refine};
use crate::board::Chessboard;

/// Finds a whole chessboard: a part of one could lie anywhere on it.
pub(super) fn detect(board: &Chessboard, picture: &GrayImage) -> Result<Numbered, NotFound> {
    let mut other = NotFound::Nothing;
    for grid in grid::candidate_grids(picture).flatten() {
        match numbered(board, &grid) {
            Ok(mut found) => {
                if is_upside_down(board, picture, &found) {
                    let last = board.columns * board.rows - 1;
                    found.iter_mut().for_each(|(id, _)| *id = last - *id);
                }
                return Ok(refine::refined(picture, found, 0.4 * grid.min_spacing_px()));
            }
            Err(fault) if other == NotFound::Nothing => other = fault,
            Err(_) => {}
        }
    }
    Err(other)
}

/// Numbers the corners of a grid as those of the board, which may lie on its side.
fn numbered(board: &Chessboard, grid: &Grid) -> Result<Numbered, NotFound> {
    let Some(((left, top), (columns, rows))) = grid.extent() else {
        return Err(NotFound::Nothing);
    };
    let fits = |(c, r): (usize, usize)| columns >= c && rows >= r && columns - c + rows - r <= 2;
    let shapes = [
        ((board.columns, board.rows), true),
        ((board.rows, board.columns), false),
    ];
    // The outer side of a black square can look like one more row, with weaker corners: the board is where the weakest
    // corner is strongest.
    let windows = shapes
        .into_iter()
        .filter(|(shape, _)| fits(*shape))
        .flat_map(|((c, r), upright)| {
            let places =
                (0..=columns - c).flat_map(move |dx| (0..=rows - r).map(move |dy| (dx, dy)));
            places.map(move |(dx, dy)| {
                (
                    (left + dx as i32, top + dy as i32),
                    (c as i32, r as i32),
                    upright,
                )
            })
        });
    let needed = (board.columns * board.rows * 9).div_ceil(10);
    let mut best: Option<(f64, Numbered)> = None;
    let mut most = 0;
    for ((left, top), (c, r), upright) in windows {
        let number = |(u, v): (i32, i32)| {
            let (x, y) = ((u - left) as usize, (v - top) as usize);
            // A quarter turn, not a reflection.
            if upright {
                y * board.columns + x
            } else {
                (board.rows - 1 - x) * board.columns + y
            }
        };
        let within =
            |at: &(i32, i32)| (left..left + c).contains(&at.0) && (top..top + r).contains(&at.1);
        let nodes: HashMap<_, &Node> = grid.nodes.iter().filter(|(at, _)| within(at)).collect();
        most = most.max(nodes.len());
        let weakest = nodes
            .values()
            .map(|n| n.strength)
            .fold(f64::INFINITY, f64::min);
        if nodes.len() >= needed
            && best
                .as_ref()
                .is_none_or(|(strength, _)| weakest > *strength)
        {
            best = Some((
                weakest,
                nodes
                    .into_iter()
                    .map(|(at, node)| (number(*at), node.pixel))
                    .collect(),
            ));
        }
    }
    match best {
        Some((_, corners)) => Ok(corners),
        None if most > 0 => Err(NotFound::TooFew {
            corners: most,
            needed,
        }),
        None => Err(NotFound::OtherSize { columns, rows }),
    }
}

/// Whether the top left square would be white by these numbers: it is drawn black, and unless the board looks the same upside
/// down, that tells its two ends apart.
fn is_upside_down(
    board: &Chessboard,
    picture: &GrayImage,
    corners: &[(usize, Point2<f64>)],
) -> bool {
    if (board.columns + board.rows).is_multiple_of(2) {
        return false;
    }
    let places: HashMap<usize, Point2<f64>> = corners.iter().copied().collect();
    let mut darker = 0.0;
    for (y, x) in (0..board.rows - 1).flat_map(|y| (0..board.columns - 1).map(move |x| (y, x))) {
        let first = y * board.columns + x;
        let around = [
            first,
            first + 1,
            first + board.columns + 1,
            first + board.columns,
        ];
        let around: Option<Vec<_>> = around
            .iter()
            .map(|id| Some(places.get(id)?.coords))
            .collect();
        let Some(middle) = around.map(|a| a.iter().sum::<Vector2<f64>>() / 4.0) else {
            continue;
        };
        let Some(brightness) = refine::bilinear(picture, middle.x, middle.y) else {
            continue;
        };
        darker += if (x + y) % 2 == 0 {
            -brightness
        } else {
            brightness
        };
    }
    // As many squares of the one kind as of the other, give or take those that are not seen.
    darker < 0.0
}
