//! Skills and plans, read strictly.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::planner::Rejection;
use crate::space::{Direction, Relation};

/// Something the robot can be told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skill {
    /// Grasp an object and lift it.
    Pick,
    /// Put the held object in, on or beside another.
    Place,
    /// Slide an object along the table.
    Push,
    /// Hold the fingertips above an object.
    Point,
    /// Move to the home posture.
    Home,
    /// Tell the person something.
    Say,
    /// Ask the person something and wait for the answer.
    Ask,
    /// Declare the task done.
    Done,
}

impl Skill {
    /// Every skill.
    pub const ALL: [Self; 8] = [
        Self::Pick,
        Self::Place,
        Self::Push,
        Self::Point,
        Self::Home,
        Self::Say,
        Self::Ask,
        Self::Done,
    ];

    /// The word a plan uses for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pick => "pick",
            Self::Place => "place",
            Self::Push => "push",
            Self::Point => "point",
            Self::Home => "home",
            Self::Say => "say",
            Self::Ask => "ask",
            Self::Done => "done",
        }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "skill", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Grasp `object` and lift it.
    Pick {
        /// Name of a seen object.
        object: String,
    },
    /// Put the held `object` in, on or beside `target`.
    Place {
        /// Name of the held object.
        object: String,
        /// Where with respect to `target`.
        relation: Relation,
        /// Name of a seen object.
        target: String,
    },
    /// Slide `object` along the table.
    Push {
        /// Name of a seen object.
        object: String,
        /// Which way, as the picture shows it.
        direction: Direction,
    },
    /// Hold the fingertips above `object`.
    Point {
        /// Name of a seen object.
        object: String,
    },
    /// Move to the home posture.
    Home {},
    /// Tell the person something.
    Say {
        /// What.
        text: String,
    },
    /// Ask the person something.
    Ask {
        /// What.
        question: String,
    },
    /// Declare the task done.
    Done {},
}

impl Step {
    /// The skill this step uses.
    pub fn skill(&self) -> Skill {
        match self {
            Self::Pick { .. } => Skill::Pick,
            Self::Place { .. } => Skill::Place,
            Self::Push { .. } => Skill::Push,
            Self::Point { .. } => Skill::Point,
            Self::Home {} => Skill::Home,
            Self::Say { .. } => Skill::Say,
            Self::Ask { .. } => Skill::Ask,
            Self::Done {} => Skill::Done,
        }
    }

    /// The objects that it names: what it handles, then where that goes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = match self {
            Self::Pick { object } | Self::Push { object, .. } | Self::Point { object } => {
                [Some(object), None]
            }
            Self::Place { object, target, .. } => [Some(object), Some(target)],
            Self::Home {} | Self::Say { .. } | Self::Ask { .. } | Self::Done {} => [None, None],
        };
        names.into_iter().flatten().map(String::as_str)
    }

    /// Whether it moves the object of this name.
    fn displaces(&self, name: &str) -> bool {
        match self {
            Self::Pick { object } | Self::Place { object, .. } | Self::Push { object, .. } => {
                object == name
            }
            _ => false,
        }
    }

    /// Whether carrying the step out moves the arm.
    pub fn moves(&self) -> bool {
        !matches!(self.skill(), Skill::Say | Skill::Ask | Skill::Done)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pick { object } => write!(f, "pick {object}"),
            Self::Place {
                object,
                relation,
                target,
            } => write!(f, "place {object} {} {target}", relation.name()),
            Self::Push { object, direction } => write!(f, "push {object} {}", direction.name()),
            Self::Point { object } => write!(f, "point to {object}"),
            Self::Home {} => f.write_str("home"),
            Self::Say { text } => write!(f, "say “{text}”"),
            Self::Ask { question } => write!(f, "ask “{question}”"),
            Self::Done {} => f.write_str("done"),
        }
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
    /// More steps than this in one plan are rejected.
    pub const MAX_STEPS: usize = 16;

    /// Reads what a model or a file said. One doubtful field rejects the whole plan.
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

    /// The plan without picking something up only to put it where it was put before, neither it
    /// nor what it was put to having been moved since.
    #[must_use]
    pub fn without_repeats(mut self) -> Self {
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

    /// Whether the step at this index and the next one do again what was done already.
    fn repeats(&self, at: usize) -> bool {
        let (Step::Pick { object }, place) = (&self.steps[at], &self.steps[at + 1]) else {
            return false;
        };
        let Step::Place {
            object: placed,
            target,
            ..
        } = place
        else {
            return false;
        };
        let mut before = self.steps[..at].iter().rev();
        let last = before.find(|step| step.displaces(object) || step.displaces(target));
        placed == object && last == Some(place)
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
            let step = |words: &str| {
                let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
                match &words[..] {
                    [skill, object] if skill == "pick" => Step::Pick {
                        object: object.clone(),
                    },
                    [skill, object] if skill == "point" => Step::Point {
                        object: object.clone(),
                    },
                    [skill, object] if skill == "push" => Step::Push {
                        object: object.clone(),
                        direction: Direction::Left,
                    },
                    [_, object, target] => Step::Place {
                        object: object.clone(),
                        relation: Relation::NextTo,
                        target: target.clone(),
                    },
                    _ => Step::Done {},
                }
            };
            Plan {
                steps: text.split(", ").map(step).collect(),
            }
        };
        for (text, shorter) in cases {
            let expected = plan(if shorter.is_empty() { text } else { shorter });
            assert_eq!(plan(text).without_repeats(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".*") {
            let _ = Plan::parse(&text);
        }
    }
}
