//! A hand that follows a fixed script, just enough to test contact physics.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};

use enact_robot::{IkTarget, Robot};
use enact_sim::{CameraPlace, Layout, ObjectState, PlacedObject, TableExtent, World};
use enact_types::{Distortion, JointVector, Point3, Pose, Vector3};
use nalgebra::Unit;

/// Distance at which the fixed finger passes an object, meters.
const BESIDE: f64 = 0.0035;
/// Lowest height of the tool frame, meters: the fingertips clear the table by 4 mm.
const LOWEST: f64 = 0.0105;
/// Lifting height, meters.
const LIFT: f64 = 0.10;
/// Position along x of the axis that the arm turns about, meters.
const PAN_AXIS: f64 = 0.0388;
/// Number of points on the way up that must be within reach.
const WAYPOINTS: u32 = 20;

pub fn so101() -> Robot {
    Robot::load(&robots().join("so101")).expect("the robot that ships loads")
}

fn robots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots")
}

pub fn layout(objects: Vec<PlacedObject>) -> Layout {
    Layout {
        table: TableExtent {
            center: [0.2, 0.0],
            size: [1.2, 1.4],
        },
        camera: CameraPlace {
            distortion: Distortion::None,
            eye: Point3::new(0.62, 0.0, 0.52),
            target: Point3::new(0.19, 0.0, 0.02),
            vertical_fov: 0.73,
            width: 320,
            height: 240,
            depth: true,
        },
        objects,
        fixtures: Vec::new(),
        workspace: None,
    }
}

/// A grasp of an object: the position and orientation of the tool.
#[derive(Clone)]
pub struct Grasp {
    pub position: Point3,
    pub approach: Unit<Vector3>,
    pub opening: Vector3,
    pub joints: JointVector,
}

pub struct Hand {
    pub world: World,
    pub joints: JointVector,
}

impl Hand {
    pub fn new(robot: &Robot, objects: Vec<PlacedObject>) -> Self {
        let mut world = World::new(robot, &layout(objects));
        world.settle();
        Self {
            joints: robot.home().clone(),
            world,
        }
    }

    pub fn robot(&self) -> &Robot {
        self.world.robot()
    }

    /// Moves along a straight line in joint space, accelerating smoothly.
    pub fn go(&mut self, to: &JointVector, seconds: f64) {
        let from = self.joints.clone();
        self.run(seconds, |_, s| {
            Some(
                from.iter()
                    .zip(to.iter())
                    .map(|(a, b)| a + (b - a) * s)
                    .collect(),
            )
        });
    }

    /// Moves the tool along a straight line; returns false where no joints reach it.
    pub fn line(&mut self, grasp: &Grasp, from: Vector3, to: Vector3, seconds: f64) -> bool {
        self.run(seconds, |hand, s| {
            let at = grasp.position + from + (to - from) * s;
            hand.reach(grasp, at, &hand.joints)
        })
    }

    /// Moves the gripper's joint alone.
    pub fn grip(&mut self, joint: f64, seconds: f64) {
        let mut to = self.joints.clone();
        *to.last_mut().expect("the gripper's joint") = joint;
        self.go(&to, seconds);
    }

    pub fn wait(&mut self, seconds: f64) {
        let here = self.joints.clone();
        self.go(&here, seconds);
    }

    fn run(&mut self, seconds: f64, path: impl Fn(&Self, f64) -> Option<JointVector>) -> bool {
        let period = self.robot().control_period().as_secs_f64();
        let steps = (seconds / period).round() as usize;
        for step in 1..=steps {
            let t = step as f64 / steps as f64;
            let smooth = t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
            let Some(joints) = path(self, smooth) else {
                return false;
            };
            self.joints = joints;
            self.world.step_command(&self.joints);
        }
        true
    }

    fn reach(&self, grasp: &Grasp, at: Point3, seed: &JointVector) -> Option<JointVector> {
        let target = IkTarget::Approach {
            position: at,
            approach: grasp.approach,
            opening: Some(Unit::new_normalize(grasp.opening)),
        };
        let solution = self.robot().inverse(&target, seed).ok()?;
        let mut joints = seed.clone();
        joints[..solution.joints.len()].copy_from_slice(&solution.joints);
        let gripper = self.robot().gripper()?;
        let opens = self.robot().forward(&joints).rotation * gripper.opening_axis.into_inner();
        (opens.dot(&grasp.opening) > 0.5).then_some(joints)
    }

