//! Closed form for five revolute joints of which the middle three are parallel: a turret, an arm
//! that moves in the plane that the turret turns, and a rolling wrist, as most small arms have.
//!
//! A robot description rounds its angles and a pose need not be met exactly, so the results are
//! starts for a descent.

use std::f64::consts::{PI, TAU};

use enact_types::{Pose, Vector3};
use nalgebra::{Matrix3, Rotation3, Translation3, UnitQuaternion, Vector2};

use super::{POSE_ROTATION_TOLERANCE_RAD, POSITION_TOLERANCE_M};
use crate::chain::{Chain, Screw};

/// Largest deviation of axes from parallel or perpendicular, as a sine.
const NEARLY: f64 = 1e-4;
/// A roll axis that leans out of the plane by more than this is out of reach, as a sine.
const LEAN: f64 = 0.025;
/// Distance of the wrist from the turret's axis, in slacks, above which the result is complete:
/// there the effect of the slack on the turret angle is below [`LEAN`].
const MIN_REACH_SLACKS: f64 = 50.0;
/// An upper arm, forearm or shoulder-to-wrist vector of at most this many slacks may point
/// anywhere.
const FOLDED: f64 = 10.0;
/// Cosine of the bend given to an elbow that would have to be more than straight: a descent could
/// not bend a straight one.
const STRAIGHT: f64 = 0.9999;

/// A planar arm at zero; lengths and directions are in the frame whose `z` is the turret's axis and
/// whose `y` is that of the three parallel joints.
#[derive(Clone, Debug)]
pub struct PlanarArm {
    base_from_plane: Pose,
    plane_from_tool: Pose,
    shoulder: Vector2<f64>,
    upper_arm: Vector2<f64>,
    forearm: Vector2<f64>,
    /// Offset from the third parallel axis to the point on the roll axis.
    hand: Vector2<f64>,
    /// A point on the roll axis.
    wrist: Vector3,
    roll_axis: Vector3,
    /// Senses of the second and third parallel joints.
    senses: [f64; 2],
    /// Amount by which the tolerance of the tool's pose lets the wrist deviate, meters.
    slack: f64,
}

/// Joint positions to start a descent from, up to whole turns.
pub struct DescentStarts {
    /// Up to four starts.
    pub joints: Vec<[f64; 5]>,
    /// True if a pose that no descent from these starts reaches is unreachable.
    pub complete: bool,
}

impl PlanarArm {
    /// Returns the closed form of an arm of `joints` joints, if it has this one.
    pub fn from_chain(chain: &Chain, joints: usize) -> Option<Self> {
        if joints != 5 {
            return None;
        }
        let mut screws = [Screw::PLACEHOLDER_SCREW; 5];
        let base_from_tool = chain.forward_with_screws(&[0.0; 5], &mut screws);
        let axis = screws.map(|screw| screw.axis);
        let square = |a: usize, b: usize| axis[a].dot(&axis[b]).abs() < NEARLY;
        let parallel = |a: usize, b: usize| axis[a].cross(&axis[b]).norm() < NEARLY;
        let turning = screws.iter().all(|screw| !screw.prismatic);
        if !(turning && square(0, 1) && parallel(1, 2) && parallel(1, 3) && square(1, 4)) {
            return None;
        }
        let (z, y) = (axis[0], axis[1]);
        let x = y.cross(&z).normalize();
        let turn = Matrix3::from_columns(&[x, z.cross(&x), z]);
        let base_from_plane = Pose::from_parts(
            Translation3::from(screws[0].origin),
            UnitQuaternion::from_rotation_matrix(&Rotation3::from_matrix_unchecked(turn)),
        );
        let plane_from_base = base_from_plane.inverse();
        let place = |joint: usize| {
            plane_from_base
                .transform_point(&screws[joint].origin.into())
                .coords
        };
        let [shoulder, elbow, flex] = [1, 2, 3].map(|joint| in_plane(&place(joint)));
        let wrist = place(4);
        let plane_from_tool = plane_from_base * base_from_tool;
        let tool = plane_from_tool.translation.vector;
        let lever = (tool - wrist).norm().max((tool - place(3)).norm());
        let slack = 2.0 * (POSITION_TOLERANCE_M + POSE_ROTATION_TOLERANCE_RAD * lever);
        let shortest = (elbow - shoulder).norm().min((flex - elbow).norm());
        if shortest < FOLDED * slack {
            return None;
        }
        Some(Self {
            base_from_plane,
            plane_from_tool,
            shoulder,
            upper_arm: elbow - shoulder,
            forearm: flex - elbow,
            hand: in_plane(&wrist) - flex,
            wrist,
            roll_axis: plane_from_base.rotation * axis[4],
            senses: [2, 3].map(|joint| axis[joint].dot(&y).signum()),
            slack,
        })
    }

