//! `[planning.methods]` of a launch file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Methods by which the model plans better; all are off unless switched on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodsConfig {
    /// Most tokens, about, of a thought before each plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<u32>,
    /// Folder of edited blocks of the prompt for plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PathBuf>,
}

impl MethodsConfig {
    /// Returns whether nothing is switched on.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
