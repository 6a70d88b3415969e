//! Grasps of an object.

use std::f64::consts::{FRAC_PI_2, PI};

use enact_robot::CollisionWorld;
use enact_robot::description::Gripper;
use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};

use super::context::{SkillContext, TILTS};
use crate::motion::end_effector::{Roll, solve};
use crate::scene::{Footprint, Solid};

/// Gap between the fixed finger and the object before the other finger closes, meters.
const GAP: f64 = 0.0035;
/// Excess of the finger opening over the object's width, meters; the wide opening first, the narrow
/// one where neighbors stand close.
const SPARE: [f64; 2] = [0.025, 0.013];
/// Smallest excess of the opening, meters.
const LEAST_SPARE: f64 = 0.008;
/// Height of the fingertips above the surface under the object, meters.
const TIP_CLEARANCE: f64 = 0.004;
/// Half the width of a fingertip, which gets lower when the hand tilts, meters.
const TIP_HALF_WIDTH: f64 = 0.007;
/// Height of the grasp, as a share of the object's height.
const GRASP_HEIGHT: f64 = 0.45;
/// Smallest overlap of the fingers with the object from its top, meters.
const LEAST_OVERLAP: f64 = 0.004;
/// Number of directions to try around a round object.
const ROUND_DIRECTIONS: u32 = 16;

/// Rotation beyond which a grasp counts as from another side, radians.
const OTHER_SIDE: f64 = 0.6;
/// Difference of tilt beyond which a grasp counts as at another angle, radians.
const OTHER_ANGLE: f64 = 0.25;

/// Number of unreachable directions at one tilt after which the others are skipped.
pub const HOPELESS: usize = 4;
/// Step between the directions that decide whether an object is reachable at all.
const ROUND_STEP: usize = 2;

/// A grasp of an object.
#[derive(Clone, Debug)]
pub struct Grasp {
    /// Tilt of the hand from straight down, radians.
    pub tilt: f64,
    /// Direction in which the fingers part about the base's `z`, radians.
    pub yaw: f64,
    /// Tool pose with the object between the open fingers.
    pub base_from_tool: Pose,
    /// Gripper joint position before closing.
    pub open: f64,
    /// Pose of the object in the hand once the fingers have closed.
    pub tool_from_object: Pose,
    /// Posture of the arm.
    pub posture: JointVector,
}

/// Share of the widest opening beyond which a finger that swings, rather than slides, leaves the
/// level of the other one.
const SWING: f64 = 0.6;

/// Returns the widest opening at which a grasp works, meters.
pub fn usable_opening(gripper: &Gripper) -> f64 {
    if gripper.parallel {
        gripper.widest()
    } else {
        SWING * gripper.widest()
    }
}

/// Returns whether the fingers fit around an object along some direction.
pub fn fits(gripper: &Gripper, solid: &Solid) -> bool {
    solid.width() + GAP + LEAST_SPARE <= usable_opening(gripper)
        && solid.height() > TIP_CLEARANCE + LEAST_OVERLAP
}

/// Returns whether the arm can reach any grasp of an object.
pub fn is_graspable(context: &SkillContext<'_>, name: &str, solid: &Solid) -> bool {
    fits(context.gripper, solid)
        && context.end_effector.beyond(&solid.center()).is_none()
        && TILTS.iter().any(|tilt| {
            directions(context.gripper, solid)
                .into_iter()
                .step_by(ROUND_STEP)
                .any(|(yaw, width)| reach(context, name, solid, *tilt, yaw, width).is_ok())
        })
}

/// Returns why none of the reachable grasps of an object is free; `None` if one is free, or if none
/// is reachable.
pub fn infeasibility(context: &SkillContext<'_>, name: &str, solid: &Solid) -> Option<Refusal> {
    let collision_world = [context.neighbors(name), context.only(name)];
    let mut refusal = None;
    let mut infeasible = Vec::new();
    for tilt in TILTS {
        for (yaw, width) in directions(context.gripper, solid) {
            let Ok(grasp) = reach(context, name, solid, tilt, yaw, width) else {
                continue;
            };
            for grasp in with_openings(context.gripper, solid, vec![grasp]) {
                match check_open(context, &collision_world, &grasp) {
                    Ok(()) => return None,
                    Err(why) => refusal = closest(refusal, why),
                }
                infeasible.push(grasp);
            }
        }
    }
    let is_free = |grasp: &Grasp| check_open(context, &collision_world, grasp).is_ok();
    refusal.filter(|_| !otherwise(context, &infeasible).any(|grasp| is_free(&grasp)))
}

