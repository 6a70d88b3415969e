//! A convex hull given by its corners.

use std::fmt;
use std::sync::Arc;

use enact_types::{Point3, Vector3};
use parry3d_f64::math::Vector;
use parry3d_f64::query::PointQuery;
use parry3d_f64::shape::{ConvexPolyhedron, SharedShape, Triangle};
use parry3d_f64::transformation::try_convex_hull;
use serde::{Deserialize, Serialize};

/// Corners lie on a grid of this spacing, meters, so that any file gives back the same numbers.
pub(super) const GRID: f64 = 1e-6;
/// Thickness added to each side of something flat, meters.
const THICKNESS: f64 = 5e-5;
/// Largest distance of the given corners from the resulting hull, meters.
const TRUE: f64 = 1e-5;

/// All points within `rounding` of the convex hull of some corners. Cheap to clone.
#[derive(Clone)]
pub struct Hull(Arc<Body>);

struct Body {
    /// Corners in grid steps.
    steps: Vec<[i32; 3]>,
    rounding_steps: u32,
    facets: Facets,
    radius: f64,
    shape: SharedShape,
}

/// Corners and faces of a convex hull.
pub(super) struct Facets {
    pub corners: Vec<Point3>,
    /// Faces as corner indices, counter-clockwise from outside.
    pub faces: Vec<[u32; 3]>,
    planes: Vec<Plane>,
}

/// A face plane of a hull: `normal · point <= offset` inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// Outward unit normal.
    pub normal: Vector3,
    /// Distance from the origin along the normal, meters.
    pub offset: f64,
}

/// Serialized form, in micrometers.
#[derive(Serialize, Deserialize)]
struct HullRecord {
    corners_um: Vec<[i32; 3]>,
    rounding_um: u32,
}

impl Hull {
    /// Creates the hull of some points, extended by `rounding` meters. Points that do not span
    /// space get a little thickness; points that are too nearly flat for a hull become a box around
    /// them.
    ///
    /// # Panics
    /// Without points.
    pub fn new(points: &[Point3], rounding: f64) -> Self {
        let grid: Vec<[i32; 3]> = points.iter().map(steps_of).collect();
        assert!(!grid.is_empty(), "a hull of no points");
        let rounding_steps = (rounding / GRID).ceil() as u32;
        let thick = (THICKNESS / GRID) as i32;
        Body::of(&grid, rounding_steps)
            .or_else(|| Body::of(&around_each(&grid, thick), rounding_steps))
            .or_else(|| Body::of(&around_all(&grid, thick), rounding_steps))
            .map(|body| Self(Arc::new(body)))
            .expect("a box has a hull")
    }

    /// Returns the corners before rounding, meters.
    pub fn corners(&self) -> &[Point3] {
        &self.0.facets.corners
    }

    /// Returns the faces before rounding as corner indices, counter-clockwise from outside.
    pub fn faces(&self) -> &[[u32; 3]] {
        &self.0.facets.faces
    }

    /// Returns the face planes before rounding.
    pub fn planes(&self) -> &[Plane] {
        &self.0.facets.planes
    }

    /// Returns the distance by which the body extends beyond the hull of its corners, meters.
    pub fn rounding(&self) -> f64 {
        f64::from(self.0.rounding_steps) * GRID
    }

    /// Returns the radius of the bounding ball around the origin, meters.
    pub fn bounding_radius(&self) -> f64 {
        self.0.radius
    }

    /// Returns the extent from the origin along a unit direction, meters.
    pub fn extent_along(&self, along: &Vector3) -> f64 {
        let corners = self.corners().iter();
        let farthest = corners.map(|corner| corner.coords.dot(along));
        farthest.fold(f64::NEG_INFINITY, f64::max) + self.rounding()
    }

    /// Returns the signed distance of a point to the surface, negative inside, meters.
    pub fn distance_to_point(&self, point: &Point3) -> f64 {
        self.0.facets.distance_to_point(point) - self.rounding()
    }

    /// Returns the largest height of a point above any face plane, meters; negative inside.
    pub(super) fn height_above_faces(&self, point: &Point3) -> f64 {
        self.0.facets.height_above_faces(point)
    }

    /// Returns the hull before rounding, for parry.
    pub(crate) fn parry_shape(&self) -> &SharedShape {
        &self.0.shape
    }
}

impl Facets {
    /// Returns the hull of some points; `None` if it cannot be computed.
    pub fn from_points(points: &[Point3]) -> Option<Self> {
        let all: Vec<Vector> = points.iter().map(vector).collect();
        let (corners, faces) = try_convex_hull(&all).ok()?;
        if corners.len() < 4 || faces.len() < 4 {
            return None;
        }
        let corners: Vec<Point3> = corners
            .iter()
            .map(|corner| Point3::new(corner.x, corner.y, corner.z))
            .collect();
        let planes = planes(&corners, &faces);
        let facets = Self {
            corners,
            faces,
            planes,
        };
        (facets.planes.len() >= 4).then_some(facets)
    }

    /// See [`Hull::height_above_faces`].
    pub fn height_above_faces(&self, point: &Point3) -> f64 {
        let above = |plane: &Plane| plane.normal.dot(&point.coords) - plane.offset;
        self.planes
            .iter()
            .map(above)
            .fold(f64::NEG_INFINITY, f64::max)
    }