    /// Returns a grasp of an object across two of its faces, as upright as the arm can.
    pub fn grasp(&self, object: &ObjectState) -> Option<Grasp> {
        let center = object.pose.translation.vector;
        let (_, _, turned) = object.pose.rotation.euler_angles();
        let half = object.size[0] / 2.0;
        let mut best: Option<(f64, Grasp)> = None;
        for tilt in [0.0, 0.2, 0.4, 0.6, 0.8] {
            for quarter in 0..4 {
                let angle = turned + f64::from(quarter) * std::f64::consts::FRAC_PI_2;
                let grasp = self.candidate(center, half, tilt, angle);
                let Some((joints, roll)) = grasp.as_ref().and_then(|grasp| self.rate(grasp)) else {
                    continue;
                };
                if best.as_ref().is_none_or(|(least, _)| roll < *least) {
                    best = grasp.map(|grasp| (roll, Grasp { joints, ..grasp }));
                }
            }
            if best.is_some() {
                break;
            }
        }
        best.map(|(_, grasp)| grasp)
    }

    fn candidate(&self, center: Vector3, half: f64, tilt: f64, angle: f64) -> Option<Grasp> {
        let outward = Vector3::new(center.x - PAN_AXIS, center.y, 0.0).normalize();
        let approach = Unit::new_normalize(outward * tilt.sin() - Vector3::z() * tilt.cos());
        let level = Vector3::new(angle.cos(), angle.sin(), 0.0);
        let opening = (level - approach.into_inner() * approach.dot(&level)).normalize();
        let at = Vector3::new(center.x, center.y, center.z.max(LOWEST));
        Some(Grasp {
            position: Point3::from(at - opening * (half + BESIDE)),
            approach,
            opening,
            joints: self.joints.clone(),
        })
    }

    /// Returns the joints above the grasp and the turn of the wrist, if the grasp and the way up
    /// are within reach.
    fn rate(&self, grasp: &Grasp) -> Option<(JointVector, f64)> {
        let open = self.open_for(0.03);
        let mut seed = self.joints.clone();
        *seed.last_mut()? = open;
        let mut high = self.reach(grasp, grasp.position, &seed)?;
        for step in 1..=WAYPOINTS {
            let up = Vector3::z() * LIFT * f64::from(step) / f64::from(WAYPOINTS);
            high = self.reach(grasp, grasp.position + up, &high)?;
        }
        let roll = (high[high.len() - 2] - self.joints[high.len() - 2]).abs();
        Some((high, roll))
    }

    pub fn open_for(&self, width: f64) -> f64 {
        let gripper = self.robot().gripper().expect("it has a gripper");
        gripper.joint_for_opening((width + 0.025).min(gripper.max_opening()))
    }

    /// Grasps an object and lifts it. Returns false if it is out of reach.
    pub fn pick(&mut self, grasp: &Grasp) -> bool {
        let up = Vector3::z() * LIFT;
        let closed = self.robot().gripper().expect("it has a gripper").closed;
        self.go(&grasp.joints.clone(), 1.2);
        let mut reached = self.line(grasp, up, Vector3::zeros(), 0.8);
        self.wait(0.1);
        self.grip(closed, 0.6);
        self.wait(0.1);
        reached &= self.line(grasp, Vector3::zeros(), up, 0.8);
        self.wait(0.2);
        reached
    }

    /// Carries the held object so that its center is at `to`, releases it and retreats.
    pub fn place(&mut self, grasp: &Grasp, held: &str, to: Point3) -> bool {
        let tool = self.tool();
        let Some(object) = self.world.object(held) else {
            return false;
        };
        let offset =
            tool.rotation.inverse() * (object.pose.translation.vector - tool.translation.vector);
        let above = Vector3::z() * 0.05;
        // The arm's plane turns with the object's place, so the grasp turns with it.
        let bearing = |at: &Vector3| at.y.atan2(at.x - PAN_AXIS);
        let turn = bearing(&to.coords) - bearing(&object.pose.translation.vector);
        let spin = nalgebra::UnitQuaternion::from_euler_angles(0.0, 0.0, turn);
        let mut there = Grasp {
            approach: Unit::new_normalize(spin * grasp.approach.into_inner()),
            opening: spin * grasp.opening,
            position: to - spin * (tool.rotation * offset),
            joints: self.joints.clone(),
        };
        let high = self.reach(&there, there.position + above, &self.joints);
        let Some(high) = high else {
            return false;
        };
        there.joints = high.clone();
        self.go(&high, 1.5);
        let mut reached = self.line(&there, above, Vector3::zeros(), 0.6);
        self.wait(0.2);
        let open = self.open_for(0.03);
        self.grip(open, 0.5);
        reached &= self.line(&there, Vector3::zeros(), above, 0.6);
        self.wait(1.0);
        reached
    }

    pub fn tool(&self) -> Pose {
        self.robot().forward(&self.world.arm_state().position)
    }

    /// Returns the pose of an object in the tool frame.
    pub fn tool_from(&self, name: &str) -> Pose {
        let object = self.world.object(name).expect("the object exists");
        self.tool().inverse() * object.pose
    }
}
