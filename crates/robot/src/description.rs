//! What a robot is made of: links, joints, limits, gripper. Never changes after loading.

use std::sync::Arc;
use std::time::Duration;

use enact_types::{JointVector, Point3, Pose, Vector3};
use nalgebra::{Matrix3, Unit};
use serde::{Deserialize, Serialize};

use crate::chain::Chain;
use crate::collision::{Clearance, Collider};
use crate::inverse::{PlanarArm, SphericalWrist};
use crate::mesh::{Hull, MeshDecomposition, Unguarded};
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
    pub(crate) wrist: Option<SphericalWrist>,
    pub(crate) plane: Option<PlanarArm>,
    pub(crate) clearance: Clearance,
    pub(crate) tool_speed: ToolSpeed,
    pub(crate) workspace: Workspace,
    pub(crate) collider: Option<Arc<Collider>>,
    pub(crate) warnings: Vec<String>,
    pub(crate) unguarded: Vec<Unguarded>,
    pub(crate) meshes: Vec<MeshDecomposition>,
}

impl Robot {
    /// The name of its folder or URDF.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every link, parents before children; the first is the base.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Every driven joint: the arm's from base to tool, then the gripper's.
    pub fn joints(&self) -> &[Joint] {
        &self.joints
    }

    /// The arm's joints from base to tool.
    pub fn arm_joints(&self) -> &[Joint] {
        &self.joints[..self.arm_joints]
    }

    /// Index into [`links`](Self::links) of the tool frame.
    pub fn tool_link(&self) -> usize {
        self.tool_link
    }

    /// The gripper, if there is one.
    pub fn gripper(&self) -> Option<&Gripper> {
        self.gripper.as_ref()
    }

    /// The posture in which the arm is out of the camera's way; all joints.
    pub fn home(&self) -> &JointVector {
        &self.home
    }

    /// Time between two commands.
    pub fn control_period(&self) -> Duration {
        self.control_period
    }

    /// Largest admitted distance between command and measurement of an arm joint, rad or m.
    pub fn following_error(&self) -> f64 {
        self.following_error
    }

    /// Share of its effort at which an arm joint in free motion has met something.
    pub fn contact_effort(&self) -> f64 {
        self.contact_effort
    }

    /// How far things must stay apart.
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }

    /// How fast the tool may be near things.
    pub fn tool_speed(&self) -> &ToolSpeed {
        &self.tool_speed
    }

    /// Where what is laid out for any arm is before this one.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Its shapes, and which of them must be kept apart.
    pub fn collider(&self) -> &Arc<Collider> {
        self.collider.as_ref().expect("made when loaded")
    }

    /// Links of which something is not known that could run into things: the gate keeps only
    /// what is known of them clear.
    pub fn unguarded(&self) -> &[Unguarded] {
        &self.unguarded
    }

    /// What was made of its meshes: with these it loads where the files are not.
    pub fn meshes(&self) -> &[MeshDecomposition] {
        &self.meshes
    }

    /// What was ignored or guessed while loading, one sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// A driven joint.
#[derive(Clone, Debug, PartialEq)]
pub struct Joint {
    /// Name as in the URDF.
    pub name: String,
    /// Whether it slides (meters) rather than turns (radians).
    pub prismatic: bool,
    /// What it may do.
    pub limits: Limits,
    /// Bus id of its servo, where `robot.toml` gives one.
    pub servo: Option<u8>,
}

/// What a joint may do, in rad or m and seconds.
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

/// A rigid body of the robot.
#[derive(Clone, Debug)]
pub struct Link {
    /// Name as in the URDF.
    pub name: String,
    /// How it hangs on its parent; `None` for the base.
    pub mount: Option<Mount>,
    /// Mass properties; `None` for a mere frame.
    pub inertial: Option<Inertial>,
    /// What collides and what is seen.
    pub shapes: Vec<LinkShape>,
}

/// How a link hangs on its parent.
#[derive(Clone, Debug)]
pub struct Mount {
    /// Index of the parent link.
    pub parent: usize,
    /// Pose of the joint frame at position zero in the parent link.
    pub parent_from_joint: Pose,
    /// What may move; `None` for a fixed joint.
    pub motion: Option<DegreeOfFreedom>,
}

/// The one degree of freedom of a joint.
#[derive(Clone, Debug)]
pub struct DegreeOfFreedom {
    /// Index into [`Robot::joints`]. Two links share one where a joint mimics another.
    pub joint: usize,
    /// Axis in the joint frame.
    pub axis: Unit<Vector3>,
    /// Whether it slides along the axis rather than turns about it.
    pub prismatic: bool,
    /// Position is `multiplier * joint + offset`; 1 and 0 unless it mimics.
    pub multiplier: f64,
    /// See `multiplier`.
    pub offset: f64,
}

/// Mass properties of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Inertial {
    /// Kilograms.
    pub mass: f64,
    /// Center of mass in the link frame, meters.
    pub center: Point3,
    /// Inertia about the center of mass along the link's axes, kg·m².
    pub inertia: Matrix3<f64>,
}

/// A primitive or a convex body on a link.
#[derive(Clone, Debug)]
pub struct LinkShape {
    /// Which one.
    pub shape: Shape,
    /// Where it sits.
    pub link_from_shape: Pose,
    /// Red, green, blue, linear 0..=1.
    pub color: [f32; 3],
}

/// A primitive, centered on its own frame, or a convex body, in meters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A box by its half extents.
    Box {
        /// Half extents along x, y, z.
        half: [f64; 3],
    },
    /// A cylinder along `z`.
    Cylinder {
        /// Radius.
        radius: f64,
        /// Half its length.
        half_length: f64,
    },
    /// A cylinder along `z` with half a ball at each end.
    Capsule {
        /// Radius of cylinder and balls.
        radius: f64,
        /// Half the length of the cylinder, balls not counted.
        half_length: f64,
    },
    /// A ball.
    Sphere {
        /// Radius.
        radius: f64,
    },
    /// A convex body by its corners.
    Hull(Hull),
}

/// How the gripper opens and where it grasps.
#[derive(Clone, Debug, PartialEq)]
pub struct Gripper {
    /// Index into [`Robot::joints`].
    pub joint: usize,
    /// Joint position with the fingers shut.
    pub closed: f64,
    /// Joint position with the fingers wide open.
    pub open: f64,
    /// Joint position, rising, and opening between the fingertips in meters, which all rises or
    /// all falls.
    pub openings: Vec<(f64, f64)>,
    /// Point between the shut fingertips, in the tool frame.
    pub tool_from_grasp: Point3,
    /// Direction in the tool frame in which the fingers part: towards the moving
    /// finger where only one moves.
    pub opening_axis: Unit<Vector3>,
    /// Whether both fingers move, so that the grasp stays centered.
    pub parallel: bool,
    /// Direction in the tool frame in which the hand approaches an object.
    pub approach_axis: Unit<Vector3>,
    /// How far the fingertips reach beyond the grasp point along the approach, meters.
    pub fingertip_reach: f64,
}

impl Gripper {
    /// Opening between the fingertips, meters, at a joint position.
    pub fn opening(&self, joint: f64) -> f64 {
        interpolate(self.openings.iter().copied(), joint)
    }

    /// Joint position at which the fingertips are `opening` meters apart.
    pub fn joint_for(&self, opening: f64) -> f64 {
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

    /// The widest opening, meters.
    pub fn widest(&self) -> f64 {
        self.opening(self.open)
    }
}

/// Piecewise linear, held constant beyond the ends; the first column rises.
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
