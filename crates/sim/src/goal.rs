//! The goal of a task as a state of the world, judged by physics.

use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};

use enact_types::Vector3;
use serde::{Deserialize, Serialize};

use crate::arrangement::{are_apart, are_in_row, are_near, is_between};
use crate::object::ObjectShape;
use crate::parts::is_between_walls;
use crate::world::{ObjectState, World};

/// Smallest sideways distance that counts as beside, meters.
const BESIDE: f64 = 0.02;
/// Displacement beyond which an object counts as touched, meters.
const TOUCHED: f64 = 0.01;
/// Turn beyond which an object counts as touched, radians.
const TOUCHED_TURN: f64 = 0.35;
/// Largest error of a turn that counts as done, radians.
const TURN_ERROR: f64 = 0.26;
/// Displacement up to which an object turns where it stands, meters.
const IN_PLACE: f64 = 0.03;

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
    /// The object rests on the table itself, not in or on anything else.
    OnTable(String),
    /// The first object rests between the two others.
    Between(String, String, String),
    /// These objects rest in a row, in any order, each close to the next.
    InARow(Vec<String>),
    /// These objects rest and no two of them are close.
    Apart(Vec<String>),
    /// The object rests in its place, turned about the vertical by so many degrees from how it lay in
    /// the layout, counterclockwise from above.
    Turned(String, i16),
    /// The object is within 1 cm and 20° of its pose in the layout.
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
    ///
    /// # Examples
    /// ```
    /// # use std::path::Path;
    /// use enact_robot::Robot;
    /// use enact_sim::{Goal, Scene, World};
    /// use enact_types::Pose;
    ///
    /// let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    /// let robot = Robot::load(&root.join("robots/so101"))?;
    /// let layout = Scene::load(&root.join("scenes/tabletop.toml"))?.sample_layout(7);
    /// let mut world = World::new(&robot, &layout);
    /// world.settle();
    /// let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
    /// assert!(!goal.is_satisfied(&world));
    ///
    /// // Drop the cube into the bowl.
    /// let bowl = world.object("blue bowl").unwrap().pose.translation;
    /// let cube = layout.objects.iter().position(|object| object.name == "red cube");
    /// world.teleport_object(cube.unwrap(), &Pose::translation(bowl.x, bowl.y, 0.06));
    /// world.settle();
    /// assert!(goal.is_satisfied(&world));
    /// # Ok::<(), enact_robot::LoadError>(())
    /// ```
    pub fn is_satisfied(&self, world: &World) -> bool {
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
                .is_some_and(|(object, other)| are_near(&object, &other)),
            Self::LeftOf(object, other) => on_side(world, object, other, |[right, _]| -right),
            Self::RightOf(object, other) => on_side(world, object, other, |[right, _]| right),
            Self::InFrontOf(object, other) => on_side(world, object, other, |[_, closer]| closer),
            Self::Behind(object, other) => on_side(world, object, other, |[_, closer]| -closer),
            Self::OnTable(object) => {
                released(world, object).is_some() && world.table_touches(object)
            }
            Self::Between(object, one, other) => released(world, object)
                .zip(world.object(one).zip(world.object(other)))
                .is_some_and(|(object, (one, other))| is_between(&object, &one, &other)),
            Self::InARow(objects) => {
                all_released(world, objects).is_some_and(|all| are_in_row(&all))
            }
            Self::Apart(objects) => all_released(world, objects).is_some_and(|all| are_apart(&all)),
            Self::Turned(object, degrees) => is_turned(world, object, *degrees),
            Self::Untouched(object) => is_untouched(world, object),
            Self::And(all) => all.iter().all(|goal| goal.is_satisfied(world)),
            Self::Or(any) => any.iter().any(|goal| goal.is_satisfied(world)),
            Self::Not(goal) => !goal.is_satisfied(world),
        }
    }

    /// Returns this goal with its placeholders `{slot}` replaced by names.
    pub fn fill_placeholders(&self, names: &BTreeMap<String, String>) -> Self {
        let name = |text: &String| {
            let slot = text
                .strip_prefix('{')
                .and_then(|text| text.strip_suffix('}'));
            slot.and_then(|slot| names.get(slot))
                .unwrap_or(text)
                .clone()
        };
        let all_names = |list: &[String]| list.iter().map(name).collect();
        match self {
            Self::Inside(a, b) => Self::Inside(name(a), name(b)),
            Self::On(a, b) => Self::On(name(a), name(b)),
            Self::Held(a) => Self::Held(name(a)),
            Self::Near(a, b) => Self::Near(name(a), name(b)),
            Self::LeftOf(a, b) => Self::LeftOf(name(a), name(b)),
            Self::RightOf(a, b) => Self::RightOf(name(a), name(b)),
            Self::InFrontOf(a, b) => Self::InFrontOf(name(a), name(b)),
            Self::Behind(a, b) => Self::Behind(name(a), name(b)),
            Self::OnTable(a) => Self::OnTable(name(a)),
            Self::Between(a, b, c) => Self::Between(name(a), name(b), name(c)),
            Self::InARow(all) => Self::InARow(all_names(all)),
            Self::Apart(all) => Self::Apart(all_names(all)),
            Self::Turned(a, degrees) => Self::Turned(name(a), *degrees),
            Self::Untouched(a) => Self::Untouched(name(a)),
            Self::And(all) => Self::And(
                all.iter()
                    .map(|goal| goal.fill_placeholders(names))
                    .collect(),
            ),
            Self::Or(any) => Self::Or(
                any.iter()
                    .map(|goal| goal.fill_placeholders(names))
                    .collect(),
            ),
            Self::Not(goal) => Self::Not(Box::new(goal.fill_placeholders(names))),
        }
    }

    /// Returns the names and placeholders in the goal.
    pub fn names_and_placeholders(&self) -> Vec<&str> {
        match self {
            Self::Held(a) | Self::Untouched(a) | Self::OnTable(a) | Self::Turned(a, _) => vec![a],
            Self::Between(a, b, c) => vec![a, b, c],
            Self::InARow(all) | Self::Apart(all) => all.iter().map(String::as_str).collect(),
            Self::And(goals) | Self::Or(goals) => goals
                .iter()
                .flat_map(Self::names_and_placeholders)
                .collect(),
            Self::Not(goal) => goal.names_and_placeholders(),
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

fn all_released(world: &World, names: &[String]) -> Option<Vec<ObjectState>> {
    names.iter().map(|name| released(world, name)).collect()
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
        && world.are_touching(&upper.name, &lower.name)
        && !world.table_touches(&upper.name)
}

fn is_held(world: &World, name: &str) -> bool {
    let others = &world.layout().objects;
    world.gripper_touches(name)
        && !world.table_touches(name)
        && !others
            .iter()
            .any(|other| other.name != name && world.are_touching(name, &other.name))
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
    displacement(world, name).is_some_and(|by| {
        let [tilt, turn] = by.angles;
        let is_ball = by.shape == ObjectShape::Ball;
        by.distance < TOUCHED
            && (is_ball || tilt < TOUCHED_TURN)
            && (by.shape.is_round_from_above() || turn.abs() < TOUCHED_TURN)
    })
}

fn is_turned(world: &World, name: &str, degrees: i16) -> bool {
    released(world, name).is_some()
        && displacement(world, name).is_some_and(|by| {
            let [tilt, turn] = by.angles;
            let error = (turn - f64::from(degrees).to_radians() + PI).rem_euclid(TAU) - PI;
            by.distance < IN_PLACE && tilt < TURN_ERROR && error.abs() < TURN_ERROR
        })
}

/// How an object lies now, relative to the layout.
struct Displacement {
    /// Meters.
    distance: f64,
    /// Tilt of its vertical, and turn about the vertical, radians.
    angles: [f64; 2],
    shape: ObjectShape,
}

fn displacement(world: &World, name: &str) -> Option<Displacement> {
    let item = world
        .layout()
        .objects
        .iter()
        .find(|item| item.name == name)?;
    let now = world.object(name)?;
    let (before, now) = (item.base_from_object, now.pose);
    let by = now.rotation * before.rotation.inverse();
    let side = by * Vector3::x();
    Some(Displacement {
        distance: (now.translation.vector - before.translation.vector).norm(),
        angles: [
            (by * Vector3::z()).angle(&Vector3::z()),
            side.y.atan2(side.x),
        ],
        shape: item.shape,
    })
}
