//! The robot as a multibody in reduced coordinates, so that joints cannot separate.

use enact_robot::{LinkMount, Robot};
use enact_types::{JointVector, Pose};
use rapier3d::prelude::{
    ColliderHandle, MassProperties, PhysicsWorld, RigidBodyBuilder, RigidBodyHandle,
};

use super::joint_motor::JointMotor;
use super::{convert, mass, tuning};

/// The robot's bodies, motors and fingers in a physics world.
#[derive(Clone, Debug)]
pub struct Articulation {
    links: Vec<LinkBody>,
    drives: Vec<JointMotor>,
    fingers: Vec<ColliderHandle>,
    /// Colliders of all other moving links.
    limbs: Vec<ColliderHandle>,
}

/// The body that a link belongs to: fixed links are part of their parent's body.
#[derive(Clone, Copy, Debug)]
struct LinkBody {
    body: RigidBodyHandle,
    body_from_link: Pose,
}

impl Articulation {
    /// Adds the robot to a world, all joints at `joints`.
    pub fn new(physics: &mut PhysicsWorld, robot: &Robot, joints: &JointVector) -> Self {
        let mut arm = Self {
            links: Vec::new(),
            drives: Vec::new(),
            fingers: Vec::new(),
            limbs: Vec::new(),
        };
        for link in robot.links() {
            let place = match &link.mount {
                None => LinkBody {
                    body: physics.insert_body(RigidBodyBuilder::fixed()),
                    body_from_link: Pose::identity(),
                },
                Some(mount) => arm.hang(physics, robot, mount),
            };
            arm.links.push(place);
        }
        arm.add_masses(physics, robot);
        arm.add_colliders(physics, robot);
        if let Some(drive) = arm.drives.first() {
            let (body, _) = physics
                .multibody_joints
                .get_mut(drive.handle())
                .expect("the joint was just inserted");
            body.set_self_contacts_enabled(false);
            // The engine counts a fixed root as six degrees of freedom until it is updated.
            body.forward_kinematics(&physics.bodies, true);
        }
        for drive in &arm.drives {
            drive.set_drive_losses(&mut physics.multibody_joints);
        }
        arm.teleport(physics, joints);
        arm
    }

    fn hang(&mut self, physics: &mut PhysicsWorld, robot: &Robot, mount: &LinkMount) -> LinkBody {
        let parent = self.links[mount.parent];
        let body_from_joint = parent.body_from_link * mount.parent_from_joint;
        let Some(motion) = &mount.motion else {
            return LinkBody {
                body: parent.body,
                body_from_link: body_from_joint,
            };
        };
        let body = physics.insert_body(RigidBodyBuilder::dynamic().can_sleep(false));
        let limits = &robot.joints()[motion.joint].limits;
        let data = JointMotor::create_engine_joint(
            motion,
            limits,
            &convert::pose_to_engine(&body_from_joint),
        );
        let handle = physics
            .multibody_joints
            .insert(parent.body, body, data, true)
            .expect("links form a tree");
        self.drives.push(JointMotor::new(handle, motion, limits));
        LinkBody {
            body,
            body_from_link: Pose::identity(),
        }
    }

    fn add_masses(&self, physics: &mut PhysicsWorld, robot: &Robot) {
        let mut masses: Vec<(RigidBodyHandle, Option<MassProperties>)> = Vec::new();
        for (link, place) in robot.links().iter().zip(&self.links) {
            let own = link
                .inertial
                .as_ref()
                .map(|inertial| mass::link_mass_properties(inertial, &place.body_from_link));
            match masses.iter_mut().find(|(body, _)| *body == place.body) {
                None => masses.push((place.body, own)),
                Some((_, total)) => {
                    *total = match (*total, own) {
                        (Some(total), Some(own)) => Some(total + own),
                        (total, own) => total.or(own),
                    };
                }
            }
        }
        for (body, properties) in masses {
            mass::assign_body_mass(&mut physics.bodies, body, properties);
        }
    }

