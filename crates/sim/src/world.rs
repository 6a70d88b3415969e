//! The simulated world: table, objects and arm under gravity, advanced by control periods.

use std::time::Duration;

use enact_arm::ArmState;
use enact_robot::{Robot, Shape};
use enact_types::{JointVector, Pose, Stamp, Vector3};
use rapier3d::prelude::{ColliderHandle, PhysicsWorld};

use crate::geometry::{
    FIRST_OBJECT_SEGMENT_ID, FIXTURE_SEGMENT_ID, Material, ROBOT_SEGMENT_ID, RenderBody,
    TABLE_SEGMENT_ID,
};
use crate::layout::Layout;
use crate::object::{Color, ObjectShape};
use crate::parts::ConvexPart;
use crate::physics::articulation::Articulation;
use crate::physics::joint_motor::JointMotor;
use crate::physics::rigid_body::{RigidBody, add_fixture, add_object, add_table};
use crate::physics::{convert, tuning};

/// Speed below which an object is at rest, m/s.
pub const MAX_REST_SPEED_M_S: f64 = 0.02;
/// Speed of everything below which settling ends, m/s.
const SETTLED: f64 = 0.002;
/// Longest settling time, seconds of simulated time.
const SETTLING_LIMIT: f64 = 2.0;
/// Time constant of each of the two stages in which a servo smooths its goals, seconds. Together
/// they lag by some 25 ms, as is reported of real servos.
const SERVO_LAG: f64 = 0.012;
/// Color of the table where the look does not choose another.
const TABLE_COLOR: [f32; 3] = [0.45, 0.30, 0.18];

/// Color of fixtures.
const FIXTURE_COLOR: [f32; 3] = [0.55, 0.57, 0.60];

/// An arm over a table with objects on it. Equal calls give equal bytes.
pub struct World {
    physics: PhysicsWorld,
    robot: Robot,
    layout: Layout,
    arm: Articulation,
    table: (ColliderHandle, ConvexPart),
    rigid_bodies: Vec<RigidBody>,
    steps: u32,
    stamp: Stamp,
    /// Current servo setpoints: the command, approached no faster than the servos turn.
    setpoint: JointVector,
    /// Goals of individually driven servos, after the first smoothing stage.
    smoothed: JointVector,
    commanded: Option<JointVector>,
    /// Colliders of static bodies.
    fixed: Vec<ColliderHandle>,
    hardest_bump: f64,
}

/// The drive of a servo on its joint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServoDrive {
    /// Goal position, rad or m; `None` while the motor is off.
    pub goal: Option<f64>,
    /// Largest speed towards the goal, rad/s or m/s.
    pub speed: f64,
    /// Largest torque or force, N·m or N.
    pub strength: f64,
}

/// Current state of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectState {
    /// Unique name of the object.
    pub name: String,
    /// Color and shape in words.
    pub label: String,
    /// Shape of the object.
    pub shape: ObjectShape,
    /// Color of the object.
    pub color: Color,
    /// Extents along x, y, z of its own frame in meters.
    pub size: [f64; 3],
    /// `base_from_object`; the object's frame is at the center of its extents.
    pub pose: Pose,
    /// Velocity of its center, m/s.
    pub linear_velocity: Vector3,
}

impl ObjectState {
    /// Returns whether the object lies still.
    pub fn is_at_rest(&self) -> bool {
        self.linear_velocity.norm() < MAX_REST_SPEED_M_S
    }
}

