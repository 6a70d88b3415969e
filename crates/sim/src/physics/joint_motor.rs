//! A servo on one joint, which holds a position with finite torque and speed.

use enact_robot::{DegreeOfFreedom, Limits};
use rapier3d::math::{Pose, Rotation, Vector};
use rapier3d::prelude::{
    GenericJoint, GenericJointBuilder, JointAxesMask, JointAxis, MotorModel, Multibody,
    MultibodyJointHandle, MultibodyJointSet,
};

use super::convert;

// A servo's gains and losses in proportion to its largest effort. The values of the published
// SO-101 model (2.94 N·m) carry over to arms of any strength.

/// Position gain per effort, 1/rad or 1/m.
const STIFFNESS: f64 = 340.0;
/// Velocity gain per effort, s/rad or s/m.
const DAMPING: f64 = 0.93;
/// Reflected inertia of the rotor per effort, s²/rad or s²/m.
const ARMATURE: f64 = 0.007;
/// Viscous friction per effort, s/rad or s/m.
const VISCOUS: f64 = 0.2;
/// Dry friction per effort.
const DRY: f64 = 0.017;
/// Speed up to which these losses hold, rad/s or m/s: a joint with a higher speed limit is geared
/// for it, and loses no larger share of its effort at its limit.
const FAST: f64 = 3.0;
/// Acceleration up to which they hold, rad/s² or m/s².
const AGILE: f64 = 20.0;

/// The motor of one link's joint. Links that mimic a joint have a drive of their own.
#[derive(Clone, Debug)]
pub struct JointMotor {
    handle: MultibodyJointHandle,
    /// Index of the robot's joint.
    pub joint: usize,
    /// Multiplier in `multiplier * joint + offset`, the position of the drive.
    pub multiplier: f64,
    offset: f64,
    prismatic: bool,
    /// Largest torque or force of the joint, N·m or N.
    effort: f64,
    /// Viscous friction, N·m·s/rad or N·s/m.
    viscous: f64,
    /// Reflected inertia of the rotor, kg·m² or kg.
    armature: f64,
    /// Largest torque or force that the motor gives now, N·m or N; 0 while it is off.
    strength: f64,
    target: f64,
    target_velocity: f64,
}

impl JointMotor {
    /// Returns the engine's joint for a motion; `parent_from_joint` is in the frame of the parent
    /// body.
    pub fn create_engine_joint(
        motion: &DegreeOfFreedom,
        limits: &Limits,
        parent_from_joint: &Pose,
    ) -> GenericJoint {
        let axis = axis(motion.prismatic);
        let locked = if motion.prismatic {
            JointAxesMask::LOCKED_PRISMATIC_AXES
        } else {
            JointAxesMask::LOCKED_REVOLUTE_AXES
        };
        // The engine's free axis is x.
        let to_axis =
            Rotation::from_rotation_arc(Vector::X, convert::vector_to_engine(&motion.axis));
        let turn = Pose::from_parts(Vector::ZERO, to_axis);
        let ends = [limits.min, limits.max].map(|end| motion.multiplier * end + motion.offset);
        GenericJointBuilder::new(locked)
            .local_frame1(*parent_from_joint * turn)
            .local_frame2(turn)
            .contacts_enabled(false)
            .limits(
                axis,
                [ends[0].min(ends[1]) as f32, ends[0].max(ends[1]) as f32],
            )
            .motor_model(axis, MotorModel::ForceBased)
            .motor_max_force(axis, limits.effort as f32)
            .build()
    }

    /// Creates a drive for the joint that was inserted for this motion.
    pub fn new(handle: MultibodyJointHandle, motion: &DegreeOfFreedom, limits: &Limits) -> Self {
        Self {
            handle,
            joint: motion.joint,
            multiplier: motion.multiplier,
            offset: motion.offset,
            prismatic: motion.prismatic,
            effort: limits.effort,
            viscous: VISCOUS * limits.effort * (FAST / limits.velocity).min(1.0),
            armature: ARMATURE * limits.effort * (AGILE / limits.acceleration).min(1.0),
            strength: limits.effort,
            target: 0.0,
            target_velocity: 0.0,
        }
    }

