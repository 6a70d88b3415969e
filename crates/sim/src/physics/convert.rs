//! From our types to the physics engine's and back.

use std::f32::consts::FRAC_PI_2;

use enact_robot::Shape;
use enact_types::{Pose, Vector3};
use nalgebra::{Quaternion, Translation3, UnitQuaternion};
use rapier3d::math::{Pose as EnginePose, Rotation, Vector};
use rapier3d::prelude::{ColliderBuilder, SharedShape};

use crate::geometry::BodyShape;

/// A vector for the engine.
pub fn vector(v: &Vector3) -> Vector {
    Vector::new(v.x as f32, v.y as f32, v.z as f32)
}

/// A pose for the engine.
pub fn pose(pose: &Pose) -> EnginePose {
    let q = pose.rotation.coords;
    EnginePose::from_parts(
        vector(&pose.translation.vector),
        Rotation::from_xyzw(q.x as f32, q.y as f32, q.z as f32, q.w as f32).normalize(),
    )
}

/// A vector from the engine.
pub fn from_vector(v: Vector) -> Vector3 {
    Vector3::new(v.x.into(), v.y.into(), v.z.into())
}

/// A pose from the engine.
pub fn from_pose(pose: &EnginePose) -> Pose {
    let q = pose.rotation;
    Pose::from_parts(
        Translation3::from(from_vector(pose.translation)),
        UnitQuaternion::from_quaternion(Quaternion::new(
            q.w.into(),
            q.x.into(),
            q.y.into(),
            q.z.into(),
        )),
    )
}

/// A collider of this shape at `parent_from_shape`.
///
/// # Panics
/// If a convex shape has fewer than four points that span space.
pub fn collider(shape: &BodyShape, parent_from_shape: &Pose) -> ColliderBuilder {
    // The engine's cylinders stand along y.
    let upright = EnginePose::from_parts(Vector::ZERO, Rotation::from_rotation_x(FRAC_PI_2));
    let (shape, turn) = match shape {
        BodyShape::Box { half } => {
            let [x, y, z] = half.map(|half| half as f32);
            (SharedShape::cuboid(x, y, z), EnginePose::IDENTITY)
        }
        BodyShape::Cylinder {
            radius,
            half_length,
        } => (
            SharedShape::cylinder(*half_length as f32, *radius as f32),
            upright,
        ),
        BodyShape::Capsule {
            radius,
            half_length,
        } => (
            SharedShape::capsule_y(*half_length as f32, *radius as f32),
            upright,
        ),
        BodyShape::Sphere { radius } => (SharedShape::ball(*radius as f32), EnginePose::IDENTITY),
        BodyShape::Convex(points) => {
            let points: Vec<Vector> = points.iter().map(|point| vector(&point.coords)).collect();
            let hull = SharedShape::convex_hull(&points);
            (hull.expect("the points span space"), EnginePose::IDENTITY)
        }
    };
    ColliderBuilder::new(shape).position(pose(parent_from_shape) * turn)
}

/// The same primitive for the camera and for physics.
pub fn body_shape(shape: &Shape) -> BodyShape {
    match *shape {
        Shape::Box { half } => BodyShape::Box { half },
        Shape::Cylinder {
            radius,
            half_length,
        } => BodyShape::Cylinder {
            radius,
            half_length,
        },
        Shape::Capsule {
            radius,
            half_length,
        } => BodyShape::Capsule {
            radius,
            half_length,
        },
        Shape::Sphere { radius } => BodyShape::Sphere { radius },
    }
}
