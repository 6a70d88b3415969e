//! A part of a mesh on its way to a convex body.

use enact_types::{Point3, Vector3};

use super::Triangle;
use super::hull::{Facets, Hull};

/// Approximate largest number of corners of a body.
const MAX_CORNERS: usize = 128;
/// Number of corners added before checking again.
const AT_ONCE: usize = 8;
/// Hulls with no more corners than this are not simplified.
const FEW_CORNERS: usize = 12;

/// Splits triangles by the plane `normal · point = offset`. Triangles across it are cut.
pub fn split_by_plane(
    triangles: &[Triangle],
    normal: &Vector3,
    offset: f64,
) -> (Vec<Triangle>, Vec<Triangle>) {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for triangle in triangles {
        let heights = triangle.map(|corner| corner.coords.dot(normal) - offset);
        if heights.iter().all(|height| *height <= 0.0) {
            below.push(*triangle);
        } else if heights.iter().all(|height| *height >= 0.0) {
            above.push(*triangle);
        } else {
            cut(triangle, &heights, -1.0, &mut below);
            cut(triangle, &heights, 1.0, &mut above);
        }
    }
    (below, above)
}

/// Returns the part of a triangle on the side of the plane where heights have this sign.
fn cut(triangle: &Triangle, heights: &[f64; 3], sign: f64, into: &mut Vec<Triangle>) {
    let mut polygon: Vec<Point3> = Vec::with_capacity(4);
    for from in 0..3 {
        let to = (from + 1) % 3;
        let (a, b) = (heights[from] * sign, heights[to] * sign);
        if a >= 0.0 {
            polygon.push(triangle[from]);
        }
        if (a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0) {
            // Always computed from the lower corner, so that both sides get the same point.
            let (low, high, share) = if heights[from] < heights[to] {
                (from, to, heights[from] / (heights[from] - heights[to]))
            } else {
                (to, from, heights[to] / (heights[to] - heights[from]))
            };
            polygon.push(triangle[low] + (triangle[high] - triangle[low]) * share);
        }
    }
    let rest = polygon.get(1..).unwrap_or_default();
    into.extend(rest.windows(2).map(|pair| [polygon[0], pair[0], pair[1]]));
}

/// Returns the corners of the hull of some points, or all points if it cannot be computed.
pub fn hull_corners(points: &[Point3]) -> Vec<Point3> {
    Facets::from_points(points).map_or_else(|| points.to_vec(), |facets| facets.corners)
}

/// Returns the volume of the hull of some points, cubic meters.
pub fn hull_volume(points: &[Point3]) -> f64 {
    Facets::from_points(points).map_or(0.0, |facets| facets.volume())
}

/// Returns a hull with few corners, rounded to contain all of `points`, which are the corners of a
/// hull. The rounding is at most `slack` meters if the corners suffice.
pub fn simplified_hull(points: &[Point3], slack: f64) -> Hull {
    if points.len() <= FEW_CORNERS {
        return holding(points, points);
    }
    let farthest = |along: &Vector3| {
        let best = argmax(points, |point| point.coords.dot(along));
        best.map_or(0, |(index, _)| index)
    };
    let mut chosen: Vec<usize> = directions().iter().map(farthest).collect();
    let mut fresh = chosen.len();
    loop {
        chosen.sort_unstable();
        chosen.dedup();
        let corners: Vec<Point3> = chosen.iter().map(|index| points[*index]).collect();
        let full = chosen.len() >= MAX_CORNERS.min(points.len());
        let facets = Facets::from_points(&corners).filter(|_| !full && fresh > 0);
        let Some(facets) = facets else {
            return holding(&corners, points);
        };
        // A point above a plane is at least as far as it is high, so heights tell soonest.
        let mut out: Vec<(usize, f64)> = points
            .iter()
            .map(|point| facets.height_above_faces(point))
            .enumerate()
            .filter(|(_, height)| *height > slack)
            .collect();
        if out.is_empty() {
            let distances = points.iter().map(|point| facets.distance_to_point(point));
            out = distances
                .enumerate()
                .filter(|(_, distance)| *distance > slack)
                .collect();
        }
        out.sort_by(|a, b| b.1.total_cmp(&a.1));
        out.retain(|(index, _)| !chosen.contains(index));
        out.truncate(AT_ONCE);
        fresh = out.len();
        chosen.extend(out.iter().map(|(index, _)| index));
    }
}

/// Returns the directions to the faces, edges and corners of a cube.
fn directions() -> Vec<Vector3> {
    let signs = [-1.0, 0.0, 1.0];
    let all = signs.iter().flat_map(|x| {
        let rest = signs.iter().flat_map(move |y| signs.map(|z| (*y, z)));
        rest.map(move |(y, z)| Vector3::new(*x, y, z))
    });
    all.filter(|direction| direction.norm() > 0.0).collect()
}

/// Returns the hull of some corners, rounded by as much as it takes to contain all points.
fn holding(corners: &[Point3], points: &[Point3]) -> Hull {
    let hull = Hull::new(corners, 0.0);
    match argmax(points, |point| hull.distance_to_point(point)) {
        Some((_, distance)) if distance > 0.0 => Hull::new(corners, distance),
        _ => hull,
    }
}

fn argmax(points: &[Point3], of: impl Fn(&Point3) -> f64) -> Option<(usize, f64)> {
    let values = points.iter().map(of).enumerate();
    values.max_by(|a, b| a.1.total_cmp(&b.1))
}
