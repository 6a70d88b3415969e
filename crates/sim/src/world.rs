//! The simulated world: table, objects and arm under gravity, one control period after another.

use std::time::Duration;

use enact_arm::ArmState;
use enact_robot::{Robot, Shape};
use enact_types::{JointVector, Pose, Stamp, Vector3};
use rapier3d::prelude::{ColliderHandle, PhysicsWorld};

use crate::geometry::{FIRST_OBJECT, FIXTURE, Material, ROBOT, RenderBody, TABLE};
use crate::layout::Layout;
use crate::object::{Color, ObjectShape};
use crate::parts::ConvexPart;
use crate::physics::articulation::Articulation;
use crate::physics::joint_motor::JointMotor;
use crate::physics::rigid_body::{RigidBody, add, add_fixture, add_table};
use crate::physics::{convert, tuning};

/// Slower than this (m/s) is at rest.
pub const REST: f64 = 0.02;
/// Settling ends when everything has been slower than this, m/s.
const SETTLED: f64 = 0.002;
/// Settling ends after this long in any case, seconds of simulated time.
const SETTLING_LIMIT: f64 = 2.0;
/// Time constant of each of the two stages in which a servo smooths its goals, seconds. Together
/// they lag some 25 ms behind, as is reported of real ones.
const SERVO_LAG: f64 = 0.012;
/// The table's color, where a look does not choose another.
const TABLE_COLOR: [f32; 3] = [0.45, 0.30, 0.18];

/// The color of what never moves.
const FIXTURE_COLOR: [f32; 3] = [0.55, 0.57, 0.60];

/// An arm over a table with things on it. The same calls give the same bytes.
pub struct World {
    physics: PhysicsWorld,
    robot: Robot,
    layout: Layout,
    arm: Articulation,
    table: (ColliderHandle, ConvexPart),
    rigid_bodies: Vec<RigidBody>,
    steps: u32,
    stamp: Stamp,
    /// Where the servos are told to be now: the command, approached no faster than they turn.
    setpoint: JointVector,
    /// Goals of servos that do as they like, smoothed once.
    smoothed: JointVector,
    commanded: Option<JointVector>,
    /// Colliders of what never moves.
    fixed: Vec<ColliderHandle>,
    hardest_bump: f64,
}

/// What a servo does to its joint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServoDrive {
    /// Where it wants the joint, rad or m; `None` while its motor is off.
    pub goal: Option<f64>,
    /// How fast it goes there at most, rad/s or m/s.
    pub speed: f64,
    /// Torque or force that it gives at most, N·m or N.
    pub strength: f64,
}

/// An object as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectState {
    /// A name that no other object has.
    pub name: String,
    /// Color and shape in words.
    pub label: String,
    /// What it is.
    pub shape: ObjectShape,
    /// Its color.
    pub color: Color,
    /// Extents along x, y, z of its own frame in meters.
    pub size: [f64; 3],
    /// `base_from_object`; the object's frame is in the middle of its extents.
    pub pose: Pose,
    /// Velocity of its center, m/s.
    pub linear_velocity: Vector3,
}

impl ObjectState {
    /// Whether it lies still.
    pub fn is_at_rest(&self) -> bool {
        self.linear_velocity.norm() < REST
    }
}

