//! Grids of corners as the detector numbers them.

use std::collections::HashMap;

use calib_targets_chessboard::{
    ChessCorner, ChessboardDetection, ChessboardDetector, ChessboardParams, default_chess_config,
    detect_corners,
};
use image::GrayImage;
use image::imageops::FilterType;
use nalgebra::{Matrix3, Point2};

use crate::homography;

/// A corner of a grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) pixel: Point2<f64>,
    /// How much it looks like a corner of four squares.
    pub(super) strength: f64,
}

/// Corners by column and row, in any order of the board's sides but never mirrored.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) nodes: HashMap<(i32, i32), Node>,
}

/// Returns what may be grids of corners, one setting of the detector after another: the usual one, a stricter and a looser one, in
/// the picture and in smaller copies of it, in which the bits of markers vanish and blur does not matter.
pub(super) fn candidate_grids(picture: &GrayImage) -> impl Iterator<Item = Vec<Grid>> {
    let scales = [1, 2, 4]
        .into_iter()
        .filter(|scale| *scale == 1 || picture.width().min(picture.height()) / scale >= 200);
    scales.flat_map(move |scale| {
        let (width, height) = (picture.width() / scale, picture.height() / scale);
        let corners = if scale == 1 {
            detect_corners(&super::view(picture), &default_chess_config())
        } else {
            let smaller = image::imageops::resize(picture, width, height, FilterType::Triangle);
            detect_corners(&super::view(&smaller), &default_chess_config())
        };
        let scale = (
            f64::from(picture.width()) / f64::from(width),
            f64::from(picture.height()) / f64::from(height),
        );
        ChessboardParams::sweep_default()
            .into_iter()
            .filter_map(move |params| {
                let found = ChessboardDetector::new(params).ok()?.detect_all(&corners);
                Some(
                    found
                        .iter()
                        .map(|d| Grid::new(d, &corners, scale))
                        .collect(),
                )
            })
    })
}

impl Grid {
    fn new(found: &ChessboardDetection, corners: &[ChessCorner], scale: (f64, f64)) -> Self {
        let node = |c: &calib_targets_chessboard::ChessboardCorner| Node {
            // Pixel centers are at integers in both.
            pixel: Point2::new(
                (f64::from(c.position.x) + 0.5) * scale.0 - 0.5,
                (f64::from(c.position.y) + 0.5) * scale.1 - 0.5,
            ),
            strength: f64::from(corners[c.input_index].strength),
        };
        Self {
            nodes: found
                .corners
                .iter()
                .map(|c| ((c.grid.u, c.grid.v), node(c)))
                .collect(),
        }
    }

    /// Returns the first column and row, and how many there are.
    pub(super) fn extent(&self) -> Option<((i32, i32), (usize, usize))> {
        let left = self.nodes.keys().map(|k| k.0).min()?;
        let right = self.nodes.keys().map(|k| k.0).max()?;
        let top = self.nodes.keys().map(|k| k.1).min()?;
        let bottom = self.nodes.keys().map(|k| k.1).max()?;
        Some((
            (left, top),
            ((right - left + 1) as usize, (bottom - top + 1) as usize),
        ))
    }

    /// Returns the smallest distance between neighbors in pixels.
    pub(super) fn min_spacing_px(&self) -> f64 {
        self.nodes
            .iter()
            .flat_map(|(&(x, y), p)| {
                [(x + 1, y), (x, y + 1)]
                    .map(|n| self.nodes.get(&n).map(|n| (n.pixel - p.pixel).norm()))
            })
            .flatten()
            .fold(f64::INFINITY, f64::min)
    }

    /// Returns the map from grid to picture near a corner of the grid, by the corners nearest to it.
    pub(super) fn picture_from_grid_near(&self, at: (i32, i32)) -> Option<Matrix3<f64>> {
        let mut pairs: Vec<_> = self
            .nodes
            .iter()
            .map(|(&(x, y), node)| (Point2::new(f64::from(x), f64::from(y)), node.pixel))
            .collect();
        let at = Point2::new(f64::from(at.0), f64::from(at.1));
        pairs.sort_by(|a, b| {
            let by_distance = (a.0 - at).norm().total_cmp(&(b.0 - at).norm());
            by_distance
                .then(a.0.x.total_cmp(&b.0.x))
                .then(a.0.y.total_cmp(&b.0.y))
        });
        pairs.truncate(12);
        homography::fit(&pairs)
    }
}
