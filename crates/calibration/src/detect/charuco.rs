use std::collections::HashMap;

use image::GrayImage;
use nalgebra::Point2;

use super::grid::{self, Grid};
use super::marker::Reader;
use super::{NotFound, Numbered, refine};
use crate::board::Charuco;
use crate::homography;

/// Fewer corners say too little of a lens.
const NEEDED: usize = 6;

/// Finds a ChArUco board, or a part of it: its markers say which.
pub(super) fn detect(board: &Charuco, picture: &GrayImage) -> Result<Numbered, NotFound> {
    let mut best = HashMap::new();
    for grids in grid::candidate_grids(picture) {
        let mut found: HashMap<usize, Point2<f64>> = HashMap::new();
        for grid in grids {
            if let Some(placed) = Placed::new(board, picture, &grid) {
                found.extend(placed.corners(board, picture, &grid));
            }
        }
        if found.len() > best.len() {
            best = found;
        }
        if best.len() == (board.columns - 1) * (board.rows - 1) {
            break;
        }
    }
    match best.len() {
        0 => Err(NotFound::Nothing),
        n if n < NEEDED => Err(NotFound::TooFew {
            corners: n,
            needed: NEEDED,
        }),
        _ => Ok(best.into_iter().collect()),
    }
}

/// Where a grid lies on the board: turned clockwise by so many quarters, then shifted, in squares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Placed {
    quarters: u8,
    shift: (i32, i32),
}

fn turned((x, y): (i32, i32), quarters: u8) -> (i32, i32) {
    match quarters % 4 {
        0 => (x, y),
        1 => (-y, x),
        2 => (-x, -y),
        _ => (y, -x),
    }
}

fn is_inner(board: &Charuco, (x, y): (i32, i32)) -> bool {
    (1..board.columns as i32).contains(&x) && (1..board.rows as i32).contains(&y)
}

impl Placed {
    /// Finds the place by the pattern that is described, or by the other one where that explains more: few people know which they
    /// have. By the wrong one, a board lies a square off, and some of its corners beyond its edge.
    fn new(board: &Charuco, picture: &GrayImage, grid: &Grid) -> Option<Self> {
        let described = Self::by_pattern(board, picture, grid);
        let explained = |found: &Option<(usize, Self)>| {
            found.map_or((0, 0), |(n, placed)| {
                let inner = |at: &&(i32, i32)| is_inner(board, placed.on_board(**at));
                (grid.nodes.keys().filter(inner).count(), n)
            })
        };
        let mut best = described;
        if board.rows.is_multiple_of(2) {
            let other = Charuco {
                legacy: !board.legacy,
                ..*board
            };
            let other = Self::by_pattern(&other, picture, grid);
            if explained(&other) > explained(&described) {
                best = other;
            }
        }
        best.map(|(_, placed)| placed)
    }

    /// Finds the place that nearly all markers tell, and how many do.
    fn by_pattern(board: &Charuco, picture: &GrayImage, grid: &Grid) -> Option<(usize, Self)> {
        let reader = Reader::new(board.dictionary);
        let squares = board.marker_squares();
        let side = board.marker / board.square;
        let mut votes: HashMap<Self, usize> = HashMap::new();
        let mut all = 0;
        for &(u, v) in grid.nodes.keys() {
            let around = [(u, v), (u + 1, v), (u + 1, v + 1), (u, v + 1)];
            let corners: Option<Vec<_>> = around
                .iter()
                .map(|at| {
                    Some((
                        Point2::new(f64::from(at.0), f64::from(at.1)),
                        grid.nodes.get(at)?.pixel,
                    ))
                })
                .collect();
            let Some(map) = corners.and_then(|corners| homography::fit(&corners)) else {
                continue;
            };
            let inset = (1.0 - side) / 2.0;
            let first = Point2::new(f64::from(u) + inset, f64::from(v) + inset);
            let Some(read) = reader.read(picture, &map, first, side) else {
                continue;
            };
            let Some(&(x, y)) = squares.get(read.id as usize) else {
                continue;
            };
            all += 1;
            // In half squares, so that middles are whole numbers.
            let middle = turned((2 * x as i32 + 1, 2 * y as i32 + 1), read.rotation);
            let shift = (2 * u + 1 - middle.0, 2 * v + 1 - middle.1);
            if shift.0 % 2 == 0 && shift.1 % 2 == 0 {
                let placed = Self {
                    quarters: read.rotation,
                    shift: (shift.0 / 2, shift.1 / 2),
                };
                *votes.entry(placed).or_default() += 1;
            }
        }
        let best = votes.into_iter().map(|(placed, n)| (n, placed)).max()?;
        (best.0 >= 2 && best.0 * 5 >= all * 4).then_some(best)
    }

    fn on_board(self, (u, v): (i32, i32)) -> (i32, i32) {
        turned((u - self.shift.0, v - self.shift.1), 4 - self.quarters)
    }

    fn in_grid(self, at: (i32, i32)) -> (i32, i32) {
        let (u, v) = turned(at, self.quarters);
        (u + self.shift.0, v + self.shift.1)
    }

    /// Returns the inner corners of the board that the picture shows, also those that the grid left out.
    fn corners(self, board: &Charuco, picture: &GrayImage, grid: &Grid) -> Numbered {
        let (columns, rows) = (board.columns as i32, board.rows as i32);
        let number = |(x, y): (i32, i32)| ((y - 1) * (columns - 1) + x - 1) as usize;
        // A marker's corners must stay out of the windows, whose gradients reach a pixel farther.
        let free = (1.0 - board.marker / board.square) / 2.0;
        let half = (grid.min_spacing_px() * free - 1.0).min(0.4 * grid.min_spacing_px());
        let seen = grid
            .nodes
            .iter()
            .map(|(at, node)| (self.on_board(*at), node.pixel));
        let seen = seen
            .filter(|(at, _)| is_inner(board, *at))
            .map(|(at, pixel)| (number(at), pixel))
            .collect();
        let mut out = refine::refined(picture, seen, half);
        for at in (1..rows).flat_map(|y| (1..columns).map(move |x| (x, y))) {
            let node = self.in_grid(at);
            if grid.nodes.contains_key(&node) {
                continue;
            }
            let Some(map) = grid.picture_from_grid_near(node) else {
                continue;
            };
            let place = Point2::new(f64::from(node.0), f64::from(node.1));
            if let Some(pixel) =
                refine::find_expected_corner(picture, &map, place, 0.7 * free.min(0.4), half)
            {
                out.push((number(at), pixel));
            }
        }
        out
    }
}
