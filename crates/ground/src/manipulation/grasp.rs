//! Grasps of an object.

use std::f64::consts::{FRAC_PI_2, PI};

use enact_robot::PostureCheck;
use enact_robot::description::Gripper;
use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};

use super::context::{HAND_TILTS_RAD, SkillContext};
use crate::motion::end_effector::Roll;
use crate::scene::fit::DEPTH_POSITION_ERROR_M;
use crate::scene::{Footprint, Pinch, Solid};

/// Gap between the fixed finger and the object before the other finger closes, meters.
const GAP: f64 = 0.0035;
/// The same for a thing with an outline of its own, the far side of which is not seen to the
/// millimeter.
const CONTOUR_GAP: f64 = 0.006;
/// By how much either gap is wider where the position was not measured, meters: the lens, the
/// camera's place and the silhouette are each off by a few millimeters at least.
const UNMEASURED_GAP: f64 = 0.004;
/// Number of grasps of such a thing to try at each tilt before those that are less good.
const PER_TILT: usize = 4;
/// Costs of pinches that differ by less are alike, meters.
const SAME_COST: f64 = 0.006;
/// Excess of the finger opening over the object's width, meters; the wide opening first, the narrow
/// one where neighbors stand close.
const SPARE: [f64; 2] = [0.025, 0.013];
/// Smallest excess of the opening, meters.
const MIN_SPARE: f64 = 0.008;
/// Height of the fingertips above the surface under the object, meters.
const TIP_CLEARANCE: f64 = 0.004;
/// The same, as a share of its height, of a thing with an outline of its own, and at most, meters:
/// such things are often low, and a finger that swings comes near the table as it opens.
const CONTOUR_TIP: (f64, f64) = (0.4, 0.007);
/// Half the width of a fingertip, which gets lower when the hand tilts, meters.
const TIP_HALF_WIDTH: f64 = 0.007;
/// Height of the grasp, as a share of the object's height.
const GRASP_HEIGHT: f64 = 0.45;
/// Smallest overlap of the fingers with the object from its top, meters.
const MIN_OVERLAP: f64 = 0.004;
/// Number of directions to try around a round object.
const ROUND_DIRECTIONS: u32 = 16;

/// Rotation beyond which a grasp counts as from another side, radians.
const OTHER_SIDE: f64 = 0.6;
/// Difference of tilt beyond which a grasp counts as at another angle, radians.
const OTHER_ANGLE: f64 = 0.25;

/// Number of unreachable directions at one tilt after which the others are skipped.
pub const MAX_UNREACHABLE_PER_TILT: usize = 4;
/// Step between the directions that decide whether an object is reachable at all.
const ROUND_STEP: usize = 2;

/// A grasp of an object.
#[derive(Clone, Debug)]
pub struct Grasp {
    /// Tilt of the hand from straight down, radians.
    pub tilt: f64,
    /// Direction in which the fingers part about the base's `z`, radians.
    pub yaw: f64,
    /// Width of the object between the fingers, meters.
    pub width: f64,
    /// How far from ideal the place is where the fingers close, meters: see [`Pinch::cost`].
    pub cost: f64,
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
        gripper.max_opening()
    } else {
        SWING * gripper.max_opening()
    }
}

/// Returns whether the fingers fit around an object along some direction.
pub fn fits_in_gripper(gripper: &Gripper, solid: &Solid) -> bool {
    misfit(gripper, solid).is_none()
}

/// Returns why the fingers do not fit around an object along any direction, as what follows its
/// name; `None` if they do.
fn misfit(gripper: &Gripper, solid: &Solid) -> Option<String> {
    let widest = widest(gripper, solid);
    let low = TIP_CLEARANCE + MIN_OVERLAP;
    let centimeters = |meters: f64| format!("{:.1} cm", 100.0 * meters);
    if solid.height() <= low {
        let (height, low) = (centimeters(solid.height()), centimeters(low));
        return Some(format!("is {height} high where the fingers need {low}"));
    }
    let width = match &solid.contour {
        None => solid.smallest_width(),
        Some(contour) if contour.pinches(widest).is_empty() => contour.narrowest_width(),
        Some(_) => return None,
    };
    let (wide, most) = (centimeters(width), centimeters(widest));
    match (width > widest, &solid.contour) {
        (true, _) => Some(format!("is {wide} wide where the jaw takes {most}")),
        (false, None) => None,
        (false, Some(_)) => Some(format!(
            "has no two sides that face each other at most {most} apart near its middle"
        )),
    }
}

/// Returns the largest width that the fingers fit around, meters.
fn widest(gripper: &Gripper, solid: &Solid) -> f64 {
    usable_opening(gripper) - gap(solid) - MIN_SPARE
}