    /// Returns the signed distance of a point, negative inside, meters.
    pub fn distance_to_point(&self, point: &Point3) -> f64 {
        let height = self.height_above_faces(point);
        if height <= 0.0 {
            return height;
        }
        let to = vector(point);
        let faces = self.faces.iter().map(|face| {
            let [a, b, c] = face.map(|index| vector(&self.corners[index as usize]));
            Triangle::new(a, b, c).distance_to_local_point(to, false)
        });
        faces.fold(f64::INFINITY, f64::min)
    }

    /// Returns whether the corners of each face lie on its plane; otherwise the hull has a dent.
    fn faces_are_sides(&self) -> bool {
        self.faces.iter().all(|face| {
            let middle = face.map(|index| self.corners[index as usize].coords);
            let middle = (middle[0] + middle[1] + middle[2]) / 3.0;
            self.height_above_faces(&Point3::from(middle)) > -TRUE
        })
    }

    /// Returns the volume, cubic meters.
    pub fn volume(&self) -> f64 {
        let origin = self.corners[0];
        let tetrahedra = self.faces.iter().map(|face| {
            let [a, b, c] = face.map(|index| self.corners[index as usize] - origin);
            a.cross(&b).dot(&c) / 6.0
        });
        tetrahedra.sum::<f64>().abs()
    }
}

impl Body {
    /// Returns the hull; `None` if the corners are too flat for a reliable one.
    ///
    /// A serialized hull is computed again when it is read, so hulls are taken of sorted corners
    /// until all corners are needed: then the result is the same, bit for bit.
    fn of(points: &[[i32; 3]], rounding_steps: u32) -> Option<Self> {
        let mut steps = points.to_vec();
        steps.sort_unstable();
        steps.dedup();
        let facets = loop {
            let all: Vec<Point3> = steps.iter().map(meters).collect();
            let facets = Facets::from_points(&all)?;
            let mut needed: Vec<[i32; 3]> = facets.corners.iter().map(steps_of).collect();
            needed.sort_unstable();
            needed.dedup();
            if needed.len() >= steps.len() {
                break facets;
            }
            steps = needed;
        };
        let corners = facets.corners.iter().map(vector).collect();
        let shape = ConvexPolyhedron::from_convex_mesh(corners, &facets.faces)?;
        let distances = facets.corners.iter().map(|corner| corner.coords.norm());
        let radius = distances.fold(0.0, f64::max) + f64::from(rounding_steps) * GRID;
        let is_inside = |steps: &[i32; 3]| facets.height_above_faces(&meters(steps)) <= TRUE;
        let is_true = points.iter().all(is_inside) && facets.faces_are_sides();
        is_true.then(|| Self {
            steps,
            rounding_steps,
            facets,
            radius,
            shape: SharedShape::new(shape),
        })
    }
}

fn meters(steps: &[i32; 3]) -> Point3 {
    Point3::from(steps.map(|value| f64::from(value) * GRID))
}

fn steps_of(point: &Point3) -> [i32; 3] {
    [point.x, point.y, point.z].map(|value| (value / GRID).round() as i32)
}

/// Returns the face planes, each moved out to the farthest corner: a sliver's normal is not exact.
fn planes(corners: &[Point3], faces: &[[u32; 3]]) -> Vec<Plane> {
    let plane = |face: &[u32; 3]| {
        let [a, b, c] = face.map(|index| corners[index as usize]);
        let normal = (b - a).cross(&(c - a)).try_normalize(GRID * GRID)?;
        let heights = corners.iter().map(|corner| normal.dot(&corner.coords));
        let offset = heights.fold(f64::NEG_INFINITY, f64::max);
        Some(Plane { normal, offset })
    };
    faces.iter().filter_map(plane).collect()
}

fn around_each(grid: &[[i32; 3]], by: i32) -> Vec<[i32; 3]> {
    let corner = |point: &[i32; 3], bits: usize| {
        let mut corner = *point;
        for (axis, value) in corner.iter_mut().enumerate() {
            *value += if bits >> axis & 1 == 1 { by } else { -by };
        }
        corner
    };
    grid.iter()
        .flat_map(|point| (0..8).map(move |bits| corner(point, bits)))
        .collect()
}

fn around_all(grid: &[[i32; 3]], by: i32) -> Vec<[i32; 3]> {
    let end = |axis: usize, low: bool| {
        let values = grid.iter().map(|point| point[axis]);
        if low {
            values.min().unwrap_or(0) - by
        } else {
            values.max().unwrap_or(0) + by
        }
    };
    (0..8)
        .map(|bits| [0, 1, 2].map(|axis| end(axis, bits >> axis & 1 == 1)))
        .collect()
}

fn vector(point: &Point3) -> Vector {
    Vector::new(point.x, point.y, point.z)
}

impl fmt::Debug for Hull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (corners, rounding) = (self.corners().len(), self.rounding());
        write!(f, "Hull {{ {corners} corners, rounding {rounding} }}")
    }
}

impl PartialEq for Hull {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.steps == other.0.steps && self.0.rounding_steps == other.0.rounding_steps)
    }
}

impl Serialize for Hull {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        HullRecord {
            corners_um: self.0.steps.clone(),
            rounding_um: self.0.rounding_steps,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hull {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = HullRecord::deserialize(deserializer)?;
        if kept.corners_um.is_empty() {
            return Err(serde::de::Error::custom("a hull without corners"));
        }
        let body = Body::of(&kept.corners_um, kept.rounding_um);
        let body = body.ok_or_else(|| serde::de::Error::custom("corners that span no space"))?;
        Ok(Self(Arc::new(body)))
    }
}
