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
pub fn detections_schema() -> Value {
    let coordinate = json!({"type": "integer", "minimum": 0, "maximum": 1000});
    forbid_whitespace(json!({
        "type": "array",
        "maxItems": Detection::MAX_COUNT,
        "items": object_schema(json!({
            "point": {"type": "array", "items": coordinate, "minItems": 2, "maxItems": 2},
            "label": {"type": "string", "minLength": 1, "maxLength": Detection::MAX_LABEL},
        })),
    }))
}

/// Returns the schema of a list that names the objects at `count` marks.
pub fn marked_objects_schema(count: usize) -> Value {
    let numbers: Vec<usize> = (1..=count).collect();
    forbid_whitespace(json!({
        "type": "array",
        "maxItems": count,
        "items": object_schema(json!({
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
/// let schema = grammar::plan_schema(&situation, &Skill::ALL).to_string();
/// assert!(schema.contains(r#"{"enum":["pick"]}"#));
/// // Nothing is seen on which the cube could be put.
/// assert!(!schema.contains(r#"{"enum":["place"]}"#));
/// ```
pub fn plan_schema(situation: &Situation, skills: &[Skill]) -> Value {
    let steps = steps(situation, skills, |_| true);
    forbid_whitespace(object_schema(
        json!({"steps": array(Plan::MAX_STEPS, steps)}),
    ))
}

/// The same for models that nobody trained on it, which may not know when to stop: a plan is either
/// some deeds, as many as the seen objects can need, or something to say, and then `done`. So the
/// longest answer is soon over: see [`longest_text_bytes`].
pub fn brief_plan_schema(situation: &Situation, skills: &[Skill]) -> Value {
    let speaks = |skill: Skill| matches!(skill, Skill::Say | Skill::Ask);
    let deeds = steps(situation, skills, |skill| !speaks(skill));
    let words = steps(situation, skills, |skill| {
        speaks(skill) || skill == Skill::Done
    });
    let movable = situation.objects.iter();
    let movable = movable.filter(|object| !object.affords.is_empty()).count();
    // Each is picked up and put somewhere; what is held may be put down first, and `done` ends it.
    let most = (2 * movable + 2).min(Plan::MAX_STEPS);
    let can_speak = skills.iter().any(|skill| speaks(*skill)) && !situation.must_act;
    let acts = situation.speech_act().is_request() || !can_speak;
    let alternatives = [
        acts.then(|| array(most, deeds)),
        can_speak.then(|| array(2, words)),
    ];
    let alternatives: Vec<Value> = alternatives.into_iter().flatten().collect();
    let steps = match <[Value; 1]>::try_from(alternatives) {
        Ok([only]) => only,
        Err(alternatives) => json!({"anyOf": alternatives}),
    };
    forbid_whitespace(object_schema(json!({"steps": steps})))
}

/// Schemas of the steps of these `skills` that may answer the sentence.
fn steps(situation: &Situation, skills: &[Skill], is_wanted: impl Fn(Skill) -> bool) -> Vec<Value> {
    let speech_act = situation.speech_act();
    skills
        .iter()
        .filter(|skill| speech_act.permits(**skill) && is_wanted(**skill))
        .flat_map(|skill| {
            let alternatives = (skill.definition().schema)(situation);
            alternatives.into_iter().map(|fields| step(*skill, fields))
        })
        .collect()
}

fn array(most: usize, items: Vec<Value>) -> Value {
    json!({
        "type": "array",
        "minItems": 1,
        "maxItems": most,
        "items": {"anyOf": items},
    })
}

/// Most bytes that one character of a text takes in JSON: `\u001f`.
const ESCAPED: usize = 6;

/// Length of the longest text that follows a schema of this module, bytes. `None`: there is no
/// longest, or it is of another kind.
pub fn longest_text_bytes(schema: &Value) -> Option<usize> {
    let size = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let longest_of = |values: &[Value]| {
        let lengths = values
            .iter()
            .map(longest_text_bytes)
            .collect::<Option<Vec<_>>>()?;
        lengths.into_iter().max()
    };
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(|value| value.to_string().len()).max();
    }
    if let Some(alternatives) = schema["anyOf"].as_array() {
        return longest_of(alternatives);
    }
    match schema["type"].as_str()? {
        "string" => Some(2 + ESCAPED * size(&schema["maxLength"])?),
        "integer" => ["minimum", "maximum"]
            .iter()
            .map(|bound| Some(schema[*bound].as_i64()?.to_string().len()))
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .max(),
        "array" => {
            let count = size(&schema["maxItems"])?;
            Some(2 + count * (1 + longest_text_bytes(&schema["items"])?))
        }
        "object" => {
            let fields = schema["properties"].as_object()?;
            let lengths = fields
                .iter()
                // Quotes, colon, comma.
                .map(|(name, value)| Some(4 + name.len() + longest_text_bytes(value)?));
            Some(2 + lengths.sum::<Option<usize>>()?)
        }
        _ => None,
    }
}

/// Returns the property `field` that is one of these names, unless there is none.
pub(crate) fn enum_property<'a>(
    field: &str,
    names: impl Iterator<Item = &'a str>,
) -> Option<Value> {
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
    object_schema(properties)
}

pub(crate) fn object_schema(properties: Value) -> Value {
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
pub(crate) fn forbid_whitespace(mut schema: Value) -> Value {
    schema["x-guidance"] = json!({"whitespace_flexible": false});
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::ObjectView;
    use crate::skills::Step;
    use crate::spatial_relations::Relation;

    fn things(count: usize) -> Situation {
        let all = [Skill::Pick, Skill::Push, Skill::Point];
        let thing = |index: usize| {
            let name = format!("yellow cylinder {index}");
            ObjectView::affording(&name, &all, &Relation::ALL_RELATIONS)
        };
        Situation {
            instruction: "tidy up".to_owned(),
            objects: (0..count).map(thing).collect(),
            ..Situation::default()
        }
    }

    #[test]
    fn a_brief_plan_has_an_end() {
        for count in [0, 1, 3, 12] {
            let situation = things(count);
            let brief = longest_text_bytes(&brief_plan_schema(&situation, &Skill::ALL)).unwrap();
            let any = longest_text_bytes(&plan_schema(&situation, &Skill::ALL)).unwrap();
            assert!(
                8 * brief < 2 * any && brief < 2500,
                "{count}: {brief} of {any}"
            );
        }
        // What says most, and what does most.
        let situation = things(2);
        let schema = brief_plan_schema(&situation, &Skill::ALL);
        let most = longest_text_bytes(&schema).unwrap();
        let said = Plan {
            steps: vec![
                Step::say_step("\u{1f}".repeat(MAX_SENTENCE)),
                Step::done_step(),
            ],
        };
        let place = Step::place_step(
            "yellow cylinder 0",
            Relation::InFrontOf,
            "yellow cylinder 1",
        );
        let done = Plan {
            steps: vec![place; 6],
        };
        for plan in [said, done] {
            let written = serde_json::to_string(&plan).unwrap();
            assert!(written.len() <= most, "{most}: {written}");
        }
        assert_eq!(longest_text_bytes(&json!({"type": "string"})), None);
        assert!(
            longest_text_bytes(&detections_schema()).is_some()
                && longest_text_bytes(&marked_objects_schema(3)).is_some()
        );
        assert!(longest_text_bytes(&plan_schema(&situation, &Skill::ALL)).is_some());
    }

    #[test]
    fn a_brief_plan_acts_or_speaks() {
        let has = |situation: &Situation, skills: &[Skill], skill: Skill| {
            let schema = brief_plan_schema(situation, skills).to_string();
            schema.contains(&format!(r#"{{"enum":["{}"]}}"#, skill.name()))
        };
        let asked = things(2);
        for skill in Skill::ALL {
            assert!(has(&asked, &Skill::ALL, skill), "{skill:?}");
        }
        let told = Situation {
            instruction: "what do you see?".to_owned(),
            ..things(2)
        };
        assert!(!has(&told, &Skill::ALL, Skill::Pick) && has(&told, &Skill::ALL, Skill::Say));
        let must = Situation {
            must_act: true,
            ..things(2)
        };
        assert!(!has(&must, &Skill::ALL, Skill::Say) && has(&must, &Skill::ALL, Skill::Done));
        let mute = [Skill::Pick, Skill::Done];
        assert!(has(&told, &mute, Skill::Done) && !has(&told, &mute, Skill::Pick));
    }

    #[test]
    fn only_what_applies_now_can_be_generated() {
        let situation = Situation {
            objects: vec![
                ObjectView::affording("red cube", &[Skill::Pick], &[Relation::On]),
                ObjectView::affording("blue bowl", &[], &[Relation::In, Relation::LeftOf]),
            ],
            ..Situation::default()
        };
        let schema = plan_schema(&situation, &Skill::ALL).to_string();
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
        let offered =
            |instruction: &str| plan_schema(&situation(instruction), &Skill::ALL).to_string();
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
        let schema = plan_schema(&Situation::default(), &Skill::ALL);
        let steps = schema["properties"]["steps"]["items"]["anyOf"]
            .as_array()
            .unwrap();
        assert_eq!(steps.len(), 4);
    }

    #[test]
    fn only_marks_that_are_drawn_can_be_named() {
        let schema = marked_objects_schema(3);
        assert_eq!(
            schema["items"]["properties"]["mark"]["enum"],
            json!([1, 2, 3])
        );
        assert!(schema.to_string().find("\"mark\"") < schema.to_string().find("\"label\""));
    }

    #[test]
    fn properties_keep_the_order_in_which_they_are_generated() {
        let text = detections_schema().to_string();
        assert!(text.find("\"point\"").unwrap() < text.find("\"label\"").unwrap());
    }
}
