//! Levenberg–Marquardt within joint limits.

use enact_types::{Pose, Vector3};
use nalgebra::{SMatrix, SVector, UnitQuaternion};

use super::{
    APPROACH_ROTATION_TOLERANCE_RAD, IkSolution, POSE_ROTATION_TOLERANCE_RAD, POSITION_TOLERANCE_M,
};
use crate::chain::{Chain, Screw};

/// Largest number of steps of one descent.
const STEPS: usize = 60;
/// Number of steps without a noticeable gain after which a descent gives up.
const MAX_IDLE_STEPS: usize = 4;
/// Smallest relative decrease of the cost that counts as a gain.
const NOTICEABLE: f64 = 1e-3;
/// Largest step of one joint, rad or m.
const STRIDE: f64 = 0.6;
/// Squared error at which there is nothing left to gain, square meters.
const SOLVED: f64 = 1e-18;

/// Target of a descent, in the base frame.
#[derive(Clone, Debug)]
pub struct DescentTarget {
    /// Position of the tool frame's origin, meters.
    pub position: Vector3,
    /// Orientation of the tool frame.
    pub orientation: OrientationConstraint,
}

/// The part of the tool's orientation that is constrained.
#[derive(Clone, Debug)]
pub enum OrientationConstraint {
    /// `base_from_tool`, fully constrained.
    Pose(UnitQuaternion<f64>),
    /// `base_from_tool`, as closely as the arm can.
    Hand(UnitQuaternion<f64>),
    /// An axis of the tool frame points along an axis of the base frame.
    Axis {
        /// Axis in the tool frame.
        tool: Vector3,
        /// Axis in the base frame.
        base: Vector3,
    },
    /// Unconstrained.
    Free,
}

impl DescentTarget {
    /// Returns whether every number is finite.
    pub fn is_finite(&self) -> bool {
        let orientation = match &self.orientation {
            OrientationConstraint::Pose(rotation) | OrientationConstraint::Hand(rotation) => {
                rotation.coords.iter().all(|value| value.is_finite())
            }
            OrientationConstraint::Axis { base, .. } => base.iter().all(|value| value.is_finite()),
            OrientationConstraint::Free => true,
        };
        orientation && self.position.iter().all(|value| value.is_finite())
    }

    /// Returns the target pose of the tool, if its orientation is given in full.
    pub fn pose(&self) -> Option<Pose> {
        match self.orientation {
            OrientationConstraint::Pose(rotation) | OrientationConstraint::Hand(rotation) => {
                Some(Pose::from_parts(self.position.into(), rotation))
            }
            OrientationConstraint::Axis { .. } | OrientationConstraint::Free => None,
        }
    }

    /// Returns the distance of the tool from the goal, meters and radians.
    pub fn position_and_rotation_distance(&self, tool: &Pose) -> (f64, f64) {
        let (displacement, turn) = self.error(tool);
        (displacement.norm(), turn.norm())
    }

    /// Returns the weight of one radian in meters. An approach that cannot be reached exactly must
    /// not cost position accuracy, so it weighs less.
    fn weight(&self) -> f64 {
        match self.orientation {
            OrientationConstraint::Pose(_) => 0.1,
            OrientationConstraint::Hand(_) | OrientationConstraint::Axis { .. } => 0.03,
            OrientationConstraint::Free => 0.0,
        }
    }

    fn rotation_tolerance(&self) -> f64 {
        match self.orientation {
            OrientationConstraint::Pose(_) => POSE_ROTATION_TOLERANCE_RAD,
            _ => APPROACH_ROTATION_TOLERANCE_RAD,
        }
    }

    /// Returns the displacement and rotation vector from the tool to the goal.
    fn error(&self, tool: &Pose) -> (Vector3, Vector3) {
        let rotation = match &self.orientation {
            OrientationConstraint::Pose(goal) | OrientationConstraint::Hand(goal) => {
                (goal * tool.rotation.inverse()).scaled_axis()
            }
            OrientationConstraint::Axis { tool: axis, base } => {
                let axis = tool.rotation * axis;
                let cross = axis.cross(base);
                let (sine, cosine) = (cross.norm(), axis.dot(base));
                if sine > 1e-9 {
                    cross * (sine.atan2(cosine) / sine)
                } else {
                    cross
                }
            }
            OrientationConstraint::Free => Vector3::zeros(),
        };
        (self.position - tool.translation.vector, rotation)
    }
}

/// Result of a descent.
#[derive(Clone, Debug)]
pub struct DescentResult<const N: usize> {
    /// Positions of the arm joints.
    pub joints: [f64; N],
    /// Squared weighted error, square meters.
    pub cost: f64,
    /// Position error, meters.
    pub position_error: f64,
    /// Orientation error, radians.
    pub rotation_error: f64,
}

