//! Rotate an object in place about the vertical: grasp and lift it, turn the wrist, put it down at
//! the same place.

use std::f64::consts::{FRAC_PI_2, PI};

use enact_plan::skills::Rotate;
use enact_robot::Joint;
use enact_types::{Point3, Quantity, Refusal, Vector3};

use super::GroundedSkill;
use crate::manipulation::SkillContext;
use crate::manipulation::context::HAND_TILTS_RAD;
use crate::manipulation::grasp::{Grasp, find_reachable_grasps, refusal_closest_to_success};
use crate::manipulation::pick_up::{plan_pick_up, try_grasps_in_order};
use crate::manipulation::put_down::PutDown;
use crate::manipulation::release::{ReleasePose, held_object_underside_height};
use crate::motion::StepMotion;
use crate::motion::end_effector::{Roll, solve, translated_pose};
use crate::scene::{Footprint, HeldObject, SceneObject, Solid};
use crate::step_verdict::{StepEvidence, StepVerdict};

/// Height above its place at which the object is released, meters.
const DROP: f64 = 0.003;
/// Largest angle at which an object may hang askew when put down, radians.
const MAX_ASKEW_ANGLE: f64 = 0.25;
/// Number of iterations for the roll of the hand that rotates the object as requested.
const ROUNDS: usize = 4;
/// Largest difference between the turns of wrist and object, radians: another posture of the arm
/// would turn it the other way around.
const SAME_TURN: f64 = 0.5;
/// Step of the wrist for measuring its effect on the hand's direction, radians.
const PROBE: f64 = 0.01;
/// Smallest share of the wrist's turn by which the hand turns about the vertical.
const MIN_EFFECT: f64 = 0.7;
/// Spacing of the angles tested for the reachable range, degrees.
const SPACING: i16 = 5;
/// Number of grasps tested for the reachable range.
const GRASPS: usize = 12;

/// Displacement beyond which an object was not put down in place, meters.
const ELSEWHERE: f64 = 0.03;
/// Largest error of a successful rotation, radians.
const TOLERANCE: f64 = 0.21;
/// Relative difference of half extents below which they count as those of a square.
const SQUARE: f64 = 0.15;

/// The gripper still holds the object.
const NOT_PUT_DOWN: &str = "it was not put down";
/// The object is seen at another place.
const MOVED_AWAY: &str = "it is not where it stood";
/// The object is seen at another angle.
const NOT_TURNED: &str = "it is not turned as asked";

impl GroundedSkill for Rotate {
    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal> {
        context.require_gripper()?;
        context.require_empty_gripper()?;
        let object = context.find_object(&self.object)?;
        require_nothing_upon(context, object)?;
        let (mut tried, mut allowed) = (false, false);
        let made = try_grasps_in_order(context, object, |grasp| {
            tried = true;
            let turned = turned(context, object, grasp, radians(self))?;
            allowed = true;
            let lifted = plan_pick_up(context, object, grasp)?.into_step_motion();
            put_back(context, object, lifted, &turned, radians(self))
        });
        if tried && !allowed {
            return Err(out_of_range(context, object, self));
        }
        made
    }

    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict {
        if evidence.after.held_object_name() == Some(self.object.as_str()) {
            return StepVerdict::no(NOT_PUT_DOWN);
        }
        let after = evidence.after.find(&self.object);
        let after = after.filter(|object| object.is_seen());
        let (Some(before), Some(after)) = (evidence.before.find(&self.object), after) else {
            return StepVerdict::unknown();
        };
        let moved = after.solid.center() - before.solid.center();
        if moved.xy().norm() > ELSEWHERE {
            return StepVerdict::no(MOVED_AWAY);
        }
        match off(&before.solid, &after.solid, radians(self)) {
            Some(off) if off > TOLERANCE => StepVerdict::no(NOT_TURNED),
            // If its shape does not show the angle, the object was at least put down in place.
            _ => StepVerdict::yes(),
        }
    }
}

fn radians(step: &Rotate) -> f64 {
    f64::from(step.degrees).to_radians()
}

