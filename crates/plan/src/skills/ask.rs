//! Ask the person something and wait for the answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Category, Definition, Step, StepFields, StepKind, spoken};
use crate::situation::Situation;

pub(super) const DEFINITION: Definition = Definition {
    name: "ask",
    description: r#"{"skill":"ask","question":TEXT}: ask the person something"#,
    verb: "ask",
    category: Category::Communication,
    schema,
    phrases: |_| Vec::new(),
    infeasible: None,
};

/// Ask the person something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The question.
    pub question: String,
}

impl Step {
    /// Returns the step that asks the person `question`.
    pub fn ask_step(question: impl Into<String>) -> Self {
        Self::Ask(Ask {
            question: question.into(),
        })
    }
}

impl StepFields for Ask {
    fn kind(&self) -> StepKind<'_> {
        StepKind::Question(&self.question)
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ask “{}”", self.question)
    }
}

fn schema(situation: &Situation) -> Vec<Value> {
    spoken("question", situation)
}
