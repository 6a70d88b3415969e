//! Nothing moves before a yes.

use enact_plan::{Outcome, Plan};

/// Is shown a plan, and what would come of each step that moves the arm, up to the first
/// that would be refused; answers whether it may be carried out.
pub type Approver<'a> = Box<dyn FnMut(&Plan, &[Outcome]) -> bool + 'a>;

/// Whose agreement motion needs, if anybody's.
pub(crate) struct Consent<'a> {
    approver: Option<Approver<'a>>,
    may_move: bool,
}

impl<'a> Consent<'a> {
    /// Nobody is asked.
    pub(crate) fn unasked() -> Self {
        Self {
            approver: None,
            may_move: true,
        }
    }

    /// Nothing moves until `approver` agrees to a plan.
    pub(crate) fn of(approver: Approver<'a>) -> Self {
        Self {
            approver: Some(approver),
            may_move: false,
        }
    }

    /// Whether anybody is asked.
    pub(crate) fn is_needed(&self) -> bool {
        self.approver.is_some()
    }

    /// Whether the arm may move now.
    pub(crate) fn may_move(&self) -> bool {
        self.may_move
    }

    /// Asks whether a plan may be carried out, of which this would come.
    pub(crate) fn ask(&mut self, plan: &Plan, preview: &[Outcome]) -> bool {
        if let Some(approver) = &mut self.approver {
            self.may_move = approver(plan, preview);
        }
        self.may_move
    }

    /// Takes back what was agreed to and not done: the next plan needs a yes of its own.
    pub(crate) fn lapse(&mut self) {
        self.may_move = self.approver.is_none();
    }
}
