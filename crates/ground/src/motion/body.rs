//! The robot's shapes in space.

use std::collections::HashSet;

use enact_robot::Robot;
use enact_robot::description::Shape;
use enact_types::{Point3, Pose};

use crate::scene::{Footprint, Held, Solid};

use super::distance::{bounding_radius, surface_points, to_shape};

/// A primitive of a link.
#[derive(Clone, Debug)]
pub struct Part {
    /// Name of its link, or of what is held.
    pub name: String,
    /// Index of its link.
    pub link: usize,
    /// The primitive.
    pub shape: Shape,
    /// Whether it can come near the table: more than one joint moves it.
    pub roams: bool,
    /// Whether it is what the gripper holds.
    pub held: bool,
    /// Points on its surface, in its frame.
    pub points: Vec<Point3>,
    /// Radius of the ball that holds it, metres.
    pub radius: f64,
    link_from_shape: Pose,
}

/// A part in space.
pub struct Placed<'a> {
    /// What it is.
    pub part: &'a Part,
    /// Where it is.
    pub base_from_shape: Pose,
}

/// Every primitive of a robot, and what it holds.
#[derive(Clone, Debug)]
pub struct Body {
    parts: Vec<Part>,
}

impl Body {
    /// The shapes of a robot with an empty gripper.
    pub fn new(robot: &Robot) -> Self {
        let parts = robot
            .links()
            .iter()
            .enumerate()
            .flat_map(|(index, link)| {
                let roams = joints_above(robot, index).len() > 1;
                link.shapes.iter().map(move |shape| {
                    part(&link.name, index, shape.shape, shape.link_from_shape, roams)
                })
            })
            .collect();
        Self { parts }
    }

    /// The same with an object in the hand.
    pub fn holding(&self, robot: &Robot, held: &Held) -> Self {
        let mut parts = self.parts.clone();
        let shape = shape_of(&held.object.solid);
        let name = &held.object.name;
        let mut part = part(name, robot.tool_link(), shape, held.tool_from_object, true);
        part.held = true;
        parts.push(part);
        Self { parts }
    }

    /// Every part, with all joints at these positions.
    pub fn at(&self, robot: &Robot, joints: &[f64]) -> Vec<Placed<'_>> {
        let links = robot.link_poses(joints);
        self.parts
            .iter()
            .map(|part| Placed {
                part,
                base_from_shape: links[part.link] * part.link_from_shape,
            })
            .collect()
    }
}

/// Points this near to the robot are its own, metres.
const SKIN: f64 = 0.008;
/// The same for what it holds, which may sit differently in the hand than thought.
const HELD_SKIN: f64 = 0.015;

/// Whether a seen point is one of these parts.
pub fn is_part(placed: &[Placed<'_>], point: &Point3) -> bool {
    placed.iter().any(|placed| {
        let margin = if placed.part.held { HELD_SKIN } else { SKIN };
        let local = placed.base_from_shape.inverse_transform_point(point);
        local.coords.norm() < placed.part.radius + margin
            && to_shape(&placed.part.shape, &local) < margin
    })
}

/// The primitive that a solid fills, in the frame of [`Held`].
pub fn shape_of(solid: &Solid) -> Shape {
    let half_length = solid.height() / 2.0;
    match solid.footprint {
        Footprint::Disc { radius } if solid.ball => Shape::Sphere { radius },
        Footprint::Disc { radius } => Shape::Cylinder {
            radius,
            half_length,
        },
        Footprint::Rectangle { half: [u, v] } => Shape::Box {
            half: [u, v, half_length],
        },
    }
}

fn part(name: &str, link: usize, shape: Shape, link_from_shape: Pose, roams: bool) -> Part {
    Part {
        name: name.to_owned(),
        link,
        shape,
        roams,
        held: false,
        points: surface_points(&shape),
        radius: bounding_radius(&shape),
        link_from_shape,
    }
}

/// The driven joints between the base and a link.
fn joints_above(robot: &Robot, link: usize) -> HashSet<usize> {
    let mut joints = HashSet::new();
    let mut next = Some(link);
    while let Some(mount) = next.and_then(|link| robot.links()[link].mount.as_ref()) {
        joints.extend(mount.motion.as_ref().map(|motion| motion.joint));
        next = Some(mount.parent);
    }
    joints
}