    fn add_colliders(&mut self, physics: &mut PhysicsWorld, robot: &Robot) {
        let hand = self.hand_bodies(robot);
        for (link, place) in robot.links().iter().zip(&self.links) {
            let is_finger = hand.contains(&place.body);
            for part in &link.shapes {
                let body_from_shape = place.body_from_link * part.link_from_shape;
                let mut collider =
                    convert::build_collider(&part.shape.clone().into(), &body_from_shape)
                        .density(0.0)
                        .friction(tuning::FRICTION)
                        .collision_groups(tuning::arm_collision_groups());
                if is_finger {
                    collider = collider
                        .friction(tuning::FINGER_FRICTION)
                        .friction_combine_rule(tuning::FINGER_FRICTION_RULE);
                }
                let handle = physics.insert_collider(collider, Some(place.body));
                if is_finger {
                    self.fingers.push(handle);
                } else if physics.bodies[place.body].is_dynamic() {
                    self.limbs.push(handle);
                }
            }
        }
    }

    /// Returns the bodies that the gripper moves, and the bodies they are attached to.
    fn hand_bodies(&self, robot: &Robot) -> Vec<RigidBodyHandle> {
        let Some(gripper) = robot.gripper() else {
            return Vec::new();
        };
        let mut bodies = Vec::new();
        for (link, place) in robot.links().iter().zip(&self.links) {
            if let Some(mount) = &link.mount
                && mount
                    .motion
                    .as_ref()
                    .is_some_and(|motion| motion.joint == gripper.joint)
            {
                bodies.push(place.body);
                bodies.push(self.links[mount.parent].body);
            }
        }
        bodies
    }

    /// Returns the colliders of the fingers and of the hand that carries them.
    pub fn hand_and_finger_colliders(&self) -> &[ColliderHandle] {
        &self.fingers
    }

    /// Returns the colliders of all other moving links.
    pub fn non_hand_link_colliders(&self) -> &[ColliderHandle] {
        &self.limbs
    }

    /// Sets every motor's target for the coming step.
    pub fn set_motor_targets(
        &mut self,
        physics: &mut PhysicsWorld,
        positions: &[f64],
        velocities: &[f64],
    ) {
        for drive in &mut self.drives {
            let joint = drive.joint;
            drive.set_target(
                &mut physics.multibody_joints,
                positions[joint],
                velocities[joint],
            );
        }
    }

    /// Limits each motor to its joint's torque or force in `strengths`; 0 switches it off.
    pub fn set_motor_effort_limits(&mut self, physics: &mut PhysicsWorld, strengths: &[f64]) {
        for drive in &mut self.drives {
            let strength = strengths[drive.joint];
            drive.set_effort_limit(&mut physics.multibody_joints, strength);
        }
    }

    /// Moves the arm instantly, at rest, regardless of collisions.
    pub fn teleport(&mut self, physics: &mut PhysicsWorld, joints: &[f64]) {
        let Some(first) = self.drives.first().map(JointMotor::handle) else {
            return;
        };
        let set = &mut physics.multibody_joints;
        let moves: Vec<(usize, f32)> = self
            .drives
            .iter()
            .map(|drive| drive.displacement_entry_for(set, joints[drive.joint]))
            .collect();
        let (body, _) = set.get_mut(first).expect("the joint is never removed");
        let mut displacements = vec![0.0; body.ndofs()];
        for (dof, by) in moves {
            displacements[dof] = by;
        }
        body.apply_displacements(&displacements);
        body.generalized_velocity_mut().fill(0.0);
        body.forward_kinematics(&physics.bodies, false);
        body.update_rigid_bodies(&mut physics.bodies, true);
        self.set_motor_targets(physics, joints, &vec![0.0; joints.len()]);
    }

    /// Reads one number per joint of the robot, from the drive that is the joint itself.
    pub fn read_each_joint(&self, joints: usize, of: impl Fn(&JointMotor) -> f64) -> JointVector {
        let mut values = JointVector::zeros(joints);
        // A mimicking link follows the joint, so the first drive is authoritative.
        for drive in self.drives.iter().rev() {
            values[drive.joint] = of(drive);
        }
        values
    }

    /// Returns `base_from_link` as computed by physics.
    pub fn link_pose(&self, physics: &PhysicsWorld, link: usize) -> Pose {
        let place = &self.links[link];
        convert::pose_from_engine(physics.bodies[place.body].position()) * place.body_from_link
    }
}
