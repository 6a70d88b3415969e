//! What the robot can be told to do, from the skills' own definitions.

use enact_plan::skills::Category;
use enact_plan::{ObjectView, Relation, Situation, Skill};
use enact_types::{NormalizedPoint, Point3};
use serde_json::{Map, Value};

use super::status::{ArgumentInfo, SkillInfo};

/// Names that stand for any object.
const ANY: [&str; 2] = ["an object", "another object"];

/// Returns every skill that moves the arm, with its arguments.
pub fn motion_skills() -> Vec<SkillInfo> {
    let skills = Skill::ALL.into_iter();
    let acts = |skill: &Skill| skill.definition().category != Category::Communication;
    skills.filter(acts).map(told).collect()
}

fn told(skill: Skill) -> SkillInfo {
    let definition = skill.definition();
    let mut arguments: Vec<ArgumentInfo> = Vec::new();
    for holding in [None, Some(ANY[0].to_owned())] {
        for alternative in (definition.schema)(&situation(holding)) {
            for (name, schema) in alternative.as_object().unwrap_or(&Map::new()) {
                note(&mut arguments, name, schema);
            }
        }
    }
    SkillInfo {
        name: definition.name.to_owned(),
        description: definition.description.to_owned(),
        arguments,
    }
}

/// Adds what an alternative says of an argument.
fn note(arguments: &mut Vec<ArgumentInfo>, name: &str, schema: &Value) {
    let is_any = |value: &Value| value.as_str().is_some_and(|name| ANY.contains(&name));
    let choices = schema["enum"].as_array();
    let (kind, values) = match choices {
        Some(choices) if choices.iter().any(is_any) => ("object", Vec::new()),
        Some(choices) => ("choice", choices.clone()),
        None if schema["type"] == "integer" || schema["type"] == "number" => {
            let ends = [&schema["minimum"], &schema["maximum"]];
            ("number", ends.into_iter().cloned().collect())
        }
        None => ("text", Vec::new()),
    };
    let Some(known) = arguments.iter_mut().find(|it| it.name == name) else {
        arguments.push(ArgumentInfo {
            name: name.to_owned(),
            kind,
            values,
        });
        return;
    };
    for value in values {
        if !known.values.contains(&value) {
            known.values.push(value);
        }
    }
}

/// Returns a situation in which two objects are seen, with which anything can be done.
fn situation(holding: Option<String>) -> Situation {
    let object = |name: &str| ObjectView {
        name: name.to_owned(),
        point: NormalizedPoint { y: 500, x: 500 },
        position: Point3::origin(),
        size: 0.03,
        reachable: true,
        rests: None,
        affords: Skill::ALL.to_vec(),
        receives: Relation::ALL_RELATIONS.to_vec(),
    };
    Situation {
        objects: ANY.map(object).to_vec(),
        holding,
        ..Situation::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_skill_that_acts_is_told_with_what_it_needs() {
        let skills = motion_skills();
        let arguments = |name: &str| -> Vec<(String, &str, usize)> {
            let skill = skills.iter().find(|skill| skill.name == name).unwrap();
            let told = skill.arguments.iter();
            told.map(|it| (it.name.clone(), it.kind, it.values.len()))
                .collect()
        };
        assert!(skills.iter().all(|skill| skill.name != "say"));
        assert_eq!(arguments("home"), []);
        assert_eq!(arguments("pick"), [("object".to_owned(), "object", 0)]);
        assert_eq!(
            arguments("place"),
            [
                ("object".to_owned(), "object", 0),
                (
                    "relation".to_owned(),
                    "choice",
                    Relation::ALL_RELATIONS.len()
                ),
                ("target".to_owned(), "object", 0),
            ]
        );
        assert_eq!(
            arguments("rotate"),
            [
                ("object".to_owned(), "object", 0),
                ("degrees".to_owned(), "number", 2),
            ]
        );
    }
}
