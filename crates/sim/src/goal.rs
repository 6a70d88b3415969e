//! The goal of a task as a state of the world, judged by physics.

use std::collections::BTreeMap;

use enact_types::Vector3;
use serde::{Deserialize, Serialize};

use crate::parts::is_between_walls;
use crate::world::{ObjectState, World};

/// Largest distance between two rims that counts as near, meters.
const NEAR: f64 = 0.06;
/// Smallest sideways distance that counts as beside, meters.
const BESIDE: f64 = 0.02;
/// Displacement beyond which an object counts as touched, meters.
const TOUCHED: f64 = 0.01;

/// A state of the world, in terms of named objects. In a scene file a name may be a placeholder
/// such as `{object}`, which the instruction fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// The first object rests in the second, a container, and the gripper has let go.
    Inside(String, String),
    /// The first object rests on the second and the gripper has let go.
    On(String, String),
    /// The gripper holds the object and nothing else touches it.
    Held(String),
    /// The first object rests close to the second.
    Near(String, String),
    /// The first object rests left of the second in the camera's picture.
    LeftOf(String, String),
    /// The first object rests right of the second in the camera's picture.
    RightOf(String, String),
    /// The first object rests nearer to the camera than the second.
    InFrontOf(String, String),
    /// The first object rests farther from the camera than the second.
    Behind(String, String),
    /// The object is within 1 cm of its place in the layout.
    Untouched(String),
    /// All of these hold.
    And(Vec<Goal>),
    /// At least one of these holds.
    Or(Vec<Goal>),
    /// This does not hold.
    Not(Box<Goal>),
}

impl Goal {
    /// Returns whether the world is in this state now. False if an object does not exist.
    pub fn holds(&self, world: &World) -> bool {
        match self {
            Self::Inside(object, container) => released(world, object)
                .zip(world.object(container))
                .is_some_and(|(object, container)| is_inside(&object, &container)),
            Self::On(object, support) => released(world, object)
                .zip(world.object(support))
                .is_some_and(|(upper, lower)| is_on(world, &upper, &lower)),
            Self::Held(object) => is_held(world, object),
            Self::Near(object, other) => released(world, object)
                .zip(world.object(other))
                .is_some_and(|(object, other)| gap(&object, &other) < NEAR),
            Self::LeftOf(object, other) => on_side(world, object, other, |[right, _]| -right),
            Self::RightOf(object, other) => on_side(world, object, other, |[right, _]| right),
            Self::InFrontOf(object, other) => on_side(world, object, other, |[_, closer]| closer),
            Self::Behind(object, other) => on_side(world, object, other, |[_, closer]| -closer),
            Self::Untouched(object) => is_untouched(world, object),
            Self::And(all) => all.iter().all(|goal| goal.holds(world)),
            Self::Or(any) => any.iter().any(|goal| goal.holds(world)),
            Self::Not(goal) => !goal.holds(world),
        }
    }

    /// Returns this goal with its placeholders `{slot}` replaced by names.
    pub fn fill(&self, names: &BTreeMap<String, String>) -> Self {
        let name = |text: &String| {
            let slot = text
                .strip_prefix('{')
                .and_then(|text| text.strip_suffix('}'));
            slot.and_then(|slot| names.get(slot))
                .unwrap_or(text)
                .clone()
        };
        match self {
            Self::Inside(a, b) => Self::Inside(name(a), name(b)),
            Self::On(a, b) => Self::On(name(a), name(b)),
            Self::Held(a) => Self::Held(name(a)),
            Self::Near(a, b) => Self::Near(name(a), name(b)),
            Self::LeftOf(a, b) => Self::LeftOf(name(a), name(b)),
            Self::RightOf(a, b) => Self::RightOf(name(a), name(b)),
            Self::InFrontOf(a, b) => Self::InFrontOf(name(a), name(b)),
            Self::Behind(a, b) => Self::Behind(name(a), name(b)),
            Self::Untouched(a) => Self::Untouched(name(a)),
            Self::And(all) => Self::And(all.iter().map(|goal| goal.fill(names)).collect()),
            Self::Or(any) => Self::Or(any.iter().map(|goal| goal.fill(names)).collect()),
            Self::Not(goal) => Self::Not(Box::new(goal.fill(names))),
        }
    }

