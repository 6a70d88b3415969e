//! JSON schemas of lists of positions.

use serde_json::{Map, Value, json};

use crate::detection::Detection;
use crate::grammar::{forbid_whitespace, object_schema};

/// Returns the schema of a list of objects with `count` numbers under `key`, and a label.
pub(super) fn schema_with_number_array(key: &str, number: &Value, count: usize) -> Value {
    let numbers = json!({
        "type": "array",
        "items": number,
        "minItems": count,
        "maxItems": count,
    });
    list([(key, numbers)])
}

/// Returns the schema of a list of objects with a number under each of these keys, and a label.
pub(super) fn schema_with_number_keys(keys: &[&str], number: &Value) -> Value {
    list(keys.iter().map(|key| (*key, number.clone())))
}

fn list<'a>(places: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let label = json!({"type": "string", "minLength": 1, "maxLength": Detection::MAX_LABEL});
    let fields: Map<String, Value> = places
        .into_iter()
        .chain([("label", label)])
        .map(|(key, schema)| (key.to_owned(), schema))
        .collect();
    forbid_whitespace(json!({
        "type": "array",
        "maxItems": Detection::MAX_COUNT,
        "items": object_schema(Value::Object(fields)),
    }))
}
