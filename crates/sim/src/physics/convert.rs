//! Conversions between this crate's types and the physics engine's.

use std::f32::consts::PI;

use enact_robot::{Hull, Shape};
use enact_types::{Pose, Vector3};
use nalgebra::{Quaternion, Translation3, UnitQuaternion};
use rapier3d::math::{Pose as EnginePose, Rotation, Vector};
use rapier3d::prelude::{ColliderBuilder, SharedShape};

use crate::geometry::BodyShape;

/// Number of boxes in the prism of a cylinder, which has twice as many sides.
const PRISM_BOXES: usize = 6;

/// Converts a vector for the engine.
pub fn vector_to_engine(v: &Vector3) -> Vector {
    Vector::new(v.x as f32, v.y as f32, v.z as f32)
}

/// Converts a pose for the engine.
pub fn pose_to_engine(pose: &Pose) -> EnginePose {
    let q = pose.rotation.coords;
    EnginePose::from_parts(
        vector_to_engine(&pose.translation.vector),
        Rotation::from_xyzw(q.x as f32, q.y as f32, q.z as f32, q.w as f32).normalize(),
    )
}

/// Converts a vector from the engine.
pub fn vector_from_engine(v: Vector) -> Vector3 {
    Vector3::new(v.x.into(), v.y.into(), v.z.into())
}

/// Converts a pose from the engine.
pub fn pose_from_engine(pose: &EnginePose) -> Pose {
    let q = pose.rotation;
    Pose::from_parts(
        Translation3::from(vector_from_engine(pose.translation)),
        UnitQuaternion::from_quaternion(Quaternion::new(
            q.w.into(),
            q.x.into(),
            q.y.into(),
            q.z.into(),
        )),
    )
}

/// Returns a collider of this shape at `parent_from_shape`.
///
/// A cylinder becomes boxes turned about its axis, which together form a prism. Contacts between
/// boxes are exact, while cylinders slip out of a gripper and hulls with many sides creep.
///
/// # Panics
/// If a convex shape has fewer than four points that span space.
pub fn build_collider(shape: &BodyShape, parent_from_shape: &Pose) -> ColliderBuilder {
    let shape = match shape {
        BodyShape::Shape(Shape::Box { half }) => {
            let [x, y, z] = half.map(|half| half as f32);
            SharedShape::cuboid(x, y, z)
        }
        BodyShape::Shape(Shape::Cylinder {
            radius,
            half_length,
        }) => prism(*radius as f32, *half_length as f32),
        BodyShape::Shape(Shape::Capsule {
            radius,
            half_length,
        }) => SharedShape::capsule_z(*half_length as f32, *radius as f32),
        BodyShape::Shape(Shape::Sphere { radius }) => SharedShape::ball(*radius as f32),
        BodyShape::Convex(points) => {
            let points: Vec<Vector> = points
                .iter()
                .map(|point| vector_to_engine(&point.coords))
                .collect();
            SharedShape::convex_hull(&points).expect("the points span space")
        }
        BodyShape::Shape(Shape::Hull(hull)) => convex(hull),
    };
    ColliderBuilder::new(shape).position(pose_to_engine(parent_from_shape))
}

/// Returns a hull without its rounding: its corners are those of the mesh, which makes the contact.
fn convex(hull: &Hull) -> SharedShape {
    let corners = hull.corners().iter();
    let corners: Vec<Vector> = corners
        .map(|corner| vector_to_engine(&corner.coords))
        .collect();
    // A hull that is too thin in single precision becomes its bounding box.
    SharedShape::convex_hull(&corners).unwrap_or_else(|| {
        let half = |axis: Vector3| {
            hull.extent_along(&axis)
                .max(hull.extent_along(&-axis))
                .max(1e-4) as f32
        };
        SharedShape::cuboid(half(Vector3::x()), half(Vector3::y()), half(Vector3::z()))
    })
}

/// Returns boxes about z with their edges on a cylinder.
fn prism(radius: f32, half_length: f32) -> SharedShape {
    let step = PI / PRISM_BOXES as f32;
    let (sin, cos) = (step / 2.0).sin_cos();
    let slab = |index: usize| {
        let turn = Rotation::from_rotation_z(index as f32 * step);
        let shape = SharedShape::cuboid(radius * cos, radius * sin, half_length);
        (EnginePose::from_parts(Vector::ZERO, turn), shape)
    };
    SharedShape::compound((0..PRISM_BOXES).map(slab).collect())
}

/// Returns a shape's volume divided by the volume that the engine computes, which counts overlaps
/// several times.
pub fn volume_correction_factor(shape: &BodyShape) -> f64 {
    match shape {
        BodyShape::Shape(Shape::Cylinder { .. }) => {
            let boxes = PRISM_BOXES as f64;
            std::f64::consts::PI / (2.0 * boxes * (std::f64::consts::PI / boxes).sin())
        }
        _ => 1.0,
    }
}
