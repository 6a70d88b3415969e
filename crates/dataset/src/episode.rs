//! Situations on the way to a goal, failures included.

use enact_plan::{ObjectView, Outcome, Relation, Situation, Step, Verdict};
use enact_types::{NormalisedPoint, Point3, Quantity, Refusal};
use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::goal::Goal;
use crate::teacher;
use crate::vocabulary::{any_cast, is_movable, shape_of};

/// A random table before anything was done.
pub fn any_table(rng: &mut impl RngExt) -> Situation {
    let mut objects: Vec<ObjectView> = any_cast(rng)
        .into_iter()
        .map(|name| ObjectView {
            name,
            point: any_point(rng),
            position: Point3::origin(),
            reachable: !rng.random_bool(0.04),
            rests: None,
            affords: Vec::new(),
        })
        .collect();
    if rng.random_bool(0.2) {
        put_one_somewhere(rng, &mut objects);
    }
    let mut situation = Situation {
        objects,
        ..Situation::default()
    };
    sort(&mut situation);
    situation
}

/// Lets the teacher act on `situation` for a few steps that succeed or fail as
/// they may, and leaves the situation as the planner would be told of it.
pub fn advance(rng: &mut impl RngExt, goal: &Goal, situation: &mut Situation) {
    let attempts = *[0, 0, 0, 0, 1, 1, 2, 2, 3, 4]
        .choose(rng)
        .expect("not empty");
    for _ in 0..attempts {
        let plan = teacher::plan(goal, situation);
        let Some(step) = plan.steps.into_iter().find(Step::moves) else {
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
        succeed(&step, situation);
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

fn succeed(step: &Step, situation: &mut Situation) {
    match step {
        Step::Pick { object } => {
            situation.holding = Some(object.clone());
            // The hand hides most of what it holds.
            situation.objects.retain(|seen| seen.name != *object);
        }
        Step::Place {
            object,
            relation,
            target,
        } => {
            situation.holding = None;
            let at = situation
                .objects
                .iter()
                .find(|seen| seen.name == *target)
                .map_or(NormalisedPoint { y: 500, x: 500 }, |seen| seen.point);
            situation.objects.push(ObjectView {
                name: object.clone(),
                point: at,
                position: Point3::origin(),
                reachable: true,
                rests: Some((*relation, target.clone())),
                affords: Vec::new(),
            });
        }
        _ => {}
    }
}

/// A failed place drops the object on the table; other failures leave all as it was.
fn fail(rng: &mut impl RngExt, step: &Step, situation: &mut Situation) {
    if let Step::Place { object, .. } = step
        && situation.holding.take().is_some()
    {
        situation.objects.push(ObjectView {
            name: object.clone(),
            point: any_point(rng),
            position: Point3::origin(),
            reachable: true,
            rests: None,
            affords: Vec::new(),
        });
    }
}

fn why_not(rng: &mut impl RngExt, step: &Step) -> String {
    let reasons: Vec<String> = match step {
        Step::Pick { .. } => vec![
            "the gripper closed on nothing".to_owned(),
            "it slipped out of the gripper".to_owned(),
            "it is still on the table".to_owned(),
        ],
        Step::Place {
            relation, target, ..
        } => vec![
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
    let what = match step {
        Step::Pick { object } | Step::Point { object } | Step::Push { object, .. } => object,
        Step::Place { target, .. } => target,
        _ => "home",
    };
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

fn put_one_somewhere(rng: &mut impl RngExt, objects: &mut [ObjectView]) {
    let Some(mover) = (0..objects.len()).find(|i| is_movable(&objects[*i].name)) else {
        return;
    };
    let others: Vec<usize> = (0..objects.len())
        .filter(|i| *i != mover && shape_of(&objects[*i].name) != "ball")
        .collect();
    if let Some(host) = others.choose(rng) {
        let host = objects[*host].clone();
        let relation = natural_relation(&host.name);
        objects[mover].point = host.point;
        objects[mover].rests = Some((relation, host.name));
    }
}

/// “in” for bowls, “on” for everything else.
pub fn natural_relation(target: &str) -> Relation {
    if shape_of(target) == "bowl" {
        Relation::In
    } else {
        Relation::On
    }
}

fn any_point(rng: &mut impl RngExt) -> NormalisedPoint {
    NormalisedPoint {
        y: rng.random_range(100..950),
        x: rng.random_range(30..970),
    }
}

/// Every new picture gives slightly different points.
fn jitter(rng: &mut impl RngExt, situation: &mut Situation) {
    for object in &mut situation.objects {
        let mut moved = |value: u16| (value + rng.random_range(0..7)).saturating_sub(3).min(1000);
        object.point = NormalisedPoint {
            y: moved(object.point.y),
            x: moved(object.point.x),
        };
    }
    sort(situation);
}

fn sort(situation: &mut Situation) {
    situation
        .objects
        .sort_by_key(|object| (object.point.y, object.point.x));
}
