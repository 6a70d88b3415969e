//! Hold the fingertips above an object.

use std::f64::consts::PI;

use enact_plan::Relation;
use enact_plan::skills::Point;
use enact_robot::description::Gripper;
use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};

use super::GroundedSkill;
use crate::manipulation::context::HAND_TILTS_RAD;
use crate::manipulation::grasp::{refusal_closest_to_success, require_in_reach};
use crate::manipulation::{MotionBuilder, SkillContext};
use crate::motion::StepMotion;
use crate::motion::end_effector::Roll;
use crate::scene::{SceneObject, Solid};
use crate::step_verdict::{DID_NOT_MOVE, StepEvidence, StepVerdict};

/// Heights of the fingertips above the object, meters, in order of preference.
const HOVERS: [f64; 2] = [0.035, 0.025];
/// Number of turns about the approach direction to try.
const ROLLS: u32 = 4;
/// Number of other postures of the arm to try.
const OTHERWISE: usize = 24;

/// Largest horizontal distance from fingertips to an object's center that counts as above it,
/// meters.
const OVER: f64 = 0.03;

impl GroundedSkill for Point {
    fn is_afforded(_gripper: &Gripper, _solid: &Solid) -> bool {
        true
    }

    fn infeasibility(
        context: &SkillContext<'_>,
        _relation: Option<Relation>,
        object: &SceneObject,
    ) -> Option<Refusal> {
        let (name, solid) = (&object.name, &object.solid);
        let carrying = context.collision_world_with_held_object();
        let carrying = context.posture_check_among(&carrying);
        let mut refusal = None;
        for posture in postures(context, name, solid).flatten() {
            match context.check_posture(&posture, context.gripper.closed, &carrying) {
                Ok(()) => return None,
                Err(why) => refusal = refusal_closest_to_success(refusal, why),
            }
        }
        let is_free = |posture: JointVector| {
            let closed = context.gripper.closed;
            context.check_posture(&posture, closed, &carrying).is_ok()
        };
        refusal.filter(|_| !otherwise(context, name, solid).any(is_free))
    }

    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal> {
        let name = &self.object;
        let solid = &context.find_object(name)?.solid;
        let carrying = context.collision_world_with_held_object();
        require_in_reach(context, name, &solid.center())?;
        let among = context.posture_check_among(&carrying);
        let closed = context.gripper.closed;
        let mut refusal = None;
        let others = otherwise(context, name, solid)
            .filter(|posture| context.check_posture(posture, closed, &among).is_ok())
            .take(OTHERWISE);
        for posture in postures(context, name, solid).chain(others.map(Ok)) {
            let mut script = MotionBuilder::new(*context);
            match posture.and_then(|posture| script.add_transit(&posture, closed, &carrying)) {
                Ok(()) => return Ok(script.into_step_motion()),
                Err(why) => refusal = refusal_closest_to_success(refusal, why),
            }
        }
        Err(refusal.unwrap_or_else(|| Refusal::NotApplicable(format!("no way to the {name}"))))
    }

    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict {
        let robot = evidence.robot;
        let object = evidence.before.find(&self.object);
        let (Some(measured), Some(object)) = (evidence.measured, object) else {
            return StepVerdict::unknown();
        };
        let tip = robot.forward(measured) * robot.gripper_or_bare_tool().tool_from_grasp;
        let off = tip - object.solid.center();
        let flat = Vector3::new(off.x, off.y, 0.0).norm();
        if flat < OVER && tip.z > object.solid.top {
            StepVerdict::yes()
        } else {
            StepVerdict::no(DID_NOT_MOVE)
        }
    }

    fn is_verified_before_going_home(&self) -> bool {
        true
    }
}

/// Returns postures with the fingertips above an object, the best first.
fn postures<'a>(
    context: &SkillContext<'a>,
    name: &str,
    solid: &Solid,
) -> impl Iterator<Item = Result<JointVector, Refusal>> {
    let context = *context;
    let solve = move |pose: Pose| context.solve_arm_joints(&pose, context.joints, name);
    poses(context, solid).map(solve)
}

/// Returns the arm's other postures there.
fn otherwise<'a>(
    context: &'a SkillContext<'a>,
    name: &'a str,
    solid: &Solid,
) -> impl Iterator<Item = JointVector> + 'a {
    poses(*context, solid).flat_map(move |pose| {
        let nearest = context.solve_arm_joints(&pose, context.joints, name);
        nearest.map_or_else(
            |_| Vec::new(),
            |known| context.other_postures(&pose, &known),
        )
    })
}

/// Returns tool poses with the fingertips above an object, the best first.
fn poses<'a>(context: SkillContext<'a>, solid: &Solid) -> impl Iterator<Item = Pose> + use<'a> {
    let (x, y, top) = (solid.x, solid.y, solid.upper_bound_of_top());
    let turns = |hover: f64, tilt: f64| (0..ROLLS).map(move |step| (hover, tilt, step));
    let tilts = move |hover: f64| {
        HAND_TILTS_RAD
            .into_iter()
            .flat_map(move |tilt| turns(hover, tilt))
    };
    HOVERS
        .into_iter()
        .flat_map(tilts)
        .map(move |(hover, tilt, step)| {
            let height = top + hover + context.gripper.fingertip_reach;
            let target = Point3::new(x, y, height);
            let turn = f64::from(step) * 2.0 * PI / f64::from(ROLLS);
            let grasp = &context.gripper.tool_from_grasp;
            let roll = Roll::FromHeading(turn);
            context
                .end_effector
                .tool_pose_for_target(grasp, &target, tilt, roll)
        })
}