impl World {
    /// Creates a robot at home among the objects of a layout.
    pub fn new(robot: &Robot, layout: &Layout) -> Self {
        let turning = robot.joints().iter().filter(|joint| !joint.prismatic);
        let fastest = turning
            .map(|joint| joint.limits.velocity)
            .fold(0.0, f64::max);
        let steps = tuning::steps_per_period(robot.control_period(), fastest);
        let mut physics = tuning::empty_world(robot.control_period() / steps);
        let table = add_table(&mut physics, &layout.table);
        let bodies = layout.fixtures.iter().filter(|fixture| fixture.is_body);
        let mut fixed: Vec<ColliderHandle> = bodies
            .map(|fixture| add_fixture(&mut physics, fixture))
            .collect();
        fixed.push(table.0);
        let arm = Articulation::new(&mut physics, robot, robot.home());
        let rigid_bodies = layout
            .objects
            .iter()
            .map(|item| add_object(&mut physics, item))
            .collect();
        Self {
            physics,
            robot: robot.clone(),
            layout: layout.clone(),
            arm,
            table,
            rigid_bodies,
            steps,
            stamp: Stamp::ZERO,
            setpoint: robot.home().clone(),
            smoothed: robot.home().clone(),
            commanded: None,
            fixed,
            hardest_bump: 0.0,
        }
    }

    /// Returns the robot.
    pub fn robot(&self) -> &Robot {
        &self.robot
    }

    /// Returns the initial layout.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the time since the world was created or settled.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Advances one control period with the servos moving towards `command` (all joints).
    pub fn step_command(&mut self, command: &JointVector) {
        self.commanded = Some(command.clone());
        self.advance(command);
    }

    /// Advances one control period with each servo driven individually.
    pub fn step_servos(&mut self, servos: &[ServoDrive]) {
        let power = |servo: &ServoDrive| servo.goal.map_or(0.0, |_| servo.strength);
        let strengths: Vec<f64> = servos.iter().map(power).collect();
        self.arm
            .set_motor_effort_limits(&mut self.physics, &strengths);
        let velocity = self.servo_velocities(servos);
        let dt = self.robot.control_period().as_secs_f64() / f64::from(self.steps);
        for _ in 0..self.steps {
            for (index, velocity) in velocity.iter().enumerate() {
                self.setpoint[index] += velocity * dt;
            }
            self.arm
                .set_motor_targets(&mut self.physics, &self.setpoint, &velocity);
            self.physics.step();
        }
        self.stamp = self.stamp.later_by(self.robot.control_period());
    }

    /// Returns the velocities of the servos' setpoints in the coming control period: smoothly
    /// towards the goals, whenever those arrive. Without a motor the setpoint is the joint's
    /// position.
    fn servo_velocities(&mut self, servos: &[ServoDrive]) -> JointVector {
        let period = self.robot.control_period().as_secs_f64();
        let share = 1.0 - (-period / SERVO_LAG).exp();
        let measured = self.arm_state().position;
        let mut velocity = JointVector::zeros(servos.len());
        for (index, servo) in servos.iter().enumerate() {
            match servo.goal {
                None => {
                    self.setpoint[index] = measured[index];
                    self.smoothed[index] = measured[index];
                }
                Some(goal) => {
                    self.smoothed[index] += share * (goal - self.smoothed[index]);
                    let wanted = share * (self.smoothed[index] - self.setpoint[index]) / period;
                    velocity[index] = wanted.clamp(-servo.speed, servo.speed);
                }
            }
        }
        velocity
    }

    /// Advances one control period with the servos holding.
    pub fn step_holding(&mut self) {
        let goal = self
            .commanded
            .clone()
            .unwrap_or_else(|| self.setpoint.clone());
        self.advance(&goal);
    }

    /// Advances until everything lies still, then resets the clock to zero.
    pub fn settle(&mut self) {
        let period = self.robot.control_period();
        let limit = Duration::from_secs_f64(SETTLING_LIMIT);
        let mut waited = Duration::ZERO;
        let mut still = 0;
        while waited < limit && still < 20 {
            self.step_holding();
            waited += period;
            let moving = |rigid_body: &RigidBody| self.velocity(rigid_body).norm() > SETTLED;
            still = if self.rigid_bodies.iter().any(moving) {
                0
            } else {
                still + 1
            };
        }
        self.stamp = Stamp::ZERO;
    }

