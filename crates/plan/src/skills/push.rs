//! Slide an object along the table.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Category, Definition, Skill, Step, StepFields};
use crate::grammar;
use crate::situation::Situation;
use crate::spatial_relations::Direction;

pub(super) const DEFINITION: Definition = Definition {
    name: "push",
    description: r#"{"skill":"push","object":NAME,"direction":"left"|"right"|"away"|"closer"}: slide an object, as the picture shows it"#,
    verb: "push",
    category: Category::Action,
    schema,
    phrases,
    infeasible: Some(|_| "cannot be pushed".to_owned()),
};

/// Slide `object` along the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Name of a seen object.
    pub object: String,
    /// Which way, as the picture shows it.
    pub direction: Direction,
}

impl Step {
    /// Returns the step that slides `object`.
    pub fn push_step(object: impl Into<String>, direction: Direction) -> Self {
        Self::Push(Push {
            object: object.into(),
            direction,
        })
    }
}

impl StepFields for Push {
    fn objects(&self) -> Vec<&str> {
        vec![&self.object]
    }

    fn displaced(&self) -> Option<&str> {
        Some(&self.object)
    }
}

impl fmt::Display for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "push {} {}", self.object, self.direction.name())
    }
}

fn schema(situation: &Situation) -> Vec<Value> {
    grammar::enum_property("object", situation.objects_affording(Skill::Push))
        .map(|mut fields| {
            fields["direction"] = json!({"enum": Direction::ALL_DIRECTIONS.map(Direction::name)});
            fields
        })
        .into_iter()
        .collect()
}

fn phrases(situation: &Situation) -> Vec<(String, Step)> {
    let movable = situation.objects_affording(Skill::Push);
    movable
        .flat_map(|name| {
            Direction::ALL_DIRECTIONS.map(|direction| {
                let words = format!("push the {name} {}", direction.name());
                (words, Step::push_step(name, direction))
            })
        })
        .collect()
}
