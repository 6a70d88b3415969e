//! Closed form for six revolute joints of which the last three meet in a point (an ortho-parallel
//! base with a spherical wrist, as most industrial arms have).
//!
//! The solver requires the arm's dimensions in a reference posture; they are read off the joint
//! axes at zero. M. Brandstötter, A. Angerer, M. Hofbaur: An Analytical Solution of the Inverse
//! Kinematics Problem of Industrial Serial Manipulators with an Ortho-parallel Basis and a
//! Spherical Wrist (2014).

use enact_types::{Pose, Vector3};
use nalgebra::{Matrix3, Quaternion, Rotation3, Translation3, UnitQuaternion};
use rs_opw_kinematics::glam::{DQuat, DVec3};
use rs_opw_kinematics::kinematic_traits::{Joints, Kinematics, Pose as SolverPose};
use rs_opw_kinematics::kinematics_impl::OPWKinematics;
use rs_opw_kinematics::parameters::opw_kinematics::Parameters;

use crate::chain::{Chain, Screw};

/// Largest deviation of axes from meeting, meters, or from perpendicular, as a sine.
const EXACT: f64 = 1e-6;

/// An arm with a closed-form solution.
#[derive(Clone, Debug)]
pub struct SphericalWristArm {
    parameters: Parameters,
    /// Signs of the arm's joints relative to the solver's.
    signs: Joints,
    /// The solver's joint positions at which the arm's are zero.
    zeros: Joints,
    base_from_solver: Pose,
    wrist_from_tool: Pose,
}

impl SphericalWristArm {
    /// Returns the closed form of an arm of `joints` joints, if it has one.
    pub fn from_chain(chain: &Chain, joints: usize) -> Option<Self> {
        if joints != 6 {
            return None;
        }
        let mut screws = [Screw::PLACEHOLDER_SCREW; 6];
        let base_from_tool = chain.forward_with_screws(&[0.0; 6], &mut screws);
        if screws.iter().any(|screw| screw.prismatic) {
            return None;
        }
        let axis = screws.map(|screw| screw.axis);
        let square = |a: usize, b: usize| axis[a].dot(&axis[b]).abs() < EXACT;
        let parallel = axis[1].cross(&axis[2]).norm() < EXACT;
        if !(square(0, 1) && parallel && square(1, 3) && square(3, 4) && square(4, 5)) {
            return None;
        }
        let wrist = meeting_point(&screws[3], &screws[4])?;
        if distance(&wrist, &screws[5]) > EXACT {
            return None;
        }

        // The solver's base stands on the first axis, its y along the second.
        let (z, y) = (axis[0], axis[1]);
        let base_from_solver = pose(screws[0].origin, [y.cross(&z), y, z]);
        let local = |point: Vector3| base_from_solver.rotation.inverse() * point;
        let place = |point: &Vector3| local(point - screws[0].origin);
        let (shoulder, elbow) = (place(&screws[1].origin), place(&screws[2].origin));
        let wrist = place(&wrist);
        let upper = elbow - shoulder;
        let second = upper.x.atan2(upper.z);

        let lower = wrist - elbow;
        let along = local(axis[3]);
        let forearm = along * along.dot(&lower).signum();
        let raised = forearm.x.atan2(forearm.z);
        let forward = Vector3::new(raised.cos(), 0.0, -raised.sin());
        let bend = local(axis[4]);
        let fourth = (-bend.dot(&forward)).atan2(bend.y);
        let side = bend.cross(&forearm);
        let last = local(axis[5]);
        let fifth = last.dot(&side).atan2(last.dot(&forearm));

        let mut wrist = Self {
            parameters: Parameters {
                a1: shoulder.x,
                a2: lower.dot(&forward),
                b: wrist.y,
                c1: shoulder.z,
                c2: upper.x.hypot(upper.z),
                c3: lower.dot(&forearm),
                c4: 0.0,
                offsets: [0.0; 6],
                sign_corrections: [1; 6],
                dof: 6,
            },
            signs: [
                1.0,
                1.0,
                axis[2].dot(&y).signum(),
                forearm.dot(&along).signum(),
                1.0,
                1.0,
            ],
            zeros: [0.0, second, raised - second, fourth, fifth, 0.0],
            base_from_solver,
            wrist_from_tool: Pose::identity(),
        };
        let at_zero = OPWKinematics::new(wrist.parameters).forward(&wrist.zeros);
        wrist.wrist_from_tool =
            (base_from_solver * from_solver(&at_zero)).inverse() * base_from_tool;
        Some(wrist)
    }

    /// Returns joint positions that put the tool at the pose, up to whole turns. A joint that may
    /// be anywhere is as in `seed`.
    pub fn solutions(&self, base_from_tool: &Pose, seed: &Joints) -> Vec<Joints> {
        let pose =
            self.base_from_solver.inverse() * base_from_tool * self.wrist_from_tool.inverse();
        let near: Joints = std::array::from_fn(|i| self.signs[i] * seed[i] + self.zeros[i]);
        let found =
            OPWKinematics::new(self.parameters).inverse_continuing(&to_solver(&pose), &near);
        let back =
            |joints: Joints| std::array::from_fn(|i| self.signs[i] * (joints[i] - self.zeros[i]));
        found.into_iter().map(back).collect()
    }
}

/// Returns the intersection of two axes, if they intersect.
fn meeting_point(a: &Screw, b: &Screw) -> Option<Vector3> {
    let across = a.axis.cross(&b.axis);
    let apart = b.origin - a.origin;
    let along = apart.cross(&b.axis).dot(&across) / across.norm_squared();
    let point = a.origin + a.axis * along;
    (distance(&point, b) < EXACT).then_some(point)
}

fn distance(point: &Vector3, screw: &Screw) -> f64 {
    (point - screw.origin).cross(&screw.axis).norm()
}

fn pose(origin: Vector3, axes: [Vector3; 3]) -> Pose {
    let rotation = Rotation3::from_matrix_unchecked(Matrix3::from_columns(&axes));
    Pose::from_parts(
        Translation3::from(origin),
        UnitQuaternion::from_rotation_matrix(&rotation),
    )
}

fn from_solver(pose: &SolverPose) -> Pose {
    let (at, turn) = (pose.translation, pose.rotation);
    Pose::from_parts(
        Translation3::new(at.x, at.y, at.z),
        UnitQuaternion::from_quaternion(Quaternion::new(turn.w, turn.x, turn.y, turn.z)),
    )
}

fn to_solver(pose: &Pose) -> SolverPose {
    let (at, turn) = (pose.translation.vector, pose.rotation.coords);
    SolverPose::from_parts(
        DVec3::new(at.x, at.y, at.z),
        DQuat::from_xyzw(turn.x, turn.y, turn.z, turn.w),
    )
}
