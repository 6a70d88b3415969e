//! The model that criticizes.

use std::cell::RefCell;
use std::rc::Rc;

use crate::planner::PlannerError;
use crate::strategy::{PlanningTurn, TextModel, TextReply, TextRequest};

/// The model that criticizes, which critic and dialogue share.
#[derive(Clone)]
pub enum CriticModel {
    /// The model that plans.
    Planner,
    /// Another one.
    Other(Rc<RefCell<dyn TextModel>>),
}

impl CriticModel {
    /// Creates one that asks another model than the planner.
    pub fn from_other_model(model: impl TextModel + 'static) -> Self {
        Self::Other(Rc::new(RefCell::new(model)))
    }

    /// Asks it, and keeps account of the cost.
    ///
    /// # Errors
    /// [`PlannerError`] if the model cannot be asked or does not answer.
    pub(in crate::strategy) fn ask(
        &self,
        turn: &mut PlanningTurn<'_>,
        request: &TextRequest<'_>,
    ) -> Result<TextReply, PlannerError> {
        match self {
            Self::Planner => turn.ask_model(request),
            Self::Other(model) => {
                let reply = model.borrow_mut().complete(request)?;
                turn.usage += reply.usage;
                Ok(reply)
            }
        }
    }
}
