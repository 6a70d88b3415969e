//! The description of a robot: links, joints, limits, gripper. Immutable after loading.

use std::sync::Arc;
use std::time::Duration;

use enact_types::{JointVector, Point3, Pose, Vector3};
use nalgebra::{Matrix3, Unit};
use serde::{Deserialize, Serialize};

use crate::base::Base;
use crate::chain::Chain;
use crate::collision::{Clearance, Collider};
use crate::inverse::{PlanarArm, SphericalWristArm};
use crate::mesh::{Hull, MeshDecomposition, UnguardedLink};
use crate::tool_speed::ToolSpeed;
use crate::workspace::Workspace;

/// An arm with or without a gripper, as its URDF and `robot.toml` describe it.
#[derive(Clone, Debug)]
pub struct Robot {
    pub(crate) name: String,
    pub(crate) links: Vec<Link>,
    pub(crate) joints: Vec<Joint>,
    pub(crate) arm_joints: usize,
    pub(crate) tool_link: usize,
    pub(crate) gripper: Option<Gripper>,
    pub(crate) home: JointVector,
    pub(crate) control_period: Duration,
    pub(crate) following_error: f64,
    pub(crate) contact_effort: f64,
    pub(crate) chain: Chain,
    pub(crate) wrist: Option<SphericalWristArm>,
    pub(crate) plane: Option<PlanarArm>,
    pub(crate) clearance: Clearance,
    pub(crate) tool_speed: ToolSpeed,
    pub(crate) workspace: Workspace,
    pub(crate) base: Base,
    pub(crate) collider: Option<Arc<Collider>>,
    pub(crate) warnings: Vec<String>,
    pub(crate) unguarded: Vec<UnguardedLink>,
    pub(crate) meshes: Vec<MeshDecomposition>,
    pub(crate) digest: [u8; 32],
}

impl Robot {
    /// Returns the name of the robot's folder or URDF.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the SHA-256 of the description: the texts and meshes that the robot was loaded from.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Returns every link, parents before children; the first is the base.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Returns all driven joints: the arm's from base to tool, then the gripper's.
    pub fn joints(&self) -> &[Joint] {
        &self.joints
    }

    /// Returns the arm's joints from base to tool.
    pub fn arm_joints(&self) -> &[Joint] {
        &self.joints[..self.arm_joints]
    }

    /// Returns the index of the tool frame in [`links`](Self::links).
    pub fn tool_link_index(&self) -> usize {
        self.tool_link
    }

    /// Returns the gripper, if there is one.
    pub fn gripper(&self) -> Option<&Gripper> {
        self.gripper.as_ref()
    }

    /// Returns the posture of all joints in which the arm is out of the camera's view.
    pub fn home(&self) -> &JointVector {
        &self.home
    }

    /// Returns the time between two commands.
    pub fn control_period(&self) -> Duration {
        self.control_period
    }

    /// Returns the largest permitted distance between commanded and measured position of an arm
    /// joint, rad or m.
    pub fn max_following_error(&self) -> f64 {
        self.following_error
    }

    /// Returns the share of its effort limit at which an arm joint in free motion is considered to
    /// have hit something.
    pub fn contact_effort_ratio(&self) -> f64 {
        self.contact_effort
    }

    /// Returns the minimum distances between bodies.
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }

    /// Returns the tool speed limit near things.
    pub fn tool_speed_limit(&self) -> &ToolSpeed {
        &self.tool_speed
    }

    /// Returns the placement of scenes in front of this arm.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Returns the collision bodies and the pairs that must be kept apart.
    pub fn collider(&self) -> &Arc<Collider> {
        self.collider.as_ref().expect("made when loaded")
    }

    /// Returns the links whose geometry is partly unknown: the gate keeps clear only what is known
    /// of them.
    pub fn unguarded_links(&self) -> &[UnguardedLink] {
        &self.unguarded
    }

    /// Returns the convex decompositions of the meshes, with which the robot loads where the mesh
    /// files are missing.
    pub fn mesh_decompositions(&self) -> &[MeshDecomposition] {
        &self.meshes
    }

    /// Returns what was ignored or guessed while loading, one sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// A driven joint.
#[derive(Clone, Debug, PartialEq)]
pub struct Joint {
    /// Name in the URDF.
    pub name: String,
    /// True if prismatic (meters) rather than revolute (radians).
    pub prismatic: bool,
    /// Limits of the joint.
    pub limits: Limits,
    /// Bus id of its servo, where `robot.toml` gives one.
    pub servo: Option<u8>,
}

/// Limits of a joint, in rad or m and seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Lowest position.
    pub min: f64,
    /// Highest position.
    pub max: f64,
    /// Largest speed.
    pub velocity: f64,
    /// Largest acceleration.
    pub acceleration: f64,
    /// Largest jerk.
    pub jerk: f64,
    /// Largest torque or force, N·m or N.
    pub effort: f64,
}

