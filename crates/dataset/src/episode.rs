//! Situations on the way to a goal, including failures.

use enact_plan::skills::{Pick, Place};
use enact_plan::{Direction, ObjectView, Outcome, Relation, Situation, Step, Verdict};
use enact_sim::ObjectShape;
use enact_sim::render::pose_looking_at;
use enact_types::{Intrinsics, NormalizedPoint, Point3, Quantity, Refusal, Vector3};
use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::vocabulary::{is_movable, random_object_names, shape_of};
use enact_plan::expert;
use enact_plan::intent::Intent;

/// Smallest distance between two objects, meters.
const CLEARANCE: f64 = 0.07;
/// Largest offset of an object's point from its container's or support's, of 1000, so that only
/// the words tell which object lies where.
const ASIDE: u16 = 35;
/// Largest variation of a point from picture to picture, of 1000.
const JITTER: u16 = 3;
/// Number of places tried for one object.
const PLACES: usize = 60;

/// Returns a random table before any action.
pub fn random_initial_situation(rng: &mut impl RngExt) -> Situation {
    let mut objects: Vec<ObjectView> = Vec::new();
    for name in random_object_names(rng) {
        let position = free_position(rng, &objects);
        objects.push(ObjectView {
            point: picture_point(&position),
            position,
            size: any_size(rng, &name),
            reachable: !rng.random_bool(0.04),
            rests: None,
            affords: Vec::new(),
            receives: Vec::new(),
            name,
        });
    }
    if rng.random_bool(0.25) {
        put_one_somewhere(rng, &mut objects);
    }
    let mut situation = Situation {
        objects,
        ..Situation::default()
    };
    sort_in_reading_order(&mut situation);
    situation
}

/// Draws a place in front of the arm where no other object stands, if there is one.
fn free_position(rng: &mut impl RngExt, others: &[ObjectView]) -> Point3 {
    let mut position = Point3::origin();
    for _ in 0..PLACES {
        let (radius, angle) = (
            rng.random_range(0.16_f64..0.255),
            rng.random_range(-1.08_f64..1.08),
        );
        position = Point3::new(0.039 + radius * angle.cos(), radius * angle.sin(), 0.015);
        let clear = |other: &ObjectView| (other.position - position).norm() > CLEARANCE;
        if others.iter().all(clear) {
            break;
        }
    }
    position
}

fn any_size(rng: &mut impl RngExt, name: &str) -> f64 {
    match shape_of(name) {
        Some(ObjectShape::Bowl) => rng.random_range(0.09..0.12),
        Some(ObjectShape::Tray) => rng.random_range(0.1..0.16),
        Some(ObjectShape::Cylinder) => rng.random_range(0.03..0.05),
        _ => rng.random_range(0.026..0.035),
    }
}

/// Returns the image point of a place on the table, for a camera like that of the shipped scenes.
fn picture_point(position: &Point3) -> NormalizedPoint {
    const EYE: Point3 = Point3::new(0.62, 0.0, 0.52);
    const TARGET: Point3 = Point3::new(0.20, 0.0, 0.02);
    const VERTICAL_FOV_DEG: f64 = 34.0;
    let intrinsics = Intrinsics::from_vertical_fov(320, 240, VERTICAL_FOV_DEG.to_radians());
    let seen = pose_looking_at(&EYE, &TARGET).inverse_transform_point(position);
    let x = intrinsics.fx * seen.x / seen.z + intrinsics.cx;
    let y = intrinsics.fy * seen.y / seen.z + intrinsics.cy;
    NormalizedPoint::from_pixel(x.clamp(0.0, 319.0), y.clamp(0.0, 239.0), 320, 240)
}

/// Lets the expert act on `situation` for a few steps that succeed or fail at random, and leaves
/// the situation as it would be described to the planner.
pub fn simulate_expert_steps(rng: &mut impl RngExt, goal: &Intent, situation: &mut Situation) {
    let attempts = *[0, 0, 0, 0, 1, 1, 2, 2, 3, 4]
        .choose(rng)
        .expect("not empty");
    for _ in 0..attempts {
        let plan = expert::plan(goal, situation);
        let Some(step) = plan.steps.into_iter().find(Step::moves_arm) else {
            return;
        };
        let outcome = attempt(rng, step, situation);
        situation.history.push(outcome);
        jitter(rng, situation);
    }
}

fn attempt(rng: &mut impl RngExt, step: Step, situation: &mut Situation) -> Outcome {
    let verdict = match rng.random_range(0..100) {
        0..55 => Verdict::Yes,
        55..83 => Verdict::No,
        83..90 => Verdict::Unknown,
        _ => Verdict::Refused,
    };
    let really = verdict == Verdict::Yes || (verdict == Verdict::Unknown && rng.random_bool(0.5));
    if really {
        succeed(rng, &step, situation);
    } else if verdict != Verdict::Refused {
        fail(rng, &step, situation);
    }
    let reason = match verdict {
        Verdict::Yes => String::new(),
        Verdict::No => why_not(rng, &step),
        Verdict::Unknown => "nobody can see it".to_owned(),
        Verdict::Refused => any_refusal(rng, &step).to_string(),
    };
    Outcome {
        step,
        verdict,
        reason,
    }
}

