//! Shipped robots, and scenes known without looking.
#![allow(dead_code, reason = "each test uses some of it")]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use enact_ground::scene::{Footprint, Hollow, SceneObject, Solid};
use enact_ground::{Grounder, Purpose, SceneMemory, StepMotion};
use enact_plan::{Relation, Step};
use enact_robot::Robot;
use enact_robot::gate::{Gate, StartState};
use enact_types::{JointVector, NormalizedPoint, Point3, Pose, Vector3};

pub static GROUNDER: LazyLock<Grounder> = LazyLock::new(|| grounder("so101"));

pub fn grounder(name: &str) -> Grounder {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../robots")
        .join(name);
    let robot = Robot::load(&folder).expect("the robot that ships loads");
    Grounder::new(Arc::new(robot)).expect("it has a gripper")
}

/// Returns a camera in front of the table that faces the robot.
fn camera() -> Pose {
    let (eye, target) = (Point3::new(0.62, 0.0, 0.52), Point3::new(0.19, 0.0, 0.02));
    let rotation = nalgebra::UnitQuaternion::face_towards(&(target - eye), &-Vector3::z());
    Pose::from_parts(eye.coords.into(), rotation)
}

pub fn object(name: &str, solid: Solid) -> SceneObject {
    SceneObject {
        name: name.to_owned(),
        label: name.to_owned(),
        point: NormalizedPoint { y: 500, x: 500 },
        solid,
        rests: None,
        unseen: 0,
        released: false,
        unsure: false,
    }
}

pub fn scene(objects: Vec<SceneObject>) -> SceneMemory {
    SceneMemory::from_known_objects(objects, camera())
}

pub fn at(radius: f64, angle: f64) -> (f64, f64) {
    (0.0388 + radius * angle.cos(), radius * angle.sin())
}

pub fn cube((x, y): (f64, f64), yaw: f64, edge: f64) -> SceneObject {
    let solid = Solid {
        yaw,
        footprint: Footprint::Rectangle {
            half: [edge / 2.0; 2],
        },
        ..Solid::guess_disc(x, y, edge / 2.0, 0.003)
    };
    object("red cube", solid)
}

pub fn bowl((x, y): (f64, f64)) -> SceneObject {
    let solid = Solid {
        top: 0.04,
        hollow: Some(Hollow {
            floor: 0.005,
            inner: Footprint::Disc { radius: 0.049 },
            foot: None,
        }),
        ..Solid::guess_disc(x, y, 0.055, 0.003)
    };
    object("blue bowl", solid)
}

pub fn pick(name: &str) -> Step {
    Step::pick_step(name)
}

pub fn place(relation: Relation, target: &str) -> Step {
    Step::place_step("red cube", relation, target)
}

/// Checks that the gate admits a motion, and returns its final joints.
pub fn assert_admissible(
    grounder: &Grounder,
    motion: &StepMotion,
    start: &JointVector,
) -> JointVector {
    let gate = Gate::new(grounder.robot());
    let mut at = start.clone();
    for segment in &motion.segments {
        let start = StartState {
            measured: &at,
            commanded: Some(&at),
        };
        let admitted = gate.admit_among_obstacles(segment.samples.clone(), &start, &segment.around);
        assert!(
            admitted.is_ok(),
            "{}: {}",
            segment.purpose,
            admitted.unwrap_err()
        );
        at = segment.end().unwrap().clone();
    }
    at
}

pub fn end_of(motion: &StepMotion, purpose: Purpose) -> &JointVector {
    let segment = motion
        .segments
        .iter()
        .find(|segment| segment.purpose == purpose);
    segment
        .and_then(|segment| segment.end())
        .expect("the motion has such a segment")
}

/// Picks the red cube; returns the scene and joints afterwards, and the motion.
pub fn picked(scene: SceneMemory) -> (SceneMemory, JointVector, StepMotion) {
    picked_by(&GROUNDER, scene)
}

pub fn picked_by(
    grounder: &Grounder,
    mut scene: SceneMemory,
) -> (SceneMemory, JointVector, StepMotion) {
    let home = grounder.robot().home().clone();
    let motion = grounder.ground(&pick("red cube"), &scene, &home).unwrap();
    let end = assert_admissible(grounder, &motion, &home);
    scene.record_grasp("red cube", motion.tool_from_object().unwrap());
    (scene, end, motion)
}
