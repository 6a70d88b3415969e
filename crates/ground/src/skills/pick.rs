//! Grasp an object and lift it.

use enact_plan::Relation;
use enact_plan::skills::Pick;
use enact_robot::Robot;
use enact_robot::description::Gripper;
use enact_types::Refusal;

use super::GroundedSkill;
use crate::manipulation::context::NO_GRIPPER_REASON;
use crate::manipulation::pick_up::{plan_pick_up, try_grasps_in_order};
use crate::manipulation::{SkillContext, grasp};
use crate::motion::StepMotion;
use crate::scene::memory::is_gone;
use crate::scene::{SceneObject, Solid};
use crate::step_verdict::{
    CLOSED_ON_NOTHING, SAME_PLACE_TOLERANCE_M, SLIPPED, STILL_THERE, StepEvidence, StepVerdict,
    holds_something_as_wide,
};

impl GroundedSkill for Pick {
    fn is_afforded(gripper: &Gripper, solid: &Solid) -> bool {
        grasp::fits_in_gripper(gripper, solid)
    }

    fn why_unsupported_by_robot(robot: &Robot) -> Option<&'static str> {
        robot.gripper().is_none().then_some(NO_GRIPPER_REASON)
    }

    fn infeasibility(
        context: &SkillContext<'_>,
        _relation: Option<Relation>,
        object: &SceneObject,
    ) -> Option<Refusal> {
        grasp::refusal_if_grasps_blocked(context, &object.name, &object.solid)
    }

    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal> {
        context.require_gripper()?;
        context.require_empty_gripper()?;
        let object = context.find_object(&self.object)?;
        try_grasps_in_order(context, object, |grasp| {
            plan_pick_up(context, object, grasp)
        })
        .map(|script| script.into_step_motion())
    }

    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict {
        let name = self.object.as_str();
        let Some(before) = evidence.object_before_step(name) else {
            return StepVerdict::unknown();
        };
        // Open fingers hold nothing if the object was never grasped.
        let taken = evidence.after.held_object_name() == Some(name);
        let held = evidence.measured.and_then(|measured| {
            let gripper = evidence.robot.gripper()?;
            Some(taken && holds_something_as_wide(gripper, measured, &before.solid))
        });
        let still_there = evidence.after.objects().iter().any(|object| {
            object.is_seen() && object.label == before.label && {
                let moved = object.solid.center() - before.solid.center();
                moved.norm() < SAME_PLACE_TOLERANCE_M
            }
        });
        let gone = is_gone(evidence.frame, &before.solid);
        match (held, still_there) {
            (Some(false), true) => StepVerdict::no(CLOSED_ON_NOTHING),
            (Some(false), false) if appeared(before, evidence) => StepVerdict::no(SLIPPED),
            (Some(false), false) => StepVerdict::no(CLOSED_ON_NOTHING),
            (_, true) if !gone => StepVerdict::no(STILL_THERE),
            (Some(true), _) => StepVerdict::yes(),
            (None, _) if gone && !appeared(before, evidence) => StepVerdict::yes(),
            (None, _) => StepVerdict::unknown(),
        }
    }
}

/// Returns whether an object of the same label is seen where none was before.
fn appeared(before: &SceneObject, evidence: &StepEvidence<'_>) -> bool {
    let near = |a: &SceneObject, b: &SceneObject| {
        (a.solid.center() - b.solid.center()).norm() < SAME_PLACE_TOLERANCE_M
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
