//! Move to the home posture.

use enact_plan::skills::Home;
use enact_types::Refusal;

use super::GroundedSkill;
use crate::manipulation::{Context, Script};
use crate::motion::Motion;
use crate::verify::{DID_NOT_MOVE, Evidence, Judgement};

/// The arm is home if every joint is this near to it, rad or m.
const HOME: f64 = 0.1;

impl GroundedSkill for Home {
    fn motion(&self, context: &Context<'_>) -> Result<Motion, Refusal> {
        let mut script = Script::new(*context);
        if context.scene.held().is_none() {
            script.home()?;
        } else {
            let (home, closed) = (context.robot.home(), context.gripper.closed);
            script.transit(home, closed, &context.carrying())?;
        }
        Ok(script.finish())
    }

    fn verify(&self, evidence: &Evidence<'_>) -> Judgement {
        let robot = evidence.robot;
        let arm = robot.arm_joints().len();
        let Some(measured) = evidence.measured else {
            return Judgement::unknown();
        };
        let off = |joint: usize| (measured[joint] - robot.home()[joint]).abs();
        match (0..arm).all(|joint| off(joint) < HOME) {
            true => Judgement::yes(),
            false => Judgement::no(DID_NOT_MOVE),
        }
    }
}
