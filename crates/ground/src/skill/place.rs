//! Carry, release, withdraw.

use std::f64::consts::{FRAC_PI_2, PI};

use enact_plan::Relation;
use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};

use super::context::{Context, TILTS};
use super::grasp::{HOPELESS, closest, require_in_reach};
use super::pick::shifted;
use super::script::Script;
use super::spot::{Spot, spots};
use crate::motion::body::shape_of;
use crate::motion::distance::lowest;
use crate::motion::hand::{Roll, solve};
use crate::motion::{Body, Motion, Obstacles, Purpose};
use crate::scene::{Held, Solid};

/// Heights of the released object above the surface in a container, metres.
const DROPS: [f64; 7] = [0.008, 0.014, 0.02, 0.028, 0.036, 0.046, 0.06];
/// The same on a solid thing.
const CONTACTS: [f64; 2] = [0.003, 0.006];
/// How far the held object passes above the rim, metres.
const RIM_CLEARANCE: f64 = 0.015;
/// Least height from which to come straight down, metres.
const LEAST_DESCENT: f64 = 0.03;
/// How much wider than the object the fingers open, metres.
const SPARE: [f64; 2] = [0.02, 0.01];
/// How far the hand withdraws, metres, in order of preference.
const RETREATS: [f64; 3] = [0.07, 0.05, 0.03];
/// Speeds, m/s.
const LOWER_SPEED: f64 = 0.1;
const RETREAT_SPEED: f64 = 0.12;
/// Time to open the fingers, seconds.
const OPENING: f64 = 0.5;
/// Turns about the approach direction to try.
const ROLLS: u32 = 36;
/// Cost of turning the hand, against radians that the object hangs askew.
const TURNING: f64 = 0.02;
/// So many ways of holding the object over a spot are planned through.
const ATTEMPTS: usize = 8;
/// An object that hangs more askew than this is not released, radians.
const MOST_ASKEW: f64 = 0.5;
/// Distance of the hand to the target while it releases, metres.
const TARGET_MARGIN: f64 = 0.001;

/// A hand over a spot.
struct Release {
    base_from_tool: Pose,
    posture: JointVector,
}

/// The motion that puts the held object of this name in or on `target`.
pub fn place(
    context: &Context<'_>,
    name: &str,
    relation: Relation,
    target: &str,
) -> Result<Motion, Refusal> {
    let held = context.scene.held().filter(|held| held.object.name == name);
    let held = held.ok_or_else(|| {
        Refusal::NotApplicable(match context.scene.holding() {
            Some(other) => format!("the gripper holds the {other}, not the {name}"),
            None => format!("the gripper does not hold the {name}"),
        })
    })?;
    let target = context.find(target)?;
    let body = context.body.holding(context.robot, held);
    require_in_reach(context, &target.name, &target.solid.centre())?;
    let drops: &[f64] = if target.solid.hollow.is_some() {
        &DROPS
    } else {
        &CONTACTS
    };
    let mut refusal = None;
    for spot in spots(context, &held.object.solid, target, relation)? {
        for drop in drops {
            let ways = match releases(context, held, &target.name, &target.solid, spot, *drop) {
                Ok(ways) => ways,
                Err(why) => {
                    refusal = closest(refusal, why);
                    break;
                }
            };
            match first_way(context, held, &body, &target.name, &target.solid, ways) {
                Ok(script) => {
                    return Ok(Motion {
                        segments: script.finish(),
                        tool_from_object: None,
                    });
                }
                Err(why) => refusal = closest(refusal, why),
            }
        }
    }
    Err(refusal.unwrap_or_else(|| {
        let text = format!("there is no room {} the {}", relation.name(), target.name);
        Refusal::NotApplicable(text)
    }))
}

fn first_way<'a>(
    context: &Context<'a>,
    held: &Held,
    body: &Body,
    target: &str,
    solid: &Solid,
    ways: Vec<Release>,
) -> Result<Script<'a>, Refusal> {
    let mut refusal = None;
    for way in &ways {
        for spare in SPARE {
            match through(context, held, body, target, solid, way, spare) {
                Ok(script) => return Ok(script),
                Err(why) => refusal = closest(refusal, why),
            }
        }
    }
    Err(refusal.unwrap_or_else(|| Refusal::NotApplicable(format!("no way to the {target}"))))
}

