//! What was said on the way to a plan.

use serde::{Deserialize, Serialize};

/// Something that a method said, was told, or decided on the way to a plan. It is shown and
/// recorded, and never executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The method, as its flag names it.
    pub method: String,
    /// What it is.
    pub kind: ExchangeKind,
    /// Its text.
    pub text: String,
}

/// What an [`Exchange`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeKind {
    /// Something the model thought.
    Thought,
    /// Something that was added to what the model is told.
    Information,
    /// A goal or a part of it.
    Goal,
    /// A plan that was proposed and may be dropped.
    Proposal,
    /// An objection to a plan, or the lack of any.
    Critique,
    /// A step that is forbidden from now on.
    Veto,
    /// A call of a tool.
    Call,
    /// What a tool returned.
    Result,
    /// What the method decided.
    Decision,
}
