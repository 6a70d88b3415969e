//! How many plans are drawn, and which of them is carried out.

use serde::{Deserialize, Serialize};

/// How many plans are drawn each turn, and which of them is carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "DrawCounts", into = "DrawCounts")]
pub enum PlanChoice {
    /// The only one that is drawn.
    #[default]
    Only,
    /// Of this many the best: likely, feasible, and made of steps that did not fail.
    Best(u32),
    /// Of this many the one that most of those agree with that can be done.
    Vote(u32),
}

impl PlanChoice {
    /// Returns how many plans are drawn.
    pub fn drawn_plan_count(self) -> u32 {
        match self {
            Self::Only => 1,
            Self::Best(count) | Self::Vote(count) => count.max(1),
        }
    }
}

/// The same as it is recorded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct DrawCounts {
    #[serde(default = "one")]
    rank: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vote: Option<u32>,
}

fn one() -> u32 {
    1
}

impl From<DrawCounts> for PlanChoice {
    fn from(counts: DrawCounts) -> Self {
        match counts {
            DrawCounts {
                vote: Some(count), ..
            } => Self::Vote(count),
            DrawCounts { rank: 0 | 1, .. } => Self::Only,
            DrawCounts { rank, .. } => Self::Best(rank),
        }
    }
}

impl From<PlanChoice> for DrawCounts {
    fn from(choice: PlanChoice) -> Self {
        match choice {
            PlanChoice::Only => Self {
                rank: 1,
                vote: None,
            },
            PlanChoice::Best(rank) => Self { rank, vote: None },
            PlanChoice::Vote(count) => Self {
                rank: 1,
                vote: Some(count),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TaskOptions;

    #[test]
    fn recordings_of_any_age_are_read() {
        let with = |choice| TaskOptions {
            choice,
            ..TaskOptions::from_max_turns(3)
        };
        for (text, choice) in [
            (r#"{"turns":3,"dry_run":false}"#, PlanChoice::Only),
            (
                r#"{"turns":3,"dry_run":false,"rank":1,"marks":false}"#,
                PlanChoice::Only,
            ),
            (
                r#"{"turns":3,"dry_run":false,"rank":4,"marks":false}"#,
                PlanChoice::Best(4),
            ),
            (
                r#"{"turns":3,"dry_run":false,"rank":1,"vote":5,"marks":false}"#,
                PlanChoice::Vote(5),
            ),
        ] {
            let read: TaskOptions = serde_json::from_str(text).unwrap();
            assert_eq!(read, with(choice), "{text}");
            if text.contains("marks") {
                assert_eq!(serde_json::to_string(&read).unwrap(), text);
            }
        }
    }
}
