//! What a robot may run into.

use std::sync::Arc;

use enact_types::{Point3, Pose, Vector3};
use nalgebra::Unit;

use super::body::CollisionBody;
use super::convex::{Convex, PlacedConvex};
use crate::description::{Robot, Shape};

/// What the table is called.
pub const TABLE: &str = "table";

/// A body that stands still, made of convex pieces.
#[derive(Clone, Debug)]
pub struct Obstacle {
    name: String,
    pieces: Vec<Piece>,
    /// Ball that holds all of it.
    middle: Vector3,
    radius: f64,
    kept_out: bool,
    perceived: bool,
}

#[derive(Clone, Debug)]
struct Piece {
    shape: Shape,
    convex: Convex,
    placed: PlacedConvex,
}

/// Everything on one side of a plane: the table, or beyond a wall of the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfSpace {
    /// What it is.
    pub name: String,
    /// Out of it, in the base frame.
    pub normal: Unit<Vector3>,
    /// Where its surface is along the normal, meters.
    pub offset: f64,
    /// Smallest distance, meters.
    pub margin: f64,
}

/// What a robot must stay clear of during one motion.
#[derive(Clone, Debug, Default)]
pub struct CollisionWorld {
    /// Obstacles, each with the smallest distance to it, meters.
    pub obstacles: Vec<(Arc<Obstacle>, f64)>,
    /// Table and walls.
    pub half_spaces: Vec<HalfSpace>,
    /// What the gripper holds.
    pub held: Option<Arc<CollisionBody>>,
    /// What the held thing may touch: [`TABLE`], or by name what was seen. What is known
    /// beforehand it may not, whatever name a model gives to what it sees.
    pub held_may_touch: Vec<String>,
}

impl Obstacle {
    /// A body of these primitives, each at `base_from_shape`.
    pub fn new(name: &str, shapes: impl IntoIterator<Item = (Shape, Pose)>) -> Self {
        let pieces: Vec<Piece> = shapes
            .into_iter()
            .map(|(shape, base_from_shape)| {
                let convex = Convex::new(&shape);
                let placed = convex.at(base_from_shape);
                Piece {
                    shape,
                    convex,
                    placed,
                }
            })
            .collect();
        let center = |piece: &Piece| piece.placed.pose.translation.vector;
        let middle = pieces.iter().map(center).sum::<Vector3>() / pieces.len().max(1) as f64;
        let radius = pieces
            .iter()
            .map(|piece| (center(piece) - middle).norm() + piece.convex.radius)
            .fold(0.0, f64::max);
        Self {
            name: name.to_owned(),
            pieces,
            middle,
            radius,
            kept_out: false,
            perceived: false,
        }
    }

    /// The same as a place where a person may be, rather than a body: near it the tool is slow.
    pub fn keep_out(mut self) -> Self {
        self.kept_out = true;
        self
    }

    /// The same as something that was seen, and may be worked on or moved by whoever names it.
    pub fn perceived(mut self) -> Self {
        self.perceived = true;
        self
    }

    /// Whether it was seen, rather than known beforehand.
    pub fn is_perceived(&self) -> bool {
        self.perceived
    }

    /// Whether it is a place where a person may be.
    pub fn is_kept_out(&self) -> bool {
        self.kept_out
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The primitives that it is made of, each with `base_from_shape`.
    pub fn shapes(&self) -> impl Iterator<Item = (Shape, Pose)> + '_ {
        self.pieces
            .iter()
            .map(|piece| (piece.shape.clone(), piece.placed.pose))
    }

    /// Signed distance of a point, negative inside, meters.
    pub fn distance_to(&self, point: &Point3) -> f64 {
        self.shapes()
            .map(|(shape, place)| shape.distance(&place.inverse_transform_point(point)))
            .fold(f64::INFINITY, f64::min)
    }

    /// Its distance to a convex body; exact up to `far`, beyond that a lower bound, meters.
    pub(super) fn distance(&self, convex: &Convex, at: &PlacedConvex, far: f64) -> f64 {
        let apart = (at.pose.translation.vector - self.middle).norm();
        let bound = apart - self.radius - convex.radius;
        if bound > far {
            return bound;
        }
        let mut nearest = f64::INFINITY;
        for piece in &self.pieces {
            let bound = at.at_least(convex.radius, &piece.placed, piece.convex.radius);
            if bound > far.min(nearest) {
                nearest = nearest.min(bound);
            } else {
                let distance = convex.distance(at, &piece.convex, &piece.placed);
                // A distance that cannot be told is none.
                nearest = if distance.is_nan() {
                    return f64::NAN;
                } else {
                    nearest.min(distance)
                };
            }
        }
        nearest
    }
}

