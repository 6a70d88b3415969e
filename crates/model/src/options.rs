//! Bounds on a request.

use std::time::Duration;

/// Bounds on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Longest wait for an answer; long enough for a model of a few billion
    /// parameters on a slow processor.
    pub time_limit: Duration,
    /// Most tokens an answer may have. A longer one is cut and rejected.
    pub max_tokens: usize,
    /// Whether a plan that is not JSON is read as free text, a step a line: for models
    /// behind servers that know no grammar.
    pub free_text: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(300),
            max_tokens: 1024,
            free_text: false,
        }
    }
}
