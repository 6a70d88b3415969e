//! Tell the person something.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Category, Definition, Step, StepFields, StepKind, spoken};
use crate::situation::Situation;

pub(super) const DEFINITION: Definition = Definition {
    name: "say",
    description: r#"{"skill":"say","text":TEXT}: tell the person something"#,
    verb: "say",
    category: Category::Communication,
    schema,
    phrases: |_| Vec::new(),
    infeasible: None,
};

/// Tell the person something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// The text.
    pub text: String,
}

impl Step {
    /// Returns the step that tells the person `text`.
    pub fn say_step(text: impl Into<String>) -> Self {
        Self::Say(Say { text: text.into() })
    }
}

impl StepFields for Say {
    fn kind(&self) -> StepKind<'_> {
        StepKind::Statement(&self.text)
    }
}

impl fmt::Display for Say {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "say “{}”", self.text)
    }
}

fn schema(situation: &Situation) -> Vec<Value> {
    spoken("text", situation)
}
