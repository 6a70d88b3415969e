//! Whether a step did what it was for, from what arm and camera report.

use enact_plan::{Direction, Relation, Step, Verdict};
use enact_robot::Robot;
use enact_robot::description::Gripper;
use enact_types::{Frame, JointVector, Point3, Pose, Vector3};

use crate::scene::memory::is_gone;
use crate::scene::{SceneMemory, SceneObject, Solid};
use crate::skill::push::on_table;

/// Fingers shut to less than this share of the object's width hold nothing.
const HELD_SHARE: f64 = 0.4;
/// An object seen this near to where it was is still there, metres.
const SAME_PLACE: f64 = 0.02;
/// Widest gap between things that stand beside each other, metres.
const FARTHEST_BESIDE: f64 = 0.08;
/// Least way of a push, metres.
const PUSHED: f64 = 0.015;
/// The fingertips are over an object if they are this near to its middle, metres.
const OVER: f64 = 0.03;
/// The arm is home if every joint is this near to it, rad or m.
const HOME: f64 = 0.1;
/// Depth readings this near to the expected surface show it, metres.
const SURFACE: f64 = 0.012;

/// The gripper holds nothing after closing.
pub const CLOSED_ON_NOTHING: &str = "the gripper closed on nothing";
/// The object left the gripper on the way.
pub const SLIPPED: &str = "it slipped out of the gripper";
/// The object is where it was.
pub const STILL_THERE: &str = "it is still on the table";
/// The object came to rest beside its target.
pub const FELL: &str = "it fell";
/// The object or the arm is where it was.
pub const DID_NOT_MOVE: &str = "it did not move";
/// Neither arm nor camera can tell.
pub const NOT_VISIBLE: &str = "nobody can see it";

/// What arm and camera report after a step.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The robot.
    pub robot: &'a Robot,
    /// All joints as measured, where the arm reports them.
    pub measured: Option<&'a JointVector>,
    /// The scene before the step.
    pub before: &'a SceneMemory,
    /// The scene after it, `frame` taken in.
    pub after: &'a SceneMemory,
    /// The picture taken after it.
    pub frame: &'a Frame,
}

/// A verdict and, unless it is yes, the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it worked.
    pub verdict: Verdict,
    /// Why not, in words for the next prompt.
    pub reason: String,
}

impl Judgement {
    fn yes() -> Self {
        Self {
            verdict: Verdict::Yes,
            reason: String::new(),
        }
    }

    fn no(reason: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::No,
            reason: reason.into(),
        }
    }

    fn unknown() -> Self {
        Self {
            verdict: Verdict::Unknown,
            reason: NOT_VISIBLE.to_owned(),
        }
    }
}

/// Whether a gripper with all joints at `measured` has something as wide as
/// this object between its fingers.
pub fn holds(gripper: &Gripper, measured: &JointVector, solid: &Solid) -> bool {
    let shut = gripper.opening(gripper.closed);
    let opening = gripper.opening(measured[gripper.joint]);
    opening - shut > HELD_SHARE * (solid.width() - shut).max(0.0)
}

/// Judges a step by what is known after it.
pub fn judge(step: &Step, evidence: &Evidence<'_>) -> Judgement {
    match step {
        Step::Pick { object } => pick(object, evidence),
        Step::Place {
            object,
            relation,
            target,
        } if relation.is_beside() => beside(object, *relation, target, evidence),
        Step::Place {
            object,
            relation,
            target,
        } => place(object, relation.name(), target, evidence),
        Step::Push { object, direction } => push(object, *direction, evidence),
        Step::Point { object } => point(object, evidence),
        Step::Home {} => home(evidence),
        Step::Say { .. } | Step::Ask { .. } | Step::Done {} => Judgement::yes(),
    }
}

fn pick(name: &str, evidence: &Evidence<'_>) -> Judgement {
    let Some(before) = known_before(name, evidence) else {
        return Judgement::unknown();
    };
    // Fingers that stand apart hold nothing if the object was not taken into the hand.
    let taken = evidence.after.holding() == Some(name);
    let held = evidence.measured.and_then(|measured| {
        let gripper = evidence.robot.gripper()?;
        Some(taken && holds(gripper, measured, &before.solid))
    });
    let still_there = evidence.after.objects().iter().any(|object| {
        object.is_seen() && object.label == before.label && {
            let moved = object.solid.centre() - before.solid.centre();
            moved.norm() < SAME_PLACE
        }
    });
    let gone = is_gone(evidence.frame, &before.solid);
    match (held, still_there) {
        (Some(false), true) => Judgement::no(CLOSED_ON_NOTHING),
        (Some(false), false) if appeared(before, evidence) => Judgement::no(SLIPPED),
        (Some(false), false) => Judgement::no(CLOSED_ON_NOTHING),
        (_, true) if !gone => Judgement::no(STILL_THERE),
        (Some(true), _) => Judgement::yes(),
        (None, _) if gone && !appeared(before, evidence) => Judgement::yes(),
        (None, _) => Judgement::unknown(),
    }
}

/// Whether something of the same label is seen where none was before.
fn appeared(before: &SceneObject, evidence: &Evidence<'_>) -> bool {
    let near = |a: &SceneObject, b: &SceneObject| {
        (a.solid.centre() - b.solid.centre()).norm() < SAME_PLACE
    };
    evidence
        .after
        .objects()
        .iter()
        .filter(|object| object.is_seen() && object.label == before.label)
        .any(|object| {
            !evidence
                .before
                .objects()
                .iter()
                .any(|known| near(known, object))
        })
}