/// Returns the refusal of an angle that the wrist does not allow with any grasp.
fn out_of_range(context: &SkillContext<'_>, object: &SceneObject, step: &Rotate) -> Refusal {
    let name = &object.name;
    let (least, most) = (
        reachable(context, object, -1),
        reachable(context, object, 1),
    );
    Refusal::NotApplicable(match (least, most) {
        (0, 0) => format!("the {name} cannot be turned where it stands"),
        _ => format!(
            "the {name} can be turned by {least} to {most} degrees where it stands, not by {}",
            step.degrees
        ),
    })
}

/// Returns the largest angle with this sign that the wrist allows with some grasp, degrees.
fn reachable(context: &SkillContext<'_>, object: &SceneObject, sign: i16) -> i16 {
    let Ok(grasps) = find_reachable_grasps(context, &object.name, &object.solid) else {
        return 0;
    };
    let is_allowed = |degrees: &i16| {
        let by = f64::from(*degrees).to_radians();
        let mut grasps = grasps.iter().take(GRASPS);
        grasps.any(|grasp| turned(context, object, grasp, by).is_ok())
    };
    let angles = (1..=Rotate::MAX_DEGREES / SPACING).map(|step| sign * step * SPACING);
    angles.take_while(is_allowed).last().unwrap_or(0)
}

/// Checks that nothing stands on the object, because it would fall.
fn require_nothing_upon(context: &SkillContext<'_>, object: &SceneObject) -> Result<(), Refusal> {
    let mut others = context.scene.objects().iter();
    let upon = others.find(|other| {
        let under = other.rests.as_ref().map(|(_, under)| under);
        under == Some(&object.name)
    });
    match upon {
        None => Ok(()),
        Some(upon) => Err(Refusal::NotApplicable(format!(
            "the {} is on the {}",
            upon.name, object.name
        ))),
    }
}