/// Postures that hold the object's underside `drop` above a spot, the most
/// upright first.
fn releases(
    context: &Context<'_>,
    held: &Held,
    target: &str,
    solid: &Solid,
    spot: Spot,
    drop: f64,
) -> Result<Vec<Release>, Refusal> {
    let point = Point3::from(held.tool_from_object.translation.vector);
    let over = Point3::new(spot.x, spot.y, spot.surface + drop);
    let turned = roll_now(context);
    let mut candidates: Vec<(f64, usize, Pose)> = Vec::new();
    for (index, tilt) in TILTS.into_iter().enumerate() {
        for step in 0..ROLLS {
            let turn = f64::from(step) * 2.0 * PI / f64::from(ROLLS);
            let pose = context
                .hand
                .pose(&point, &over, tilt, Roll::FromHeading(turned + turn));
            let object = pose * held.tool_from_object;
            let askew = (object.rotation * Vector3::z()).angle(&Vector3::z());
            if askew < MOST_ASKEW {
                let cost = askew
                    + misalignment(&object, held, solid)
                    + TURNING * turn.min(2.0 * PI - turn);
                candidates.push((cost, index, pose));
            }
        }
    }
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut found, mut refusal) = (Vec::new(), None);
    let mut failures = [0; TILTS.len()];
    for (_, tilt, pose) in candidates {
        if failures[tilt] == HOPELESS {
            continue;
        }
        let object = pose * held.tool_from_object;
        let reach = object.translation.z - lowest(&shape_of(&held.object.solid), &object);
        let pose = shifted(&pose, Vector3::z() * reach);
        match solve(context.robot, &pose, context.joints, target) {
            Ok(posture) => found.push(Release {
                base_from_tool: pose,
                posture,
            }),
            Err(why) => {
                failures[tilt] += 1;
                refusal = closest(refusal, why);
            }
        }
        if found.len() == ATTEMPTS {
            break;
        }
    }
    match (found.is_empty(), refusal) {
        (true, Some(refusal)) => Err(refusal),
        _ => Ok(found),
    }
}

/// How the hand is turned about its approach now, from its heading, radians.
fn roll_now(context: &Context<'_>) -> f64 {
    let tool = context.robot.forward(context.joints);
    let opening = context.hand.opening(&tool);
    let at = tool * context.gripper.tool_from_grasp;
    opening.y.atan2(opening.x) - context.hand.heading_of(&tool, &at)
}

/// A small cost for laying a rectangle across another, radians.
fn misalignment(object: &Pose, held: &Held, target: &Solid) -> f64 {
    if held.object.solid.is_round() || target.is_round() || target.hollow.is_some() {
        return 0.0;
    }
    let side = object.rotation * Vector3::x();
    let across = (side.y.atan2(side.x) - target.yaw).rem_euclid(FRAC_PI_2);
    0.3 * across.min(FRAC_PI_2 - across)
}

fn through<'a>(
    context: &Context<'a>,
    held: &Held,
    body: &Body,
    target: &str,
    solid: &Solid,
    way: &Release,
    spare: f64,
) -> Result<Script<'a>, Refusal> {
    let Context { robot, gripper, .. } = *context;
    let obstacles = context.obstacles();
    let around_target = Obstacles {
        held_may_touch: true,
        ..obstacles.with_margin(TARGET_MARGIN)
    };
    let open = gripper.joint_for((grasped_width(context, held) + spare).min(gripper.widest()));
    let mut opened = crate::motion::line::with_gripper(&way.posture, context.joints);
    opened[gripper.joint] = open;
    around_target.check(robot, context.body, &opened)?;

    let above = shifted(
        &way.base_from_tool,
        Vector3::z() * descent(held, solid, way),
    );
    let posture = solve(robot, &above, &way.posture, target)?;
    let mut script = Script::new(*context);
    script.transit(&posture, gripper.closed, body, &obstacles)?;
    script.line(
        &way.base_from_tool,
        LOWER_SPEED,
        Purpose::Lower,
        body,
        &around_target,
    )?;
    script.gripper(open, OPENING, Purpose::Open)?;
    retreat(context, &mut script, &way.base_from_tool, &around_target)?;
    script.home()?;
    Ok(script)
}

/// From how far up the held object comes straight down.
fn descent(held: &Held, target: &Solid, way: &Release) -> f64 {
    let object = way.base_from_tool * held.tool_from_object;
    let underside = lowest(&shape_of(&held.object.solid), &object);
    (target.top + RIM_CLEARANCE - underside).max(LEAST_DESCENT)
}

fn grasped_width(context: &Context<'_>, held: &Held) -> f64 {
    let tool_opening = context.gripper.opening_axis.into_inner();
    let along = held.tool_from_object.rotation.inverse() * tool_opening;
    2.0 * held.object.solid.footprint.half_extent(
        along.x / along.x.hypot(along.y).max(f64::MIN_POSITIVE),
        along.y / along.x.hypot(along.y).max(f64::MIN_POSITIVE),
    )
}

/// Withdraws straight up, or back along the approach where that fails.
fn retreat(
    context: &Context<'_>,
    script: &mut Script<'_>,
    from: &Pose,
    obstacles: &Obstacles,
) -> Result<(), Refusal> {
    let back = -context.hand.approach(from);
    let mut refusal = None;
    for way in RETREATS {
        for direction in [back, Vector3::z()] {
            let away = shifted(from, direction * way);
            match script.line(
                &away,
                RETREAT_SPEED,
                Purpose::Retreat,
                context.body,
                obstacles,
            ) {
                Ok(()) => return Ok(()),
                Err(why) => refusal = closest(refusal, why),
            }
        }
    }
    refusal.map_or(Ok(()), Err)
}
