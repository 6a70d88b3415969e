//! Markers that stand alone: dark quadrilaterals whose cells are a code.

use std::collections::HashMap;

use image::GrayImage;
use nalgebra::{Matrix3, Point2, Vector2};

use super::marker::Reader;
use super::refine::bilinear;
use super::{NotFound, Numbered};
use crate::board::TagBoard;
use crate::homography;

/// Fewer corners, those of two markers, say too little.
const NEEDED: usize = 8;
/// Shortest side of a marker that can be read, in pixels.
const MIN_MARKER_SIDE_PX: f64 = 14.0;
/// How much darker than its surroundings a pixel of a border is.
const DARKER: f64 = 7.0;

/// Finds the markers of a sheet, or some of them.
pub(super) fn detect(board: &TagBoard, picture: &GrayImage) -> Result<Numbered, NotFound> {
    let reader = Reader::new(board.dictionary);
    let count = board.columns * board.rows;
    let sums = Sums::new(picture);
    let smaller = picture.width().min(picture.height());
    let mut found: HashMap<usize, [Point2<f64>; 4]> = HashMap::new();
    let mut twice = Vec::new();
    // A border must be dark against a window that is larger than itself, and smaller than a shadow's edge is far.
    for reach in [smaller / 32, smaller / 12, smaller / 5] {
        for quad in quads(&sums.dark(picture, reach.max(4))) {
            let Some((id, corners)) = read(&reader, picture, quad) else {
                continue;
            };
            if id >= count {
                continue;
            }
            let known = found.entry(id).or_insert(corners);
            if (middle(known) - middle(&corners)).norm() > MIN_MARKER_SIDE_PX / 2.0 {
                twice.push(id);
            }
        }
    }
    // Of two markers that look alike nobody knows which is the sheet's.
    for id in twice {
        found.remove(&id);
    }
    let corners: Numbered = found
        .into_iter()
        .flat_map(|(id, corners)| {
            let numbers = (4 * id..).zip(corners);
            numbers.collect::<Vec<_>>()
        })
        .collect();
    match corners.len() {
        0 => Err(NotFound::Nothing),
        n if n < NEEDED => Err(NotFound::TooFew {
            corners: n,
            needed: NEEDED,
        }),
        _ => Ok(corners),
    }
}

fn middle(corners: &[Point2<f64>; 4]) -> Point2<f64> {
    Point2::from(corners.iter().map(|c| c.coords).sum::<Vector2<f64>>() / 4.0)
}

/// Sums over rectangles of a picture.
struct Sums {
    width: usize,
    sums: Vec<u64>,
}

impl Sums {
    fn new(picture: &GrayImage) -> Self {
        let width = picture.width() as usize + 1;
        let mut sums = vec![0; width * (picture.height() as usize + 1)];
        for (y, row) in picture.rows().enumerate() {
            let mut along = 0;
            for (x, pixel) in row.enumerate() {
                along += u64::from(pixel.0[0]);
                sums[(y + 1) * width + x + 1] = sums[y * width + x + 1] + along;
            }
        }
        Self { width, sums }
    }

    /// Returns which pixels are darker than the mean of the square that reaches so far around them.
    fn dark(&self, picture: &GrayImage, reach: u32) -> Mask {
        let (width, height) = picture.dimensions();
        let mut dark = Vec::with_capacity((width * height) as usize);
        for (x, y, pixel) in picture.enumerate_pixels() {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
            let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(height));
            let at = |x: u32, y: u32| self.sums[y as usize * self.width + x as usize];
            let sum = at(right, bottom) + at(left, top) - at(right, top) - at(left, bottom);
            let mean = sum as f64 / f64::from((right - left) * (bottom - top));
            dark.push(f64::from(pixel.0[0]) < mean - DARKER);
        }
        Mask {
            width: width as usize,
            height: height as usize,
            dark,
        }
    }
}

