//! JSON schemas of what a model may generate for a frame.
//!
//! A schema rather than a hand-written grammar: alternatives that share a prefix
//! are kept apart by the constraint engine, where a greedy lexer would hide one.

use serde_json::{Value, json};

use crate::detection::Detection;
use crate::situation::Situation;
use crate::skills::Skill;
use crate::step::Plan;

/// Maximum length of a sentence that `say` and `ask` may generate, characters.
const MAX_SENTENCE: usize = 160;

/// Returns the schema of a list of objects.
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

/// Returns the schema of a list that names the objects at `count` marks.
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

/// Returns the schema of a plan: each of the model's `skills` that may answer the sentence, with
/// the objects to which it applies now. No step outside it can be generated.
///
/// # Examples
/// ```
/// use enact_plan::{ObjectView, Situation, Skill, grammar};
/// use enact_types::{NormalizedPoint, Point3};
///
/// let cube = ObjectView {
///     name: "red cube".to_owned(),
///     point: NormalizedPoint { y: 500, x: 500 },
///     position: Point3::new(0.2, 0.0, 0.015),
///     size: 0.03,
///     reachable: true,
///     rests: None,
///     affords: vec![Skill::Pick],
///     receives: Vec::new(),
/// };
/// let situation = Situation {
///     instruction: "pick up the red cube".to_owned(),
///     objects: vec![cube],
///     ..Situation::default()
/// };
/// let schema = grammar::plan(&situation, &Skill::ALL).to_string();
/// assert!(schema.contains(r#"{"enum":["pick"]}"#));
/// // Nothing is seen on which the cube could be put.
/// assert!(!schema.contains(r#"{"enum":["place"]}"#));
/// ```
pub fn plan(situation: &Situation, skills: &[Skill]) -> Value {
    let speech_act = situation.speech_act();
    let steps: Vec<Value> = skills
        .iter()
        .filter(|skill| speech_act.permits(**skill))
        .flat_map(|skill| {
            let alternatives = (skill.definition().schema)(situation);
            alternatives.into_iter().map(|fields| step(*skill, fields))
        })
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

/// Returns the property `field` that is one of these names, unless there is none.
pub(crate) fn one_of<'a>(field: &str, names: impl Iterator<Item = &'a str>) -> Option<Value> {
    let names: Vec<&str> = names.collect();
    (!names.is_empty()).then(|| json!({field: {"enum": names}}))
}

/// Returns the schema of something to say.
pub(crate) fn sentence() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": MAX_SENTENCE})
}

fn step(skill: Skill, fields: Value) -> Value {
    let mut properties = json!({"skill": {"enum": [skill.name()]}});
    if let (Value::Object(all), Value::Object(fields)) = (&mut properties, fields) {
        all.extend(fields);
    }
    object(properties)
}

pub(crate) fn object(properties: Value) -> Value {
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

/// Allows no whitespace between tokens, which would otherwise be left to the model.
pub(crate) fn compact(mut schema: Value) -> Value {
    schema["x-guidance"] = json!({"whitespace_flexible": false});
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::ObjectView;
    use crate::space::Relation;

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
        let situation = |instruction: &str| Situation {
            instruction: instruction.to_owned(),
            objects: vec![ObjectView::affording(
                "red cube",
                &[Skill::Pick, Skill::Point],
                &[],
            )],
            ..Situation::default()
        };
        let offered = |instruction: &str| plan(&situation(instruction), &Skill::ALL).to_string();
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
