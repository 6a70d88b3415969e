//! The pixels that belong to the object at a point.

use enact_types::Point3;

use super::color::{Color, MIN_COLOR_DIFFERENCE};
use super::point_cloud::PointCloud;
use super::table_plane::TableAppearance;

/// Radius of the patch around the seed that decides its color and whether it is low, pixels.
const PATCH_RADIUS: usize = 2;
/// Largest distance of a seed from its object, pixels.
const SEED_RADIUS: usize = 3;
/// Smallest distance between neighboring pixels of different objects, pixel sizes.
pub const MIN_OBJECT_GAP_PIXELS: f64 = 4.5;
/// Minimum number of pixels; fewer are noise.
const MIN_PIXELS: usize = 12;
/// Height that distinguishes an object of the table's color from the table, meters.
const THIN: f64 = 0.0015;
/// Largest difference of heights that are averaged, meters.
const SMOOTHED: f64 = 0.003;
/// Height of the surroundings below which a seed is low, as a multiple of the clearance.
const LOW_SEED: f64 = 1.5;
/// Smallest share of a low object that must rise above the table.
const RAISED_SHARE: f64 = 0.1;
/// How much brighter than where it is darkest something black may be and still be darker than shade.
const BLACK: f64 = 1.5;
/// What covers a larger share of the picture is no object on a table.
const MAX_PICTURE_SHARE: f64 = 0.25;
/// Pixels of a square of three by three, the middle one included, without which that is a stray.
const TOGETHER: usize = 4;

/// Reason why there is no object at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRegion {
    /// The camera has no depth reading there.
    NoDepth,
    /// It is flat on the table.
    Flat,
    /// Too few pixels belong together.
    Speck,
    /// It belongs to the robot or is in its hand.
    Robot,
}

impl NoRegion {
    /// Returns the reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoDepth => "the camera has no depth reading there",
            Self::Flat => "nothing rises above the table there",
            Self::Speck => "it is too small to be an object",
            Self::Robot => "that is the robot or in its hand",
        }
    }
}

/// Grows the region of the object at pixel `(x, y)`: pixels above the table
/// that hang together in depth and share a color, in light or shade. `excluded` says which points
/// are the robot's. Points as low as the table are its own,
/// unless they continue something that rises from it and differ from the table
/// in color or, on average over their neighbors, in height.
///
/// # Errors
/// [`NoRegion`] if there is no depth at the pixel, or what is there lies flat on the table, belongs
/// to the robot or is too small.
pub fn grow(
    cloud: &PointCloud,
    (x, y): (usize, usize),
    table: &TableAppearance,
    excluded: &dyn Fn(&Point3) -> bool,
) -> Result<Vec<usize>, NoRegion> {
    let clearance = table.clearance;
    let seed = seed(cloud, (x, y), clearance)?;
    if cloud.points[seed].as_ref().is_some_and(excluded) {
        return Err(NoRegion::Robot);
    }
    let patch = patch(cloud, seed);
    let color = color_of(cloud, &patch);
    let low = median(patch.iter().filter_map(|index| height(cloud, *index))) < LOW_SEED * clearance;
    let unlike_table = table.is_not_table_color(&color);
    let region = flood(cloud, seed, MIN_OBJECT_GAP_PIXELS, |index| {
        let risen = match (low, unlike_table) {
            (false, _) => height(cloud, index).is_some_and(|z| z > clearance),
            (true, true) => true,
            (true, false) => smooth_height(cloud, index).is_some_and(|z| z > THIN),
        };
        risen
            && color.is_same_in_other_light(&cloud.colors[index])
            && !cloud.points[index].as_ref().is_some_and(excluded)
    });
    let raised = region
        .iter()
        .filter(|index| height(cloud, **index).is_some_and(|z| z > clearance))
        .count();
    if low && (raised as f64) < RAISED_SHARE * region.len() as f64 {
        Err(NoRegion::Flat)
    } else if region.len() < MIN_PIXELS {
        Err(NoRegion::Speck)
    } else {
        Ok(region)
    }
}

