//! `[planning.methods]` of a launch file.

use serde::{Deserialize, Serialize};

/// Methods by which the model plans better; all are off unless switched on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodsConfig {
    /// Whether the model outlines a task, and plans for one part at a time.
    pub decompose: bool,
    /// Whether the model writes what shall be true, and a search finds the steps.
    pub goal_first: bool,
}

impl MethodsConfig {
    /// Returns whether nothing is switched on.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
