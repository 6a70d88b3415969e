//! Put the held object in, on or beside another.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Category, Definition, Skill, Step, StepFields};
use crate::situation::{ObjectView, Situation};
use crate::spatial_relations::Relation;

pub(super) const DEFINITION: Definition = Definition {
    name: "place",
    description: concat!(
        r#"{"skill":"place","object":NAME,"relation":"in"|"on"|"left of"|"right of"|"in front of"|"behind"|"next to","#,
        r#""target":NAME}: put the held object in, on or beside another, as the picture shows it"#
    ),
    verb: "place",
    category: Category::Action,
    schema,
    phrases,
    infeasible: Some(|relation| {
        let relation = relation.map_or("at", Relation::name);
        format!("nothing can be put {relation} it")
    }),
};

/// Put the held `object` in, on or beside `target`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of the held object.
    pub object: String,
    /// Relation to `target`.
    pub relation: Relation,
    /// Name of a seen object.
    pub target: String,
}

impl Step {
    /// Returns the step that puts the held `object` in, on or beside `target`.
    pub fn place_step(
        object: impl Into<String>,
        relation: Relation,
        target: impl Into<String>,
    ) -> Self {
        Self::Place(Place {
            object: object.into(),
            relation,
            target: target.into(),
        })
    }
}

impl StepFields for Place {
    fn objects(&self) -> Vec<&str> {
        vec![&self.object, &self.target]
    }

    fn displaced(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn held_before(&self) -> Option<&str> {
        Some(&self.object)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object,
            relation,
            target,
        } = self;
        write!(f, "place {object} {} {target}", relation.name())
    }
}

/// Returns, for each object that is or can be held, the targets of each relation; relations with
/// the same targets share an alternative. Nothing is placed at itself.
fn schema(situation: &Situation) -> Vec<Value> {
    let mut movable: Vec<&str> = situation.objects_affording(Skill::Pick).collect();
    if let Some(held) = situation.holding.as_deref()
        && !movable.contains(&held)
    {
        movable.push(held);
    }
    movable
        .into_iter()
        .flat_map(|object| {
            alternatives(&situation.objects, object)
                .into_iter()
                .map(move |(relations, targets)| {
                    json!({
                        "object": {"enum": [object]},
                        "relation": {"enum": relations},
                        "target": {"enum": targets},
                    })
                })
        })
        .collect()
}

fn alternatives<'a>(
    objects: &'a [ObjectView],
    placed: &str,
) -> Vec<(Vec<&'static str>, Vec<&'a str>)> {
    let mut groups: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for relation in Relation::ALL_RELATIONS {
        let receives = |target: &&ObjectView| target.receives.contains(&relation);
        let targets: Vec<&str> = objects
            .iter()
            .filter(|target| target.name != placed)
            .filter(receives)
            .map(|target| target.name.as_str())
            .collect();
        match groups.iter_mut().find(|group| group.1 == targets) {
            _ if targets.is_empty() => {}
            Some(group) => group.0.push(relation.name()),
            None => groups.push((vec![relation.name()], targets)),
        }
    }
    groups
}

/// Returns a phrase for each object that is or will be held and each place where something can go.
fn phrases(situation: &Situation) -> Vec<(String, Step)> {
    let held = situation.holding.as_deref();
    let movable: Vec<&str> = held
        .into_iter()
        .chain(situation.objects_affording(Skill::Pick))
        .collect();
    let mut phrases = Vec::new();
    for target in &situation.objects {
        for relation in &target.receives {
            for object in movable.iter().filter(|object| **object != target.name) {
                let words = format!("put the {object} {} the {}", relation.name(), target.name);
                phrases.push((words, Step::place_step(*object, *relation, &target.name)));
            }
        }
    }
    phrases
}