/// Grows the region of what stands out from the table by its color at pixel `(x, y)` of a cloud
/// without heights, with its sides in the shade; `None` if nothing does, or if it is a large part of
/// the picture and so no object. Shade on the table is the table's.
pub fn grow_by_color(
    cloud: &PointCloud,
    (x, y): (usize, usize),
    table: &TableAppearance,
) -> Option<Vec<usize>> {
    let seed = y * cloud.width + x;
    cloud.points[seed]?;
    let near = cloud.pixels_nearest_first(x, y, PATCH_RADIUS).into_iter();
    let alike = |pixel: &usize| {
        cloud.colors[*pixel].distance_ignoring_brightness(&cloud.colors[seed])
            < MIN_COLOR_DIFFERENCE
    };
    let color = color_of(cloud, &near.filter(alike).collect::<Vec<usize>>());
    let is_black = table.color_difference_from_table(&color) <= MIN_COLOR_DIFFERENCE;
    let of_color = |pixel: usize| {
        let seen = &cloud.colors[pixel];
        let (own, other) = (
            color.distance_ignoring_brightness(seen),
            table.color_difference_from_table(seen),
        );
        if is_black {
            own < MIN_COLOR_DIFFERENCE && table.is_darker_than_table_shade(seen, BLACK)
        } else if own < MIN_COLOR_DIFFERENCE {
            own <= other && color.is_same_in_other_light(seen)
        } else {
            other > MIN_COLOR_DIFFERENCE && color.is_same_in_other_light(seen)
        }
    };
    let region = flood(cloud, seed, f64::INFINITY, of_color);
    let region = without_strays(cloud, &region);
    let is_object = region.len() >= MIN_PIXELS
        && (region.len() as f64) < MAX_PICTURE_SHARE * cloud.points.len() as f64;
    (table.is_not_table_color(&color) && is_object).then_some(region)
}

/// Returns the pixels of a region that have others of it around them.
fn without_strays(cloud: &PointCloud, region: &[usize]) -> Vec<usize> {
    let mut own = vec![false; cloud.points.len()];
    for pixel in region {
        own[*pixel] = true;
    }
    let is_backed = |pixel: &usize| {
        let near = cloud.pixels_nearest_first(pixel % cloud.width, pixel / cloud.width, 1);
        near.into_iter().filter(|near| own[*near]).count() >= TOGETHER
    };
    region.iter().copied().filter(is_backed).collect()
}

/// Returns the mean height of a pixel and the neighbors of about its height.
fn smooth_height(cloud: &PointCloud, index: usize) -> Option<f64> {
    let middle = height(cloud, index)?;
    let (x, y) = (index % cloud.width, index / cloud.width);
    let level: Vec<f64> = cloud
        .pixels_nearest_first(x, y, 1)
        .into_iter()
        .filter_map(|near| height(cloud, near))
        .filter(|z| (z - middle).abs() < SMOOTHED)
        .collect();
    Some(level.iter().sum::<f64>() / level.len() as f64)
}

fn height(cloud: &PointCloud, index: usize) -> Option<f64> {
    cloud.points[index].map(|point| point.z)
}

/// Returns the nearest pixel that rises above the table, or else the pixel itself.
fn seed(cloud: &PointCloud, (x, y): (usize, usize), clearance: f64) -> Result<usize, NoRegion> {
    let near = cloud.pixels_nearest_first(x, y, SEED_RADIUS);
    let raised = near
        .iter()
        .find(|index| height(cloud, **index).is_some_and(|z| z > clearance));
    raised
        .or_else(|| near.iter().find(|index| cloud.points[**index].is_some()))
        .copied()
        .ok_or(NoRegion::NoDepth)
}

/// Returns the pixels around the seed that look like it.
fn patch(cloud: &PointCloud, seed: usize) -> Vec<usize> {
    let (x, y) = (seed % cloud.width, seed / cloud.width);
    let mut near = cloud.pixels_nearest_first(x, y, PATCH_RADIUS);
    near.retain(|index| {
        are_pixels_close_in_space(
            cloud,
            seed,
            *index,
            MIN_OBJECT_GAP_PIXELS * PATCH_RADIUS as f64,
        ) && cloud.colors[*index].distance_ignoring_brightness(&cloud.colors[seed])
            < MIN_COLOR_DIFFERENCE
    });
    near
}

/// Returns the usual color of some pixels; black of none.
fn color_of(cloud: &PointCloud, pixels: &[usize]) -> Color {
    let colors: Vec<Color> = pixels.iter().map(|pixel| cloud.colors[*pixel]).collect();
    Color::median(&colors).unwrap_or(Color::from_rgb([0; 3]))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    let middle = values.len() / 2;
    if values.is_empty() {
        return f64::NAN;
    }
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Returns whether two pixels are at most `pixels` pixel sizes apart in space.
pub fn are_pixels_close_in_space(cloud: &PointCloud, a: usize, b: usize, pixels: f64) -> bool {
    match (&cloud.points[a], &cloud.points[b]) {
        (Some(a), Some(b)) => (a - b).norm() < pixels * cloud.pixel_size(a),
        _ => false,
    }
}

/// Returns the pixels connected to `seed`, neighbors at most `step` pixel sizes apart.
fn flood(
    cloud: &PointCloud,
    seed: usize,
    step: f64,
    belongs: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let mut taken = vec![false; cloud.points.len()];
    taken[seed] = true;
    let mut region = vec![seed];
    let mut next = 0;
    while let Some(&index) = region.get(next) {
        next += 1;
        for neighbor in cloud.neighbors(index) {
            if !taken[neighbor]
                && are_pixels_close_in_space(cloud, index, neighbor, step)
                && belongs(neighbor)
            {
                taken[neighbor] = true;
                region.push(neighbor);
            }
        }
    }
    region
}
