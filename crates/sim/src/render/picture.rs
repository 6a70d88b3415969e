//! A rendered picture and the objects it shows.

use std::collections::BTreeMap;

use enact_types::DepthImage;
use image::RgbImage;

use crate::geometry::FIRST_OBJECT_SEGMENT_ID;

/// Smallest clearance of a pixel to point at, as a share of the object's size…
const CLEAR: f64 = 0.12;
/// …or as a share of the largest clearance of any of its pixels.
const CLEAR_OF_MOST: f64 = 0.7;
/// Discount on a step down, relative to a step to the side.
const BELOW: f64 = 0.5;

/// A rendered picture with its ground truth.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderedPicture {
    /// Color.
    pub rgb: RgbImage,
    /// Exact depth along the optical axis, meters; 0 where nothing is seen.
    pub depth: DepthImage,
    /// The bodies that it shows.
    pub segmentation: Segmentation,
}

/// The bodies that a picture shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Segmentation {
    /// Width of the picture, pixels.
    pub width: u32,
    /// Id per pixel, row by row.
    pub ids: Vec<u16>,
    /// Pixels that each object id would cover if nothing hid it.
    pub unhidden: BTreeMap<u16, u32>,
}

/// The appearance of an object in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectInView {
    /// Segmentation id.
    pub id: u16,
    /// Number of pixels that show it.
    pub pixels: u32,
    /// Pixel to point at, from the top left: the center of the pixel nearest to the centroid of all
    /// that show the object, or of one well inside it if the middle is covered.
    pub point: (f64, f64),
    /// Left, top, right, bottom in pixels; the right and bottom edges are exclusive.
    pub bounds: [u32; 4],
    /// Share of the object's pixels within the picture that nothing hides, 0..=1.
    pub visible: f64,
}

impl Segmentation {
    /// Returns the id at column `x` of row `y`.
    ///
    /// # Panics
    /// If the picture has no such pixel.
    pub fn segment_id_at(&self, x: u32, y: u32) -> u16 {
        self.ids[y as usize * self.width as usize + x as usize]
    }
}

/// Returns the objects that cover at least one pixel of a picture, by ascending id.
pub fn objects_in_view(picture: &Segmentation) -> Vec<ObjectInView> {
    let width = picture.width.max(1);
    let mut pixels: BTreeMap<u16, Vec<(u32, u32)>> = BTreeMap::new();
    for (index, &id) in picture.ids.iter().enumerate() {
        if id >= FIRST_OBJECT_SEGMENT_ID {
            let index = index as u32;
            pixels
                .entry(id)
                .or_default()
                .push((index % width, index / width));
        }
    }
    pixels
        .into_iter()
        .map(|(id, pixels)| {
            let unhidden = picture.unhidden.get(&id).copied().unwrap_or(0);
            describe(id, &pixels, unhidden)
        })
        .collect()
}

/// Describes an object in view. `pixels` must not be empty.
fn describe(id: u16, pixels: &[(u32, u32)], unhidden: u32) -> ObjectInView {
    let mut bounds = [u32::MAX, u32::MAX, 0, 0];
    for pixel in pixels {
        bounds[0] = bounds[0].min(pixel.0);
        bounds[1] = bounds[1].min(pixel.1);
        bounds[2] = bounds[2].max(pixel.0 + 1);
        bounds[3] = bounds[3].max(pixel.1 + 1);
    }
    let count = pixels.len() as f64;
    let (x, y) = point_of(pixels, &bounds);
    ObjectInView {
        id,
        pixels: pixels.len() as u32,
        point: (f64::from(x) + 0.5, f64::from(y) + 0.5),
        bounds,
        visible: count / f64::from(unhidden).max(count),
    }
}

