//! Adapts a grammar's schema to what servers accept.
//!
//! OpenAI's strict mode knows a subset of JSON schema: an object at the top, `type` in everything that
//! is no `anyOf`, all properties required and no others allowed, no bounds on the length of a text.
//! Other servers know that much, too.

use serde_json::{Map, Value, json};

/// Key of the object in which a list is wrapped.
pub(crate) const WRAPPER_KEY: &str = "answer";

/// Keywords that no server needs.
const LEFT_OUT: [&str; 3] = ["x-guidance", "minLength", "maxLength"];
/// Keywords that some servers reject.
const BOUNDS: [&str; 4] = ["minItems", "maxItems", "minimum", "maximum"];

/// Restricts a schema to OpenAI's subset.
pub(crate) fn strict(schema: &Value) -> Value {
    wrapped(translate(schema, &LEFT_OUT))
}

/// Removes bounds on numbers and lists from a schema.
pub(crate) fn unbounded(schema: &Value) -> Value {
    let left_out: Vec<&str> = LEFT_OUT.into_iter().chain(BOUNDS).collect();
    wrapped(translate(schema, &left_out))
}

fn wrapped(schema: Value) -> Value {
    if schema["type"] == "object" {
        return schema;
    }
    json!({
        "type": "object",
        "properties": {WRAPPER_KEY: schema},
        "required": [WRAPPER_KEY],
        "additionalProperties": false,
    })
}

fn translate(schema: &Value, left_out: &[&str]) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    let mut translated = Map::new();
    if !fields.contains_key("type")
        && let Some(kind) = fields.get("enum").and_then(type_of)
    {
        translated.insert("type".to_owned(), json!(kind));
    }
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            (name, _) if left_out.contains(&name) => continue,
            ("properties", Value::Object(properties)) => {
                let properties = properties.iter();
                Value::Object(
                    properties
                        .map(|(name, schema)| (name.clone(), translate(schema, left_out)))
                        .collect(),
                )
            }
            ("anyOf", Value::Array(schemas)) => schemas
                .iter()
                .map(|schema| translate(schema, left_out))
                .collect(),
            ("items", schema) => translate(schema, left_out),
            _ => value.clone(),
        };
        translated.insert(name.clone(), value);
    }
    if let Some(Value::Object(properties)) = translated.get("properties") {
        let names: Vec<&String> = properties.keys().collect();
        let names = json!(names);
        translated.insert("required".to_owned(), names);
        translated.insert("additionalProperties".to_owned(), json!(false));
    }
    Value::Object(translated)
}

/// Returns the common type of these values.
fn type_of(values: &Value) -> Option<&'static str> {
    let values = values.as_array()?;
    let all = |is: fn(&Value) -> bool| !values.is_empty() && values.iter().all(is);
    if all(Value::is_string) {
        Some("string")
    } else if all(|value| value.is_i64() || value.is_u64()) {
        Some("integer")
    } else if all(Value::is_number) {
        Some("number")
    } else if all(Value::is_boolean) {
        Some("boolean")
    } else {
        None
    }
}

