//! Sizes of the primitives that links are made of.

use enact_types::{Point3, Pose, Vector3};

use crate::description::Shape;

impl Shape {
    /// Returns the radius of the bounding ball around the origin, meters.
    pub fn bounding_radius(&self) -> f64 {
        match *self {
            Self::Sphere { radius } => radius,
            Self::Capsule {
                radius,
                half_length,
            } => radius + half_length,
            Self::Cylinder {
                radius,
                half_length,
            } => radius.hypot(half_length),
            Self::Box { half } => Vector3::from(half).norm(),
            Self::Hull(ref hull) => hull.bounding_radius(),
        }
    }

    /// Returns the extent from the origin along a unit direction of the shape's frame, meters.
    pub fn extent_along(&self, along: &Vector3) -> f64 {
        match *self {
            Self::Sphere { radius } => radius,
            Self::Capsule {
                radius,
                half_length,
            } => radius + half_length * along.z.abs(),
            Self::Cylinder {
                radius,
                half_length,
            } => radius * along.x.hypot(along.y) + half_length * along.z.abs(),
            Self::Box { half } => along.abs().dot(&Vector3::from(half)),
            Self::Hull(ref hull) => hull.extent_along(along),
        }
    }

    /// Returns the height of the lowest point at `base_from_shape`, meters.
    pub fn lowest_point_height(&self, base_from_shape: &Pose) -> f64 {
        let up = base_from_shape.rotation.inverse() * Vector3::z();
        // A hull need not extend as far down as up.
        base_from_shape.translation.z - self.extent_along(&-up)
    }

    /// Returns the signed distance of a point in the shape's frame to the surface, negative inside,
    /// meters.
    pub fn signed_distance(&self, point: &Point3) -> f64 {
        match *self {
            Self::Sphere { radius } => point.coords.norm() - radius,
            Self::Capsule {
                radius,
                half_length,
            } => {
                let beyond = point.z - point.z.clamp(-half_length, half_length);
                Vector3::new(point.x, point.y, beyond).norm() - radius
            }
            Self::Cylinder {
                radius,
                half_length,
            } => {
                let (side, end) = (point.x.hypot(point.y) - radius, point.z.abs() - half_length);
                side.max(0.0).hypot(end.max(0.0)) + side.max(end).min(0.0)
            }
            Self::Box { half } => {
                let over = point.coords.abs() - Vector3::from(half);
                over.map(|over| over.max(0.0)).norm() + over.max().min(0.0)
            }
            Self::Hull(ref hull) => hull.distance_to_point(point),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shapes() -> [Shape; 4] {
        let (radius, half_length) = (0.02, 0.05);
        [
            Shape::Box {
                half: [0.01, 0.02, 0.03],
            },
            Shape::Cylinder {
                radius,
                half_length,
            },
            Shape::Capsule {
                radius,
                half_length,
            },
            Shape::Sphere { radius },
        ]
    }

    proptest! {
        #[test]
        fn what_is_beyond_the_extent_is_outside(
            axis in prop::array::uniform3(-1.0..1.0_f64), point in prop::array::uniform3(-0.1..0.1_f64),
        ) {
            let along = (Vector3::from(axis) + Vector3::new(1e-3, 0.0, 0.0)).normalize();
            let point = Point3::from(point);
            for shape in shapes() {
                let beyond = point.coords.dot(&along) - shape.extent_along(&along);
                prop_assert!(shape.signed_distance(&point) >= beyond - 1e-12);
                prop_assert!(shape.extent_along(&along) <= shape.bounding_radius() + 1e-12);
            }
        }
    }

    #[test]
    fn the_lowest_point_touches_the_table() {
        let lying = Pose::new(Vector3::new(0.0, 0.0, 0.1), Vector3::x() * 0.3);
        for shape in shapes() {
            let low = shape.lowest_point_height(&lying);
            let nearest = (0..40_000)
                .map(|step| {
                    let [u, v] = [step % 200, step / 200].map(|s| f64::from(s - 100) * 6e-4);
                    shape.signed_distance(&lying.inverse_transform_point(&Point3::new(u, v, low)))
                })
                .fold(f64::INFINITY, f64::min);
            assert!((-1e-12..1e-3).contains(&nearest), "{shape:?}: {nearest}");
        }
    }
}