impl PartialEq for Obstacle {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.shapes().eq(other.shapes())
    }
}

impl HalfSpace {
    /// The table: everything below height zero.
    pub fn table(margin: f64) -> Self {
        Self {
            name: TABLE.to_owned(),
            normal: Vector3::z_axis(),
            offset: 0.0,
            margin,
        }
    }

    /// Whether it is the table, rather than a wall.
    pub fn is_table(&self) -> bool {
        self.name == TABLE
    }

    /// Signed distance of a point, negative inside, meters.
    pub fn distance_to(&self, point: &Point3) -> f64 {
        point.coords.dot(&self.normal) - self.offset
    }

    /// Distance of a shape at `base_from_shape`, negative where it reaches inside, meters.
    pub(super) fn distance(&self, shape: &Shape, base_from_shape: &Pose) -> f64 {
        let local = base_from_shape.rotation.inverse() * self.normal.into_inner();
        let middle = base_from_shape.translation.vector.dot(&self.normal);
        middle - shape.extent(&-local) - self.offset
    }
}

impl CollisionWorld {
    /// The table alone, at the robot's clearance.
    pub fn table(robot: &Robot) -> Self {
        Self {
            half_spaces: vec![HalfSpace::table(robot.clearance().table)],
            ..Self::default()
        }
    }

    /// What is within `distance` meters of a point, of what is to be approached slowly: table,
    /// walls of the workspace, places to keep out of.
    pub fn slow_near(&self, point: &Point3, distance: f64) -> Option<&str> {
        let above = |plane: &&HalfSpace| plane.distance_to(point) < distance;
        let plane = self.half_spaces.iter().find(above);
        let close = |obstacle: &&Obstacle| obstacle.distance_to(point) < distance;
        let kept_out = || {
            let obstacles = self.obstacles.iter().map(|(obstacle, _)| &**obstacle);
            obstacles.filter(|one| one.kept_out).find(close)
        };
        plane
            .map(|plane| plane.name.as_str())
            .or_else(|| kept_out().map(Obstacle::name))
    }

    /// The same with this in the hand, or nothing.
    pub fn holding(&self, held: Option<Arc<CollisionBody>>) -> Self {
        Self {
            held,
            ..self.clone()
        }
    }

    /// The same, but what is held may touch these.
    pub fn touching(&self, names: &[&str]) -> Self {
        Self {
            held_may_touch: names.iter().map(|name| (*name).to_owned()).collect(),
            ..self.clone()
        }
    }

    /// Whether what is held may touch this obstacle.
    pub(super) fn may_touch(&self, obstacle: &Obstacle) -> bool {
        obstacle.perceived && obstacle.name != TABLE && self.held_may_touch.contains(&obstacle.name)
    }

    /// Whether what is held may touch the table, if this is the table.
    pub(super) fn may_rest_on(&self, half_space: &HalfSpace) -> bool {
        half_space.is_table() && self.held_may_touch.contains(&half_space.name)
    }

    /// Whether something of this name was seen.
    pub fn has(&self, name: &str) -> bool {
        let mut obstacles = self.obstacles.iter();
        obstacles.any(|(obstacle, _)| obstacle.perceived && obstacle.name() == name)
    }

    /// The same without what was seen under this name. What is known beforehand stays, whatever
    /// name a model gives to what it sees.
    pub fn without(&self, name: &str) -> Self {
        self.filtered(|obstacle| !obstacle.perceived || obstacle.name() != name)
    }

    /// The same with no obstacle but what was seen under this name.
    pub fn only(&self, name: &str) -> Self {
        self.filtered(|obstacle| obstacle.perceived && obstacle.name() == name)
    }

    /// The same with obstacles that may come as close as `margin` meters; places where a person
    /// may be stay as far as they are.
    pub fn within(&self, margin: f64) -> Self {
        let mut nearer = self.clone();
        let bodies = nearer.obstacles.iter_mut();
        for (_, usual) in bodies.filter(|(obstacle, _)| !obstacle.kept_out) {
            *usual = usual.min(margin);
        }
        nearer
    }

    fn filtered(&self, keep: impl Fn(&Obstacle) -> bool) -> Self {
        let mut fewer = self.clone();
        fewer.obstacles.retain(|(obstacle, _)| keep(obstacle));
        fewer
    }
}

impl PartialEq for CollisionWorld {
    fn eq(&self, other: &Self) -> bool {
        let held = |collision_world: &Self| {
            let part = collision_world.held.as_ref();
            part.map(|part| (part.name.clone(), part.shape.clone(), part.link_from_shape))
        };
        self.obstacles == other.obstacles
            && self.half_spaces == other.half_spaces
            && self.held_may_touch == other.held_may_touch
            && held(self) == held(other)
    }
}
