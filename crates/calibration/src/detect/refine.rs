//! Corners to a small part of a pixel.
//!
//! At a corner of black and white squares every gradient is across the line to the corner. The point that
//! fulfills this best (Förstner) averages over all pixels around it.

use image::GrayImage;
use nalgebra::{Matrix2, Matrix3, Point2, Vector2};

use super::Numbered;
use crate::homography;

/// Half the side of the largest window, in pixels, without its middle.
const MAX_HALF_SIDE_PX: f64 = 5.0;

/// Moves all corners to where the picture's gradients have them, in windows that reach `half` pixels.
pub(super) fn refined(picture: &GrayImage, corners: Numbered, half: f64) -> Numbered {
    let half = half.clamp(2.0, MAX_HALF_SIDE_PX) as i32;
    corners
        .into_iter()
        .map(|(id, at)| (id, saddle(picture, at, half).unwrap_or(at)))
        .collect()
}

/// Returns the corner that is expected at a place of a plane, by the plane's map to the picture, if it is there: `beside` it, in
/// units of the plane, two squares are dark and two bright.
pub(super) fn find_expected_corner(
    picture: &GrayImage,
    map: &Matrix3<f64>,
    place: Point2<f64>,
    beside: f64,
    half: f64,
) -> Option<Point2<f64>> {
    let start = homography::apply(map, &place);
    let found = saddle(picture, start, half.clamp(2.0, MAX_HALF_SIDE_PX) as i32)?;
    let correction = found - start;
    let brightness = |x: f64, y: f64| {
        let at = homography::apply(
            map,
            &Point2::new(place.x + x * beside, place.y + y * beside),
        ) + correction;
        bilinear(picture, at.x, at.y)
    };
    let (a, b) = (brightness(1.0, 1.0)?, brightness(-1.0, -1.0)?);
    let (c, d) = (brightness(1.0, -1.0)?, brightness(-1.0, 1.0)?);
    let contrast = (a + b - c - d).abs() / 2.0;
    (contrast > 25.0 && (a - b).abs() < 0.4 * contrast && (c - d).abs() < 0.4 * contrast)
        .then_some(found)
}

/// Returns the saddle near `start`; `None` where the window leaves the picture, or its gradients lead elsewhere.
fn saddle(picture: &GrayImage, start: Point2<f64>, half: i32) -> Option<Point2<f64>> {
    let mut at = start;
    for _ in 0..100 {
        let (mut normal, mut right) = (Matrix2::zeros(), Vector2::zeros());
        for dy in -half..=half {
            for dx in -half..=half {
                let (x, y) = (at.x + f64::from(dx), at.y + f64::from(dy));
                let gradient = Vector2::new(
                    bilinear(picture, x + 1.0, y)? - bilinear(picture, x - 1.0, y)?,
                    bilinear(picture, x, y + 1.0)? - bilinear(picture, x, y - 1.0)?,
                );
                let weight = (-f64::from(dx * dx + dy * dy) / f64::from(half * half)).exp();
                let outer = gradient * gradient.transpose() * weight;
                normal += outer;
                right += outer * Vector2::new(f64::from(dx), f64::from(dy));
            }
        }
        let step = normal.try_inverse()? * right;
        at += step;
        let is_near = (at - start).norm() < f64::from(half);
        if !is_near {
            return None;
        }
        if step.norm() < 1e-3 {
            break;
        }
    }
    Some(at)
}

/// Returns the brightness between pixels, whose centers are at integers.
pub(super) fn bilinear(picture: &GrayImage, x: f64, y: f64) -> Option<f64> {
    let (left, top) = (x.floor(), y.floor());
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let is_inside = left >= 0.0 && top >= 0.0 && left + 1.0 < w && top + 1.0 < h;
    if !is_inside {
        return None;
    }
    let (i, j, u, v) = (left as u32, top as u32, x - left, y - top);
    let at = |i, j| f64::from(picture.get_pixel(i, j).0[0]);
    let upper = at(i, j) * (1.0 - u) + at(i + 1, j) * u;
    let lower = at(i, j + 1) * (1.0 - u) + at(i + 1, j + 1) * u;
    Some(upper * (1.0 - v) + lower * v)
}
