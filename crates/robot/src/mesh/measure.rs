//! Measures how far convex bodies extend beyond a mesh.

use enact_types::Point3;
use parry3d_f64::math::Vector;
use parry3d_f64::query::PointQuery;
use parry3d_f64::shape::TriMesh;

use super::Triangle;
use super::hull::Hull;

/// Size of the parts in which a face is examined, as a share of the relevant distance, or of their
/// own distance if that is larger.
const RELATIVE_PART_SIZE: f64 = 0.25;
/// Largest number of parts of the faces of one hull; the rest is judged as a whole.
const MAX_PARTS: usize = 200_000;

/// The surface of a mesh, for distance queries.
pub struct Surface(TriMesh);

/// A part of a hull's face that may be far from the mesh.
#[derive(Clone, Debug)]
pub struct FaceRegion {
    /// Corners of the part.
    pub corners: Triangle,
    /// Upper bound on the distance of its points from the mesh, meters.
    pub reach: f64,
    /// Point of the mesh that is nearest to its center.
    pub nearest: Point3,
}

impl Surface {
    /// Creates the surface of these triangles.
    pub fn new(triangles: &[Triangle]) -> Self {
        let points = triangles.iter().flatten();
        let points = points.map(|point| Vector::new(point.x, point.y, point.z));
        let faces = (0..triangles.len() as u32).map(|face| [3 * face, 3 * face + 1, 3 * face + 2]);
        let mesh = TriMesh::new(points.collect(), faces.collect());
        Self(mesh.expect("there are triangles"))
    }

    /// Returns the distance of a point, meters, and the nearest point of the surface.
    pub fn nearest_point(&self, point: &Point3) -> (f64, Point3) {
        let at = Vector::new(point.x, point.y, point.z);
        let found = self.0.project_local_point(at, false).point;
        let found = Point3::new(found.x, found.y, found.z);
        ((found - point).norm(), found)
    }
}

/// Returns the parts of a hull's faces that may be farther than `near` from the surface, farthest
/// first. All others are at most `near` away from it.
pub fn find_distant_face_regions(hull: &Hull, surface: &Surface, near: f64) -> Vec<FaceRegion> {
    let corners = hull.corners();
    let mut open: Vec<Triangle> = hull
        .faces()
        .iter()
        .map(|face| face.map(|index| corners[index as usize]))
        .collect();
    let mut found = Vec::new();
    let mut parts = 0;
    while let Some(part) = open.pop() {
        parts += 1;
        let middle = Point3::from((part[0].coords + part[1].coords + part[2].coords) / 3.0);
        let radii = part.iter().map(|corner| (corner - middle).norm());
        let radius = radii.fold(0.0, f64::max);
        let (distance, nearest) = surface.nearest_point(&middle);
        if distance + radius <= near {
            continue;
        }
        if radius <= RELATIVE_PART_SIZE * near.max(distance) || parts > MAX_PARTS {
            found.push(FaceRegion {
                corners: part,
                reach: distance + radius,
                nearest,
            });
        } else {
            open.extend(halves(&part));
        }
    }
    found.sort_by(|a, b| b.reach.total_cmp(&a.reach));
    found
}

/// Returns whether a part of one hull's face is inside another hull, including the other one's
/// rounding: two hulls that share a cut are each simplified independently there.
pub fn is_region_inside_hull(suspect: &FaceRegion, other: &Hull) -> bool {
    let mut corners = suspect.corners.iter();
    corners.all(|corner| {
        other.height_above_faces(corner) <= other.rounding() + 1e-6
            && other.distance_to_point(corner) <= 1e-6
    })
}

/// Splits a triangle at the middle of its longest side.
fn halves(triangle: &Triangle) -> [Triangle; 2] {
    let length = |side: usize| (triangle[side] - triangle[(side + 1) % 3]).norm_squared();
    let longest = (0..3).max_by(|a, b| length(*a).total_cmp(&length(*b)));
    let side = longest.unwrap_or(0);
    let [a, b, c] = [0, 1, 2].map(|step| triangle[(side + step) % 3]);
    let middle = nalgebra::center(&a, &b);
    [[a, middle, c], [middle, b, c]]
}