/// Returns the gap between the fixed finger and an object before the other finger closes, meters.
fn gap(solid: &Solid) -> f64 {
    let seen = match solid.contour {
        None => GAP,
        Some(_) => CONTOUR_GAP,
    };
    seen + doubt(solid)
}

/// Returns by how much the fingers keep farther from an object as they come down beside it, meters.
fn doubt(solid: &Solid) -> f64 {
    match solid.uncertainty > DEPTH_POSITION_ERROR_M {
        true => UNMEASURED_GAP,
        false => 0.0,
    }
}

/// Returns whether the arm can reach any grasp of an object.
pub fn has_reachable_grasp(context: &SkillContext<'_>, name: &str, solid: &Solid) -> bool {
    let step = if solid.contour.is_none() {
        ROUND_STEP
    } else {
        1
    };
    fits_in_gripper(context.gripper, solid)
        && context
            .end_effector
            .distance_out_of_reach(&solid.center())
            .is_none()
        && HAND_TILTS_RAD.iter().any(|tilt| {
            directions(context.gripper, solid)
                .into_iter()
                .step_by(step)
                .any(|pinch| reach(context, name, solid, *tilt, &pinch).is_ok())
        })
}

/// Returns why none of the reachable grasps of an object is free; `None` if one is free, or if none
/// is reachable.
pub fn refusal_if_grasps_blocked(
    context: &SkillContext<'_>,
    name: &str,
    solid: &Solid,
) -> Option<Refusal> {
    let (neighbors, only) = (
        context.obstacles_except(name),
        context.handled_object_as_obstacle(name),
    );
    let around = context
        .posture_check_among(&neighbors)
        .with_obstacles(&only);
    let mut refusal = None;
    let mut infeasible = Vec::new();
    for tilt in HAND_TILTS_RAD {
        for pinch in directions(context.gripper, solid) {
            let Ok(grasp) = reach(context, name, solid, tilt, &pinch) else {
                continue;
            };
            for grasp in with_openings(context.gripper, solid, vec![grasp]) {
                match check_open_fingers_clear(context, &around, &grasp) {
                    Ok(()) => return None,
                    Err(why) => refusal = refusal_closest_to_success(refusal, why),
                }
                infeasible.push(grasp);
            }
        }
    }
    let is_free = |grasp: &Grasp| check_open_fingers_clear(context, &around, grasp).is_ok();
    refusal.filter(|_| !grasps_in_other_postures(context, &infeasible).any(|grasp| is_free(&grasp)))
}

/// Returns these grasps with the arm in its other postures.
pub fn grasps_in_other_postures<'a>(
    context: &'a SkillContext<'a>,
    grasps: &'a [Grasp],
) -> impl Iterator<Item = Grasp> + 'a {
    grasps.iter().flat_map(move |grasp| {
        let others = context.other_postures(&grasp.base_from_tool, &grasp.posture);
        others.into_iter().map(|posture| Grasp {
            posture,
            ..grasp.clone()
        })
    })
}

/// Checks a grasp with its fingers open, among the object's neighbors and the object itself.
///
/// # Errors
/// If an obstacle is too close to the open fingers.
pub fn check_open_fingers_clear(
    context: &SkillContext<'_>,
    around: &PostureCheck<'_>,
    grasp: &Grasp,
) -> Result<(), Refusal> {
    context.check_posture(&grasp.posture, grasp.open, around)
}

/// Returns every reachable grasp of an object, least tilted first, then nearest to the current
/// posture.
///
/// # Errors
/// If the object does not fit between the fingers or no grasp is reachable; tells how far off the
/// closest was.
pub fn find_reachable_grasps(
    context: &SkillContext<'_>,
    name: &str,
    solid: &Solid,
) -> Result<Vec<Grasp>, Refusal> {
    if let Some(why) = misfit(context.gripper, solid) {
        return Err(Refusal::NotApplicable(format!("the {name} {why}")));
    }
    require_in_reach(context, name, &solid.center())?;
    let mut found: Vec<(usize, Grasp)> = Vec::new();
    let mut refusal = None;
    for tilt in HAND_TILTS_RAD {
        let mut at_tilt = Vec::new();
        let mut failures = 0;
        for pinch in directions(context.gripper, solid) {
            match reach(context, name, solid, tilt, &pinch) {
                Ok(posture) => at_tilt.push(posture),
                Err(why) => {
                    failures += 1;
                    refusal = refusal_closest_to_success(refusal, why);
                }
            }
            if at_tilt.is_empty() && failures == MAX_UNREACHABLE_PER_TILT {
                break;
            }
        }
        at_tilt.sort_by(|a, b| {
            let cost = |grasp: &Grasp| (grasp.cost / SAME_COST).floor();
            let far = |grasp: &Grasp| last_joint_travel(context.joints, &grasp.posture);
            let by_cost = cost(a).total_cmp(&cost(b));
            by_cost.then(far(a).total_cmp(&far(b)))
        });
        found.extend(at_tilt.into_iter().enumerate());
    }
    if solid.contour.is_some() {
        // There are many: the best at each tilt come before the next best at any.
        found.sort_by_key(|(rank, _)| rank / PER_TILT);
    }
    let found: Vec<Grasp> = found.into_iter().map(|(_, grasp)| grasp).collect();
    match (found.is_empty(), refusal) {
        (true, Some(refusal)) => Err(refusal),
        _ => Ok(with_openings(context.gripper, solid, found)),
    }
}

