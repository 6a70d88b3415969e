//! Postures that hold an object over its destination.

use std::f64::consts::{FRAC_PI_2, PI};

use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};

use super::context::{HAND_TILTS_RAD, SkillContext};
use super::grasp::{MAX_UNREACHABLE_PER_TILT, refusal_closest_to_success};
use super::spot::Spot;
use crate::motion::end_effector::{Roll, translated_pose};
use crate::motion::obstacles::lowest_height_at_pose;
use crate::scene::{HeldObject, SceneObject, Solid};

/// Number of turns about the approach direction to try.
const ROLLS: u32 = 36;
/// Cost of turning the hand, relative to the radians by which the object is askew.
const TURNING: f64 = 0.02;
/// Cost of laying a rectangle across another, likewise.
const ACROSS: f64 = 0.3;
/// Number of release poses that suffice for a spot; below it, the number that suffices at each
/// tilt.
const ENOUGH_POSES: usize = 12;
const ENOUGH_PER_TILT: usize = 4;
/// Largest angle at which an object may hang askew when released, radians.
const MAX_ASKEW_ANGLE: f64 = 0.5;

/// A hand pose that holds an object over a spot.
#[derive(Clone, Debug)]
pub struct ReleasePose {
    /// Tilt of the hand from straight down, radians.
    pub tilt: f64,
    /// Roll of the hand about its approach.
    pub roll: Roll,
    /// Tool pose at which the fingers open.
    pub base_from_tool: Pose,
    /// Posture of the arm.
    pub posture: JointVector,
    /// Height from which the object falls, meters.
    pub drop: f64,
}

impl ReleasePose {
    /// Returns the position of the held object's center.
    pub fn object_center(&self, held: &HeldObject) -> Point3 {
        self.base_from_tool * Point3::from(held.tool_from_object.translation.vector)
    }

    /// Returns the height of the held object's lowest point, meters.
    pub fn object_underside_height(&self, held: &HeldObject) -> f64 {
        held_object_underside_height(&self.base_from_tool, held)
    }

    /// Returns the object as it stands after the release.
    pub fn object_after_release(&self, held: &HeldObject) -> Solid {
        let object = self.base_from_tool * held.tool_from_object;
        let base = self.object_underside_height(held) - self.drop;
        let side = object.rotation * Vector3::x();
        let solid = &held.object.solid;
        Solid {
            x: object.translation.x,
            y: object.translation.y,
            yaw: side.y.atan2(side.x),
            base,
            top: base + solid.height(),
            ..solid.clone()
        }
    }
}

/// Returns postures that hold the object's underside `drop` meters above a spot of `target`, the
/// most upright and least turned first.
///
/// # Errors
/// The refusal that was closest to success, if every pose is unreachable.
pub fn find_reachable_release_poses(
    context: &SkillContext<'_>,
    held: &HeldObject,
    target: &SceneObject,
    spot: Spot,
    drop: f64,
) -> Result<Vec<ReleasePose>, Refusal> {
    let height = spot.surface + drop;
    let (mut found, mut refusal) = (Vec::new(), None);
    let mut tried = [(0, 0); HAND_TILTS_RAD.len()];
    for (index, roll, pose) in candidates(context, held, &target.solid, spot) {
        let (successes, failures) = &mut tried[index];
        if *failures == MAX_UNREACHABLE_PER_TILT || *successes == ENOUGH_PER_TILT {
            continue;
        }
        let up = height - held_object_underside_height(&pose, held);
        let base_from_tool = translated_pose(&pose, Vector3::z() * up);
        match context.solve_arm_joints(&base_from_tool, context.joints, &target.name) {
            Ok(posture) => {
                *successes += 1;
                found.push(ReleasePose {
                    tilt: HAND_TILTS_RAD[index],
                    roll,
                    base_from_tool,
                    posture,
                    drop,
                });
            }
            Err(why) => {
                *failures += 1;
                refusal = refusal_closest_to_success(refusal, why);
            }
        }
        if found.len() == ENOUGH_POSES {
            break;
        }
    }
    match (found.is_empty(), refusal) {
        (true, Some(refusal)) => Err(refusal),
        _ => Ok(found),
    }
}

/// Returns these poses with the arm in its other postures.
pub fn release_poses_in_other_postures(
    context: &SkillContext<'_>,
    paths: &[ReleasePose],
) -> Vec<ReleasePose> {
    let others = |path: &ReleasePose| context.other_postures(&path.base_from_tool, &path.posture);
    paths
        .iter()
        .flat_map(|path| {
            others(path).into_iter().map(|posture| ReleasePose {
                posture,
                ..path.clone()
            })
        })
        .collect()
}

/// Returns hand poses over a spot, the best first: index of the tilt, roll, and tool pose.
fn candidates(
    context: &SkillContext<'_>,
    held: &HeldObject,
    target: &Solid,
    spot: Spot,
) -> Vec<(usize, Roll, Pose)> {
    let point = Point3::from(held.tool_from_object.translation.vector);
    let over = Point3::new(spot.x, spot.y, spot.surface);
    let now = roll_now(context);
    let mut ranked = Vec::new();
    for (index, tilt) in HAND_TILTS_RAD.into_iter().enumerate() {
        for step in 0..ROLLS {
            let turn = f64::from(step) * 2.0 * PI / f64::from(ROLLS);
            let roll = Roll::FromHeading(now + turn);
            let pose = context
                .end_effector
                .tool_pose_for_target(&point, &over, tilt, roll);
            let object = pose * held.tool_from_object;
            let askew = (object.rotation * Vector3::z()).angle(&Vector3::z());
            if askew < MAX_ASKEW_ANGLE {
                let turning = TURNING * turn.min(2.0 * PI - turn);
                let cost = askew + across(&object, held, target) + turning;
                ranked.push((cost, index, roll, pose));
            }
        }
    }
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    ranked
        .into_iter()
        .map(|(_, index, roll, pose)| (index, roll, pose))
        .collect()
}

/// Returns the current roll of the hand about its approach, from its heading, radians.
fn roll_now(context: &SkillContext<'_>) -> f64 {
    let tool = context.robot.forward(context.joints);
    let opening = context.end_effector.opening_direction(&tool);
    let at = tool * context.gripper.tool_from_grasp;
    opening.y.atan2(opening.x) - context.end_effector.tilt_heading(&tool, &at)
}

/// Returns the cost of laying a rectangle across another.
fn across(object: &Pose, held: &HeldObject, target: &Solid) -> f64 {
    if held.object.solid.is_round() || target.is_round() || target.hollow.is_some() {
        return 0.0;
    }
    let side = object.rotation * Vector3::x();
    let turned = (side.y.atan2(side.x) - target.yaw).rem_euclid(FRAC_PI_2);
    ACROSS * turned.min(FRAC_PI_2 - turned)
}

/// Returns the height of the held object's lowest point with the tool at this pose, meters.
pub fn held_object_underside_height(base_from_tool: &Pose, held: &HeldObject) -> f64 {
    let object = base_from_tool * held.tool_from_object;
    lowest_height_at_pose(&held.object.solid, &object)
}
