//! Everything that a robot may collide with.

use std::sync::Arc;

use enact_types::{Point3, Pose, Vector3};
use nalgebra::Unit;

use super::body::CollisionBody;
use super::convex::{Convex, PlacedConvex};
use crate::description::{Robot, Shape};

/// Name of the table.
pub const TABLE_NAME: &str = "table";

/// A static body made of convex pieces.
#[derive(Clone, Debug)]
pub struct Obstacle {
    name: String,
    pieces: Vec<Piece>,
    /// Center of the bounding ball.
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

/// Everything on one side of a plane: the table, or the space beyond a workspace wall.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfSpace {
    /// Name of the half-space.
    pub name: String,
    /// Outward normal of the surface in the base frame.
    pub normal: Unit<Vector3>,
    /// Position of the surface along the normal, meters.
    pub offset: f64,
    /// Minimum distance, meters.
    pub margin: f64,
}

/// Everything a robot must stay clear of during one motion.
#[derive(Clone, Debug, Default)]
pub struct CollisionWorld {
    /// Obstacles, each with its minimum distance, meters.
    pub obstacles: Vec<(Arc<Obstacle>, f64)>,
    /// The table and the workspace walls.
    pub half_spaces: Vec<HalfSpace>,
    /// The object that the gripper holds.
    pub held: Option<Arc<CollisionBody>>,
    /// Bodies that the held object may touch: [`TABLE_NAME`], or perceived obstacles by name. It may
    /// never touch obstacles that are known in advance, whatever name a model gives to what it
    /// sees.
    pub held_may_touch: Vec<String>,
}

