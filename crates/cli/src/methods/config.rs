//! `[planning.methods]` of a launch file.

use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Methods by which the model plans better; all are off unless switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MethodsConfig {
    /// Who judges plans by the robot's constitution: `self`, or another model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic: Option<String>,
    /// How often a plan goes back to the planner before it is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic_rounds: Option<u32>,
    /// Environment variable that holds the key of the critic's server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic_key_env: Option<String>,
    /// Most messages between planner and critic about a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<NonZeroU32>,
    /// File of lessons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lessons: Option<PathBuf>,
    /// Number of solved tasks that are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples: Option<NonZeroU32>,
    /// Most tokens that they take together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example_tokens: Option<u32>,
    /// File of solved tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example_library: Option<PathBuf>,
    /// Most tokens, about, of a thought before each plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<u32>,
    /// Folder of edited blocks of the prompt for plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompts: Option<PathBuf>,
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
