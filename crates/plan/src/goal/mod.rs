//! What shall be true of the table when a task is done, in facts that perception can check, and the
//! steps that make it so.
//!
//! After LLM+P (Liu et al., 2023): a language model says what is wanted, a search finds how.
//!
//! | module | idea |
//! |---|---|
//! | [`fact`] | one thing that shall be true |
//! | [`request`] | asking a model for a goal: prompt and grammar |
//! | [`table`] | the seen table as something that steps change in thought; which facts hold on it |
//! | `feasibility` | which steps can be done on a table |
//! | [`search`] | the steps that lead to a goal |
//! | [`obstacle`] | what stands in the way of a goal, in words |
//! | [`formula`] | goals that are read from words by rules |

pub mod fact;
mod feasibility;
pub mod formula;
pub mod obstacle;
pub mod request;
pub mod search;
pub mod table;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::planner::Rejection;
use crate::situation::Situation;

pub use fact::{CountBound, Fact};
pub use formula::StandingGoal;
pub use search::{Stuck, find_steps};
pub use table::Table;

/// Facts that shall all be true.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The facts; none if what is wanted is no matter of how things lie.
    #[serde(rename = "goal")]
    pub facts: Vec<Fact>,
}

impl Goal {
    /// Most facts of a goal.
    pub const MAX_FACTS: usize = 12;

    /// Reads what a model wrote about `situation`. One doubtful fact rejects the whole goal.
    ///
    /// # Examples
    /// ```
    /// use enact_plan::Situation;
    /// use enact_plan::goal::Goal;
    ///
    /// let nothing_seen = Situation::default();
    /// assert!(Goal::parse(r#"{"goal":[{"fact":"hand_empty"}]}"#, &nothing_seen).is_ok());
    /// let unseen = r#"{"goal":[{"fact":"held","object":"red cube"}]}"#;
    /// assert!(Goal::parse(unseen, &nothing_seen).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Rejection`] if the text is no goal, or speaks of something that is not seen.
    pub fn parse(text: &str, situation: &Situation) -> Result<Self, Rejection> {
        let goal: Self = serde_json::from_str(text)
            .map_err(|error| Rejection(format!("the goal is not valid: {error}")))?;
        match goal.fault(situation) {
            Some(fault) => Err(Rejection(fault)),
            None => Ok(goal),
        }
    }

    /// Returns what is wrong with it as a goal for `situation`.
    pub(crate) fn fault(&self, situation: &Situation) -> Option<String> {
        if self.facts.len() > Self::MAX_FACTS {
            return Some(format!(
                "the goal has {} facts; at most {} are taken",
                self.facts.len(),
                Self::MAX_FACTS
            ));
        }
        self.facts.iter().find_map(|fact| fact.fault(situation))
    }

    /// Returns it without what is wanted of the objects of these names.
    #[must_use]
    pub fn without_objects(&self, names: &[String]) -> Self {
        let facts = self
            .facts
            .iter()
            .filter_map(|fact| fact.without_objects(names));
        Self {
            facts: facts.collect(),
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts: Vec<String> = self.facts.iter().map(Fact::to_string).collect();
        f.write_str(&facts.join("; "))
    }
}

#[cfg(test)]
pub(crate) mod tests;
