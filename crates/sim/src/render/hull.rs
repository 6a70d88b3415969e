//! The half-spaces of a convex hull.

use enact_robot::Hull;
use enact_types::{Point3, Vector3};

/// The half-space `normal · p <= offset`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClipPlane {
    /// Unit normal, pointing outwards.
    pub normal: Vector3,
    /// Distance from the origin along the normal, meters.
    pub offset: f64,
}

/// Returns the half-spaces that bound a convex body.
pub(super) fn sides(hull: &Hull) -> Vec<ClipPlane> {
    let planes = hull.planes().iter();
    planes
        .map(|plane| ClipPlane {
            normal: plane.normal,
            offset: plane.offset,
        })
        .collect()
}

/// Largest distance of a point that still counts as on a face, meters.
const FLAT: f64 = 1e-7;

/// Returns the faces of the hull of `points`: every plane through three of them with all others on
/// one side. The cost is cubic in their number, which is a dozen for the parts of a compound
/// object. Empty if the points have no volume.
pub(super) fn half_spaces(points: &[Point3]) -> Vec<ClipPlane> {
    let mut faces: Vec<ClipPlane> = Vec::new();
    for (i, a) in points.iter().enumerate() {
        for (j, b) in points.iter().enumerate().skip(i + 1) {
            for c in &points[j + 1..] {
                let Some(normal) = (b - a).cross(&(c - a)).try_normalize(FLAT * FLAT) else {
                    continue;
                };
                if let Some(face) = supporting(points, normal, a)
                    && !faces.iter().any(|known| same(known, &face))
                {
                    faces.push(face);
                }
            }
        }
    }
    faces
}

/// Returns the plane through `a` with this normal or its opposite, if all points lie on one side
/// and not all in the plane.
fn supporting(points: &[Point3], normal: Vector3, a: &Point3) -> Option<ClipPlane> {
    let (mut lowest, mut highest) = (0.0f64, 0.0f64);
    for point in points {
        let height = normal.dot(&(point - a));
        lowest = lowest.min(height);
        highest = highest.max(height);
        if lowest < -FLAT && highest > FLAT {
            return None;
        }
    }
    let normal = match (lowest < -FLAT, highest > FLAT) {
        (true, false) => normal,
        (false, true) => -normal,
        _ => return None,
    };
    let offset = normal.dot(&a.coords);
    Some(ClipPlane { normal, offset })
}

fn same(a: &ClipPlane, b: &ClipPlane) -> bool {
    a.normal.dot(&b.normal) > 1.0 - 1e-9 && (a.offset - b.offset).abs() < 2.0 * FLAT
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cube(half: f64) -> Vec<Point3> {
        let corner = |bits: usize| {
            let sign = |bit: usize| if bits >> bit & 1 == 1 { half } else { -half };
            Point3::new(sign(0), sign(1), sign(2))
        };
        (0..8).map(corner).collect()
    }

    #[test]
    fn a_cube_has_six_faces() {
        let faces = half_spaces(&cube(0.015));
        assert_eq!(faces.len(), 6);
        assert!(faces.iter().all(|face| (face.offset - 0.015).abs() < 1e-12));
    }

    #[test]
    fn a_flat_set_has_no_inside() {
        assert!(half_spaces(&cube(0.0)).is_empty());
        assert!(half_spaces(&cube(0.015)[..4]).is_empty());
    }

    proptest! {
        #[test]
        fn every_point_is_inside_every_face(points in prop::collection::vec((-1.0..1.0, -1.0..1.0, -1.0..1.0), 4..12)) {
            let points: Vec<Point3> = points.iter().map(|(x, y, z)| Point3::new(*x, *y, *z)).collect();
            let faces = half_spaces(&points);
            prop_assert!(faces.len() >= 4);
            for face in &faces {
                for point in &points {
                    prop_assert!(face.normal.dot(&point.coords) <= face.offset + 1e-6);
                }
            }
        }
    }
}