    /// Moves the arm instantly, at rest, regardless of collisions; for pictures of many poses.
    pub fn teleport_arm(&mut self, joints: &JointVector) {
        self.arm.teleport(&mut self.physics, joints);
        self.setpoint = joints.clone();
        self.smoothed = joints.clone();
        self.commanded = None;
    }

    /// Moves an object instantly, at rest, regardless of collisions; for pictures of many poses.
    /// Does nothing if there is no such object.
    pub fn teleport_object(&mut self, index: usize, pose: &Pose) {
        if let Some(rigid_body) = self.rigid_bodies.get(index) {
            let body = &mut self.physics.bodies[rigid_body.body];
            body.set_position(convert::pose_to_engine(pose), true);
            body.set_linvel(Default::default(), true);
            body.set_angvel(Default::default(), true);
        }
    }

    /// Returns the state that the servos report.
    pub fn arm_state(&self) -> ArmState {
        let joints = &self.physics.multibody_joints;
        let read =
            |of: &dyn Fn(&JointMotor) -> f64| self.arm.read_each_joint(self.setpoint.len(), of);
        ArmState {
            stamp: self.stamp,
            position: read(&|drive| drive.position(joints)),
            velocity: read(&|drive| drive.velocity(joints)),
            effort: read(&|drive| drive.effort_fraction(joints)),
            commanded: self.commanded.clone(),
            alarm: None,
        }
    }

    /// Returns the current state of every object, in the layout's order.
    pub fn objects(&self) -> Vec<ObjectState> {
        (0..self.rigid_bodies.len())
            .map(|index| self.object_at(index))
            .collect()
    }

    /// Returns the current state of the object with this name.
    pub fn object(&self, name: &str) -> Option<ObjectState> {
        self.index_of(name).map(|index| self.object_at(index))
    }

    /// Returns whether the fingers or the hand touch this object.
    pub fn gripper_touches(&self, name: &str) -> bool {
        self.index_of(name).is_some_and(|index| {
            self.touches(
                &self.rigid_bodies[index],
                self.arm.hand_and_finger_colliders(),
            )
        })
    }

    /// Returns whether two objects touch.
    pub fn are_touching(&self, a: &str, b: &str) -> bool {
        match (self.index_of(a), self.index_of(b)) {
            (Some(a), Some(b)) => {
                self.touches(&self.rigid_bodies[a], &self.rigid_bodies[b].colliders)
            }
            _ => false,
        }
    }

    /// Returns whether an object touches the table.
    pub fn table_touches(&self, name: &str) -> bool {
        self.index_of(name)
            .is_some_and(|index| self.touches(&self.rigid_bodies[index], &[self.table.0]))
    }

    /// Returns the largest force so far, newtons, between a part of the arm and anything it must
    /// never touch: the table and fixtures, and for all parts but the hand, objects too.
    pub fn largest_collision_force_so_far(&self) -> f64 {
        self.hardest_bump
    }

    /// Returns the pose of a link of the robot in its base frame, as its joints stand; `None` if there
    /// is no such link.
    pub fn frame_pose(&self, link: &str) -> Option<Pose> {
        self.robot.frame_pose(link, &self.arm_state().position)
    }

