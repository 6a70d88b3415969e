//! Declare the task done: nothing moves.

use enact_plan::skills::Done;
use enact_types::Refusal;

use super::GroundedSkill;
use crate::manipulation::SkillContext;
use crate::motion::StepMotion;
use crate::step_verdict::{StepEvidence, StepVerdict};

impl GroundedSkill for Done {
    fn motion(&self, _context: &SkillContext<'_>) -> Result<StepMotion, Refusal> {
        Ok(StepMotion::default())
    }

    fn verify(&self, _evidence: &StepEvidence<'_>) -> StepVerdict {
        StepVerdict::yes()
    }
}
