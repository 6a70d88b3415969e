//! Clusters of points that rise above the table, whatever they are.

use enact_types::{Frame, NormalizedPoint, Point3};

use super::color::MIN_COLOR_DIFFERENCE;
use super::contents::mean_pixel_position;
use super::fit::fit_solid;
use super::measure::with_measured_outline;
use super::point_cloud::PointCloud;
use super::region::{MIN_OBJECT_GAP_PIXELS, are_pixels_close_in_space};
use super::solid::Solid;

/// Height below which points belong to the table, meters.
const RAISED: f64 = 0.008;
/// Minimum number of pixels of an object.
const MIN_PIXELS: usize = 30;

/// An object without a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The middle of what the picture shows of it, or the place on it that is nearest to that.
    pub point: NormalizedPoint,
    /// Its position and size.
    pub solid: Solid,
}

/// Returns everything that rises above the table, in reading order; connected pixels of one color
/// are one object. `is_known` excludes points. Empty without depth.
pub fn proposals(frame: &Frame, is_known: &dyn Fn(&Point3) -> bool) -> Vec<Proposal> {
    let cloud = PointCloud::new(frame);
    cloud.map_or_else(Vec::new, |cloud| proposals_in_cloud(&cloud, is_known))
}

/// The same, for the point cloud of a frame.
pub fn proposals_in_cloud(cloud: &PointCloud, is_known: &dyn Fn(&Point3) -> bool) -> Vec<Proposal> {
    let mut free: Vec<bool> = cloud
        .points
        .iter()
        .map(|point| point.is_some_and(|point| point.z > RAISED && !is_known(&point)))
        .collect();
    let mut found = Vec::new();
    for seed in 0..free.len() {
        if is_inside(cloud, seed, &free) {
            let region = cluster(cloud, seed, &mut free);
            found.extend(proposal(cloud, &region));
        }
    }
    found.sort_by_key(|proposal: &Proposal| (proposal.point.y, proposal.point.x));
    found
}

/// Returns whether a pixel and all its neighbors are free and of one color: edges mix colors.
fn is_inside(cloud: &PointCloud, pixel: usize, free: &[bool]) -> bool {
    let like = |other: usize| {
        let apart = cloud.colors[pixel].distance_ignoring_brightness(&cloud.colors[other]);
        free[other] && apart < MIN_COLOR_DIFFERENCE / 2.0
    };
    free[pixel] && cloud.neighbors(pixel).count() == 4 && cloud.neighbors(pixel).all(like)
}

/// Takes the pixels that belong with `seed` out of the free ones.
fn cluster(cloud: &PointCloud, seed: usize, free: &mut [bool]) -> Vec<usize> {
    free[seed] = false;
    let mut region = vec![seed];
    let mut next = 0;
    while let Some(&pixel) = region.get(next) {
        next += 1;
        for neighbor in cloud.neighbors(pixel) {
            if free[neighbor]
                && are_pixels_close_in_space(cloud, pixel, neighbor, MIN_OBJECT_GAP_PIXELS)
                && cloud.colors[seed].is_same_in_other_light(&cloud.colors[neighbor])
            {
                free[neighbor] = false;
                region.push(neighbor);
            }
        }
    }
    region
}

/// The middle of a region, or the middle of its pixel nearest to that if it is beside the region.
fn on_it(cloud: &PointCloud, region: &[usize]) -> [f64; 2] {
    let [x, y] = mean_pixel_position(cloud, region);
    let pixel = y as usize * cloud.width + x as usize;
    if region.contains(&pixel) {
        return [x, y];
    }
    let at = |pixel: usize| {
        let [column, row] = [pixel % cloud.width, pixel / cloud.width];
        [column, row].map(|along| along as f64 + 0.5)
    };
    let away = |pixel: usize| (at(pixel)[0] - x).hypot(at(pixel)[1] - y);
    let nearest = region.iter().copied();
    let nearest = nearest.min_by(|a, b| away(*a).total_cmp(&away(*b)));
    nearest.map_or([x, y], at)
}

fn proposal(cloud: &PointCloud, region: &[usize]) -> Option<Proposal> {
    if region.len() < MIN_PIXELS {
        return None;
    }
    let points: Vec<Point3> = region.iter().filter_map(|at| cloud.points[*at]).collect();
    let solid = fit_solid(&points, cloud.pixel_size(points.first()?))?;
    let solid = with_measured_outline(cloud, region, solid);
    let [x, y] = on_it(cloud, region);
    let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    let point = NormalizedPoint::from_pixel(x, y, size(cloud.width), size(cloud.height));
    Some(Proposal { point, solid })
}
