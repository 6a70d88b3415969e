//! The pixels that belong to the object at a point.

use std::cell::OnceCell;

use enact_types::Point3;

use super::median::median_share;
use super::point_cloud::{PointCloud, chroma_distance};

/// Radius of the patch around the seed that decides its color and whether it is low, pixels.
const PATCH_RADIUS: usize = 2;
/// Largest distance of a seed from its object, pixels.
const SEED_RADIUS: usize = 3;
/// Smallest difference between the colors of different objects.
pub const CHROMA: f64 = 0.13;
/// Smallest distance between neighboring pixels of different objects, pixel sizes.
pub const STEP_PIXELS: f64 = 4.5;
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

/// The table as the camera sees it.
#[derive(Clone, Debug)]
pub struct TablePlane {
    /// Points lower than this are the table's, meters.
    clearance: f64,
    /// Its usual color, once somebody asks.
    color: OnceCell<[f64; 2]>,
}

impl TablePlane {
    /// Describes a table whose points are lower than `clearance` meters.
    pub fn new(clearance: f64) -> Self {
        Self {
            clearance,
            color: OnceCell::new(),
        }
    }

    /// Returns its usual color in a point cloud, always the same one.
    pub(super) fn color(&self, cloud: &PointCloud) -> [f64; 2] {
        *self.color.get_or_init(|| {
            let is_flat = |z: f64| z.abs() < self.clearance;
            let flat: Vec<usize> = (0..cloud.points.len())
                .filter(|index| height(cloud, *index).is_some_and(is_flat))
                .collect();
            median_color(cloud, &flat)
        })
    }
}

/// Grows the region of the object at pixel `(x, y)`: pixels above the table
/// that hang together in depth and share a color. `excluded` says which points
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
    table: &TablePlane,
    excluded: &dyn Fn(&Point3) -> bool,
) -> Result<Vec<usize>, NoRegion> {
    let clearance = table.clearance;
    let seed = seed(cloud, (x, y), clearance)?;
    if cloud.points[seed].as_ref().is_some_and(excluded) {
        return Err(NoRegion::Robot);
    }
    let patch = patch(cloud, seed);
    let color = median_color(cloud, &patch);
    let low = median(patch.iter().filter_map(|index| height(cloud, *index))) < LOW_SEED * clearance;
    let unlike_table = low && chroma_distance(color, table.color(cloud)) > CHROMA;
    let region = flood(cloud, seed, STEP_PIXELS, |index| {
        let risen = match (low, unlike_table) {
            (false, _) => height(cloud, index).is_some_and(|z| z > clearance),
            (true, true) => true,
            (true, false) => smooth_height(cloud, index).is_some_and(|z| z > THIN),
        };
        risen
            && chroma_distance(cloud.chroma[index], color) < CHROMA
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
/// without heights; `None` if nothing does.
pub fn grow_by_color(
    cloud: &PointCloud,
    (x, y): (usize, usize),
    table: &TablePlane,
) -> Option<Vec<usize>> {
    let seed = y * cloud.width + x;
    cloud.points[seed]?;
    let near = cloud.around(x, y, PATCH_RADIUS).into_iter();
    let alike = |pixel: &usize| chroma_distance(cloud.chroma[*pixel], cloud.chroma[seed]) < CHROMA;
    let color = median_color(cloud, &near.filter(alike).collect::<Vec<usize>>());
    let of_color = |pixel: usize| chroma_distance(cloud.chroma[pixel], color) < CHROMA;
    let region = flood(cloud, seed, f64::INFINITY, of_color);
    let stands_out = chroma_distance(color, table.color(cloud)) > CHROMA;
    (stands_out && region.len() >= MIN_PIXELS).then_some(region)
}

/// Returns the mean height of a pixel and the neighbors of about its height.
fn smooth_height(cloud: &PointCloud, index: usize) -> Option<f64> {
    let middle = height(cloud, index)?;
    let (x, y) = (index % cloud.width, index / cloud.width);
    let level: Vec<f64> = cloud
        .around(x, y, 1)
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
    let near = cloud.around(x, y, SEED_RADIUS);
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
    let mut near = cloud.around(x, y, PATCH_RADIUS);
    near.retain(|index| {
        is_continuous(cloud, seed, *index, STEP_PIXELS * PATCH_RADIUS as f64)
            && chroma_distance(cloud.chroma[*index], cloud.chroma[seed]) < CHROMA
    });
    near
}

fn median_color(cloud: &PointCloud, pixels: &[usize]) -> [f64; 2] {
    [0, 1].map(|channel| median_share(pixels.iter().map(|index| cloud.chroma[*index][channel])))
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
pub fn is_continuous(cloud: &PointCloud, a: usize, b: usize, pixels: f64) -> bool {
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
            if !taken[neighbor] && is_continuous(cloud, index, neighbor, step) && belongs(neighbor)
            {
                taken[neighbor] = true;
                region.push(neighbor);
            }
        }
    }
    region
}
