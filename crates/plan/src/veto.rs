//! Steps that are forbidden for the rest of a task.

use serde::{Deserialize, Serialize};

use crate::prompt;
use crate::skills::Step;
use crate::spatial_relations::Relation;

/// A step that a critic forbids for the rest of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Veto {
    /// The step.
    pub step: Step,
    /// Number of the rule that forbids it.
    pub rule: usize,
    /// Why, in words.
    pub reason: String,
}

impl Veto {
    /// Returns whether it forbids `step`, however that is spelled: what may not be put in something may
    /// not be put on it, either, for the arm does the same.
    pub fn forbids(&self, step: &Step) -> bool {
        self.step.skill() == step.skill()
            && in_words(&as_done(&self.step)) == in_words(&as_done(step))
    }

    /// Returns the step in words.
    pub fn step_in_words(&self) -> String {
        in_words(&self.step)
    }
}

/// A step of the same motion, the same for all steps of that motion.
fn as_done(step: &Step) -> Step {
    match step {
        Step::Place(place) if place.relation == Relation::In => {
            Step::place_step(place.object.as_str(), Relation::On, place.target.as_str())
        }
        other => other.clone(),
    }
}

/// A step in words, by which it is known again.
fn in_words(step: &Step) -> String {
    prompt::one_line(&step.to_string()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_known_again_however_it_is_spelled() {
        let veto = Veto {
            step: Step::place_step("bag", Relation::On, "Stove"),
            rule: 1,
            reason: "it is hot".to_owned(),
        };
        assert_eq!(veto.step_in_words(), "place bag on stove");
        assert!(veto.forbids(&Step::place_step("BAG", Relation::On, " stove")));
        assert!(!veto.forbids(&Step::place_step("bag", Relation::NextTo, "stove")));
        assert!(!veto.forbids(&Step::pick_step("bag")));
        assert!(veto.forbids(&Step::place_step("bag", Relation::In, "stove")));
    }
}