    /// Returns the names and placeholders in the goal.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Held(a) | Self::Untouched(a) => vec![a],
            Self::And(goals) | Self::Or(goals) => goals.iter().flat_map(Self::names).collect(),
            Self::Not(goal) => goal.names(),
            Self::Inside(a, b)
            | Self::On(a, b)
            | Self::Near(a, b)
            | Self::LeftOf(a, b)
            | Self::RightOf(a, b)
            | Self::InFrontOf(a, b)
            | Self::Behind(a, b) => vec![a, b],
        }
    }
}

/// Returns the object if it lies still and the gripper does not touch it.
fn released(world: &World, name: &str) -> Option<ObjectState> {
    world
        .object(name)
        .filter(|object| object.is_at_rest() && !world.gripper_touches(name))
}

/// Returns whether the object is between the walls and no higher above the rim than half its own
/// height.
fn is_inside(object: &ObjectState, container: &ObjectState) -> bool {
    let at = container.pose.inverse_transform_vector(
        &(object.pose.translation.vector - container.pose.translation.vector),
    );
    let [low, high] = [-container.size[2] / 2.0, container.size[2] / 2.0];
    let upright = container.pose.rotation * Vector3::z();
    upright.z > 0.8
        && is_between_walls(container.shape, container.size, at.x, at.y)
        && low <= at.z
        && at.z <= high + object.size[2] / 2.0
}

/// Returns whether the upper object touches the lower one from above, clear of the table.
fn is_on(world: &World, upper: &ObjectState, lower: &ObjectState) -> bool {
    upper.pose.translation.z > lower.pose.translation.z
        && world.touch(&upper.name, &lower.name)
        && !world.table_touches(&upper.name)
}

fn is_held(world: &World, name: &str) -> bool {
    let others = &world.layout().objects;
    world.gripper_touches(name)
        && !world.table_touches(name)
        && !others
            .iter()
            .any(|other| other.name != name && world.touch(name, &other.name))
}

/// Returns the horizontal distance between the rims of two objects, meters; negative if they
/// overlap.
fn gap(a: &ObjectState, b: &ObjectState) -> f64 {
    let apart = (a.pose.translation.vector - b.pose.translation.vector)
        .xy()
        .norm();
    apart - a.shape.footprint_radius(a.size) - b.shape.footprint_radius(b.size)
}

/// Returns whether the object rests on that side of the other: beside it, and farther to that side
/// than along it.
fn on_side(world: &World, object: &str, other: &str, side: fn([f64; 2]) -> f64) -> bool {
    offset(world, object, other).is_some_and(|offset| {
        let [right, closer] = offset;
        let along = side(offset);
        let across = (right.hypot(closer).powi(2) - along * along)
            .max(0.0)
            .sqrt();
        along > BESIDE && along >= across
    })
}

/// Returns how far the object is to the right of the other in the picture and how much nearer to
/// the camera, meters.
fn offset(world: &World, object: &str, other: &str) -> Option<[f64; 2]> {
    let camera = &world.layout().camera;
    let right = (camera.target - camera.eye)
        .cross(&Vector3::z())
        .normalize();
    let closer = right.cross(&Vector3::z());
    let (object, other) = (released(world, object)?, world.object(other)?);
    let apart = object.pose.translation.vector - other.pose.translation.vector;
    Some([apart.dot(&right), apart.dot(&closer)])
}

fn is_untouched(world: &World, name: &str) -> bool {
    let item = world.layout().objects.iter().find(|item| item.name == name);
    item.zip(world.object(name)).is_some_and(|(item, now)| {
        let moved = now.pose.translation.vector - item.base_from_object.translation.vector;
        moved.norm() < TOUCHED
    })
}
