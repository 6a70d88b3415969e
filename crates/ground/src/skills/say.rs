//! Tell the person something: nothing moves.

use enact_plan::skills::Say;
use enact_types::Refusal;

use super::GroundedSkill;
use crate::manipulation::Context;
use crate::motion::Motion;
use crate::verify::{Evidence, Judgement};

impl GroundedSkill for Say {
    fn motion(&self, _context: &Context<'_>) -> Result<Motion, Refusal> {
        Ok(Motion::default())
    }

    fn verify(&self, _evidence: &Evidence<'_>) -> Judgement {
        Judgement::yes()
    }
}
