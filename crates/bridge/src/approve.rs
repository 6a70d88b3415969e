//! Nothing moves before a yes.

use enact_plan::{Outcome, Plan, Step, Verdict};
use enact_robot::Trajectory;
use enact_types::{JointVector, Refusal};

use crate::event::Event;
use crate::persistence::{Advice, advise};
use crate::session::{BridgeError, Session};

/// Is shown a plan, and what would come of each step that moves the arm, up to the first
/// that would be refused; answers whether it may be carried out.
pub type Approver<'a> = Box<dyn FnMut(&Plan, &[Outcome]) -> bool + 'a>;

impl<'a> Session<'a> {
    /// The same with somebody who must agree to each plan before anything moves.
    pub fn approved_by(mut self, approver: Approver<'a>) -> Self {
        self.approver = Some(approver);
        self.may_move = false;
        self.tell(&Event::Supervised);
        self
    }

    /// Whether a plan may be carried out.
    pub(crate) fn is_approved(
        &mut self,
        plan: &Plan,
        history: &[Outcome],
    ) -> Result<bool, BridgeError> {
        if self.approver.is_none() || !plan.steps.iter().any(Step::moves) {
            return Ok(true);
        }
        let outlook = self.outlook(plan, history)?;
        if let Some(approver) = &mut self.approver {
            self.may_move = approver(plan, &outlook);
        }
        self.tell(&Event::Agreed(self.may_move));
        Ok(self.may_move)
    }

    /// What would come of each step that moves the arm, gone about as after this `history`,
    /// without moving it.
    pub(crate) fn outlook(
        &mut self,
        plan: &Plan,
        history: &[Outcome],
    ) -> Result<Vec<Outcome>, BridgeError> {
        let at = self.goal()?;
        let (outcomes, way) = self.outlook_from(plan, history, at);
        self.tell(&Event::Rehearsed(&way));
        Ok(outcomes)
    }

    /// The same from rest at `at`, and where the arm would go.
    pub(crate) fn outlook_from(
        &self,
        plan: &Plan,
        history: &[Outcome],
        mut at: JointVector,
    ) -> (Vec<Outcome>, Vec<Trajectory>) {
        let mut memory = self.memory.clone();
        let (mut outcomes, mut way) = (Vec::new(), Vec::new());
        for step in plan.steps.iter().filter(|step| step.moves()) {
            let approach = match advise(history, step) {
                Advice::Try(approach) => approach,
                Advice::Ask(_) => 0,
            };
            let found: Result<String, Refusal> =
                self.rehearse(step, approach, &mut memory, &mut at, &mut way);
            let (verdict, reason) = match found {
                Ok(reason) => (Verdict::Unknown, reason),
                Err(refusal) => (Verdict::Refused, refusal.to_string()),
            };
            outcomes.push(Outcome {
                step: step.clone(),
                verdict,
                reason,
            });
            if verdict == Verdict::Refused {
                break;
            }
        }
        (outcomes, way)
    }
}