/// Returns the pixel to point at: the one nearest to the centroid, or, if that is close to whatever
/// covers the middle, one well inside the object. Pixels below the middle are preferred to those
/// beside it, and those beside to those above, because things that stand in a container hide what
/// is behind them.
fn point_of(pixels: &[(u32, u32)], bounds: &[u32; 4]) -> (u32, u32) {
    let count = pixels.len() as f64;
    let mean = |coordinate: fn(&(u32, u32)) -> u32| {
        pixels.iter().map(|p| f64::from(coordinate(p))).sum::<f64>() / count
    };
    let centroid = (mean(|p| p.0), mean(|p| p.1));
    let from_centroid = |p: &(u32, u32)| (f64::from(p.0) - centroid.0, f64::from(p.1) - centroid.1);
    let distance = |p: &(u32, u32)| from_centroid(p).0.hypot(from_centroid(p).1);
    let lowest = |cost: &dyn Fn(&(u32, u32)) -> f64, enough: u32, clear: &[u32]| {
        let well_on = pixels
            .iter()
            .zip(clear)
            .filter(|(_, clear)| **clear >= enough);
        well_on
            .map(|(pixel, _)| *pixel)
            .min_by(|a, b| cost(a).total_cmp(&cost(b)))
            .expect("the clearest pixel is clear enough")
    };
    let clear = clearances(pixels, bounds);
    let most = clear.iter().copied().max().unwrap_or(1);
    let enough = (CLEAR * count.sqrt()).min(CLEAR_OF_MOST * f64::from(most)) as u32;
    let nearest = lowest(&distance, 0, &clear);
    let is_clear = pixels
        .iter()
        .zip(&clear)
        .any(|(pixel, clear)| *pixel == nearest && *clear >= enough);
    if is_clear {
        return nearest;
    }
    let rather_below = |p: &(u32, u32)| distance(p) - BELOW * from_centroid(p).1;
    lowest(&rather_below, enough, &clear)
}

/// Returns for each of `pixels` the number of king's moves that lead off the object. `pixels` must
/// be sorted row by row.
fn clearances(pixels: &[(u32, u32)], bounds: &[u32; 4]) -> Vec<u32> {
    let (width, height) = (bounds[2] - bounds[0], bounds[3] - bounds[1]);
    let (columns, rows) = (width as usize + 2, height as usize + 2);
    let at =
        |(x, y): &(u32, u32)| (y - bounds[1] + 1) as usize * columns + (x - bounds[0] + 1) as usize;
    let far = width + height;
    let mut steps = vec![0; columns * rows];
    for pixel in pixels {
        steps[at(pixel)] = far;
    }
    let mut relax = |index: usize, neighbors: [isize; 4]| {
        let nearest = neighbors
            .iter()
            .map(|step| steps[index.wrapping_add_signed(*step)])
            .min();
        steps[index] = steps[index].min(nearest.unwrap_or(far) + 1);
    };
    let row = columns as isize;
    for pixel in pixels {
        relax(at(pixel), [-1, -row - 1, -row, -row + 1]);
    }
    for pixel in pixels.iter().rev() {
        relax(at(pixel), [1, row - 1, row, row + 1]);
    }
    pixels.iter().map(|pixel| steps[at(pixel)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Describes the pixels of the square of `side` pixels that `hidden` does not cover.
    fn shown(side: u32, hidden: impl Fn(i32, i32) -> bool) -> ObjectInView {
        let pixels: Vec<(u32, u32)> = (0..side * side)
            .map(|i| (i % side, i / side))
            .filter(|(x, y)| !hidden(*x as i32, *y as i32))
            .collect();
        describe(FIRST_OBJECT_SEGMENT_ID, &pixels, side * side)
    }

    #[test]
    fn what_nothing_covers_is_pointed_at_in_the_middle() {
        assert_eq!(shown(41, |_, _| false).point, (20.5, 20.5));
    }

    #[test]
    fn a_covered_middle_is_pointed_at_below_or_beside_with_room_around() {
        let seen = shown(41, |x, y| (x - 20).abs().max((y - 20).abs()) < 6);
        assert_eq!(seen.point, (20.5, 29.5));
        let at_the_edge = shown(41, |x, y| ((x - 20).abs() < 6 && y > 3) || y > 26);
        let (x, y) = at_the_edge.point;
        assert!((x - 20.5).abs() > 7.0 && y < 27.0, "{x} {y}");
    }

    #[test]
    fn the_point_of_a_ring_is_on_the_ring() {
        let ids: Vec<u16> = (0..49)
            .map(|i: i32| {
                if (i % 7 - 3).abs().max((i / 7 - 3).abs()) == 2 {
                    10
                } else {
                    1
                }
            })
            .collect();
        let picture = Segmentation {
            width: 7,
            ids,
            unhidden: BTreeMap::from([(10, 32)]),
        };
        let seen = objects_in_view(&picture);
        assert_eq!(seen.len(), 1);
        let (x, y) = seen[0].point;
        assert_eq!(picture.segment_id_at(x as u32, y as u32), 10);
        assert_eq!(
            (seen[0].pixels, seen[0].bounds, seen[0].visible),
            (16, [1, 1, 6, 6], 0.5)
        );
    }
}