/// Returns these grasps with the arm in its other postures.
pub fn otherwise<'a>(
    context: &'a SkillContext<'a>,
    grasps: &'a [Grasp],
) -> impl Iterator<Item = Grasp> + 'a {
    grasps.iter().flat_map(move |grasp| {
        let others = context.others(&grasp.base_from_tool, &grasp.posture);
        others.into_iter().map(|posture| Grasp {
            posture,
            ..grasp.clone()
        })
    })
}

/// Checks a grasp with its fingers open.
///
/// # Errors
/// If an obstacle is too close to the open fingers.
pub fn check_open(
    context: &SkillContext<'_>,
    collision_world: &[CollisionWorld],
    grasp: &Grasp,
) -> Result<(), Refusal> {
    collision_world
        .iter()
        .try_for_each(|around| context.check(&grasp.posture, grasp.open, around))
}

/// Returns every reachable grasp of an object, least tilted first, then nearest to the current
/// posture.
///
/// # Errors
/// If the object does not fit between the fingers or no grasp is reachable; tells how far off the
/// closest was.
pub fn grasps(
    context: &SkillContext<'_>,
    name: &str,
    solid: &Solid,
) -> Result<Vec<Grasp>, Refusal> {
    if !fits(context.gripper, solid) {
        return Err(Refusal::NotApplicable(format!(
            "the {name} is {:.3} m wide and {:.3} m high; the gripper takes up to {:.3} m",
            solid.width(),
            solid.height(),
            usable_opening(context.gripper)
        )));
    }
    require_in_reach(context, name, &solid.center())?;
    let mut found = Vec::new();
    let mut refusal = None;
    for tilt in TILTS {
        let mut at_tilt = Vec::new();
        let mut failures = 0;
        for (yaw, width) in directions(context.gripper, solid) {
            match reach(context, name, solid, tilt, yaw, width) {
                Ok(posture) => at_tilt.push(posture),
                Err(why) => {
                    failures += 1;
                    refusal = closest(refusal, why);
                }
            }
            if at_tilt.is_empty() && failures == HOPELESS {
                break;
            }
        }
        at_tilt.sort_by(|a, b| {
            let far = |grasp: &Grasp| last_joint_travel(context.joints, &grasp.posture);
            far(a).total_cmp(&far(b))
        });
        found.extend(at_tilt);
    }
    match (found.is_empty(), refusal) {
        (true, Some(refusal)) => Err(refusal),
        _ => Ok(with_openings(context.gripper, solid, found)),
    }
}

/// Returns the directions in which the fingers can close, each with the object's width along it.
fn directions(gripper: &Gripper, solid: &Solid) -> Vec<(f64, f64)> {
    let candidates: Vec<f64> = match solid.footprint {
        Footprint::Disc { .. } => (0..ROUND_DIRECTIONS)
            .map(|step| f64::from(step) * 2.0 * PI / f64::from(ROUND_DIRECTIONS))
            .collect(),
        Footprint::Rectangle { .. } => (0..4)
            .map(|side| solid.yaw + f64::from(side) * FRAC_PI_2)
            .collect(),
    };
    candidates
        .into_iter()
        .map(|yaw| {
            let direction = Vector3::new(yaw.cos(), yaw.sin(), 0.0);
            (yaw, 2.0 * solid.half_extent(&direction))
        })
        .filter(|(_, width)| width + GAP + LEAST_SPARE <= usable_opening(gripper))
        .collect()
}

