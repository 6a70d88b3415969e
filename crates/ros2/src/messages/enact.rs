//! `enact_interfaces`: the package in this crate's folder of that name, for colcon.

use serde::{Deserialize, Serialize};

/// Goal of `enact_interfaces/RunTask`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTaskGoal {
    /// What is wanted, in a sentence.
    pub instruction: String,
}

/// Result of `enact_interfaces/RunTask`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTaskResult {
    /// Whether it was done.
    pub success: bool,
    /// How it ended, in a sentence.
    pub message: String,
}

/// Feedback of `enact_interfaces/RunTask`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTaskFeedback {
    /// What just happened, as a line of JSON.
    pub event: String,
}

super::messages!(RunTaskGoal, RunTaskResult, RunTaskFeedback);