/// Returns the directions in which the fingers can close and where, in the base frame.
fn directions(gripper: &Gripper, solid: &Solid) -> Vec<Pinch> {
    if let Some(contour) = &solid.contour {
        let pinches = contour.pinches(widest(gripper, solid)).into_iter();
        // Either finger may be on either side.
        return pinches
            .flat_map(|pinch| {
                [0.0, PI].map(|turn| Pinch {
                    yaw: solid.yaw + pinch.yaw + turn,
                    middle: solid.footprint_to_base(pinch.middle[0], pinch.middle[1]),
                    ..pinch
                })
            })
            .collect();
    }
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
            Pinch {
                yaw,
                width: 2.0 * solid.half_extent(&direction),
                middle: [solid.x, solid.y],
                cost: 0.0,
            }
        })
        .filter(|pinch| pinch.width <= widest(gripper, solid))
        .collect()
}

fn reach(
    context: &SkillContext<'_>,
    name: &str,
    solid: &Solid,
    tilt: f64,
    pinch: &Pinch,
) -> Result<Grasp, Refusal> {
    let gripper = context.gripper;
    let Pinch {
        yaw,
        width,
        middle: [x, y],
        cost,
    } = *pinch;
    let gap = gap(solid);
    let direction = Vector3::new(yaw.cos(), yaw.sin(), 0.0);
    let shift = if gripper.parallel {
        0.0
    } else {
        width / 2.0 + gap
    };
    let center = Point3::new(x, y, height(gripper, solid, tilt));
    let target = center - direction * shift;
    let pose = context.end_effector.tool_pose_for_target(
        &gripper.tool_from_grasp,
        &target,
        tilt,
        Roll::Yaw(yaw),
    );
    let posture = context.solve_arm_joints(&pose, context.joints, name)?;
    // One finger pushes the object over the gap to the stationary one.
    let slide = if gripper.parallel { 0.0 } else { gap };
    let base_from_object = Pose::new(
        solid.center().coords - direction * slide,
        Vector3::z() * solid.yaw,
    );
    Ok(Grasp {
        tilt,
        yaw,
        width,
        cost,
        base_from_tool: pose,
        open: gripper.open,
        tool_from_object: pose.inverse() * base_from_object,
        posture,
    })
}

/// Returns the grasp height: at or below the middle and, however low the object may be, on it, with the
/// fingertips clear of the surface.
fn height(gripper: &Gripper, solid: &Solid, tilt: f64) -> f64 {
    let tips = gripper.fingertip_reach * tilt.cos() + TIP_HALF_WIDTH * tilt.sin();
    let clearance = match solid.contour {
        None => TIP_CLEARANCE,
        Some(_) => {
            let (share, most) = CONTOUR_TIP;
            (share * solid.height()).min(most).max(TIP_CLEARANCE)
        }
    };
    let lowest = solid.base + clearance + tips;
    let share = if solid.ball { 0.5 } else { GRASP_HEIGHT };
    let sure = solid.lower_bound_of_height() - MIN_OVERLAP;
    lowest.max(solid.base + (share * solid.height()).min(sure))
}

/// Returns each grasp with the wide opening, then with the narrow one.
fn with_openings(gripper: &Gripper, solid: &Solid, grasps: Vec<Grasp>) -> Vec<Grasp> {
    let sides = if gripper.parallel { 2.0 } else { 1.0 };
    let doubt = sides * doubt(solid);
    grasps
        .into_iter()
        .flat_map(|grasp| {
            SPARE.map(|spare| Grasp {
                open: gripper
                    .joint_for_opening((grasp.width + spare + doubt).min(gripper.max_opening())),
                ..grasp.clone()
            })
        })
        .collect()
}

/// Moves the grasps that are like the first one to the end, `times` times over.
pub fn defer_similar_grasps(mut grasps: Vec<Grasp>, times: usize) -> Vec<Grasp> {
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
    match context.end_effector.distance_out_of_reach(target) {
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
pub fn refusal_closest_to_success(known: Option<Refusal>, new: Refusal) -> Option<Refusal> {
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
