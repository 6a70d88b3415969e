//! Convex bodies in space and the distance between them.

use std::fmt;

use enact_types::{Pose, Vector3};
use parry3d_f64::math::{Pose as Place, Rotation, Vector};
use parry3d_f64::query;
use parry3d_f64::shape::{Ball, Capsule, Cuboid, Cylinder, SharedShape};

use crate::description::Shape;

/// A primitive as a parry shape, in double precision: parry's tolerances are absolute, and in
/// single precision they are as large as the distances measured here.
#[derive(Clone)]
pub struct Convex {
    shape: SharedShape,
    /// True for a cylinder: ours is along `z`, parry's along `y`.
    upright: bool,
    /// Radius of the bounding ball around the shape's origin, meters.
    pub radius: f64,
    /// Distance by which the body extends beyond the shape, meters.
    rounding: f64,
}

/// Placement of a convex body.
#[derive(Clone, Copy, Debug)]
pub struct PlacedConvex {
    /// `base_from_shape`, in this crate's axis convention.
    pub pose: Pose,
    place: Place,
}

impl Convex {
    /// Converts a shape.
    pub fn new(shape: &Shape) -> Self {
        let upright = matches!(shape, Shape::Cylinder { .. });
        let radius = shape.bounding_radius();
        let rounding = match shape {
            Shape::Hull(hull) => hull.rounding(),
            _ => 0.0,
        };
        let shape = match *shape {
            Shape::Box { half: [x, y, z] } => SharedShape::new(Cuboid::new(Vector::new(x, y, z))),
            Shape::Sphere { radius } => SharedShape::new(Ball::new(radius)),
            Shape::Cylinder {
                radius,
                half_length,
            } => SharedShape::new(Cylinder::new(half_length, radius)),
            Shape::Capsule {
                radius,
                half_length,
            } => SharedShape::new(Capsule::new_z(half_length, radius)),
            Shape::Hull(ref hull) => hull.parry_shape().clone(),
        };
        Self {
            shape,
            upright,
            radius,
            rounding,
        }
    }

    /// Returns the placement with the shape's frame at `base_from_shape`.
    pub fn placed_at(&self, base_from_shape: Pose) -> PlacedConvex {
        let rotation = if self.upright {
            let y_to_z =
                nalgebra::UnitQuaternion::from_axis_angle(&Vector3::x_axis(), QUARTER_TURN);
            base_from_shape.rotation * y_to_z
        } else {
            base_from_shape.rotation
        };
        let (q, t) = (rotation.coords, base_from_shape.translation.vector);
        PlacedConvex {
            pose: base_from_shape,
            place: Place::from_parts(
                Vector::new(t.x, t.y, t.z),
                Rotation::from_xyzw(q.x, q.y, q.z, q.w),
            ),
        }
    }

    /// Returns the distance between two bodies, negative by the penetration depth, meters.
    pub fn distance(&self, at: &PlacedConvex, other: &Self, other_at: &PlacedConvex) -> f64 {
        let (a, b) = (&*self.shape, &*other.shape);
        let rounding = self.rounding + other.rounding;
        // Every pair of convex shapes is supported; the caller refuses a NaN.
        let apart = query::distance(&at.place, a, &other_at.place, b)
            .map_or(f64::NAN, |found| found.distance);
        if apart > 0.0 {
            return apart - rounding;
        }
        match query::contact(&at.place, a, &other_at.place, b, 0.0) {
            Ok(Some(contact)) => contact.dist.min(0.0) - rounding,
            _ => apart - rounding,
        }
    }
}

const QUARTER_TURN: f64 = std::f64::consts::FRAC_PI_2;

impl fmt::Debug for Convex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shape.shape_type())
    }
}

impl PlacedConvex {
    /// Returns a lower bound on the distance between the surfaces of two bodies with these radii,
    /// meters.
    pub fn distance_lower_bound(&self, radius: f64, other: &Self, other_radius: f64) -> f64 {
        let apart = self.pose.translation.vector - other.pose.translation.vector;
        apart.norm() - radius - other_radius
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Point3;
    use proptest::prelude::*;

    fn shape() -> impl Strategy<Value = Shape> {
        let size = || 0.004..0.06_f64;
        prop_oneof![
            [size(), size(), size()].prop_map(|half| Shape::Box { half }),
            (size(), size()).prop_map(|(radius, half_length)| Shape::Cylinder {
                radius,
                half_length
            }),
            (size(), size()).prop_map(|(radius, half_length)| Shape::Capsule {
                radius,
                half_length
            }),
            size().prop_map(|radius| Shape::Sphere { radius }),
        ]
    }

    fn pose() -> impl Strategy<Value = Pose> {
        let three = |range: std::ops::Range<f64>| prop::array::uniform3(range);
        (three(-0.15..0.15), three(-3.0..3.0))
            .prop_map(|(at, turn)| Pose::new(Vector3::from(at), Vector3::from(turn)))
    }

    /// Returns the smallest distance of sampled points of the second shape to the first, an upper
    /// bound.
    fn sampled(a: &Shape, a_at: &Pose, b: &Shape, b_at: &Pose) -> f64 {
        const STEPS: i32 = 12;
        let a_from_b = a_at.inverse() * b_at;
        let grid = |step: i32| f64::from(step - STEPS / 2) / f64::from(STEPS / 2);
        let reach = Vector3::new(
            b.extent_along(&Vector3::x()),
            b.extent_along(&Vector3::y()),
            b.extent_along(&Vector3::z()),
        );
        let mut nearest = f64::INFINITY;
        for x in 0..=STEPS {
            for y in 0..=STEPS {
                for z in 0..=STEPS {
                    let share = Vector3::new(grid(x), grid(y), grid(z));
                    let point = Point3::from(reach.component_mul(&share));
                    if b.signed_distance(&point) <= 0.0 {
                        nearest = nearest.min(a.signed_distance(&(a_from_b * point)));
                    }
                }
            }
        }
        nearest
    }

    proptest! {
        #[test]
        fn the_distance_is_that_of_the_nearest_points(
            a in shape(), b in shape(), a_at in pose(), b_at in pose(),
        ) {
            let (first, second) = (Convex::new(&a), Convex::new(&b));
            let distance = first.distance(&first.placed_at(a_at), &second, &second.placed_at(b_at));
            let upper = sampled(&a, &a_at, &b, &b_at).min(sampled(&b, &b_at, &a, &a_at));
            if distance > 0.0 {
                // The grid spacing is a twelfth of each shape.
                prop_assert!(distance <= upper + 1e-5, "{distance} {upper}");
                prop_assert!(upper - distance < 0.02, "{distance} {upper}");
            } else {
                prop_assert!(distance <= 0.0 && upper < 0.02, "{distance} {upper}");
            }
            let back = second.distance(&second.placed_at(b_at), &first, &first.placed_at(a_at));
            prop_assert!((distance - back).abs() < 1e-5, "{distance} {back}");
            let apart = first.placed_at(a_at).distance_lower_bound(first.radius, &second.placed_at(b_at), second.radius);
            prop_assert!(apart <= distance + 1e-9);
        }
    }
}