impl Obstacle {
    /// Creates an obstacle from primitives, each at `base_from_shape`.
    pub fn new(name: &str, shapes: impl IntoIterator<Item = (Shape, Pose)>) -> Self {
        let pieces: Vec<Piece> = shapes
            .into_iter()
            .map(|(shape, base_from_shape)| {
                let convex = Convex::new(&shape);
                let placed = convex.placed_at(base_from_shape);
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

    /// Marks the obstacle as a place where a person may be rather than a body; the tool is slow
    /// near it.
    pub fn mark_keep_out(mut self) -> Self {
        self.kept_out = true;
        self
    }

    /// Marks the obstacle as perceived; it may be manipulated, or moved by referring to its name.
    pub fn mark_perceived(mut self) -> Self {
        self.perceived = true;
        self
    }

    /// Returns whether the obstacle was perceived rather than known in advance.
    pub fn is_perceived(&self) -> bool {
        self.perceived
    }

    /// Returns whether the obstacle is a place where a person may be.
    pub fn is_keep_out_place(&self) -> bool {
        self.kept_out
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the primitives of the obstacle, each with `base_from_shape`.
    pub fn shapes(&self) -> impl Iterator<Item = (Shape, Pose)> + '_ {
        self.pieces
            .iter()
            .map(|piece| (piece.shape.clone(), piece.placed.pose))
    }

    /// Returns the signed distance of a point, negative inside, meters.
    pub fn distance_to_point(&self, point: &Point3) -> f64 {
        let distance = |piece: &Piece| {
            let local = piece.placed.pose.inverse_transform_point(point);
            piece.shape.signed_distance(&local)
        };
        self.pieces
            .iter()
            .map(distance)
            .fold(f64::INFINITY, f64::min)
    }

    /// Returns the distance to a convex body, meters; exact up to `far`, a lower bound beyond.
    pub(super) fn distance_to_convex(&self, convex: &Convex, at: &PlacedConvex, far: f64) -> f64 {
        let apart = (at.pose.translation.vector - self.middle).norm();
        let bound = apart - self.radius - convex.radius;
        if bound > far {
            return bound;
        }
        let mut nearest = f64::INFINITY;
        for piece in &self.pieces {
            let bound = at.distance_lower_bound(convex.radius, &piece.placed, piece.convex.radius);
            if bound > far.min(nearest) {
                nearest = nearest.min(bound);
            } else {
                let distance = convex.distance(at, &piece.convex, &piece.placed);
                // A distance that cannot be computed counts as zero.
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
    /// Returns the table: everything below height zero.
    pub fn table_half_space(margin: f64) -> Self {
        Self {
            name: TABLE_NAME.to_owned(),
            normal: Vector3::z_axis(),
            offset: 0.0,
            margin,
        }
    }

    /// Returns whether this is the table rather than a wall.
    pub fn is_table(&self) -> bool {
        self.name == TABLE_NAME
    }

    /// Returns the signed distance of a point, negative inside, meters.
    pub fn distance_to_point(&self, point: &Point3) -> f64 {
        point.coords.dot(&self.normal) - self.offset
    }

    /// Returns the distance of a shape at `base_from_shape`, negative if it penetrates, meters.
    pub(super) fn distance_to_shape(&self, shape: &Shape, base_from_shape: &Pose) -> f64 {
        let local = base_from_shape.rotation.inverse() * self.normal.into_inner();
        let middle = base_from_shape.translation.vector.dot(&self.normal);
        middle - shape.extent_along(&-local) - self.offset
    }
}

impl CollisionWorld {
    /// Creates a world with the table only, at the robot's clearance.
    pub fn with_table_only(robot: &Robot) -> Self {
        Self {
            half_spaces: vec![HalfSpace::table_half_space(robot.clearance().table)],
            ..Self::default()
        }
    }

    /// Returns the name of something within `distance` meters of a point that must be approached
    /// slowly: the table, a workspace wall or a keep-out place.
    pub fn find_slow_zone_near(&self, point: &Point3, distance: f64) -> Option<&str> {
        let above = |plane: &&HalfSpace| plane.distance_to_point(point) < distance;
        let plane = self.half_spaces.iter().find(above);
        let close = |obstacle: &&Obstacle| obstacle.distance_to_point(point) < distance;
        let kept_out = || {
            let obstacles = self.obstacles.iter().map(|(obstacle, _)| &**obstacle);
            obstacles.filter(|one| one.kept_out).find(close)
        };
        plane
            .map(|plane| plane.name.as_str())
            .or_else(|| kept_out().map(Obstacle::name))
    }

    /// Returns a copy with `held` in the gripper, or nothing.
    pub fn with_held_object(&self, held: Option<Arc<CollisionBody>>) -> Self {
        Self {
            held,
            ..self.clone()
        }
    }

    /// Returns a copy in which the held object may touch the named bodies.
    pub fn with_touch_allowed(&self, names: &[&str]) -> Self {
        Self {
            held_may_touch: names.iter().map(|name| (*name).to_owned()).collect(),
            ..self.clone()
        }
    }

    /// Returns whether the held object may touch this obstacle.
    pub(super) fn held_object_may_touch(&self, obstacle: &Obstacle) -> bool {
        obstacle.perceived
            && obstacle.name != TABLE_NAME
            && self.held_may_touch.contains(&obstacle.name)
    }

    /// Returns whether this is the table and the held object may touch it.
    pub(super) fn held_object_may_touch_half_space(&self, half_space: &HalfSpace) -> bool {
        half_space.is_table() && self.held_may_touch.contains(&half_space.name)
    }

    /// Returns whether there is a perceived obstacle of this name.
    pub fn has_perceived_obstacle(&self, name: &str) -> bool {
        let mut obstacles = self.obstacles.iter();
        obstacles.any(|(obstacle, _)| obstacle.perceived && obstacle.name() == name)
    }

    /// Returns a copy without the perceived obstacle of this name. Obstacles known in advance stay,
    /// whatever name a model gives to what it sees.
    pub fn without_perceived_obstacle(&self, name: &str) -> Self {
        self.filtered(|obstacle| !obstacle.perceived || obstacle.name() != name)
    }

    /// Returns a copy whose only obstacle is the perceived one of this name.
    pub fn without_other_obstacles(&self, name: &str) -> Self {
        self.filtered(|obstacle| obstacle.perceived && obstacle.name() == name)
    }

    /// Returns a copy in which the minimum distance of obstacles is at most `margin` meters; places
    /// where a person may be keep theirs.
    pub fn with_capped_margins(&self, margin: f64) -> Self {
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