fn reach(
    context: &SkillContext<'_>,
    name: &str,
    solid: &Solid,
    tilt: f64,
    yaw: f64,
    width: f64,
) -> Result<Grasp, Refusal> {
    let gripper = context.gripper;
    let direction = Vector3::new(yaw.cos(), yaw.sin(), 0.0);
    let shift = if gripper.parallel {
        0.0
    } else {
        width / 2.0 + GAP
    };
    let center = Point3::new(solid.x, solid.y, height(gripper, solid, tilt));
    let target = center - direction * shift;
    let pose = context
        .end_effector
        .pose(&gripper.tool_from_grasp, &target, tilt, Roll::Yaw(yaw));
    let posture = solve(context.robot, &pose, context.joints, name)?;
    // One finger pushes the object over the gap to the stationary one.
    let slide = if gripper.parallel { 0.0 } else { GAP };
    let base_from_object = Pose::new(
        solid.center().coords - direction * slide,
        Vector3::z() * solid.yaw,
    );
    Ok(Grasp {
        tilt,
        yaw,
        base_from_tool: pose,
        open: gripper.open,
        tool_from_object: pose.inverse() * base_from_object,
        posture,
    })
}

/// Returns the grasp height: at or below the middle, with the fingertips clear of the surface.
fn height(gripper: &Gripper, solid: &Solid, tilt: f64) -> f64 {
    let tips = gripper.fingertip_reach * tilt.cos() + TIP_HALF_WIDTH * tilt.sin();
    let lowest = solid.base + TIP_CLEARANCE + tips;
    let share = if solid.ball { 0.5 } else { GRASP_HEIGHT };
    lowest.max(solid.base + share * solid.height())
}

/// Returns each grasp with the wide opening, then with the narrow one.
fn with_openings(gripper: &Gripper, solid: &Solid, grasps: Vec<Grasp>) -> Vec<Grasp> {
    grasps
        .into_iter()
        .flat_map(|grasp| {
            let direction = Vector3::new(grasp.yaw.cos(), grasp.yaw.sin(), 0.0);
            let width = 2.0 * solid.half_extent(&direction);
            SPARE.map(|spare| Grasp {
                open: gripper.joint_for((width + spare).min(gripper.widest())),
                ..grasp.clone()
            })
        })
        .collect()
}

/// Moves the grasps that are like the first one to the end, `times` times over.
pub fn another(mut grasps: Vec<Grasp>, times: usize) -> Vec<Grasp> {
    for _ in 0..times {
        let Some(first) = grasps.first().cloned() else {
            break;
        };
        let (like, unlike): (Vec<Grasp>, Vec<Grasp>) =
            grasps.into_iter().partition(|grasp| is_like(grasp, &first));
        grasps = unlike.into_iter().chain(like).collect();
    }
    grasps
}

/// Returns whether two grasps would fail alike: nearly the same tilt, and the same finger on the
/// same side.
fn is_like(a: &Grasp, b: &Grasp) -> bool {
    let turned = (a.yaw - b.yaw).rem_euclid(2.0 * PI);
    turned.min(2.0 * PI - turned) < OTHER_SIDE && (a.tilt - b.tilt).abs() < OTHER_ANGLE
}

fn last_joint_travel(now: &JointVector, posture: &JointVector) -> f64 {
    let last = posture.len() - 1;
    (posture[last] - now[last]).abs()
}

/// Checks that the stretched arm reaches a place.
///
/// # Errors
/// If it does not, with the missing distance.
pub fn require_in_reach(
    context: &SkillContext<'_>,
    what: &str,
    target: &Point3,
) -> Result<(), Refusal> {
    match context.end_effector.beyond(target) {
        None => Ok(()),
        Some(distance) => Err(Refusal::Unreachable {
            what: what.to_owned(),
            x: target.x,
            y: target.y,
            z: target.z,
            distance,
        }),
    }
}

/// Returns the refusal that was closer to success: of unreachable places the nearer one, and of a
/// reachable but blocked place and an unreachable one, the reachable one.
pub fn closest(known: Option<Refusal>, new: Refusal) -> Option<Refusal> {
    match (&known, &new) {
        (
            Some(Refusal::Unreachable { distance: best, .. }),
            Refusal::Unreachable { distance, .. },
        ) if distance < best => Some(new),
        (Some(Refusal::Unreachable { .. }), Refusal::Unreachable { .. }) => known,
        (Some(Refusal::Unreachable { .. }) | None, _) => Some(new),
        (Some(_), _) => known,
    }
}
