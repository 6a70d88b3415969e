//! Separates an object from a container of its own color: the camera sees one blob, but height tells
//! them apart.

use enact_types::Point3;

use super::point_cloud::PointCloud;

/// Smallest extent of a container's floor, as a share of its radius.
const CORE: f64 = 0.55;
/// Radius of the rim up to which the wall may rise from there, as a share of the container's
/// radius.
const RIM: f64 = 0.95;
/// Smallest height of something inside above floor and wall, meters.
const ABOVE: f64 = 0.007;
/// Minimum number of pixels of an object.
const MIN_PIXELS: usize = 12;
/// Minimum radius of a container, meters.
const MIN_RADIUS: f64 = 0.035;
/// Largest difference of its extents along x and y, as a share.
const ROUND: f64 = 0.25;
/// Smallest common share of both regions that share a blob.
const COMMON: f64 = 0.8;

/// Returns whether two regions, each without repetition, consist of about the same pixels.
pub fn is_same_blob(a: &[usize], b: &[usize]) -> bool {
    let known: std::collections::HashSet<usize> = a.iter().copied().collect();
    let common = b.iter().filter(|index| known.contains(index)).count() as f64;
    common > COMMON * a.len() as f64 && common > COMMON * b.len() as f64
}

/// Returns the pixels of `region` that show something inside a container, and the others; `None` if
/// it does not look like a container with something in it.
pub fn split_contents_from_container(
    cloud: &PointCloud,
    region: &[usize],
) -> Option<(Vec<usize>, Vec<usize>)> {
    let points: Vec<(usize, Point3)> = region
        .iter()
        .filter_map(|index| Some((*index, cloud.points[*index]?)))
        .collect();
    let [x, y] = [0, 1].map(|axis| extent(points.iter().map(|(_, point)| point[axis])));
    let (x, y) = (x?, y?);
    let radius = (x.1 - x.0).max(y.1 - y.0) / 2.0;
    let is_round = ((x.1 - x.0) - (y.1 - y.0)).abs() < 2.0 * ROUND * radius;
    if radius < MIN_RADIUS || !is_round {
        return None;
    }
    let center = [(x.0 + x.1) / 2.0, (y.0 + y.1) / 2.0];
    let from_center = |point: &Point3| (point.x - center[0]).hypot(point.y - center[1]) / radius;
    let rim = extent(points.iter().map(|(_, point)| point.z))?.1;
    let floor = points
        .iter()
        .filter(|(_, point)| from_center(point) < CORE)
        .map(|(_, point)| point.z)
        .fold(f64::INFINITY, f64::min);
    let inside = |point: &Point3| {
        let up = ((from_center(point) - CORE) / (RIM - CORE)).max(0.0);
        up < 1.0 && point.z > floor + up * (rim - floor) + ABOVE
    };
    let (content, container): (Vec<_>, Vec<_>) =
        points.into_iter().partition(|(_, point)| inside(point));
    let has_floor = container.iter().any(|(_, point)| from_center(point) < CORE);
    let pixels = |some: Vec<(usize, Point3)>| some.into_iter().map(|(index, _)| index).collect();
    (content.len() >= MIN_PIXELS && has_floor).then(|| (pixels(content), pixels(container)))
}

/// Returns the lowest and the highest value, without one percent at each end.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let trim = values.len() / 100;
    let last = values.len().checked_sub(1 + trim)?;
    Some((*values.get(trim)?, values[last]))
}

/// Returns the mean position of some pixels, in pixels.
pub fn mean_pixel_position(cloud: &PointCloud, pixels: &[usize]) -> [f64; 2] {
    let mean = |of: &dyn Fn(usize) -> usize| {
        pixels.iter().map(|index| of(*index) as f64).sum::<f64>() / pixels.len().max(1) as f64
    };
    [
        mean(&|index| index % cloud.width),
        mean(&|index| index / cloud.width),
    ]
}
