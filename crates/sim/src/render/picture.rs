//! What comes out of a rendering, and which objects it shows.

use std::collections::BTreeMap;

use enact_types::DepthImage;
use image::RgbImage;

use crate::geometry::FIRST_OBJECT;

/// A rendered picture with its ground truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Colour.
    pub rgb: RgbImage,
    /// Exact depth along the optical axis, metres; 0 where nothing is seen.
    pub depth: DepthImage,
    /// Segmentation id per pixel, row by row.
    pub segmentation: Vec<u16>,
    /// For each object id, how many pixels it would cover if nothing hid it.
    pub unhidden: BTreeMap<u16, u32>,
}

/// What a picture shows of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectInView {
    /// Segmentation id.
    pub id: u16,
    /// How many pixels show it.
    pub pixels: u32,
    /// Centre of the pixel that shows it and is nearest to the centroid of all
    /// that do, in pixels from the top left.
    pub point: (f64, f64),
    /// Left, top, right, bottom in pixels; the right and bottom edges are outside.
    pub bounds: [u32; 4],
    /// Share of its pixels within the picture that nothing hides, 0..=1.
    pub visible: f64,
}

/// The objects of which a picture shows at least a pixel, by rising id.
pub fn objects_in_view(picture: &Picture) -> Vec<ObjectInView> {
    let width = picture.rgb.width().max(1);
    let mut pixels: BTreeMap<u16, Vec<(u32, u32)>> = BTreeMap::new();
    for (index, &id) in picture.segmentation.iter().enumerate() {
        if id >= FIRST_OBJECT {
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

/// `pixels` is not empty.
fn describe(id: u16, pixels: &[(u32, u32)], unhidden: u32) -> ObjectInView {
    let count = pixels.len() as f64;
    let mean = |coordinate: fn(&(u32, u32)) -> u32| {
        pixels.iter().map(|p| f64::from(coordinate(p))).sum::<f64>() / count
    };
    let centroid = (mean(|p| p.0), mean(|p| p.1));
    let distance = |p: &(u32, u32)| {
        (f64::from(p.0) - centroid.0).powi(2) + (f64::from(p.1) - centroid.1).powi(2)
    };
    let mut nearest = pixels[0];
    let mut bounds = [u32::MAX, u32::MAX, 0, 0];
    for pixel in pixels {
        if distance(pixel) < distance(&nearest) {
            nearest = *pixel;
        }
        bounds[0] = bounds[0].min(pixel.0);
        bounds[1] = bounds[1].min(pixel.1);
        bounds[2] = bounds[2].max(pixel.0 + 1);
        bounds[3] = bounds[3].max(pixel.1 + 1);
    }
    ObjectInView {
        id,
        pixels: pixels.len() as u32,
        point: (f64::from(nearest.0) + 0.5, f64::from(nearest.1) + 0.5),
        bounds,
        visible: count / f64::from(unhidden).max(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_of_a_ring_is_on_the_ring() {
        let segmentation: Vec<u16> = (0..49)
            .map(|i: i32| {
                if (i % 7 - 3).abs().max((i / 7 - 3).abs()) == 2 {
                    10
                } else {
                    1
                }
            })
            .collect();
        let picture = Picture {
            rgb: RgbImage::new(7, 7),
            depth: DepthImage {
                width: 7,
                height: 7,
                metres: vec![0.5; 49],
            },
            segmentation,
            unhidden: BTreeMap::from([(10, 32)]),
        };
        let seen = objects_in_view(&picture);
        assert_eq!(seen.len(), 1);
        let (x, y) = seen[0].point;
        assert_eq!(picture.segmentation[y as usize * 7 + x as usize], 10);
        assert_eq!(
            (seen[0].pixels, seen[0].bounds, seen[0].visible),
            (16, [1, 1, 6, 6], 0.5)
        );
    }
}
