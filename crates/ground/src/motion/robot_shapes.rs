//! Poses of the robot's own shapes, as a camera sees them.

use std::f64::consts::FRAC_PI_4;
use std::sync::Arc;

use enact_robot::Robot;
use enact_robot::collision::CollisionBody;
use enact_robot::description::Shape;
use enact_robot::mesh::Hull;
use enact_types::{Point3, Pose, Vector3};

use super::obstacles::enclosing_convex_shape;
use crate::scene::HeldObject;

/// Distance within which a point belongs to the robot, meters.
const SKIN: f64 = 0.008;
/// Distance within which a point belongs to the held object, which may sit differently in the hand
/// than assumed, meters.
const HELD_SKIN: f64 = 0.015;
/// The same for a thing with an outline of its own, which may have swung between the fingers.
const HELD_CONTOUR_SKIN: f64 = 0.03;

/// Length by which bounds are widened for the rounding of numbers, meters.
const SLACK: f64 = 1e-6;

/// A part of the robot, or its held object, at its pose.
pub struct PlacedShape<'a> {
    /// Shape of the part.
    pub part: &'a CollisionBody,
    /// Pose of the part.
    pub base_from_shape: Pose,
    skin: f64,
}

/// Returns the held object as a part of the robot.
pub fn held_object_as_body(robot: &Robot, held: &HeldObject) -> Arc<CollisionBody> {
    let shape = enclosing_convex_shape(&held.object.solid);
    let name = &held.object.name;
    Arc::new(CollisionBody::from_held_object(
        robot,
        name,
        shape,
        held.tool_from_object,
    ))
}

/// Returns every part of the robot and its held object, with all joints at these positions.
pub fn placed_robot_shapes<'a>(
    robot: &'a Robot,
    held: Option<&'a CollisionBody>,
    joints: &[f64],
) -> Vec<PlacedShape<'a>> {
    let links = robot.link_poses(joints);
    let own = robot
        .collider()
        .collision_bodies()
        .iter()
        .map(|part| (part, SKIN));
    let held_skin = |part: &CollisionBody| match part.shape {
        Shape::Hull(_) => HELD_CONTOUR_SKIN,
        _ => HELD_SKIN,
    };
    own.chain(held.map(|part| (part, held_skin(part))))
        .map(|(part, skin)| PlacedShape {
            part,
            base_from_shape: links[part.link] * part.link_from_shape,
            skin,
        })
        .collect()
}

/// Returns whether an observed point belongs to one of these parts.
pub fn is_point_on_robot(placed: &[PlacedShape<'_>], point: &Point3) -> bool {
    placed.iter().any(|placed| {
        let reach = placed.part.shape.bounding_radius() + placed.skin;
        let away = point.coords - placed.base_from_shape.translation.vector;
        // Most points are far from most parts, which is found out without turning them.
        away.norm_squared() < (reach + SLACK).powi(2) && {
            let local = placed.base_from_shape.inverse_transform_point(point);
            local.coords.norm() < reach && placed.part.shape.signed_distance(&local) < placed.skin
        }
    })
}

/// Returns whether a point is nearer than `distance` to one of these parts, meters.
pub fn is_point_near_robot(placed: &[PlacedShape<'_>], point: &Point3, distance: f64) -> bool {
    placed.iter().any(|placed| {
        let local = placed.base_from_shape.inverse_transform_point(point);
        placed.part.shape.signed_distance(&local) < distance
    })
}

impl PlacedShape<'_> {
    /// Returns whether any of it may be below a height in the base frame, meters; never a false
    /// negative.
    pub fn may_be_below(&self, height: f64) -> bool {
        self.base_from_shape.translation.z - self.part.shape.bounding_radius() - SLACK < height
    }

    /// Returns points all over its surface, in the base frame.
    pub fn points_on_surface(&self) -> impl Iterator<Item = Point3> + '_ {
        surface_points(&self.part.shape)
            .into_iter()
            .map(|point| self.base_from_shape * point)
    }
}

/// Returns points all over the surface of a shape, in its frame.
fn surface_points(shape: &Shape) -> Vec<Point3> {
    let tube = |radius: f64, half_length: f64, end: f64| {
        [-1.0, -0.5, 0.0, 0.5, 1.0]
            .iter()
            .flat_map(|share| ring(radius, share * half_length))
            .chain([-end, end].map(|z| Point3::new(0.0, 0.0, z)))
            .collect()
    };
    match *shape {
        Shape::Sphere { radius } => tube(radius, 0.0, radius),
        Shape::Capsule {
            radius,
            half_length,
        } => tube(radius, half_length, half_length + radius),
        Shape::Cylinder {
            radius,
            half_length,
        } => tube(radius, half_length, half_length),
        Shape::Box { half } => grid()
            .map(|share| Point3::from(Vector3::from(half).component_mul(&share)))
            .collect(),
        Shape::Hull(ref hull) => on_hull(hull),
    }
}

/// Returns three points of each face, near its corners.
fn on_hull(hull: &Hull) -> Vec<Point3> {
    let corners = hull.corners();
    let of_face = |face: &[u32; 3]| {
        let [a, b, c] = face.map(|index| corners[index as usize]);
        let out = (b - a).cross(&(c - a)).try_normalize(0.0);
        let out = out.unwrap_or_default() * hull.rounding();
        let middle = (a.coords + b.coords + c.coords) / 3.0;
        [a, b, c].map(|corner| Point3::from(corner.coords * 0.7 + middle * 0.3 + out))
    };
    hull.faces().iter().flat_map(of_face).collect()
}

fn ring(radius: f64, z: f64) -> Vec<Point3> {
    (0..8)
        .map(|step| f64::from(step) * FRAC_PI_4)
        .map(|angle| Point3::new(radius * angle.cos(), radius * angle.sin(), z))
        .collect()
}

/// Returns the corners, edge centers and face centers of the unit cube, twice as dense along `z`.
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

    fn hull() -> Hull {
        let corners = [
            [0.0; 3],
            [0.03, 0.0, 0.0],
            [0.0, 0.04, 0.0],
            [0.01, 0.01, 0.05],
        ];
        Hull::new(&corners.map(Point3::from), 0.001)
    }

    #[test]
    fn surface_points_are_on_the_surface() {
        let (radius, half_length) = (0.02, 0.05);
        let shapes = [
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
            Shape::Hull(hull()),
        ];
        for shape in shapes {
            for point in surface_points(&shape) {
                assert!(
                    shape.signed_distance(&point).abs() < 1e-12,
                    "{shape:?} {point}"
                );
            }
        }
    }
}