impl<const N: usize> DescentResult<N> {
    /// Returns whether the result is within the tolerances.
    pub fn meets(&self, goal: &DescentTarget) -> bool {
        self.position_error <= POSITION_TOLERANCE_M
            && self.rotation_error <= goal.rotation_tolerance()
    }

    /// Converts to a solution.
    pub fn to_ik_solution(&self) -> IkSolution {
        IkSolution {
            joints: self.joints.to_vec(),
            position_error: self.position_error,
            rotation_error: self.rotation_error,
        }
    }
}

/// Descends from `start` to the nearest minimum within `limits`.
pub fn descend<const N: usize>(
    chain: &Chain,
    limits: &[(f64, f64); N],
    goal: &DescentTarget,
    start: [f64; N],
) -> DescentResult<N> {
    let mut screws = [Screw::PLACEHOLDER_SCREW; N];
    let mut here = Point::at(chain, goal, start, &mut screws);
    let (mut damping, mut idle) = (1e-3, 0);
    for _ in 0..STEPS {
        if here.cost < SOLVED || idle == MAX_IDLE_STEPS {
            break;
        }
        let Some(step) = step(&here, goal, limits, &screws, damping) else {
            break;
        };
        let next = std::array::from_fn(|joint| {
            let (min, max) = limits[joint];
            (here.joints[joint] + step[joint].clamp(-STRIDE, STRIDE)).clamp(min, max)
        });
        let mut next_screws = [Screw::PLACEHOLDER_SCREW; N];
        let next = Point::at(chain, goal, next, &mut next_screws);
        idle = if next.cost < here.cost * (1.0 - NOTICEABLE) {
            0
        } else {
            idle + 1
        };
        if next.cost < here.cost {
            (here, screws) = (next, next_screws);
            damping = (damping * 0.2).max(1e-9);
        } else {
            damping = (damping * 5.0).min(10.0);
        }
    }
    DescentResult {
        joints: here.joints,
        cost: here.cost,
        position_error: here.position.norm(),
        rotation_error: here.rotation.norm(),
    }
}

/// An iterate of the descent.
struct Point<const N: usize> {
    joints: [f64; N],
    tool: Pose,
    position: Vector3,
    rotation: Vector3,
    cost: f64,
}

impl<const N: usize> Point<N> {
    fn at(chain: &Chain, goal: &DescentTarget, joints: [f64; N], screws: &mut [Screw; N]) -> Self {
        let tool = chain.forward_with_screws(&joints, screws);
        let (position, rotation) = goal.error(&tool);
        let cost = position.norm_squared() + (rotation * goal.weight()).norm_squared();
        Self {
            joints,
            tool,
            position,
            rotation,
            cost,
        }
    }
}

/// Returns the damped Gauss–Newton step; joints pressed against a limit stay.
fn step<const N: usize>(
    here: &Point<N>,
    goal: &DescentTarget,
    limits: &[(f64, f64); N],
    screws: &[Screw; N],
    damping: f64,
) -> Option<SVector<f64, N>> {
    let weight = goal.weight();
    let mut error = SVector::<f64, 6>::zeros();
    error.fixed_rows_mut::<3>(0).copy_from(&here.position);
    error
        .fixed_rows_mut::<3>(3)
        .copy_from(&(here.rotation * weight));
    let mut jacobian = SMatrix::<f64, 6, N>::zeros();
    for (joint, screw) in screws.iter().enumerate() {
        let (linear, angular) = twist(screw, &here.tool, goal);
        let mut column = SVector::<f64, 6>::zeros();
        column.fixed_rows_mut::<3>(0).copy_from(&linear);
        column.fixed_rows_mut::<3>(3).copy_from(&(angular * weight));
        let (push, (min, max)) = (column.dot(&error), limits[joint]);
        let pressed =
            (here.joints[joint] <= min && push < 0.0) || (here.joints[joint] >= max && push > 0.0);
        if !pressed {
            jacobian.set_column(joint, &column);
        }
    }
    let mut normal = jacobian.transpose() * jacobian;
    // The scale of a squared lever arm makes the damping dimensionless.
    let scale = (normal.trace() / N as f64).max(1e-6);
    for joint in 0..N {
        normal[(joint, joint)] += damping * scale;
    }
    Some(normal.cholesky()?.solve(&(jacobian.transpose() * error)))
}

/// Returns the velocity of the tool, and of the constrained part of its orientation, per unit of a
/// joint.
fn twist(screw: &Screw, tool: &Pose, goal: &DescentTarget) -> (Vector3, Vector3) {
    if screw.prismatic {
        return (screw.axis, Vector3::zeros());
    }
    let linear = screw.axis.cross(&(tool.translation.vector - screw.origin));
    let angular = match &goal.orientation {
        OrientationConstraint::Axis { tool: axis, .. } => {
            let axis = tool.rotation * axis;
            screw.axis - axis * axis.dot(&screw.axis)
        }
        _ => screw.axis,
    };
    (linear, angular)
}
