//! An object as a free rigid body, held only by contact.

use enact_robot::Shape;
use rapier3d::prelude::{ColliderHandle, PhysicsWorld, RigidBodyBuilder, RigidBodyHandle};

use super::{convert, tuning};
use crate::layout::{Fixture, PlacedObject, TableExtent};
use crate::object::ObjectShape;
use crate::parts::{ConvexPart, convex_parts_of_shape};

/// Thickness of the table, meters; its underside is never visible.
const TABLE_THICKNESS: f64 = 0.04;

/// An object in a physics world.
#[derive(Clone, Debug)]
pub struct RigidBody {
    /// Handle of the body.
    pub body: RigidBodyHandle,
    /// Colliders, one per part.
    pub colliders: Vec<ColliderHandle>,
    /// Convex parts.
    pub parts: Vec<ConvexPart>,
}

/// Adds an object.
pub fn add_object(physics: &mut PhysicsWorld, item: &PlacedObject) -> RigidBody {
    let damping = match item.shape {
        ObjectShape::Ball => tuning::BALL_ANGULAR_DAMPING_PER_S,
        _ => tuning::OBJECT_ANGULAR_DAMPING_PER_S,
    };
    let body = physics.insert_body(
        RigidBodyBuilder::dynamic()
            .pose(convert::pose_to_engine(&item.base_from_object))
            .angular_damping(damping),
    );
    let parts = convex_parts_of_shape(item.shape, item.size);
    let colliders = parts
        .iter()
        .map(|part| {
            let collider = convert::build_collider(&part.shape, &part.object_from_part)
                .density(
                    (item.shape.density() * convert::volume_correction_factor(&part.shape)) as f32,
                )
                .friction(tuning::FRICTION)
                .collision_groups(tuning::world_collision_groups());
            physics.insert_collider(collider, Some(body))
        })
        .collect();
    RigidBody {
        body,
        colliders,
        parts,
    }
}

/// Adds a box that never moves.
pub fn add_fixture(physics: &mut PhysicsWorld, fixture: &Fixture) -> ColliderHandle {
    let shape = Shape::Box { half: fixture.half }.into();
    let collider = convert::build_collider(&shape, &fixture.base_from_fixture)
        .friction(tuning::FRICTION)
        .collision_groups(tuning::world_collision_groups());
    let body = physics.insert_body(RigidBodyBuilder::fixed());
    physics.insert_collider(collider, Some(body))
}

/// Adds the table and returns its collider and its part in the base frame.
pub fn add_table(physics: &mut PhysicsWorld, table: &TableExtent) -> (ColliderHandle, ConvexPart) {
    let part = ConvexPart {
        shape: Shape::Box {
            half: [
                table.size[0] / 2.0,
                table.size[1] / 2.0,
                TABLE_THICKNESS / 2.0,
            ],
        }
        .into(),
        object_from_part: enact_types::Pose::translation(
            table.center[0],
            table.center[1],
            -TABLE_THICKNESS / 2.0,
        ),
    };
    let collider = convert::build_collider(&part.shape, &part.object_from_part)
        .friction(tuning::FRICTION)
        .collision_groups(tuning::world_collision_groups());
    let body = physics.insert_body(RigidBodyBuilder::fixed());
    (physics.insert_collider(collider, Some(body)), part)
}