/// Returns release poses for an object with this grasp over its place, rotated by `by` radians, the
/// least askew first. Only the wrist rotates it.
fn turned(
    context: &SkillContext<'_>,
    object: &SceneObject,
    grasp: &Grasp,
    by: f64,
) -> Result<Vec<ReleasePose>, Refusal> {
    let held = HeldObject {
        object: object.clone(),
        tool_from_object: grasp.tool_from_object,
    };
    let wrist = grasp.posture.len() - 1;
    let mut seed = grasp.posture.clone();
    seed[wrist] += by / effect(context, grasp)?;
    require_within_limits(&context.robot.arm_joints()[wrist], seed[wrist])?;
    let middle = Point3::from(grasp.tool_from_object.translation.vector);
    let center = object.solid.center();
    let rolled = grasp.yaw
        - context
            .end_effector
            .tilt_heading(&grasp.base_from_tool, &center)
        + by;
    let (mut found, mut refusal) = (Vec::new(), None);
    for tilt in HAND_TILTS_RAD {
        let mut roll = rolled;
        let mut pose = context.end_effector.tool_pose_for_target(
            &middle,
            &center,
            tilt,
            Roll::FromHeading(roll),
        );
        for _ in 0..ROUNDS {
            let side = pose * held.tool_from_object * Vector3::x();
            roll -= within(side.y.atan2(side.x) - object.solid.yaw - by, 2.0 * PI);
            pose = context.end_effector.tool_pose_for_target(
                &middle,
                &center,
                tilt,
                Roll::FromHeading(roll),
            );
        }
        let upright = pose * held.tool_from_object * Vector3::z();
        let askew = upright.angle(&Vector3::z());
        if askew > MAX_ASKEW_ANGLE {
            continue;
        }
        let up = object.solid.base + DROP - held_object_underside_height(&pose, &held);
        let base_from_tool = translated_pose(&pose, Vector3::z() * up);
        match solve(context.robot, &base_from_tool, &seed, &object.name) {
            Ok(posture) if (posture[wrist] - seed[wrist]).abs() < SAME_TURN => {
                let release = ReleasePose {
                    tilt,
                    roll: Roll::FromHeading(roll),
                    base_from_tool,
                    posture,
                    drop: DROP,
                };
                found.push((askew, release));
            }
            Ok(_) => {}
            Err(why) => refusal = refusal_closest_to_success(refusal, why),
        }
    }
    if found.is_empty() {
        let name = &object.name;
        return Err(refusal.unwrap_or_else(|| {
            Refusal::NotApplicable(format!("the {name} cannot be held upright when turned"))
        }));
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(found.into_iter().map(|(_, release)| release).collect())
}

fn require_within_limits(joint: &Joint, position: f64) -> Result<(), Refusal> {
    let limits = &joint.limits;
    if limits.min <= position && position <= limits.max {
        return Ok(());
    }
    Err(Refusal::JointLimit {
        joint: joint.name.clone(),
        quantity: Quantity::Position,
        value: position,
        min: limits.min,
        max: limits.max,
        prismatic: joint.prismatic,
    })
}

/// Returns how far the hand turns about the vertical when the last joint turns, as a ratio.
fn effect(context: &SkillContext<'_>, grasp: &Grasp) -> Result<f64, Refusal> {
    let direction = |by: f64| {
        let mut posture = grasp.posture.clone();
        let wrist = posture.len() - 1;
        posture[wrist] += by;
        let joints = context.joints_with_gripper_at(&posture, context.joints, grasp.open);
        let opening = context
            .end_effector
            .opening_direction(&context.robot.forward(&joints));
        opening.y.atan2(opening.x)
    };
    let effect = within(direction(PROBE) - direction(0.0), 2.0 * PI) / PROBE;
    if effect.abs() < MIN_EFFECT {
        let text = "the wrist does not turn about the vertical there".to_owned();
        return Err(Refusal::NotApplicable(text));
    }
    Ok(effect)
}

/// Returns the continuation of a motion that has lifted the object: puts it down rotated.
fn put_back(
    context: &SkillContext<'_>,
    object: &SceneObject,
    mut lifted: StepMotion,
    turned: &[ReleasePose],
    by: f64,
) -> Result<StepMotion, Refusal> {
    let mut scene = context.scene.clone();
    let mut joints = context.joints.clone();
    for segment in &lifted.segments {
        if let Some(end) = segment.end() {
            joints = end.clone();
        }
        if let Some(effect) = &segment.effect {
            scene.apply_effect(effect, &context.robot.forward(&joints));
        }
    }
    let around = context.around.without_perceived_obstacle(&object.name);
    let context = SkillContext {
        scene: &scene,
        around: &around,
        joints: &joints,
        ..*context
    };
    let Some(held) = scene.held_object() else {
        let text = format!("the gripper does not hold the {}", object.name);
        return Err(Refusal::NotApplicable(text));
    };
    let put_down = PutDown {
        context,
        held,
        target: object,
        carrying: context.collision_world_with_held_object(),
        yaw: Some(within(object.solid.yaw + by, 2.0 * PI)),
    };
    let down = put_down
        .plan_first_feasible_release(turned)?
        .into_step_motion();
    lifted.segments.extend(down.segments);
    Ok(lifted)
}

/// Returns the error of a rotation by `by`, radians; `None` where the object's shape does not show
/// it, or its symmetry hides it.
fn off(before: &Solid, after: &Solid, by: f64) -> Option<f64> {
    let (from, symmetry) = angle_of(before)?;
    let (to, also) = angle_of(after)?;
    let symmetry = symmetry.min(also);
    if within(by, symmetry).abs() < 2.0 * TOLERANCE {
        return None;
    }
    Some(within(to - from - by, symmetry).abs())
}

/// Returns the direction of an object's long side, and the smallest rotation that leaves it looking
/// the same, radians.
fn angle_of(solid: &Solid) -> Option<(f64, f64)> {
    let Footprint::Rectangle { half: [u, v] } = solid.footprint else {
        return None;
    };
    if (u - v).abs() < SQUARE * u.max(v) {
        return Some((solid.yaw, FRAC_PI_2));
    }
    let along = if u > v { 0.0 } else { FRAC_PI_2 };
    Some((solid.yaw + along, PI))
}

/// Wraps an angle to within half a `period` of zero.
fn within(angle: f64, period: f64) -> f64 {
    (angle + period / 2.0).rem_euclid(period) - period / 2.0
}
