//! Right, honest or wrong: whether an episode that missed its goal at least did no harm.
//!
//! A wrong motion is far worse than a question, and so is a false sentence. Success alone does not
//! tell them apart.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What came of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpisodeOutcome {
    /// What was wanted.
    Right,
    /// Nothing moved, and nothing false was said: it asked, or it said what it cannot do.
    Honest,
    /// Everything else.
    Wrong(Fault),
}

impl EpisodeOutcome {
    /// Returns “right”, “honest” or “wrong”.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Honest => "honest",
            Self::Wrong(_) => "wrong",
        }
    }
}

/// Why an episode is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Moved something that was not to be moved, or to where it was not to go.
    Moved,
    /// Did only things that were wanted, and not all of them.
    InPart,
    /// Pointed at something instead of what was asked.
    Pointed,
    /// Did nothing and took itself to be done.
    IdleDone,
    /// Said something that is not so.
    FalseWords,
    /// The run broke, or a joint left its limits.
    Broken,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Moved => "moved",
            Self::InPart => "in part",
            Self::Pointed => "pointed",
            Self::IdleDone => "idle, done",
            Self::FalseWords => "false words",
            Self::Broken => "broke",
        })
    }
}
