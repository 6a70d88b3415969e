//! Bounds on a request.

use std::time::Duration;

use enact_plan::Pointing;

/// Bounds on a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RequestOptions {
    /// Longest wait for an answer; long enough for a model of a few billion
    /// parameters on a slow processor.
    pub time_limit: Duration,
    /// Most tokens an answer may have. A longer one is cut and rejected.
    pub max_tokens: usize,
    /// How freely plans are drawn: 0 takes the most probable token each time, 1 draws
    /// as the model weighs. Lists of objects are never drawn.
    pub temperature: f64,
    /// Whether a plan that is not JSON is read as free text, a step a line: for models
    /// behind servers that know no grammar.
    pub free_text: bool,
    /// How the model points; none: as its settings or its name tell.
    pub pointing: Option<Pointing>,
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(300),
            max_tokens: 1024,
            temperature: 0.0,
            free_text: false,
            pointing: None,
        }
    }
}
