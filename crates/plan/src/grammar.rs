//! What may be generated for this frame, as a JSON schema.
//!
//! A schema rather than a hand-written grammar: alternatives that share a prefix
//! are kept apart by the constraint engine, where a greedy lexer would hide one.

use serde_json::{Value, json};

use crate::detection::Detection;
use crate::situation::{ObjectView, Situation};
use crate::space::{Direction, Relation};
use crate::step::{Plan, Skill};

/// Longest sentence that `say` and `ask` may generate, characters.
const MAX_SENTENCE: usize = 160;

/// The schema of a list of objects.
pub fn detections() -> Value {
    let coordinate = json!({"type": "integer", "minimum": 0, "maximum": 1000});
    compact(json!({
        "type": "array",
        "maxItems": Detection::MAX,
        "items": object(json!({
            "point": {"type": "array", "items": coordinate, "minItems": 2, "maxItems": 2},
            "label": {"type": "string", "minLength": 1, "maxLength": Detection::MAX_LABEL},
        })),
    }))
}

/// The schema of a list of what so many marks are at.
pub fn marked(count: usize) -> Value {
    let numbers: Vec<usize> = (1..=count).collect();
    compact(json!({
        "type": "array",
        "maxItems": count,
        "items": object(json!({
            "mark": {"enum": numbers},
            "label": {"type": "string", "minLength": 1, "maxLength": Detection::MAX_LABEL},
        })),
    }))
}

/// The schema of a plan: the skills of this robot times the objects that each
/// can apply to now and that may answer the sentence. A step outside it cannot be generated.
pub fn plan(situation: &Situation, skills: &[Skill]) -> Value {
    let speech_act = situation.speech_act();
    let steps: Vec<Value> = skills
        .iter()
        .filter(|skill| speech_act.permits(**skill))
        .flat_map(|skill| steps_of(*skill, situation))
        .collect();
    compact(object(json!({
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": Plan::MAX_STEPS,
            "items": {"anyOf": steps},
        },
    })))
}

fn steps_of(skill: Skill, situation: &Situation) -> Vec<Value> {
    let named = |skill| names_affording(&situation.objects, skill);
    let sentence = json!({"type": "string", "minLength": 1, "maxLength": MAX_SENTENCE});
    let fields = match skill {
        Skill::Pick | Skill::Point => one_of("object", named(skill)).into_iter().collect(),
        Skill::Push => one_of("object", named(skill))
            .map(|mut fields| {
                fields["direction"] = json!({"enum": Direction::ALL.map(Direction::name)});
                fields
            })
            .into_iter()
            .collect(),
        Skill::Place => placements(situation),
        Skill::Say | Skill::Ask if situation.must_act => Vec::new(),
        Skill::Say => vec![json!({"text": sentence})],
        Skill::Ask => vec![json!({"question": sentence})],
        Skill::Home | Skill::Done => vec![json!({})],
    };
    fields
        .into_iter()
        .map(|fields| step(skill, fields))
        .collect()
}

/// For each object that can be held, the targets of each relation; relations
/// with the same targets share an alternative. Nothing is placed at itself.
fn placements(situation: &Situation) -> Vec<Value> {
    let mut movable = names_affording(&situation.objects, Skill::Pick);
    if let Some(held) = &situation.holding
        && !movable.contains(held)
    {
        movable.push(held.clone());
    }
    movable
        .into_iter()
        .flat_map(|object| {
            alternatives(&situation.objects, &object).into_iter().map(
                move |(relations, targets)| {
                    json!({
                        "object": {"enum": [object]},
                        "relation": {"enum": relations},
                        "target": {"enum": targets},
                    })
                },
            )
        })
        .collect()
}

fn alternatives<'a>(
    objects: &'a [ObjectView],
    placed: &str,
) -> Vec<(Vec<&'static str>, Vec<&'a str>)> {
    let mut groups: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for relation in Relation::ALL {
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

fn names_affording(objects: &[ObjectView], skill: Skill) -> Vec<String> {
    objects
        .iter()
        .filter(|object| object.affords.contains(&skill))
        .map(|object| object.name.clone())
        .collect()
}

fn one_of(field: &str, names: Vec<String>) -> Option<Value> {
    (!names.is_empty()).then(|| json!({field: {"enum": names}}))
}

fn step(skill: Skill, fields: Value) -> Value {
    let mut properties = json!({"skill": {"enum": [skill.name()]}});
    if let (Value::Object(all), Value::Object(fields)) = (&mut properties, fields) {
        all.extend(fields);
    }
    object(properties)
}

fn object(properties: Value) -> Value {
    let required: Vec<String> = properties
        .as_object()
        .map(|fields| fields.keys().cloned().collect())
        .unwrap_or_default();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Without this, whitespace between tokens is left to the model.
fn compact(mut schema: Value) -> Value {
    schema["x-guidance"] = json!({"whitespace_flexible": false});
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_applies_now_can_be_generated() {
        let situation = Situation {
            objects: vec![
                ObjectView::affording("red cube", &[Skill::Pick], &[Relation::On]),
                ObjectView::affording("blue bowl", &[], &[Relation::In, Relation::LeftOf]),
            ],
            ..Situation::default()
        };
        let schema = plan(&situation, &Skill::ALL).to_string();
        let pick = r#""skill":{"enum":["pick"]},"object":{"enum":["red cube"]}"#;
        let place = r#""object":{"enum":["red cube"]},"relation":{"enum":["in","left of"]},"target":{"enum":["blue bowl"]}"#;
        assert!(schema.contains(pick), "{schema}");
        assert!(schema.contains(place), "{schema}");
        assert!(
            !schema.contains(r#""relation":{"enum":["on"]}"#),
            "{schema}"
        );
        assert!(!schema.contains(r#""enum":["push"]"#), "{schema}");
    }

    #[test]
    fn what_is_no_request_is_answered_in_words() {
        let situation = |task: &str| Situation {
            task: task.to_owned(),
            objects: vec![ObjectView::affording(
                "red cube",
                &[Skill::Pick, Skill::Point],
                &[],
            )],
            ..Situation::default()
        };
        let offered = |task: &str| plan(&situation(task), &Skill::ALL).to_string();
        let question = offered("is there a red cube?");
        for skill in ["pick", "place", "push", "point", "home"] {
            assert!(!question.contains(&format!("\"{skill}\"")), "{question}");
        }
        assert!(question.contains("\"say\""), "{question}");
        let location = offered("where is the red cube?");
        assert!(location.contains("\"point\"") && !location.contains("\"pick\""));
        assert!(offered("pick up the red cube").contains("\"pick\""));
    }

    #[test]
    fn with_nothing_seen_only_words_and_home_remain() {
        let schema = plan(&Situation::default(), &Skill::ALL);
        let steps = schema["properties"]["steps"]["items"]["anyOf"]
            .as_array()
            .unwrap();
        assert_eq!(steps.len(), 4);
    }

    #[test]
    fn only_marks_that_are_drawn_can_be_named() {
        let schema = marked(3);
        assert_eq!(
            schema["items"]["properties"]["mark"]["enum"],
            json!([1, 2, 3])
        );
        assert!(schema.to_string().find("\"mark\"") < schema.to_string().find("\"label\""));
    }

    #[test]
    fn properties_keep_the_order_in_which_they_are_generated() {
        let text = detections().to_string();
        assert!(text.find("\"point\"").unwrap() < text.find("\"label\"").unwrap());
    }
}