fn place(name: &str, relation: &str, target: &str, evidence: &Evidence<'_>) -> Judgement {
    let missed = || Judgement::no(format!("it is not {relation} the {target}"));
    if evidence.after.holding() == Some(name) {
        return missed();
    }
    let Some(object) = evidence.after.find(name) else {
        return Judgement::unknown();
    };
    if object.is_seen() {
        let there = object
            .rests
            .as_ref()
            .is_some_and(|(_, under)| under == target);
        let beside = object.rests.is_none() && is_beside(object, target, evidence);
        return match (there, beside) {
            (true, _) => Judgement::yes(),
            (false, true) => Judgement::no(FELL),
            (false, false) => missed(),
        };
    }
    let Some(target) = evidence.after.find(target) else {
        return Judgement::unknown();
    };
    if shows_something_in(evidence.frame, target, object) {
        Judgement::yes()
    } else {
        Judgement::unknown()
    }
}

/// An object that was put down beside another.
fn beside(name: &str, relation: Relation, target: &str, evidence: &Evidence<'_>) -> Judgement {
    let missed = || Judgement::no(format!("it is not {} the {target}", relation.name()));
    if evidence.after.holding() == Some(name) {
        return missed();
    }
    let (Some(object), Some(target)) = (
        evidence.after.find(name).filter(|object| object.is_seen()),
        evidence.after.find(target),
    ) else {
        return Judgement::unknown();
    };
    let camera = &evidence.frame.base_from_camera;
    if object.rests.is_none() && stands_beside(&object.solid, relation, &target.solid, camera) {
        Judgement::yes()
    } else {
        missed()
    }
}

/// Whether `object` stands on the named side of `target`: farther that way than aside.
fn stands_beside(object: &Solid, relation: Relation, target: &Solid, camera: &Pose) -> bool {
    let offset = object.centre() - target.centre();
    let offset = Vector3::new(offset.x, offset.y, 0.0);
    let near = target.plan_distance(object.x, object.y)
        < object.footprint.outer_radius() + FARTHEST_BESIDE;
    let on_side = relation.side().is_none_or(|side| {
        on_table(camera, side).is_some_and(|way| {
            let along = offset.dot(&way);
            along > 0.0 && along > (offset - way * along).norm()
        })
    });
    near && on_side
}

/// Whether the object lies on the table next to its target.
fn is_beside(object: &SceneObject, target: &str, evidence: &Evidence<'_>) -> bool {
    evidence.after.find(target).is_some_and(|target| {
        let apart = target.solid.plan_distance(object.solid.x, object.solid.y);
        apart < 2.0 * object.solid.footprint.outer_radius() + SAME_PLACE
    })
}

/// Whether the depth over the target has risen to where the object's top should be.
fn shows_something_in(frame: &Frame, target: &SceneObject, object: &SceneObject) -> bool {
    let solid = &target.solid;
    let surface = solid.hollow.map_or(solid.top, |hollow| hollow.floor);
    let top = Point3::new(
        object.solid.x,
        object.solid.y,
        surface + object.solid.height(),
    );
    let expected = frame.base_from_camera.inverse_transform_point(&top).z;
    let measured = frame
        .project(&top)
        .and_then(|(x, y)| frame.depth.as_ref()?.at(x, y));
    measured.is_some_and(|depth| (depth - expected).abs() < SURFACE)
}

fn push(name: &str, direction: Direction, evidence: &Evidence<'_>) -> Judgement {
    let after = evidence.after.find(name).filter(|object| object.is_seen());
    let (Some(before), Some(after)) = (evidence.before.find(name), after) else {
        return Judgement::unknown();
    };
    let Some(way) = on_table(&evidence.frame.base_from_camera, direction) else {
        return Judgement::unknown();
    };
    let moved = after.solid.centre() - before.solid.centre();
    if moved.dot(&way) >= PUSHED {
        Judgement::yes()
    } else {
        Judgement::no(DID_NOT_MOVE)
    }
}

fn point(name: &str, evidence: &Evidence<'_>) -> Judgement {
    let robot = evidence.robot;
    let (Some(measured), Some(object)) = (evidence.measured, evidence.before.find(name)) else {
        return Judgement::unknown();
    };
    let tip = robot.forward(measured) * robot.end_effector().tool_from_grasp;
    let off = tip - object.solid.centre();
    let flat = Vector3::new(off.x, off.y, 0.0).norm();
    if flat < OVER && tip.z > object.solid.top {
        Judgement::yes()
    } else {
        Judgement::no(DID_NOT_MOVE)
    }
}

fn home(evidence: &Evidence<'_>) -> Judgement {
    let robot = evidence.robot;
    let arm = robot.arm_joints().len();
    match evidence.measured {
        None => Judgement::unknown(),
        Some(measured) => {
            let off = |joint: usize| (measured[joint] - robot.home()[joint]).abs();
            if (0..arm).all(|joint| off(joint) < HOME) {
                Judgement::yes()
            } else {
                Judgement::no(DID_NOT_MOVE)
            }
        }
    }
}

fn known_before<'a>(name: &str, evidence: &Evidence<'a>) -> Option<&'a SceneObject> {
    evidence.before.find(name).or_else(|| {
        let held = evidence.before.held()?;
        (held.object.name == name).then_some(&held.object)
    })
}