fn succeed(rng: &mut impl RngExt, step: &Step, situation: &mut Situation) {
    match step {
        Step::Pick(Pick { object }) => {
            situation.holding = Some(object.clone());
            // The hand hides most of the object it holds.
            situation.objects.retain(|seen| seen.name != *object);
        }
        Step::Place(Place {
            object,
            relation,
            target,
        }) => {
            situation.holding = None;
            let position = beside(*relation, target, situation);
            situation.objects.push(ObjectView {
                name: object.clone(),
                point: match relation.is_beside() {
                    true => picture_point(&position),
                    false => near(rng, picture_point(&position), ASIDE),
                },
                position,
                size: 0.03,
                reachable: true,
                rests: (!relation.is_beside()).then(|| (*relation, target.clone())),
                affords: Vec::new(),
                receives: Vec::new(),
            });
        }
        _ => {}
    }
}

/// Returns where an object ends that was placed by this relation. The camera faces the arm: its
/// right is the base's `y`, and nearer to it is the base's `x`.
fn beside(relation: Relation, target: &str, situation: &Situation) -> Point3 {
    let at = situation
        .objects
        .iter()
        .find(|seen| seen.name == target)
        .map_or(Point3::new(0.2, 0.0, 0.015), |seen| seen.position);
    let by = match relation.side() {
        _ if !relation.is_beside() => Vector3::zeros(),
        Some(Direction::Left) | None => -Vector3::y(),
        Some(Direction::Right) => Vector3::y(),
        Some(Direction::Closer) => Vector3::x(),
        Some(Direction::Away) => -Vector3::x(),
    };
    at + by * CLEARANCE
}

/// Simulates a failed step: a failed place drops the object on the table; other failures leave
/// everything unchanged.
fn fail(rng: &mut impl RngExt, step: &Step, situation: &mut Situation) {
    if let Step::Place(Place { object, .. }) = step
        && situation.holding.take().is_some()
    {
        let position = free_position(rng, &situation.objects);
        situation.objects.push(ObjectView {
            name: object.clone(),
            point: picture_point(&position),
            position,
            size: 0.03,
            reachable: true,
            rests: None,
            affords: Vec::new(),
            receives: Vec::new(),
        });
    }
}

fn why_not(rng: &mut impl RngExt, step: &Step) -> String {
    let reasons: Vec<String> = match step {
        Step::Pick(_) => vec![
            "the gripper closed on nothing".to_owned(),
            "it slipped out of the gripper".to_owned(),
            "it is still on the table".to_owned(),
        ],
        Step::Place(Place {
            relation, target, ..
        }) => vec![
            format!("it is not {} the {target}", relation.name()),
            format!("it is not {} the {target}", relation.name()),
            "it fell".to_owned(),
            "it slipped out of the gripper".to_owned(),
            "it is still on the table".to_owned(),
        ],
        _ => vec!["it did not move".to_owned()],
    };
    reasons.choose(rng).expect("not empty").clone()
}

fn any_refusal(rng: &mut impl RngExt, step: &Step) -> Refusal {
    let what = step.object_names().last().unwrap_or("home");
    match rng.random_range(0..3) {
        0 => Refusal::Unreachable {
            what: what.to_owned(),
            x: rng.random_range(0.1..0.5),
            y: rng.random_range(-0.3..0.3),
            z: rng.random_range(0.0..0.1),
            distance: rng.random_range(0.001..0.2),
        },
        1 => Refusal::Collision {
            first: "gripper".to_owned(),
            second: what.to_owned(),
            distance: rng.random_range(-0.01..0.005),
            margin: 0.005,
        },
        _ => Refusal::JointLimit {
            joint: "elbow_flex".to_owned(),
            quantity: Quantity::Position,
            value: rng.random_range(1.7..2.5),
            min: -1.69,
            max: 1.69,
            prismatic: false,
        },
    }
}

/// Puts a movable object in or on another.
fn put_one_somewhere(rng: &mut impl RngExt, objects: &mut [ObjectView]) {
    let Some(mover) = (0..objects.len()).find(|i| is_movable(&objects[*i].name)) else {
        return;
    };
    let others: Vec<usize> = (0..objects.len())
        .filter(|i| *i != mover && shape_of(&objects[*i].name) != Some(ObjectShape::Ball))
        .collect();
    if let Some(host) = others.choose(rng) {
        let host = *host;
        place_object_in_or_on(rng, objects, mover, host);
    }
}

/// Puts one object in or on another, whichever is natural.
pub fn place_object_in_or_on(
    rng: &mut impl RngExt,
    objects: &mut [ObjectView],
    mover: usize,
    host: usize,
) {
    let host = objects[host].clone();
    objects[mover].point = near(rng, host.point, ASIDE);
    objects[mover].position = host.position;
    objects[mover].rests = Some((natural_relation(&host.name), host.name));
}

/// Returns a point up to `most` thousandths of the picture away along each side.
fn near(rng: &mut impl RngExt, point: NormalizedPoint, most: u16) -> NormalizedPoint {
    let mut moved = |value: u16| {
        (value + rng.random_range(0..=2 * most))
            .saturating_sub(most)
            .min(1000)
    };
    NormalizedPoint {
        y: moved(point.y),
        x: moved(point.x),
    }
}

/// Returns “in” for bowls and “on” for everything else.
pub fn natural_relation(target: &str) -> Relation {
    if shape_of(target) == Some(ObjectShape::Bowl) {
        Relation::In
    } else {
        Relation::On
    }
}

/// Varies all points slightly, as every new picture does.
fn jitter(rng: &mut impl RngExt, situation: &mut Situation) {
    for object in &mut situation.objects {
        object.point = near(rng, object.point, JITTER);
    }
    sort_in_reading_order(situation);
}

/// Sorts the objects into reading order.
pub fn sort_in_reading_order(situation: &mut Situation) {
    situation
        .objects
        .sort_by_key(|object| (object.point.y, object.point.x));
}
