//! Hold the fingertips above an object.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Category, Definition, Skill, Step, StepFields};
use crate::grammar;
use crate::situation::Situation;

pub(super) const DEFINITION: Definition = Definition {
    name: "point",
    description: r#"{"skill":"point","object":NAME}: point to an object"#,
    verb: "point to",
    category: Category::Gesture,
    schema,
    phrases,
    infeasible: Some(|_| "cannot be pointed at".to_owned()),
};

/// Hold the fingertips above `object`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Name of a seen object.
    pub object: String,
}

impl Step {
    /// Returns the step that points to `object`.
    pub fn point_step(object: impl Into<String>) -> Self {
        Self::Point(Point {
            object: object.into(),
        })
    }
}

impl StepFields for Point {
    fn objects(&self) -> Vec<&str> {
        vec![&self.object]
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "point to {}", self.object)
    }
}

fn schema(situation: &Situation) -> Vec<Value> {
    let reachable = situation.objects_affording(Skill::Point);
    grammar::enum_property("object", reachable)
        .into_iter()
        .collect()
}

fn phrases(situation: &Situation) -> Vec<(String, Step)> {
    let reachable = situation.objects_affording(Skill::Point);
    reachable
        .map(|name| (format!("point to the {name}"), Step::point_step(name)))
        .collect()
}
