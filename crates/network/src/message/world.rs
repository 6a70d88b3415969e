//! What a motion must stay clear of, as a message.

use std::sync::Arc;

use enact_robot::collision::CollisionBody;
use enact_robot::{CollisionWorld, HalfSpace, Obstacle, Robot, Shape};
use enact_types::{Pose, Refusal, Vector3};
use nalgebra::Unit;
use serde::{Deserialize, Serialize};

/// Greatest number of bodies, of shapes in each, of half-spaces and of names.
const MAX_PARTS: usize = 512;
/// How far the length of a direction or a quaternion may be from one.
const UNIT: f64 = 1e-6;

/// Everything that a robot must stay clear of during one motion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorldMessage {
    /// Bodies, and boxes to keep out of.
    pub obstacles: Vec<ObstacleMessage>,
    /// The table and the walls.
    pub half_spaces: Vec<HalfSpaceMessage>,
    /// The object in the gripper.
    pub held: Option<HeldMessage>,
    /// What that may touch, by name.
    pub held_may_touch: Vec<String>,
}

/// A body, or a place to keep out of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObstacleMessage {
    /// Its name.
    pub name: String,
    /// Its shapes, each with `base_from_shape`.
    pub shapes: Vec<(Shape, Pose)>,
    /// Least distance, meters.
    pub margin: f64,
    /// Whether it is a place where a person may be.
    pub keep_out: bool,
    /// Whether it was perceived rather than known in advance.
    pub perceived: bool,
}

/// The table, or a wall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HalfSpaceMessage {
    /// Its name.
    pub name: String,
    /// Outward unit normal in the base frame.
    pub normal: Vector3,
    /// Position along the normal, meters.
    pub offset: f64,
    /// Least distance, meters.
    pub margin: f64,
}

/// The object in the gripper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldMessage {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Pose of the shape in the tool frame.
    pub tool_from_shape: Pose,
}

impl WorldMessage {
    /// Writes down what is `around`.
    pub fn from_collision_world(around: &CollisionWorld) -> Self {
        let obstacle = |(obstacle, margin): &(Arc<Obstacle>, f64)| ObstacleMessage {
            name: obstacle.name().to_owned(),
            shapes: obstacle.shapes().collect(),
            margin: *margin,
            keep_out: obstacle.is_keep_out_place(),
            perceived: obstacle.is_perceived(),
        };
        let half_space = |side: &HalfSpace| HalfSpaceMessage {
            name: side.name.clone(),
            normal: side.normal.into_inner(),
            offset: side.offset,
            margin: side.margin,
        };
        Self {
            obstacles: around.obstacles.iter().map(obstacle).collect(),
            half_spaces: around.half_spaces.iter().map(half_space).collect(),
            held: around.held.as_ref().map(|held| HeldMessage {
                name: held.name.clone(),
                shape: held.shape.clone(),
                tool_from_shape: held.link_from_shape,
            }),
            held_may_touch: around.held_may_touch.clone(),
        }
    }

    /// Returns the world that this describes, for a motion of `robot`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for the first number or count that no world has.
    pub fn to_collision_world(&self, robot: &Robot) -> Result<CollisionWorld, Refusal> {
        let counts = [
            self.obstacles.len(),
            self.half_spaces.len(),
            self.held_may_touch.len(),
        ];
        let shapes = self.obstacles.iter().map(|body| body.shapes.len());
        if counts
            .into_iter()
            .chain(shapes)
            .any(|count| count > MAX_PARTS)
        {
            return Err(malformed(format!(
                "what is around has more than {MAX_PARTS} parts"
            )));
        }
        let obstacles = self.obstacles.iter().map(ObstacleMessage::obstacle);
        let half_spaces = self.half_spaces.iter().map(HalfSpaceMessage::half_space);
        let held = self.held.as_ref().map(|held| held.body(robot));
        Ok(CollisionWorld {
            obstacles: obstacles.collect::<Result<_, _>>()?,
            half_spaces: half_spaces.collect::<Result<_, _>>()?,
            held: held.transpose()?,
            held_may_touch: self.held_may_touch.clone(),
        })
    }
}

impl ObstacleMessage {
    fn obstacle(&self) -> Result<(Arc<Obstacle>, f64), Refusal> {
        check_margin(&self.name, self.margin)?;
        for (shape, base_from_shape) in &self.shapes {
            check_shape(&self.name, shape)?;
            check_pose(&self.name, base_from_shape)?;
        }
        let mut obstacle = Obstacle::new(&self.name, self.shapes.iter().cloned());
        if self.keep_out {
            obstacle = obstacle.mark_keep_out();
        }
        if self.perceived {
            obstacle = obstacle.mark_perceived();
        }
        Ok((Arc::new(obstacle), self.margin))
    }
}

impl HalfSpaceMessage {
    fn half_space(&self) -> Result<HalfSpace, Refusal> {
        check_margin(&self.name, self.margin)?;
        let is_unit = (self.normal.norm() - 1.0).abs() <= UNIT;
        if !is_unit || !self.offset.is_finite() {
            let name = &self.name;
            return Err(malformed(format!("the side `{name}` lies nowhere")));
        }
        Ok(HalfSpace {
            name: self.name.clone(),
            normal: Unit::new_unchecked(self.normal),
            offset: self.offset,
            margin: self.margin,
        })
    }
}

impl HeldMessage {
    fn body(&self, robot: &Robot) -> Result<Arc<CollisionBody>, Refusal> {
        check_shape(&self.name, &self.shape)?;
        check_pose(&self.name, &self.tool_from_shape)?;
        let (shape, place) = (self.shape.clone(), self.tool_from_shape);
        Ok(Arc::new(CollisionBody::from_held_object(
            robot, &self.name, shape, place,
        )))
    }
}

fn check_margin(name: &str, margin: f64) -> Result<(), Refusal> {
    /// Greatest distance that is meant, meters.
    const MAX_MARGIN: f64 = 10.0;
    if (0.0..=MAX_MARGIN).contains(&margin) {
        Ok(())
    } else {
        Err(malformed(format!("`{name}` has a margin of {margin} m")))
    }
}

fn check_shape(name: &str, shape: &Shape) -> Result<(), Refusal> {
    /// Greatest size of a shape, meters.
    const LARGE: f64 = 1000.0;
    let has_size = |size: f64| 0.0 < size && size <= LARGE;
    let is_sound = match shape {
        Shape::Box { half } => half.iter().all(|size| has_size(*size)),
        Shape::Cylinder {
            radius,
            half_length,
        } => has_size(*radius) && has_size(*half_length),
        // A capsule without length is a ball.
        Shape::Capsule {
            radius,
            half_length,
        } => has_size(*radius) && (0.0..=LARGE).contains(half_length),
        Shape::Sphere { radius } => has_size(*radius),
        // It cannot be read but whole.
        Shape::Hull(hull) => has_size(hull.bounding_radius()),
    };
    if is_sound {
        Ok(())
    } else {
        Err(malformed(format!("a shape of `{name}` has no size")))
    }
}

fn check_pose(name: &str, pose: &Pose) -> Result<(), Refusal> {
    let is_placed = pose
        .translation
        .vector
        .iter()
        .all(|value| value.is_finite());
    let is_turned = (pose.rotation.coords.norm() - 1.0).abs() <= UNIT;
    if is_placed && is_turned {
        Ok(())
    } else {
        Err(malformed(format!("a shape of `{name}` has no place")))
    }
}

fn malformed(what: String) -> Refusal {
    Refusal::Malformed(what)
}