    /// Returns joint positions that put the tool near the pose, ignoring the limits.
    pub fn descent_starts(&self, base_from_tool: &Pose) -> DescentStarts {
        let moved =
            self.base_from_plane.inverse() * base_from_tool * self.plane_from_tool.inverse();
        let wrist = moved.rotation * self.wrist + moved.translation.vector;
        let radius = wrist.x.hypot(wrist.y);
        let reach = (radius.powi(2) - self.wrist.y.powi(2)).max(0.0).sqrt();
        let aside = self.wrist.y.atan2(reach);
        let heading = wrist.y.atan2(wrist.x);
        let mut joints = Vec::with_capacity(4);
        let is_beside = reach > MIN_REACH_SLACKS * self.slack;
        let mut complete = is_beside;
        // Beside the plane's center, a little farther out is much farther along it.
        let slack = self.slack * (radius / reach.max(self.slack));
        for (pan, reach) in [(heading - aside, reach), (heading - PI + aside, -reach)] {
            let turned = UnitQuaternion::from_axis_angle(&Vector3::z_axis(), -pan) * moved.rotation;
            let roll_axis = turned * self.roll_axis;
            if is_beside && roll_axis.y.abs() > LEAN {
                continue;
            }
            let pitch = angle(&in_plane(&roll_axis)) - angle(&in_plane(&self.roll_axis));
            let rolled = UnitQuaternion::from_axis_angle(&Vector3::y_axis(), -pitch) * turned;
            let roll = 2.0 * rolled.imag().dot(&self.roll_axis).atan2(rolled.w);
            let flex = Vector2::new(reach, wrist.z) - turn(&self.hand, pitch);
            let way = flex - self.shoulder;
            // An elbow folded onto the shoulder may point anywhere.
            complete &= way.norm() > FOLDED * slack;
            for [upper, lower] in self.elbows(&way, slack).into_iter().flatten() {
                let [elbow, wrist] = [lower - upper, pitch - lower];
                let [elbow_sense, wrist_sense] = self.senses;
                let angles = [pan, upper, elbow_sense * elbow, wrist_sense * wrist, roll];
                joints.push(angles.map(|angle| angle - (angle / TAU).round() * TAU));
            }
        }
        DescentStarts { joints, complete }
    }

    /// Returns the angles of upper arm and forearm that span `way`, with the elbow on either side;
    /// `None` if it is too far or too near by more than `slack` meters.
    fn elbows(&self, way: &Vector2<f64>, slack: f64) -> Option<[[f64; 2]; 2]> {
        let (upper, lower, span) = (self.upper_arm.norm(), self.forearm.norm(), way.norm());
        if span > upper + lower + slack || span < (upper - lower).abs() - slack {
            return None;
        }
        let cosine = (span.powi(2) - upper.powi(2) - lower.powi(2)) / (2.0 * upper * lower);
        let bend = if cosine.abs() < 1.0 {
            cosine.acos()
        } else {
            (STRAIGHT * cosine.signum()).acos()
        };
        Some([bend, -bend].map(|bend| {
            let first = angle(way) - (lower * bend.sin()).atan2(upper + lower * bend.cos());
            [
                first - angle(&self.upper_arm),
                first + bend - angle(&self.forearm),
            ]
        }))
    }
}

/// Returns the components along `x` and `z`.
fn in_plane(vector: &Vector3) -> Vector2<f64> {
    Vector2::new(vector.x, vector.z)
}

/// Returns the angle from `z` about `y`, radians.
fn angle(vector: &Vector2<f64>) -> f64 {
    vector.x.atan2(vector.y)
}

fn turn(vector: &Vector2<f64>, angle: f64) -> Vector2<f64> {
    let (sin, cos) = angle.sin_cos();
    Vector2::new(
        vector.x * cos + vector.y * sin,
        vector.y * cos - vector.x * sin,
    )
}