/// A link of the robot.
#[derive(Clone, Debug)]
pub struct Link {
    /// Name in the URDF.
    pub name: String,
    /// Attachment to the parent; `None` for the base.
    pub mount: Option<LinkMount>,
    /// Mass properties; `None` for a bare frame.
    pub inertial: Option<Inertial>,
    /// Collision and visual shapes.
    pub shapes: Vec<LinkShape>,
}

/// Attachment of a link to its parent.
#[derive(Clone, Debug)]
pub struct LinkMount {
    /// Index of the parent link.
    pub parent: usize,
    /// Pose of the joint frame at position zero in the parent link.
    pub parent_from_joint: Pose,
    /// Degree of freedom of the joint; `None` for a fixed joint.
    pub motion: Option<DegreeOfFreedom>,
}

/// The one degree of freedom of a joint.
#[derive(Clone, Debug)]
pub struct DegreeOfFreedom {
    /// Index into [`Robot::joints`]. Two links share one if one joint mimics another.
    pub joint: usize,
    /// Axis in the joint frame.
    pub axis: Unit<Vector3>,
    /// True if prismatic rather than revolute.
    pub prismatic: bool,
    /// Position is `multiplier * joint + offset`; 1 and 0 except for a mimic joint.
    pub multiplier: f64,
    /// See `multiplier`.
    pub offset: f64,
}

/// Mass properties of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Inertial {
    /// Mass, kilograms.
    pub mass: f64,
    /// Center of mass in the link frame, meters.
    pub center: Point3,
    /// Inertia about the center of mass along the link's axes, kg·m².
    pub inertia: Matrix3<f64>,
}

/// A primitive or convex body attached to a link.
#[derive(Clone, Debug)]
pub struct LinkShape {
    /// The shape.
    pub shape: Shape,
    /// Pose of the shape in the link frame.
    pub link_from_shape: Pose,
    /// Color: red, green, blue, linear 0..=1.
    pub color: [f32; 3],
}

/// A primitive centered on its own frame, or a convex body, in meters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A box.
    Box {
        /// Half extents along x, y, z, meters.
        half: [f64; 3],
    },
    /// A cylinder along `z`.
    Cylinder {
        /// Radius.
        radius: f64,
        /// Half its length.
        half_length: f64,
    },
    /// A cylinder along `z` with a hemisphere at each end.
    Capsule {
        /// Radius of the cylinder and the hemispheres.
        radius: f64,
        /// Half the length of the cylinder without the hemispheres.
        half_length: f64,
    },
    /// A sphere.
    Sphere {
        /// Radius.
        radius: f64,
    },
    /// A convex hull.
    Hull(Hull),
}

/// Opening and grasp geometry of the gripper.
#[derive(Clone, Debug, PartialEq)]
pub struct Gripper {
    /// Index into [`Robot::joints`].
    pub joint: usize,
    /// Joint position with the fingers closed, rad or m.
    pub closed: f64,
    /// Joint position with the fingers fully open, rad or m.
    pub open: f64,
    /// Pairs of joint position, increasing, and opening between the fingertips in meters,
    /// monotonic.
    pub openings: Vec<(f64, f64)>,
    /// Point between the closed fingertips, in the tool frame.
    pub tool_from_grasp: Point3,
    /// Direction in the tool frame in which the fingers open; towards the moving finger if only one
    /// moves.
    pub opening_axis: Unit<Vector3>,
    /// True if both fingers move, so that the grasp stays centered.
    pub parallel: bool,
    /// Direction in the tool frame in which the hand approaches an object.
    pub approach_axis: Unit<Vector3>,
    /// Distance that the fingertips reach beyond the grasp point along the approach axis, meters.
    pub fingertip_reach: f64,
}

impl Gripper {
    /// Returns the opening between the fingertips at a joint position, meters.
    pub fn fingertip_opening(&self, joint: f64) -> f64 {
        interpolate(self.openings.iter().copied(), joint)
    }

    /// Returns the joint position at which the fingertips are `opening` meters apart.
    pub fn joint_for_opening(&self, opening: f64) -> f64 {
        let rows = self
            .openings
            .iter()
            .map(|(joint, opening)| (*opening, *joint));
        let falls = self.openings.first().zip(self.openings.last());
        match falls.is_some_and(|(first, last)| first.1 > last.1) {
            true => interpolate(rows.rev(), opening),
            false => interpolate(rows, opening),
        }
    }

    /// Returns the largest opening, meters.
    pub fn max_opening(&self) -> f64 {
        self.fingertip_opening(self.open)
    }
}

/// Interpolates linearly, constant beyond the ends; the first column must increase.
fn interpolate(table: impl Iterator<Item = (f64, f64)>, at: f64) -> f64 {
    let mut previous: Option<(f64, f64)> = None;
    for (key, value) in table {
        if at <= key {
            return match previous {
                Some((low, low_value)) if key > low => {
                    low_value + (at - low) / (key - low) * (value - low_value)
                }
                _ => value,
            };
        }
        previous = Some((key, value));
    }
    previous.map_or(f64::NAN, |(_, value)| value)
}
