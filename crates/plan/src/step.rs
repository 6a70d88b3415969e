//! What holds for a step whatever its skill, and plans, read strictly.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::planner::Rejection;
use crate::skills::{Step, StepKind};

impl Step {
    /// Returns what carrying the step out takes.
    pub fn kind(&self) -> StepKind<'_> {
        self.fields().kind()
    }

    /// Returns the objects that it names: the one it handles, then where that goes.
    pub fn object_names(&self) -> impl Iterator<Item = &str> {
        self.fields().objects().into_iter()
    }

    /// Returns whether it moves the object of this name.
    pub fn displaces_object(&self, name: &str) -> bool {
        self.fields().displaced() == Some(name)
    }

    /// Returns whether carrying the step out moves the arm.
    pub fn moves_arm(&self) -> bool {
        self.kind() == StepKind::Motion
    }

    /// Returns the name of the object that the gripper must hold before the step.
    pub fn held_before(&self) -> Option<&str> {
        self.fields().held_before()
    }

    /// Returns the name of the object that the gripper holds after the step.
    pub fn held_after(&self) -> Option<&str> {
        self.fields().held_after()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields().fmt(f)
    }
}

/// Steps to be carried out in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// In order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Maximum number of steps in a plan; longer plans are rejected.
    pub const MAX_STEPS: usize = 16;

    /// Reads what a model or a file said. One doubtful field rejects the whole plan.
    ///
    /// # Examples
    /// ```
    /// use enact_plan::{Plan, Step};
    ///
    /// let text = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"done"}]}"#;
    /// let plan = Plan::parse(text)?;
    /// assert_eq!(plan.steps, [Step::pick_step("red cube"), Step::done_step()]);
    /// assert_eq!(plan.to_string(), "pick red cube, then done");
    ///
    /// assert!(Plan::parse(r#"{"steps":[{"skill":"throw","object":"red cube"}]}"#).is_err());
    /// # Ok::<(), enact_plan::Rejection>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection`] if the text is not a plan, or has no steps or more than
    /// [`MAX_STEPS`](Self::MAX_STEPS).
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let plan: Self = serde_json::from_str(text)
            .map_err(|error| Rejection(format!("the plan is not valid: {error}")))?;
        if plan.steps.is_empty() {
            return Err(Rejection("the plan has no steps".to_owned()));
        }
        if plan.steps.len() > Self::MAX_STEPS {
            return Err(Rejection(format!(
                "the plan has {} steps; at most {} are taken",
                plan.steps.len(),
                Self::MAX_STEPS
            )));
        }
        Ok(plan)
    }

    /// Removes steps that pick something up only to put it where it was put before, if neither it
    /// nor its target was moved since.
    #[must_use]
    pub fn without_repeated_placements(mut self) -> Self {
        let mut at = 0;
        while at + 1 < self.steps.len() {
            if self.repeats(at) {
                self.steps.drain(at..=at + 1);
            } else {
                at += 1;
            }
        }
        self
    }

    /// Returns whether the step at this index and the next one repeat what was done already.
    fn repeats(&self, at: usize) -> bool {
        let (take, put) = (&self.steps[at], &self.steps[at + 1]);
        if take.held_after().is_none() || take.held_after() != put.held_before() {
            return false;
        }
        let mut before = self.steps[..at].iter().rev();
        let last = before.find(|step| put.object_names().any(|name| step.displaces_object(name)));
        last == Some(put)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", then " };
            write!(f, "{separator}{step}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spatial_relations::{Direction, Relation};
    use proptest::prelude::*;

    #[test]
    fn a_plan_reads_as_it_is_written() {
        let text = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}"#;
        let plan = Plan::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&plan).unwrap(), text);
        assert_eq!(
            plan.to_string(),
            "pick red cube, then place red cube in blue bowl, then done"
        );
    }

    #[test]
    fn one_doubtful_field_rejects_the_whole_plan() {
        for text in [
            "",
            "Sure! I will pick it up.",
            r#"{"steps":[{"skill":"pick","object":"red cube"}"#,
            r#"{"steps":[]}"#,
            r#"{"steps":[{"skill":"throw","object":"red cube"}]}"#,
            r#"{"steps":[{"skill":"pick"}]}"#,
            r#"{"steps":[{"skill":"pick","object":true}]}"#,
            r#"{"steps":[{"skill":"pick","object":"a","object":"b"}]}"#,
            r#"{"steps":[{"skill":"pick","object":"a","speed":1e9}]}"#,
            r#"{"steps":[{"skill":"home","speed":NaN}]}"#,
            r#"{"steps":[{"skill":"home","joints":[1e309]}]}"#,
            r#"{"steps":[{"skill":"done"}]} and then some"#,
            r#"{"steps":[{"skill":"push","object":"a","direction":"up"}]}"#,
        ] {
            assert!(Plan::parse(text).is_err(), "{text} was taken");
        }
        let endless = format!(
            r#"{{"steps":[{}]}}"#,
            vec![r#"{"skill":"home"}"#; 17].join(",")
        );
        assert!(Plan::parse(&endless).is_err());
    }

    #[test]
    fn nothing_is_put_where_it_was_just_put() {
        let cases = [
            (
                "pick a, place a b, pick a, place a b, done",
                "pick a, place a b, done",
            ),
            (
                "pick a, place a b, pick a, place a b, pick a, place a b",
                "pick a, place a b",
            ),
            (
                "pick a, place a b, point a, pick c, place c b, pick a, place a b, done",
                "pick a, place a b, point a, pick c, place c b, done",
            ),
            // It was moved in between, or what it goes to was, or it goes elsewhere.
            ("pick a, place a b, push a, pick a, place a b", ""),
            ("pick a, place a b, push b, pick a, place a b", ""),
            (
                "pick a, place a b, pick a, place a c, pick a, place a b",
                "",
            ),
            (
                "pick a, place a b, pick b, place b c, pick a, place a b",
                "",
            ),
            ("pick a, place a b, pick a, done", ""),
            ("pick a, place a b, pick c, place a b", ""),
            ("push a, push a, done", ""),
        ];
        let plan = |text: &str| {
            let step = |words: &str| match words.split(' ').collect::<Vec<_>>()[..] {
                ["pick", object] => Step::pick_step(object),
                ["point", object] => Step::point_step(object),
                ["push", object] => Step::push_step(object, Direction::Left),
                [_, object, target] => Step::place_step(object, Relation::NextTo, target),
                _ => Step::done_step(),
            };
            Plan {
                steps: text.split(", ").map(step).collect(),
            }
        };
        for (text, shorter) in cases {
            let expected = plan(if shorter.is_empty() { text } else { shorter });
            assert_eq!(plan(text).without_repeated_placements(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".*") {
            let _ = Plan::parse(&text);
        }
    }
}