    /// Returns everything visible.
    pub fn visible_bodies(&self) -> Vec<RenderBody> {
        let table = &self.table.1;
        let mut bodies = vec![RenderBody {
            id: TABLE_SEGMENT_ID,
            shape: table.shape.clone(),
            base_from_body: table.object_from_part,
            color: TABLE_COLOR,
            material: Material::Table,
        }];
        let fixtures = self.layout.fixtures.iter();
        bodies.extend(
            fixtures
                .filter(|fixture| fixture.is_body)
                .map(|fixture| RenderBody {
                    id: FIXTURE_SEGMENT_ID,
                    shape: Shape::Box { half: fixture.half }.into(),
                    base_from_body: fixture.base_from_fixture,
                    color: FIXTURE_COLOR,
                    material: Material::Plastic,
                }),
        );
        for (index, link) in self.robot.links().iter().enumerate() {
            let base_from_link = self.arm.link_pose(&self.physics, index);
            bodies.extend(link.shapes.iter().map(|part| RenderBody {
                id: ROBOT_SEGMENT_ID,
                shape: part.shape.clone().into(),
                base_from_body: base_from_link * part.link_from_shape,
                color: part.color,
                material: Material::Plastic,
            }));
        }
        for (index, (rigid_body, item)) in self
            .rigid_bodies
            .iter()
            .zip(&self.layout.objects)
            .enumerate()
        {
            let base_from_object = self.pose(rigid_body);
            bodies.extend(rigid_body.parts.iter().map(|part| RenderBody {
                id: FIRST_OBJECT_SEGMENT_ID + index as u16,
                shape: part.shape.clone(),
                base_from_body: base_from_object * part.object_from_part,
                color: item.color.rgb(),
                material: Material::Plastic,
            }));
        }
        bodies
    }

    fn advance(&mut self, goal: &JointVector) {
        let dt = self.robot.control_period().as_secs_f64() / f64::from(self.steps);
        for left in (1..=self.steps).rev() {
            let mut velocity = JointVector::zeros(goal.len());
            for (index, joint) in self.robot.joints().iter().enumerate() {
                let wanted = (goal[index] - self.setpoint[index]) / (f64::from(left) * dt);
                velocity[index] = wanted.clamp(-joint.limits.velocity, joint.limits.velocity);
                self.setpoint[index] += velocity[index] * dt;
            }
            self.arm
                .set_motor_targets(&mut self.physics, &self.setpoint, &velocity);
            self.physics.step();
            self.hardest_bump = self.hardest_bump.max(self.bump() / dt);
        }
        self.stamp = self.stamp.later_by(self.robot.control_period());
    }

    /// Returns the largest impulse of this step that [`hardest_bump`](Self::hardest_bump) counts,
    /// N·s.
    fn bump(&self) -> f64 {
        let hand = self
            .arm
            .hand_and_finger_colliders()
            .iter()
            .map(|collider| (collider, true));
        let limbs = self
            .arm
            .non_hand_link_colliders()
            .iter()
            .map(|collider| (collider, false));
        let mut hardest = 0.0_f64;
        for (own, is_hand) in hand.chain(limbs) {
            for pair in self.physics.contact_pairs_with(*own) {
                let other = if pair.collider1 == *own {
                    pair.collider2
                } else {
                    pair.collider1
                };
                if !is_hand || self.fixed.contains(&other) {
                    hardest = hardest.max(pair.total_impulse_magnitude().into());
                }
            }
        }
        hardest
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.layout
            .objects
            .iter()
            .position(|item| item.name == name)
    }

    fn object_at(&self, index: usize) -> ObjectState {
        let (item, rigid_body) = (&self.layout.objects[index], &self.rigid_bodies[index]);
        ObjectState {
            name: item.name.clone(),
            label: item.color_and_shape_label(),
            shape: item.shape,
            color: item.color,
            size: item.size,
            pose: self.pose(rigid_body),
            linear_velocity: self.velocity(rigid_body),
        }
    }

    fn pose(&self, rigid_body: &RigidBody) -> Pose {
        convert::pose_from_engine(self.physics.bodies[rigid_body.body].position())
    }

    fn velocity(&self, rigid_body: &RigidBody) -> Vector3 {
        convert::vector_from_engine(self.physics.bodies[rigid_body.body].linvel())
    }

    fn touches(&self, rigid_body: &RigidBody, others: &[ColliderHandle]) -> bool {
        rigid_body.colliders.iter().any(|own| {
            self.physics
                .contact_pairs_with(*own)
                .filter(|pair| others.contains(&pair.collider1) || others.contains(&pair.collider2))
                .any(|pair| pair.has_any_active_contact())
        })
    }
}
