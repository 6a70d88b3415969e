//! The arm as a serial chain, with everything fixed folded together in advance.

use enact_types::{Pose, Vector3};
use nalgebra::{Translation3, Unit, UnitQuaternion};

use crate::description::Link;

/// Kinematic chain from base to tool, one stage per arm joint.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    stages: Vec<Stage>,
    last_from_tool: Pose,
}

/// Fixed transform between two arm joints, and the second of the two.
#[derive(Clone, Debug)]
struct Stage {
    previous_from_joint: Pose,
    axis: Unit<Vector3>,
    prismatic: bool,
}

/// Screw axis of a joint in the base frame.
#[derive(Clone, Copy, Debug)]
pub struct Screw {
    /// A point on the axis, meters.
    pub origin: Vector3,
    /// Direction of the axis, unit length.
    pub axis: Vector3,
    /// True if the joint slides.
    pub prismatic: bool,
}

impl Screw {
    /// Placeholder for an axis that has not been computed yet.
    pub const PLACEHOLDER_SCREW: Self = Self {
        origin: Vector3::new(0.0, 0.0, 0.0),
        axis: Vector3::new(0.0, 0.0, 0.0),
        prismatic: false,
    };
}

impl Chain {
    /// Folds the links from the base to `tool`. Joints that do not belong to the arm stay at
    /// `home`.
    pub fn new(links: &[Link], arm_joints: usize, tool: usize, home: &[f64]) -> Self {
        let mut path = Vec::new();
        let mut at = tool;
        while let Some(mount) = &links[at].mount {
            path.push(mount);
            at = mount.parent;
        }
        let mut chain = Self::default();
        let mut fixed = Pose::identity();
        for mount in path.into_iter().rev() {
            match &mount.motion {
                Some(motion) if motion.joint < arm_joints => {
                    chain.stages.push(Stage {
                        previous_from_joint: fixed * mount.parent_from_joint,
                        axis: motion.axis,
                        prismatic: motion.prismatic,
                    });
                    fixed = Pose::identity();
                }
                _ => fixed *= mount.parent_from_link(home),
            }
        }
        chain.last_from_tool = fixed;
        chain
    }

    /// Returns `base_from_tool` at these arm joint positions.
    pub fn forward(&self, joints: &[f64]) -> Pose {
        let mut pose = Pose::identity();
        for (stage, position) in self.stages.iter().zip(joints) {
            pose = pose
                * stage.previous_from_joint
                * joint_transform(&stage.axis, stage.prismatic, *position);
        }
        pose * self.last_from_tool
    }

    /// Returns the same pose as [`forward`](Self::forward) and writes the screw of each joint.
    pub fn forward_with_screws(&self, joints: &[f64], screws: &mut [Screw]) -> Pose {
        let mut pose = Pose::identity();
        for ((stage, position), screw) in self.stages.iter().zip(joints).zip(screws) {
            let joint = pose * stage.previous_from_joint;
            *screw = Screw {
                origin: joint.translation.vector,
                axis: joint.rotation * stage.axis.into_inner(),
                prismatic: stage.prismatic,
            };
            pose = joint * joint_transform(&stage.axis, stage.prismatic, *position);
        }
        pose * self.last_from_tool
    }
}

/// Returns the transform of a joint at `position`.
pub fn joint_transform(axis: &Unit<Vector3>, prismatic: bool, position: f64) -> Pose {
    if prismatic {
        Pose::from_parts(
            Translation3::from(axis.into_inner() * position),
            UnitQuaternion::identity(),
        )
    } else {
        Pose::from_parts(
            Translation3::identity(),
            UnitQuaternion::from_axis_angle(axis, position),
        )
    }
}