impl World {
    /// A robot at home among the things of a layout.
    pub fn new(robot: &Robot, layout: &Layout) -> Self {
        let steps = tuning::steps_per(robot.control_period());
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
            .map(|item| add(&mut physics, item))
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

    /// The robot in it.
    pub fn robot(&self) -> &Robot {
        &self.robot
    }

    /// The arrangement it began with.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Time since it was made or settled.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Lets one control period pass with the servos on their way to `command` (all joints).
    pub fn step_command(&mut self, command: &JointVector) {
        self.commanded = Some(command.clone());
        self.advance(command);
    }

    /// Lets one control period pass with each servo doing as it likes.
    pub fn step_servos(&mut self, servos: &[ServoDrive]) {
        let power = |servo: &ServoDrive| servo.goal.map_or(0.0, |_| servo.strength);
        let strengths: Vec<f64> = servos.iter().map(power).collect();
        self.arm.limit(&mut self.physics, &strengths);
        let velocity = self.servo_velocities(servos);
        let dt = self.robot.control_period().as_secs_f64() / f64::from(self.steps);
        for _ in 0..self.steps {
            for (index, velocity) in velocity.iter().enumerate() {
                self.setpoint[index] += velocity * dt;
            }
            self.arm.aim(&mut self.physics, &self.setpoint, &velocity);
            self.physics.step();
        }
        self.stamp = self.stamp.after(self.robot.control_period());
    }

    /// How fast the servos' setpoints move during the coming control period: towards the goals,
    /// smoothly, whenever those come. Without a motor the setpoint is where the joint is.
    fn servo_velocities(&mut self, servos: &[ServoDrive]) -> JointVector {
        let period = self.robot.control_period().as_secs_f64();
        let share = 1.0 - (-period / SERVO_LAG).exp();
        let measured = self.state().position;
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

    /// Lets one control period pass with the servos holding.
    pub fn hold(&mut self) {
        let goal = self
            .commanded
            .clone()
            .unwrap_or_else(|| self.setpoint.clone());
        self.advance(&goal);
    }

    /// Lets time pass until everything lies still, then sets the clock to zero.
    pub fn settle(&mut self) {
        let period = self.robot.control_period();
        let limit = Duration::from_secs_f64(SETTLING_LIMIT);
        let mut waited = Duration::ZERO;
        let mut still = 0;
        while waited < limit && still < 20 {
            self.hold();
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

    /// Moves the arm at once, at rest, whatever is in the way; for pictures of many poses.
    pub fn set_arm(&mut self, joints: &JointVector) {
        self.arm.teleport(&mut self.physics, joints);
        self.setpoint = joints.clone();
        self.smoothed = joints.clone();
        self.commanded = None;
    }

    /// Moves an object at once, at rest, whatever is in the way; for pictures of many poses.
    /// Does nothing if there is no such object.
    pub fn set_object(&mut self, index: usize, pose: &Pose) {
        if let Some(rigid_body) = self.rigid_bodies.get(index) {
            let body = &mut self.physics.bodies[rigid_body.body];
            body.set_position(convert::pose(pose), true);
            body.set_linvel(Default::default(), true);
            body.set_angvel(Default::default(), true);
        }
    }

    /// What the servos report.
    pub fn state(&self) -> ArmState {
        let joints = &self.physics.multibody_joints;
        let read = |of: &dyn Fn(&JointMotor) -> f64| self.arm.read(self.setpoint.len(), of);
        ArmState {
            stamp: self.stamp,
            position: read(&|drive| drive.position(joints)),
            velocity: read(&|drive| drive.velocity(joints)),
            effort: read(&|drive| drive.effort(joints)),
            commanded: self.commanded.clone(),
            alarm: None,
        }
    }

    /// Every object as it is now, in the layout's order.
    pub fn objects(&self) -> Vec<ObjectState> {
        (0..self.rigid_bodies.len())
            .map(|index| self.object_at(index))
            .collect()
    }

    /// The object of this name as it is now.
    pub fn object(&self, name: &str) -> Option<ObjectState> {
        self.index_of(name).map(|index| self.object_at(index))
    }

    /// Whether the fingers or the hand touch this object.
    pub fn gripper_touches(&self, name: &str) -> bool {
        self.index_of(name)
            .is_some_and(|index| self.touches(&self.rigid_bodies[index], self.arm.fingers()))
    }

    /// Whether two objects touch.
    pub fn touch(&self, a: &str, b: &str) -> bool {
        match (self.index_of(a), self.index_of(b)) {
            (Some(a), Some(b)) => {
                self.touches(&self.rigid_bodies[a], &self.rigid_bodies[b].colliders)
            }
            _ => false,
        }
    }

    /// Whether an object touches the table.
    pub fn table_touches(&self, name: &str) -> bool {
        self.index_of(name)
            .is_some_and(|index| self.touches(&self.rigid_bodies[index], &[self.table.0]))
    }

    /// The largest force so far, newtons, between a part of the arm and what it is never to
    /// touch: the table and fixtures, and for all of it but the hand, objects too.
    pub fn hardest_bump(&self) -> f64 {
        self.hardest_bump
    }

    /// Everything there is to see.
    pub fn geometry(&self) -> Vec<RenderBody> {
        let table = &self.table.1;
        let mut bodies = vec![RenderBody {
            id: TABLE,
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
                    id: FIXTURE,
                    shape: Shape::Box { half: fixture.half }.into(),
                    base_from_body: fixture.base_from_fixture,
                    color: FIXTURE_COLOR,
                    material: Material::Plastic,
                }),
        );
        for (index, link) in self.robot.links().iter().enumerate() {
            let base_from_link = self.arm.link_pose(&self.physics, index);
            bodies.extend(link.shapes.iter().map(|part| RenderBody {
                id: ROBOT,
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
                id: FIRST_OBJECT + index as u16,
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
            self.arm.aim(&mut self.physics, &self.setpoint, &velocity);
            self.physics.step();
            self.hardest_bump = self.hardest_bump.max(self.bump() / dt);
        }
        self.stamp = self.stamp.after(self.robot.control_period());
    }

    /// The largest impulse of this step that [`hardest_bump`](Self::hardest_bump) counts, N·s.
    fn bump(&self) -> f64 {
        let hand = self.arm.fingers().iter().map(|collider| (collider, true));
        let limbs = self.arm.limbs().iter().map(|collider| (collider, false));
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
            label: item.label(),
            shape: item.shape,
            color: item.color,
            size: item.size,
            pose: self.pose(rigid_body),
            linear_velocity: self.velocity(rigid_body),
        }
    }

    fn pose(&self, rigid_body: &RigidBody) -> Pose {
        convert::from_pose(self.physics.bodies[rigid_body.body].position())
    }

    fn velocity(&self, rigid_body: &RigidBody) -> Vector3 {
        convert::from_vector(self.physics.bodies[rigid_body.body].linvel())
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
