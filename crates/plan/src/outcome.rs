//! Outcomes of steps.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::skills::Step;

/// Success of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It worked.
    Yes,
    /// It did not.
    No,
    /// The signals do not agree or are missing.
    Unknown,
    /// It was never tried.
    Refused,
}

impl Verdict {
    /// Returns the word that the prompt uses for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
        }
    }
}

/// A step and its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The step.
    #[serde(flatten)]
    pub step: Step,
    /// Its success.
    pub verdict: Verdict,
    /// The reason, in words for the next prompt.
    pub reason: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.verdict.name())?;
        if !self.reason.is_empty() {
            write!(f, ", {}", self.reason)?;
        }
        Ok(())
    }
}
