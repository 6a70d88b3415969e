//! Grasp an object and lift it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Category, Definition, Skill, Step, StepFields};
use crate::grammar;
use crate::situation::Situation;

pub(super) const DEFINITION: Definition = Definition {
    name: "pick",
    description: r#"{"skill":"pick","object":NAME}: grasp an object and lift it"#,
    verb: "pick up",
    category: Category::Action,
    schema,
    phrases,
    infeasible: Some(|_| "cannot be grasped".to_owned()),
};

/// Grasp `object` and lift it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pick {
    /// Name of a seen object.
    pub object: String,
}

impl Step {
    /// Returns the step that grasps `object` and lifts it.
    pub fn pick_step(object: impl Into<String>) -> Self {
        Self::Pick(Pick {
            object: object.into(),
        })
    }
}

impl StepFields for Pick {
    fn objects(&self) -> Vec<&str> {
        vec![&self.object]
    }

    fn displaced(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn held_after(&self) -> Option<&str> {
        Some(&self.object)
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pick {}", self.object)
    }
}

fn schema(situation: &Situation) -> Vec<Value> {
    let graspable = situation.objects_affording(Skill::Pick);
    grammar::enum_property("object", graspable)
        .into_iter()
        .collect()
}

fn phrases(situation: &Situation) -> Vec<(String, Step)> {
    let graspable = situation.objects_affording(Skill::Pick);
    graspable
        .map(|name| (format!("pick up the {name}"), Step::pick_step(name)))
        .collect()
}
