//! Signed distance to the primitives a robot is made of.

use enact_robot::description::Shape;
use enact_types::{Point3, Pose, Vector3};

/// Signed distance of a point in the shape's frame to its surface, negative inside, metres.
pub fn to_shape(shape: &Shape, point: &Point3) -> f64 {
    match *shape {
        Shape::Sphere { radius } => point.coords.norm() - radius,
        Shape::Capsule {
            radius,
            half_length,
        } => {
            let beyond = point.z - point.z.clamp(-half_length, half_length);
            Vector3::new(point.x, point.y, beyond).norm() - radius
        }
        Shape::Cylinder {
            radius,
            half_length,
        } => {
            let (side, end) = (point.x.hypot(point.y) - radius, point.z.abs() - half_length);
            side.max(0.0).hypot(end.max(0.0)) + side.max(end).min(0.0)
        }
        Shape::Box { half } => {
            let over = point.coords.abs() - Vector3::from(half);
            over.map(|over| over.max(0.0)).norm() + over.max().min(0.0)
        }
    }
}

/// Height of the lowest point of a shape at `base_from_shape`, metres.
pub fn lowest(shape: &Shape, base_from_shape: &Pose) -> f64 {
    let down = base_from_shape.rotation.inverse() * Vector3::z();
    let reach = match *shape {
        Shape::Sphere { radius } => radius,
        Shape::Capsule {
            radius,
            half_length,
        } => radius + half_length * down.z.abs(),
        Shape::Cylinder {
            radius,
            half_length,
        } => radius * down.x.hypot(down.y) + half_length * down.z.abs(),
        Shape::Box { half } => down.abs().dot(&Vector3::from(half)),
    };
    base_from_shape.translation.z - reach
}

/// Radius of the ball around a shape's middle that holds it, metres.
pub fn bounding_radius(shape: &Shape) -> f64 {
    match *shape {
        Shape::Sphere { radius } => radius,
        Shape::Capsule {
            radius,
            half_length,
        } => radius + half_length,
        Shape::Cylinder {
            radius,
            half_length,
        } => radius.hypot(half_length),
        Shape::Box { half } => Vector3::from(half).norm(),
    }
}

/// Points all over the surface of a shape, in its frame.
pub fn surface_points(shape: &Shape) -> Vec<Point3> {
    const ALONG: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];
    match *shape {
        Shape::Sphere { radius } => ring(radius, 0.0)
            .into_iter()
            .chain([-radius, radius].map(|z| Point3::new(0.0, 0.0, z)))
            .collect(),
        Shape::Capsule {
            radius,
            half_length,
        } => ALONG
            .iter()
            .flat_map(|share| ring(radius, share * half_length))
            .chain([-1.0, 1.0].map(|end| Point3::new(0.0, 0.0, end * (half_length + radius))))
            .collect(),
        Shape::Cylinder {
            radius,
            half_length,
        } => ALONG
            .iter()
            .flat_map(|share| ring(radius, share * half_length))
            .chain([-1.0, 1.0].map(|end| Point3::new(0.0, 0.0, end * half_length)))
            .collect(),
        Shape::Box { half } => grid()
            .map(|share| Point3::from(Vector3::from(half).component_mul(&share)))
            .collect(),
    }
}

fn ring(radius: f64, z: f64) -> Vec<Point3> {
    (0..8)
        .map(|step| f64::from(step) * std::f64::consts::FRAC_PI_4)
        .map(|angle| Point3::new(radius * angle.cos(), radius * angle.sin(), z))
        .collect()
}

/// The corners, edge middles and face middles of the unit cube, twice as dense along `z`.
fn grid() -> impl Iterator<Item = Vector3> {
    let axis = [-1.0, 0.0, 1.0];
    axis.into_iter().flat_map(move |x| {
        axis.into_iter().flat_map(move |y| {
            [-1.0, -0.5, 0.0, 0.5, 1.0]
                .into_iter()
                .map(move |z| Vector3::new(x, y, z))
                .filter(|share: &Vector3| share.amax() == 1.0)
        })
    })
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

    #[test]
    fn surface_points_are_on_the_surface() {
        for shape in shapes() {
            for point in surface_points(&shape) {
                assert!(to_shape(&shape, &point) < 1e-12);
                assert!(point.coords.norm() <= bounding_radius(&shape) + 1e-12);
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_shape_is_below_its_lowest(axis in prop::array::uniform3(-1.0..1.0_f64), angle in -3.0..3.0_f64) {
            let axis = nalgebra::Unit::new_normalize(Vector3::from(axis) + Vector3::new(1e-3, 0.0, 0.0));
            let pose = Pose::from_parts(Vector3::new(0.1, 0.2, 0.3).into(), nalgebra::UnitQuaternion::from_axis_angle(&axis, angle));
            for shape in shapes() {
                let low = lowest(&shape, &pose);
                for point in surface_points(&shape) {
                    prop_assert!((pose * point).z >= low - 1e-12);
                }
                let touching = Point3::new(0.1, 0.2, low - 0.01);
                prop_assert!(to_shape(&shape, &pose.inverse_transform_point(&touching)) >= 0.01 - 1e-9);
            }
        }
    }
}
