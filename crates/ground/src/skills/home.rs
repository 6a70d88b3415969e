//! Move to the home posture.

use enact_plan::skills::Home;
use enact_types::Refusal;

use super::GroundedSkill;
use crate::manipulation::{MotionBuilder, SkillContext};
use crate::motion::StepMotion;
use crate::step_verdict::{DID_NOT_MOVE, StepEvidence, StepVerdict};

/// Largest distance of each joint from home that counts as at home, rad or m.
const HOME: f64 = 0.1;

impl GroundedSkill for Home {
    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal> {
        let mut script = MotionBuilder::new(*context);
        if context.scene.held_object().is_none() {
            script.add_move_home()?;
        } else {
            let (home, closed) = (context.robot.home(), context.gripper.closed);
            script.add_transit(home, closed, &context.collision_world_with_held_object())?;
        }
        Ok(script.into_step_motion())
    }

    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict {
        let robot = evidence.robot;
        let arm = robot.arm_joints().len();
        let Some(measured) = evidence.measured else {
            return StepVerdict::unknown();
        };
        let off = |joint: usize| (measured[joint] - robot.home()[joint]).abs();
        match (0..arm).all(|joint| off(joint) < HOME) {
            true => StepVerdict::yes(),
            false => StepVerdict::no(DID_NOT_MOVE),
        }
    }
}