/// Which pixels of a picture are dark.
struct Mask {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

/// Returns the quadrilaterals that connected dark pixels fill from side to side, corners clockwise.
fn quads(mask: &Mask) -> Vec<[Point2<f64>; 4]> {
    let mut seen = vec![false; mask.dark.len()];
    let mut out = Vec::new();
    let mut queue = Vec::new();
    for start in 0..mask.dark.len() {
        if !mask.dark[start] || seen[start] {
            continue;
        }
        // The ends of each row are enough for the hull.
        let mut ends: HashMap<usize, (usize, usize)> = HashMap::new();
        seen[start] = true;
        queue.push(start);
        while let Some(at) = queue.pop() {
            let (x, y) = (at % mask.width, at / mask.width);
            let row = ends.entry(y).or_insert((x, x));
            *row = (row.0.min(x), row.1.max(x));
            let mut visit = |next: usize| {
                if mask.dark[next] && !seen[next] {
                    seen[next] = true;
                    queue.push(next);
                }
            };
            if x > 0 {
                visit(at - 1);
            }
            if x + 1 < mask.width {
                visit(at + 1);
            }
            if y > 0 {
                visit(at - mask.width);
            }
            if y + 1 < mask.height {
                visit(at + mask.width);
            }
        }
        if (ends.len() as f64) < MIN_MARKER_SIDE_PX / 2.0 {
            continue;
        }
        let points = ends.iter().flat_map(|(&y, &(left, right))| {
            [left, right].map(|x| Point2::new(x as f64, y as f64))
        });
        out.extend(quad(crate::coverage::hull(points.collect())));
    }
    out
}

/// Returns the quadrilateral that a convex outline is, more or less.
fn quad(mut outline: Vec<Point2<f64>>) -> Option<[Point2<f64>; 4]> {
    let area_of = |points: &[Point2<f64>]| {
        let n = points.len();
        (0..n)
            .map(|i| points[i].coords.perp(&points[(i + 1) % n].coords))
            .sum::<f64>()
            / 2.0
    };
    let whole = area_of(&outline);
    // The corner that matters least goes, until four are left.
    while outline.len() > 4 {
        let n = outline.len();
        let weight = |i: usize| {
            let (a, b, c) = (outline[(i + n - 1) % n], outline[i], outline[(i + 1) % n]);
            (b - a).perp(&(c - b)).abs()
        };
        let least = (0..n).min_by(|a, b| weight(*a).total_cmp(&weight(*b)))?;
        outline.remove(least);
    }
    let corners: [Point2<f64>; 4] = outline.try_into().ok()?;
    let shortest = (0..4)
        .map(|i| (corners[(i + 1) % 4] - corners[i]).norm())
        .fold(f64::INFINITY, f64::min);
    (shortest > MIN_MARKER_SIDE_PX && area_of(&corners) > 0.8 * whole).then_some(corners)
}

/// Returns the number of the marker that a quadrilateral shows, and its corners, clockwise from the marker's own top left.
fn read(
    reader: &Reader,
    picture: &GrayImage,
    quad: [Point2<f64>; 4],
) -> Option<(usize, [Point2<f64>; 4])> {
    let corners = sharpened(picture, quad)?;
    let read = reader.read(picture, &from_unit(&corners)?, Point2::origin(), 1.0)?;
    let turned: [Point2<f64>; 4] =
        std::array::from_fn(|corner| corners[(corner + usize::from(read.rotation)) % 4]);
    Some((read.id as usize, turned))
}

/// Returns the map from the unit square to a quadrilateral.
fn from_unit(corners: &[Point2<f64>; 4]) -> Option<Matrix3<f64>> {
    let unit = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let pairs = unit
        .iter()
        .zip(corners)
        .map(|(&(x, y), corner)| (Point2::new(x, y), *corner));
    homography::fit(&pairs.collect::<Vec<_>>())
}

/// Moves the sides of a quadrilateral to where the picture becomes dark, and returns where they meet.
fn sharpened(picture: &GrayImage, mut corners: [Point2<f64>; 4]) -> Option<[Point2<f64>; 4]> {
    for reach in [3.0, 1.5] {
        let mut lines = Vec::with_capacity(4);
        for side in 0..4 {
            lines.push(edge(
                picture,
                corners[side],
                corners[(side + 1) % 4],
                reach,
            )?);
        }
        for corner in 0..4 {
            corners[corner] = crossing(&lines[(corner + 3) % 4], &lines[corner])?;
        }
    }
    Some(corners)
}

/// A line: a point of it, and its direction.
type Line = (Point2<f64>, Vector2<f64>);

fn crossing((a, u): &Line, (b, v): &Line) -> Option<Point2<f64>> {
    let sine = u.perp(v);
    (sine.abs() > 0.1).then(|| a + u * ((b - a).perp(v) / sine))
}

/// Fits a line to the steps of brightness along a side whose marker lies to the right.
fn edge(picture: &GrayImage, from: Point2<f64>, to: Point2<f64>, reach: f64) -> Option<Line> {
    const STEP: f64 = 0.25;
    let along = to - from;
    let length = along.norm();
    let outward = Vector2::new(along.y, -along.x) / length;
    let count = (length as usize).clamp(8, 64);
    let mut points: Vec<Point2<f64>> = Vec::with_capacity(count);
    for i in 0..count {
        // Corners are rounded by the lens.
        let start = from + along * (0.1 + 0.8 * (i as f64 + 0.5) / count as f64);
        let mut sum = (0.0, 0.0);
        let mut offset = -reach;
        while offset <= reach {
            let at = start + outward * offset;
            let (outer, inner) = (at + outward, at - outward);
            let step = bilinear(picture, outer.x, outer.y)? - bilinear(picture, inner.x, inner.y)?;
            if step > 0.0 {
                // A strong step counts far more than the noise beside it.
                sum = (sum.0 + step * step, sum.1 + step * step * offset);
            }
            offset += STEP;
        }
        if sum.0 > 400.0 {
            points.push(start + outward * (sum.1 / sum.0));
        }
    }
    if points.len() * 2 < count {
        return None;
    }
    let line = fit_line(&points)?;
    let beside = |p: &Point2<f64>| (p - line.0).perp(&line.1).abs();
    let mut sorted: Vec<f64> = points.iter().map(beside).collect();
    sorted.sort_by(f64::total_cmp);
    let limit = (3.0 * sorted[sorted.len() / 2]).max(0.1);
    points.retain(|p| beside(p) <= limit);
    fit_line(&points)
}

fn fit_line(points: &[Point2<f64>]) -> Option<Line> {
    let n = points.len() as f64;
    let mean = points.iter().map(|p| p.coords).sum::<Vector2<f64>>() / n;
    let spread = points
        .iter()
        .map(|p| (p.coords - mean) * (p.coords - mean).transpose())
        .sum::<nalgebra::Matrix2<f64>>();
    let eigen = spread.symmetric_eigen();
    let along = eigen.eigenvectors.column(eigen.eigenvalues.imax());
    (points.len() >= 4).then(|| (Point2::from(mean), along.into_owned()))
}