/// Returns whether a value fits a schema at its top level: an object with the required keys, or a
/// list of objects.
pub(crate) fn value_matches_top_level(schema: &Value, value: &Value) -> bool {
    match value {
        Value::Object(fields) => schema["required"].as_array().is_some_and(|names| {
            names
                .iter()
                .all(|name| name.as_str().is_some_and(|name| fields.contains_key(name)))
        }),
        Value::Array(entries) => schema["type"] == "array" && entries.iter().all(Value::is_object),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::{ObjectView, Relation, Situation, Skill, grammar};
    use enact_types::{NormalizedPoint, Point3};

    /// Returns the first place where a schema leaves the subset that OpenAI publishes for strict
    /// mode (<https://platform.openai.com/docs/guides/structured-outputs>, supported schemas).
    fn outside(schema: &Value, depth: usize, at: &str) -> Option<String> {
        let keywords = [
            "type",
            "enum",
            "anyOf",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
            "description",
        ];
        let types = ["string", "number", "boolean", "integer", "object", "array"];
        let complain = |what: &str| Some(format!("{at}: {what}"));
        let Some(fields) = schema.as_object() else {
            return complain("not an object");
        };
        if depth > 10 {
            return complain("too deep");
        }
        if let Some(word) = fields
            .keys()
            .find(|word| !keywords.contains(&word.as_str()))
        {
            return complain(&format!("`{word}` is not permitted"));
        }
        if let Some(all) = schema["anyOf"].as_array() {
            let mut all = all.iter().enumerate();
            return all
                .find_map(|(index, it)| outside(it, depth + 1, &format!("{at}.anyOf.{index}")));
        }
        if !schema["type"]
            .as_str()
            .is_some_and(|kind| types.contains(&kind))
        {
            return complain("must have a `type`");
        }
        if schema["type"] == "array" {
            return outside(&schema["items"], depth + 1, &format!("{at}.items"));
        }
        if schema["type"] != "object" {
            return None;
        }
        let properties = schema["properties"].as_object()?;
        if schema["additionalProperties"] != false {
            return complain("`additionalProperties` must be false");
        }
        let names: Vec<&String> = properties.keys().collect();
        if schema["required"] != json!(names) {
            return complain("all properties must be required");
        }
        let mut all = properties.iter();
        all.find_map(|(name, it)| outside(it, depth + 1, &format!("{at}.{name}")))
    }

    fn grammars() -> Vec<Value> {
        let object = |name: &str| ObjectView {
            name: name.to_owned(),
            point: NormalizedPoint { y: 1, x: 2 },
            position: Point3::origin(),
            size: 0.03,
            reachable: true,
            rests: None,
            affords: vec![Skill::Pick, Skill::Push, Skill::Point],
            receives: Relation::ALL_RELATIONS.to_vec(),
        };
        let asked = |instruction: &str, objects: &[&str]| Situation {
            instruction: instruction.to_owned(),
            objects: objects.iter().map(|name| object(name)).collect(),
            ..Situation::default()
        };
        let situations = [
            asked(
                "put the red cube in the blue bowl",
                &["red cube", "blue bowl", "green ball"],
            ),
            asked("point to the red cube", &["red cube"]),
            asked("is there a red cube?", &["red cube"]),
            asked("go home", &[]),
        ];
        let plans = situations
            .iter()
            .map(|it| grammar::plan_schema(it, &Skill::ALL));
        plans
            .chain([
                grammar::detections_schema(),
                grammar::marked_objects_schema(1),
                grammar::marked_objects_schema(32),
            ])
            .collect()
    }

    #[test]
    fn what_openai_publishes_of_strict_mode_is_kept() {
        for schema in grammars() {
            for schema in [strict(&schema), unbounded(&schema)] {
                assert_eq!(schema["type"], "object");
                assert_eq!(outside(&schema, 0, "top"), None, "{schema}");
                assert!(schema.to_string().len() < 120_000);
            }
            let bounds = unbounded(&schema).to_string();
            assert!(BOUNDS.iter().all(|word| !bounds.contains(word)), "{bounds}");
        }
        // The check itself notices what is wrong with the grammars as they are.
        for schema in grammars() {
            let complaint = outside(&schema, 0, "top").unwrap();
            assert_eq!(complaint, "top: `x-guidance` is not permitted");
        }
        let typeless = json!({"anyOf": [{"enum": ["a"]}]});
        assert_eq!(
            outside(&typeless, 0, "top").unwrap(),
            "top.anyOf.0: must have a `type`"
        );
        let open = json!({"type": "object", "properties": {}, "required": []});
        assert!(
            outside(&open, 0, "top")
                .unwrap()
                .contains("additionalProperties")
        );
    }

    #[test]
    fn every_enum_has_the_type_of_its_values_and_the_same_values() {
        let kinds = |values: Value| {
            strict(&json!({"enum": values}))["properties"][WRAPPER_KEY]["type"].clone()
        };
        assert_eq!(kinds(json!(["a", "b"])), "string");
        assert_eq!(kinds(json!([1, 2])), "integer");
        assert_eq!(kinds(json!([1, 2.5])), "number");
        assert_eq!(kinds(json!([true])), "boolean");
        assert_eq!(kinds(json!([1, "a"])), Value::Null);
        let marks = strict(&grammar::marked_objects_schema(3));
        let mark = &marks["properties"][WRAPPER_KEY]["items"]["properties"]["mark"];
        assert_eq!(*mark, json!({"type": "integer", "enum": [1, 2, 3]}));
        // A property may be called like a keyword.
        let named = json!({"type": "object", "properties": {"maxLength": {"type": "string"}}});
        assert_eq!(strict(&named)["required"], json!(["maxLength"]));
    }

    #[test]
    fn a_value_is_about_a_schema_if_its_top_is() {
        let plan = grammar::plan_schema(&Situation::default(), &Skill::ALL);
        assert!(value_matches_top_level(&plan, &json!({"steps": []})));
        assert!(!value_matches_top_level(&plan, &json!({"skill": "pick"})));
        assert!(!value_matches_top_level(&plan, &json!([1])));
        let list = grammar::detections_schema();
        assert!(
            value_matches_top_level(&list, &json!([]))
                && value_matches_top_level(&list, &json!([{"label": "a"}]))
        );
        assert!(!value_matches_top_level(&list, &json!([[1, 2, 3, 4]])));
        assert!(
            !value_matches_top_level(&list, &json!([1]))
                && !value_matches_top_level(&list, &json!({"a": 1}))
        );
        assert!(value_matches_top_level(
            &strict(&list),
            &json!({"answer": []})
        ));
    }
}
