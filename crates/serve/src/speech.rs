//! Speech to text, as the program around the server does it.

use std::time::Duration;

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemKind};

/// Turns speech into text. It is asked on threads that nothing else waits for, by several at a time.
pub trait Transcriber: Send + Sync + 'static {
    /// Returns what is said in a WAV file that lasts no more than `longest`. What is not whole goes
    /// on being said: only a stop is looked for in it, and the answer should come quickly.
    ///
    /// # Errors
    /// [`HearError`] if the file cannot be read or the model cannot be computed.
    fn hear(&self, wav: &[u8], longest: Duration, is_whole: bool) -> Result<Heard, HearError>;
}

/// What was heard.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Heard {
    /// The words; empty where `doubt` says why they are not to be trusted.
    pub text: String,
    /// How sure of the words the model is, 0 to 1.
    pub confidence: f32,
    /// ISO 639-1 code of the language, where the model knows several.
    pub language: Option<String>,
    /// Why nothing was understood.
    pub doubt: Option<String>,
    /// Whether it says stop. Then the arm was stopped.
    #[serde(rename = "stop")]
    pub is_stop: bool,
}

/// Why nothing can be heard.
#[derive(Debug, Error)]
pub enum HearError {
    /// The sound cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// The model cannot be computed.
    #[error("{0}")]
    Failed(String),
}

impl From<HearError> for Problem {
    fn from(error: HearError) -> Self {
        let kind = match &error {
            HearError::Unreadable(_) => ProblemKind::Invalid,
            HearError::Failed(_) => ProblemKind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}
