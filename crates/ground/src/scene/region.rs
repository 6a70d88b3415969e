//! The pixels that belong to the object at a point.

use enact_types::Point3;

use super::cloud::{Cloud, chroma_distance};

/// Pixels this near to the seed decide its colour and whether it is low.
const PATCH_RADIUS: usize = 2;
/// A seed may be this many pixels beside the object.
const SEED_RADIUS: usize = 3;
/// Colours further apart than this are different things.
pub const CHROMA: f64 = 0.13;
/// Neighbouring pixels further apart than this many pixel sizes are different things.
pub const STEP_PIXELS: f64 = 4.5;
/// Fewer pixels than this are noise.
const MIN_PIXELS: usize = 12;
/// A thing of the table's colour is told from it by this height, metres.
const THIN: f64 = 0.0015;
/// Heights this close are averaged, metres.
const SMOOTHED: f64 = 0.003;
/// A seed around which it is lower than this many clearances is low.
const LOW_SEED: f64 = 1.5;
/// A low thing counts as solid if this share of it rises above the table.
const RAISED_SHARE: f64 = 0.1;

/// Why there is no object at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// The camera has no depth reading there.
    NoDepth,
    /// It is flat on the table.
    Flat,
    /// Too few pixels belong together.
    Speck,
    /// It belongs to the robot or is in its hand.
    Robot,
}

impl Nothing {
    /// The reason in words.
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
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Points lower than this are the table's, metres.
    clearance: f64,
    colour: [f64; 2],
}

impl Table {
    /// The table in a cloud: its points are lower than `clearance` metres.
    pub fn new(cloud: &Cloud, clearance: f64) -> Self {
        let flat: Vec<usize> = (0..cloud.points.len())
            .filter(|index| height(cloud, *index).is_some_and(|z| z.abs() < clearance))
            .collect();
        Self {
            clearance,
            colour: median_colour(cloud, &flat),
        }
    }
}

/// Grows the region of the object at pixel `(x, y)`: pixels above the table
/// that hang together in depth and share a colour. `excluded` says which points
/// are the robot's. Points as low as the table are its own,
/// unless they continue something that rises from it and differ from the table
/// in colour or, on average over their neighbours, in height.
pub fn grow(
    cloud: &Cloud,
    (x, y): (usize, usize),
    table: &Table,
    excluded: &dyn Fn(&Point3) -> bool,
) -> Result<Vec<usize>, Nothing> {
    let clearance = table.clearance;
    let seed = seed(cloud, (x, y), clearance)?;
    if cloud.points[seed].as_ref().is_some_and(excluded) {
        return Err(Nothing::Robot);
    }
    let patch = patch(cloud, seed);
    let colour = median_colour(cloud, &patch);
    let low = median(patch.iter().filter_map(|index| height(cloud, *index))) < LOW_SEED * clearance;
    let unlike_table = chroma_distance(colour, table.colour) > CHROMA;
    let region = flood(cloud, seed, STEP_PIXELS, |index| {
        let risen = match (low, unlike_table) {
            (false, _) => height(cloud, index).is_some_and(|z| z > clearance),
            (true, true) => true,
            (true, false) => smooth_height(cloud, index).is_some_and(|z| z > THIN),
        };
        risen
            && chroma_distance(cloud.chroma[index], colour) < CHROMA
            && !cloud.points[index].as_ref().is_some_and(excluded)
    });
    let raised = region
        .iter()
        .filter(|index| height(cloud, **index).is_some_and(|z| z > clearance))
        .count();
    if low && (raised as f64) < RAISED_SHARE * region.len() as f64 {
        Err(Nothing::Flat)
    } else if region.len() < MIN_PIXELS {
        Err(Nothing::Speck)
    } else {
        Ok(region)
    }
}

/// Grows the region of what stands out from the table by its colour at pixel `(x, y)` of a cloud
/// without heights; `None` if nothing does.
pub fn grow_by_colour(cloud: &Cloud, (x, y): (usize, usize), table: &Table) -> Option<Vec<usize>> {
    let seed = y * cloud.width + x;
    cloud.points[seed]?;
    let near = cloud.around(x, y, PATCH_RADIUS).into_iter();
    let alike = |pixel: &usize| chroma_distance(cloud.chroma[*pixel], cloud.chroma[seed]) < CHROMA;
    let colour = median_colour(cloud, &near.filter(alike).collect::<Vec<usize>>());
    let of_colour = |pixel: usize| chroma_distance(cloud.chroma[pixel], colour) < CHROMA;
    let region = flood(cloud, seed, f64::INFINITY, of_colour);
    let stands_out = chroma_distance(colour, table.colour) > CHROMA;
    (stands_out && region.len() >= MIN_PIXELS).then_some(region)
}

/// The mean height of a pixel and those around it at about its height.
fn smooth_height(cloud: &Cloud, index: usize) -> Option<f64> {
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

fn height(cloud: &Cloud, index: usize) -> Option<f64> {
    cloud.points[index].map(|point| point.z)
}

/// The nearest pixel that rises above the table, else the pixel itself.
fn seed(cloud: &Cloud, (x, y): (usize, usize), clearance: f64) -> Result<usize, Nothing> {
    let near = cloud.around(x, y, SEED_RADIUS);
    let raised = near
        .iter()
        .find(|index| height(cloud, **index).is_some_and(|z| z > clearance));
    raised
        .or_else(|| near.iter().find(|index| cloud.points[**index].is_some()))
        .copied()
        .ok_or(Nothing::NoDepth)
}

/// The pixels around the seed that look like it.
fn patch(cloud: &Cloud, seed: usize) -> Vec<usize> {
    let (x, y) = (seed % cloud.width, seed / cloud.width);
    let mut near = cloud.around(x, y, PATCH_RADIUS);
    near.retain(|index| {
        is_continuous(cloud, seed, *index, STEP_PIXELS * PATCH_RADIUS as f64)
            && chroma_distance(cloud.chroma[*index], cloud.chroma[seed]) < CHROMA
    });
    near
}

fn median_colour(cloud: &Cloud, pixels: &[usize]) -> [f64; 2] {
    [0, 1].map(|channel| median(pixels.iter().map(|index| cloud.chroma[*index][channel])))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    let middle = values.len() / 2;
    if values.is_empty() {
        return f64::NAN;
    }
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Whether two pixels are at most so many pixel sizes apart in space.
pub fn is_continuous(cloud: &Cloud, a: usize, b: usize, pixels: f64) -> bool {
    match (&cloud.points[a], &cloud.points[b]) {
        (Some(a), Some(b)) => (a - b).norm() < pixels * cloud.pixel_size(a),
        _ => false,
    }
}

/// The pixels that hang together with `seed`, neighbours at most `step` pixel sizes apart.
fn flood(cloud: &Cloud, seed: usize, step: f64, belongs: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut taken = vec![false; cloud.points.len()];
    taken[seed] = true;
    let mut region = vec![seed];
    let mut next = 0;
    while let Some(&index) = region.get(next) {
        next += 1;
        for neighbour in cloud.neighbours(index) {
            if !taken[neighbour]
                && is_continuous(cloud, index, neighbour, step)
                && belongs(neighbour)
            {
                taken[neighbour] = true;
                region.push(neighbour);
            }
        }
    }
    region
}
