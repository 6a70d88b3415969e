//! Declare the task done.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Category, Definition, Step, StepFields, StepKind};

pub(super) const DEFINITION: Definition = Definition {
    name: "done",
    description: r#"{"skill":"done"}: the task is finished"#,
    verb: "done",
    category: Category::Communication,
    schema: |_| vec![json!({})],
    phrases: |_| vec![("done".to_owned(), Step::done_step())],
    infeasible: None,
};

/// Declare the task done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {}

impl Step {
    /// Returns the step that declares the task done.
    pub fn done_step() -> Self {
        Self::Done(Done {})
    }
}

impl StepFields for Done {
    fn kind(&self) -> StepKind<'_> {
        StepKind::Completion
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("done")
    }
}
