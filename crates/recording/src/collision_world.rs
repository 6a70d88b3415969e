//! The known collision world, as a message.

use std::sync::Arc;

use enact_robot::{HalfSpace, Obstacle, Shape};
use enact_types::{Pose, Vector3};
use nalgebra::Unit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fixed bodies, boxes to keep out of, and the sides of the workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CollisionWorldMessage {
    /// Bodies and boxes.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub bodies: Vec<RecordedObstacle>,
    /// Sides.
    #[schemars(with = "Vec<serde_json::Value>")]
    pub walls: Vec<Wall>,
}

/// A static body, or a keep-out box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedObstacle {
    /// Name of the body.
    pub name: String,
    /// Primitives, each with `base_from_shape`.
    pub shapes: Vec<(Shape, Pose)>,
    /// True if it is a place where a person may be rather than a body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_out: bool,
}

/// A wall of the workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wall {
    /// Name of the wall.
    pub name: String,
    /// Unit normal into the workspace, in the base frame.
    pub normal: Vector3,
    /// Position along the normal, meters.
    pub offset: f64,
    /// Minimum distance to the wall, meters.
    pub margin: f64,
}

impl CollisionWorldMessage {
    pub(crate) fn of(obstacles: &[Arc<Obstacle>], walls: &[HalfSpace]) -> Self {
        let body = |obstacle: &Arc<Obstacle>| RecordedObstacle {
            name: obstacle.name().to_owned(),
            shapes: obstacle.shapes().collect(),
            keep_out: obstacle.is_keep_out_place(),
        };
        let wall = |wall: &HalfSpace| Wall {
            name: wall.name.clone(),
            normal: wall.normal.into_inner(),
            offset: wall.offset,
            margin: wall.margin,
        };
        Self {
            bodies: obstacles.iter().map(body).collect(),
            walls: walls.iter().map(wall).collect(),
        }
    }

    /// Returns the bodies as obstacles for a robot.
    pub fn obstacles(&self) -> impl Iterator<Item = Arc<Obstacle>> + '_ {
        let obstacle = |body: &RecordedObstacle| {
            let obstacle = Obstacle::new(&body.name, body.shapes.iter().cloned());
            if body.keep_out {
                obstacle.mark_keep_out()
            } else {
                obstacle
            }
        };
        self.bodies.iter().map(obstacle).map(Arc::new)
    }

    /// Returns the walls as half-spaces for a robot.
    pub fn walls(&self) -> impl Iterator<Item = HalfSpace> + '_ {
        self.walls.iter().map(|wall| HalfSpace {
            name: wall.name.clone(),
            // Normalizing it again could change its last bit.
            normal: Unit::new_unchecked(wall.normal),
            offset: wall.offset,
            margin: wall.margin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_bit_for_bit() {
        let turned = Pose::rotation(Vector3::new(0.1, 0.2, 0.3));
        let body = Obstacle::new(
            "rail",
            [
                (
                    Shape::Box {
                        half: [0.1, 0.2, 0.3],
                    },
                    turned,
                ),
                (Shape::Sphere { radius: 0.1 / 3.0 }, Pose::identity()),
            ],
        );
        let wall = HalfSpace {
            name: "left wall".to_owned(),
            normal: Unit::new_normalize(Vector3::new(0.1, -0.7, 0.2)),
            offset: -1.0 / 3.0,
            margin: 0.01,
        };
        let person = Obstacle::new("person", [(Shape::Sphere { radius: 0.2 }, turned)]);
        let bodies = [body, person.mark_keep_out()].map(Arc::new);
        let kept = CollisionWorldMessage::of(&bodies, std::slice::from_ref(&wall));
        let mut json = serde_json::to_vec(&kept).unwrap();
        let read: CollisionWorldMessage = simd_json::serde::from_slice(&mut json).unwrap();
        assert_eq!(read, kept);
        assert_eq!(read.walls().collect::<Vec<_>>(), [wall]);
        assert_eq!(
            CollisionWorldMessage::of(&read.obstacles().collect::<Vec<_>>(), &[]).bodies,
            kept.bodies
        );
    }
}
