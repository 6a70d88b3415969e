//! `[planning.methods]` of a launch file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Methods by which the model plans better; all are off unless switched on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodsConfig {
    /// Most calls of tools before a plan; none: there are no tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<u32>,
    /// Files that the model is given with each instruction.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attach: Vec<PathBuf>,
}

impl MethodsConfig {
    /// Returns whether nothing is switched on.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
