//! The robot's collision bodies, and how far a joint can move each of them.

use enact_types::{Pose, Vector3};

use super::convex::{Convex, PlacedConvex};
use crate::description::{Joint, Link, Robot, Shape};

/// A primitive of a link, or the object that the gripper holds.
#[derive(Clone, Debug)]
pub struct CollisionBody {
    /// Name of the link or of the held object.
    pub name: String,
    /// Index of the link that the body moves with.
    pub link: usize,
    /// The primitive.
    pub shape: Shape,
    /// Pose of the shape in the link frame.
    pub link_from_shape: Pose,
    pub(super) convex: Convex,
    /// Upper bound on the displacement of any of its points in the base frame per unit of each
    /// joint.
    pub(super) reach: Vec<f64>,
}

impl CollisionBody {
    /// Creates a body that is fixed to a link.
    fn new(
        links: &[Link],
        joints: &[Joint],
        name: &str,
        link: usize,
        shape: Shape,
        link_from_shape: Pose,
    ) -> Self {
        let convex = Convex::new(&shape);
        let mut part = Self {
            name: name.to_owned(),
            link,
            shape,
            link_from_shape,
            convex,
            reach: Vec::new(),
        };
        part.reach = part.max_displacement_per_joint(links, joints, 0);
        part
    }

    /// Creates a body for an object in the gripper, fixed to the tool frame.
    pub fn from_held_object(
        robot: &Robot,
        name: &str,
        shape: Shape,
        tool_from_shape: Pose,
    ) -> Self {
        let tool = robot.tool_link_index();
        let (links, joints) = (robot.links(), robot.joints());
        Self::new(links, joints, name, tool, shape, tool_from_shape)
    }

    /// Returns all collision bodies of a robot.
    pub(super) fn all(links: &[Link], joints: &[Joint]) -> Vec<Self> {
        let with_shapes = links.iter().enumerate();
        with_shapes
            .flat_map(|(index, link)| {
                link.shapes.iter().map(move |shape| {
                    let (place, shape) = (shape.link_from_shape, shape.shape.clone());
                    Self::new(links, joints, &link.name, index, shape, place)
                })
            })
            .collect()
    }

    /// Returns whether the body can come near the table, that is, whether more than one joint moves
    /// it.
    pub fn can_hit_table(&self) -> bool {
        self.reach.iter().filter(|reach| **reach > 0.0).count() > 1
    }

    /// Returns the body placed at these link poses.
    pub(super) fn at(&self, base_from_link: &[Pose]) -> PlacedConvex {
        self.convex
            .placed_at(base_from_link[self.link] * self.link_from_shape)
    }

    /// Returns an upper bound on the displacement of any of its points in the frame of `ancestor`
    /// per unit of each joint: 1 for a prismatic joint, the largest lever arm for a revolute one.
    ///
    /// A bounding ball is propagated up the chain: a revolute joint sweeps the center of the ball
    /// around its axis, which gives a larger ball centered on the axis.
    pub(super) fn max_displacement_per_joint(
        &self,
        links: &[Link],
        joints: &[Joint],
        ancestor: usize,
    ) -> Vec<f64> {
        let mut reach = vec![0.0; joints.len()];
        let mut middle = self.link_from_shape.translation.vector;
        let mut radius = self.convex.radius;
        let mut at = self.link;
        while at != ancestor
            && let Some(mount) = &links[at].mount
        {
            if let Some(motion) = &mount.motion {
                let share = motion.multiplier.abs();
                let axis: Vector3 = motion.axis.into_inner();
                if motion.prismatic {
                    reach[motion.joint] += share;
                    let limits = joints[motion.joint].limits;
                    let end = |joint: f64| motion.multiplier * joint + motion.offset;
                    middle += axis * ((end(limits.min) + end(limits.max)) / 2.0);
                    radius += share * (limits.max - limits.min) / 2.0;
                } else {
                    let along = axis * middle.dot(&axis);
                    let lever = (middle - along).norm();
                    reach[motion.joint] += share * (lever + radius);
                    middle = along;
                    radius += lever;
                }
            }
            let moved = mount.parent_from_joint.rotation * middle;
            middle = moved + mount.parent_from_joint.translation.vector;
            at = mount.parent;
        }
        reach
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::testing::load_shipped_robot;
    use proptest::prelude::*;

    static ROBOTS: LazyLock<[Robot; 3]> =
        LazyLock::new(|| ["so101", "panda", "ur5e"].map(load_shipped_robot));

    proptest! {
        /// The bound that allows samples to be skipped holds.
        #[test]
        fn no_point_of_a_part_moves_farther_than_its_reach_says(
            from in prop::collection::vec(0.0..1.0_f64, 8), to in prop::collection::vec(0.0..1.0_f64, 8),
            along in prop::array::uniform3(-1.0..1.0_f64),
        ) {
            for robot in ROBOTS.iter() {
                let posture = |shares: &[f64]| -> Vec<f64> {
                    let joints = robot.joints().iter().zip(shares);
                    joints.map(|(joint, share)| {
                        let limits = joint.limits;
                        limits.min + share * (limits.max - limits.min)
                    }).collect()
                };
                let (a, b) = (posture(&from), posture(&to));
                let (links_a, links_b) = (robot.link_poses(&a), robot.link_poses(&b));
                for part in CollisionBody::all(robot.links(), robot.joints()) {
                    let point = enact_types::Point3::from(Vector3::from(along).normalize() * part.convex.radius);
                    let at = |links: &[Pose]| links[part.link] * part.link_from_shape * point;
                    let moved = (at(&links_a) - at(&links_b)).norm();
                    let bound: f64 = part.reach.iter().zip(a.iter().zip(&b))
                        .map(|(reach, (a, b))| reach * (a - b).abs()).sum();
                    prop_assert!(moved <= bound + 1e-9, "{} {}: {moved} {bound}", robot.name(), part.name);
                }
            }
        }
    }
}
