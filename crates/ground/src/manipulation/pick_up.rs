//! Approach, close, lift.

use enact_robot::{CollisionWorld, TABLE_NAME};
use enact_types::{Refusal, Vector3};

use super::context::SkillContext;
use super::grasp::{
    Grasp, check_open_fingers_clear, defer_similar_grasps, find_reachable_grasps,
    grasps_in_other_postures, refusal_closest_to_success, refusal_if_grasps_blocked,
};
use super::motion_builder::MotionBuilder;
use crate::motion::end_effector::{solve, translated_pose};
use crate::motion::robot_shapes::held_object_as_body;
use crate::motion::{Effect, Purpose, Roll};
use crate::scene::{HeldObject, SceneObject};

/// Distance beyond the object's top from which the hand approaches it in a straight line, meters.
const STAND_OFF: f64 = 0.03;
/// Lifting heights, meters, in order of preference.
const LIFTS: [f64; 4] = [0.10, 0.08, 0.06, 0.045];
/// Additional tilts for lifting, radians.
const LIFT_TILTS: [f64; 4] = [0.0, 0.2, 0.4, 0.6];
/// Speeds, m/s.
const APPROACH_SPEED: f64 = 0.12;
const LIFT_SPEED: f64 = 0.12;
/// Time to close the fingers, seconds.
const CLOSING: f64 = 0.6;
/// Largest number of grasps to plan with the usual posture.
const ATTEMPTS: usize = 40;
/// Largest number of grasps to plan with other postures of the arm.
const OTHERWISE: usize = 24;

/// Returns the result of `attempt` for the first grasp of an object that it accepts.
///
/// # Errors
/// The refusal that was closest to success, if it accepts none.
pub fn try_grasps_in_order<T>(
    context: &SkillContext<'_>,
    object: &SceneObject,
    mut attempt: impl FnMut(&Grasp) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let name = &object.name;
    let mut refusal = None;
    let grasps = defer_similar_grasps(
        find_reachable_grasps(context, name, &object.solid)?,
        context.attempt,
    );
    let (neighbors, only) = (
        context.obstacles_except(name),
        context.handled_object_as_obstacle(name),
    );
    let around = context
        .posture_check_among(&neighbors)
        .with_obstacles(&only);
    let is_known_shape = object.solid.contour.is_none();
    // What has an outline of its own has so many grasps that those that are blocked are left out.
    let usual = grasps
        .iter()
        .filter(|grasp| is_known_shape || check_open_fingers_clear(context, &around, grasp).is_ok())
        .take(ATTEMPTS)
        .cloned();
    let others = grasps_in_other_postures(context, &grasps)
        .filter(|grasp| check_open_fingers_clear(context, &around, grasp).is_ok())
        .take(OTHERWISE);
    for grasp in usual.chain(others) {
        match attempt(&grasp) {
            Ok(made) => return Ok(made),
            Err(why) => refusal = refusal_closest_to_success(refusal, why),
        }
    }
    let refusal = refusal.or_else(|| refusal_if_grasps_blocked(context, name, &object.solid));
    Err(refusal.unwrap_or_else(|| Refusal::NotApplicable(format!("no way to grasp the {name}"))))
}

/// Approaches the object in a straight line with open fingers, closes them, and lifts it.
///
/// # Errors
/// If a part of the motion is unreachable, blocked, or beyond a limit.
pub fn plan_pick_up<'a>(
    context: &SkillContext<'a>,
    object: &SceneObject,
    grasp: &Grasp,
) -> Result<MotionBuilder<'a>, Refusal> {
    let SceneObject { name, solid, .. } = object;
    let SkillContext {
        robot,
        gripper,
        around,
        ..
    } = *context;
    let neighbors = context.obstacles_except(name);
    let approach = context
        .end_effector
        .approach_direction(&grasp.base_from_tool);
    let top = solid.upper_bound_of_top();
    let back = top - grasp.base_from_tool.translation.z.min(top) + STAND_OFF;
    let before = translated_pose(&grasp.base_from_tool, -approach * back);
    let posture = solve(robot, &before, &grasp.posture, name)?;

    let mut script = MotionBuilder::new(*context);
    let only = context.handled_object_as_obstacle(name);
    check_open_fingers_clear(
        context,
        &context
            .posture_check_among(&neighbors)
            .with_obstacles(&only),
        grasp,
    )?;
    script.add_transit(&posture, grasp.open, around)?;
    script.add_straight_line(
        &grasp.base_from_tool,
        APPROACH_SPEED,
        Purpose::Approach,
        &neighbors,
    )?;
    script.add_gripper_motion(gripper.closed, CLOSING, Purpose::Close, &neighbors)?;
    let mut script = lift(context, object, grasp, &script)?;
    script.set_segment_effect(Effect::Grasp {
        object: name.clone(),
        tool_from_object: grasp.tool_from_object,
    });
    Ok(script)
}

/// Lifts the object as high as possible, with the objects that rest on it. If necessary it may
/// touch its container or support, because their contact is not seen to the millimeter.
fn lift<'a>(
    context: &SkillContext<'a>,
    object: &SceneObject,
    grasp: &Grasp,
    script: &MotionBuilder<'a>,
) -> Result<MotionBuilder<'a>, Refusal> {
    let held = HeldObject {
        object: object.clone(),
        tool_from_object: grasp.tool_from_object,
    };
    let around = context
        .obstacles_except(&object.name)
        .with_held_object(Some(held_object_as_body(context.robot, &held)));
    let rests = |upper: &SceneObject| {
        let under = upper.rests.as_ref().map(|(_, under)| under);
        under == Some(&object.name)
    };
    let upon = context.scene.objects().iter().filter(|other| rests(other));
    let mut touched = vec![TABLE_NAME];
    touched.extend(upon.map(|other| other.name.as_str()));
    let free = lift_among(context, grasp, script, &around.with_touch_allowed(&touched));
    match (free, &object.rests) {
        (Err(_), Some((_, under))) => {
            touched.push(under);
            lift_among(context, grasp, script, &around.with_touch_allowed(&touched))
        }
        (free, _) => free,
    }
}

/// Lifts as high as possible, tilting outwards where the hand cannot keep its direction.
fn lift_among<'a>(
    context: &SkillContext<'a>,
    grasp: &Grasp,
    script: &MotionBuilder<'a>,
    around: &CollisionWorld,
) -> Result<MotionBuilder<'a>, Refusal> {
    let object = grasp.tool_from_object.translation.vector.into();
    let center = grasp.base_from_tool * object;
    let roll = Roll::FromHeading(
        grasp.yaw
            - context
                .end_effector
                .tilt_heading(&grasp.base_from_tool, &center),
    );
    let mut refusal = None;
    for height in LIFTS {
        for more in LIFT_TILTS {
            let up = center + Vector3::z() * height;
            let pose =
                context
                    .end_effector
                    .tool_pose_for_target(&object, &up, grasp.tilt + more, roll);
            let mut script = script.clone();
            match script.add_straight_line(&pose, LIFT_SPEED, Purpose::Lift, around) {
                Ok(()) => return Ok(script),
                Err(why) => refusal = refusal_closest_to_success(refusal, why),
            }
        }
    }
    Err(refusal.unwrap_or_else(|| Refusal::NotApplicable("it cannot be lifted".to_owned())))
}
