//! Approval: nothing moves before a yes.

use enact_plan::{Outcome, Plan};

/// Receives a plan and the predicted outcome of each step that moves the arm, up to the first that
/// would be refused; returns whether the plan may be carried out.
pub type Approver<'a> = Box<dyn FnMut(&Plan, &[Outcome]) -> bool + 'a>;

/// The approver whose consent motion needs, if any.
pub(crate) struct Consent<'a> {
    approver: Option<Approver<'a>>,
    may_move: bool,
}

impl<'a> Consent<'a> {
    /// Creates a consent that never asks.
    pub(crate) fn without_approver() -> Self {
        Self {
            approver: None,
            may_move: true,
        }
    }

    /// Creates a consent under which nothing moves until `approver` agrees to a plan.
    pub(crate) fn from_approver(approver: Approver<'a>) -> Self {
        Self {
            approver: Some(approver),
            may_move: false,
        }
    }

    /// Returns whether an approver is asked.
    pub(crate) fn has_approver(&self) -> bool {
        self.approver.is_some()
    }

    /// Returns whether the arm may move now.
    pub(crate) fn may_move(&self) -> bool {
        self.may_move
    }

    /// Asks whether a plan with this preview may be carried out.
    pub(crate) fn ask(&mut self, plan: &Plan, preview: &[Outcome]) -> bool {
        if let Some(approver) = &mut self.approver {
            self.may_move = approver(plan, preview);
        }
        self.may_move
    }

    /// Revokes an agreement that has not been used up: the next plan needs a new yes.
    pub(crate) fn lapse(&mut self) {
        self.may_move = self.approver.is_none();
    }
}
