//! Move to the home posture.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Category, Definition, Step, StepFields};

pub(super) const DEFINITION: Definition = Definition {
    name: "home",
    description: r#"{"skill":"home"}: move the arm out of the way"#,
    verb: "home",
    category: Category::Action,
    schema: |_| vec![json!({})],
    phrases: |_| vec![("go home".to_owned(), Step::home_step())],
    infeasible: None,
};

/// Move to the home posture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {}

impl Step {
    /// Returns the step that moves to the home posture.
    pub fn home_step() -> Self {
        Self::Home(Home {})
    }
}

impl StepFields for Home {}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("home")
    }
}