    /// Sets the losses of rotor and gears. The multibody's degrees of freedom must already be
    /// counted.
    pub fn set_drive_losses(&self, joints: &mut MultibodyJointSet) {
        let (body, dof) = self.dof(joints);
        body.armature_mut()[dof] = self.armature as f32;
        body.damping_mut()[dof] = self.viscous as f32;
        body.frictions_mut()[dof] = (DRY * self.effort) as f32;
    }

    /// Sets the target of the coming step, in the robot joint's own position and velocity.
    pub fn set_target(&mut self, joints: &mut MultibodyJointSet, position: f64, velocity: f64) {
        self.target = self.multiplier * position + self.offset;
        self.target_velocity = self.multiplier * velocity;
        let (body, link) = joints
            .get_mut(self.handle)
            .expect("the joint is never removed");
        let link = body.link_mut(link).expect("a joint's link exists");
        link.joint.data.set_motor(
            axis(self.prismatic),
            self.target as f32,
            self.target_velocity as f32,
            (STIFFNESS * self.effort) as f32,
            (DAMPING * self.effort) as f32,
        );
    }

    /// Limits the motor to this torque or force; 0 switches it off.
    pub fn set_effort_limit(&mut self, joints: &mut MultibodyJointSet, strength: f64) {
        self.strength = strength;
        let (body, link) = joints
            .get_mut(self.handle)
            .expect("the joint is never removed");
        let link = body.link_mut(link).expect("a joint's link exists");
        let axis = axis(self.prismatic);
        link.joint.data.set_motor_max_force(axis, strength as f32);
    }

    /// Returns the position of the robot's joint, rad or m.
    pub fn position(&self, joints: &MultibodyJointSet) -> f64 {
        (self.coordinate(joints) - self.offset) / self.multiplier
    }

    /// Returns the velocity of the robot's joint, rad/s or m/s.
    pub fn velocity(&self, joints: &MultibodyJointSet) -> f64 {
        self.rate(joints) / self.multiplier
    }

    /// Returns the torque or force of the motor as a fraction of the joint's largest.
    pub fn effort_fraction(&self, joints: &MultibodyJointSet) -> f64 {
        let position = STIFFNESS * (self.target - self.coordinate(joints));
        let velocity = DAMPING * (self.target_velocity - self.rate(joints));
        let most = self.strength / self.effort;
        ((position + velocity) * self.multiplier.signum()).clamp(-most, most)
    }

    /// Returns the entry of `displacements` that takes this drive to a joint position, and its
    /// value.
    pub fn displacement_entry_for(
        &self,
        joints: &mut MultibodyJointSet,
        position: f64,
    ) -> (usize, f32) {
        let to = self.multiplier * position + self.offset;
        let by = to - self.coordinate(joints);
        (self.dof(joints).1, by as f32)
    }

    fn coordinate(&self, joints: &MultibodyJointSet) -> f64 {
        let (body, link) = joints.get(self.handle).expect("the joint is never removed");
        let link = body.link(link).expect("a joint's link exists");
        link.joint().coords()[axis(self.prismatic) as usize].into()
    }

    fn rate(&self, joints: &MultibodyJointSet) -> f64 {
        let (body, link) = joints.get(self.handle).expect("the joint is never removed");
        let link = body.link(link).expect("a joint's link exists");
        body.joint_velocity(link)[0].into()
    }

    fn dof<'a>(&self, joints: &'a mut MultibodyJointSet) -> (&'a mut Multibody, usize) {
        let (body, link) = joints
            .get_mut(self.handle)
            .expect("the joint is never removed");
        let dof = body
            .link(link)
            .expect("a joint's link exists")
            .assembly_id();
        (body, dof)
    }

    /// Returns the handle of the engine's joint.
    pub fn handle(&self) -> MultibodyJointHandle {
        self.handle
    }
}

fn axis(prismatic: bool) -> JointAxis {
    if prismatic {
        JointAxis::LinX
    } else {
        JointAxis::AngX
    }
}
