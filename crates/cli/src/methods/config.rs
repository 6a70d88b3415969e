//! `[planning.methods]` of a launch file.

use serde::{Deserialize, Serialize};

/// Methods by which the model plans better; all are off unless switched on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodsConfig {}

impl MethodsConfig {
    /// Returns whether nothing is switched on.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
