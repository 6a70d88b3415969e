//! Entries written as JSON, whatever surrounds it.

use serde_json::{Map, Value};

use super::entry::{Entry, WrittenPosition};
use crate::planner::Rejection;

const LABELS: [&str; 8] = [
    "label",
    "name",
    "text",
    "text_content",
    "object",
    "description",
    "class",
    "alt",
];
const PLACES: [&str; 13] = [
    "point",
    "point_2d",
    "box_2d",
    "bbox_2d",
    "bbox",
    "box",
    "bounding_box",
    "coordinates",
    "coordinate",
    "coords",
    "position",
    "center",
    "location",
];
const CORNERS: [[&str; 4]; 4] = [
    ["x_min", "y_min", "x_max", "y_max"],
    ["xmin", "ymin", "xmax", "ymax"],
    ["x1", "y1", "x2", "y2"],
    ["left", "top", "right", "bottom"],
];

/// Returns the entries of a list.
///
/// # Errors
/// If there is no list.
pub(super) fn entries(text: &str) -> Result<Vec<Result<Entry, String>>, Rejection> {
    let list = list(text)?;
    Ok(list.iter().map(entry).collect())
}

/// Returns the items of the first list in a text, or the objects in a text without a list.
fn list(text: &str) -> Result<Vec<Value>, Rejection> {
    let whole = match serde_json::from_str(text.trim()) {
        Ok(value) => return items(value).ok_or_else(no_list),
        Err(error) => error,
    };
    let mut objects = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(['[', '{']).map(|at| from + at) {
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(Value::Object(object))) if is_entry(&object) => {
                objects.push(Value::Object(object));
                from = start + values.byte_offset();
            }
            // A remark [like this] is none.
            Some(Ok(value)) if objects.is_empty() => {
                from = start + values.byte_offset();
                let is_empty = value.as_array().is_some_and(Vec::is_empty);
                let items = items(value);
                match items {
                    Some(items) if is_empty || items.iter().any(is_structured) => return Ok(items),
                    _ => {}
                }
            }
            Some(Ok(_)) => from = start + values.byte_offset(),
            // What is inside something broken is not taken out of it.
            _ if text[start..].starts_with('[') && !is_remark(&text[start..]) => break,
            _ => from = start + 1,
        }
    }
    if objects.is_empty() {
        return Err(Rejection(format!(
            "the list of objects is not valid: {whole}"
        )));
    }
    Ok(objects)
}

fn no_list() -> Rejection {
    Rejection("the list of objects is not valid: there is no list".to_owned())
}

/// Returns whether a bracket opens something other than a list of lists or objects.
fn is_remark(text: &str) -> bool {
    !text[1..].trim_start().starts_with(['{', '[', '"', ']'])
}

fn is_structured(item: &Value) -> bool {
    item.is_object() || item.is_array()
}

fn items(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => {
            // A lone entry without a list around it.
            let is_place = items.len() >= 2 && items.iter().take(2).all(Value::is_number);
            Some(if is_place {
                vec![Value::Array(items)]
            } else {
                items
            })
        }
        Value::Object(object) if is_entry(&object) => Some(vec![Value::Object(object)]),
        Value::Object(object) => object
            .into_iter()
            .find_map(|(_, value)| value.is_array().then(|| items(value)).flatten()),
        _ => None,
    }
}

fn is_entry(object: &Map<String, Value>) -> bool {
    let has = |name: &&str| object.contains_key(*name);
    PLACES.iter().any(has) || has(&"x") || CORNERS.iter().any(|names| has(&names[0]))
}

fn entry(value: &Value) -> Result<Entry, String> {
    match value {
        Value::Object(object) => {
            let label = LABELS.iter().find_map(|name| object.get(*name));
            let label = match label {
                None => None,
                Some(Value::String(label)) => Some(label.clone()),
                Some(other) => return Err(format!("the label {other} is not text")),
            };
            Ok(Entry {
                numbers: place(object)?,
                label,
            })
        }
        Value::Array(items) => {
            let label = items.iter().find_map(Value::as_str).map(str::to_owned);
            let numbers: Vec<Value> = items
                .iter()
                .filter(|item| !item.is_string())
                .cloned()
                .collect();
            Ok(Entry {
                numbers: numbers_of(&numbers)?,
                label,
            })
        }
        other => Err(format!("{other} is no object with a place")),
    }
}

fn place(object: &Map<String, Value>) -> Result<WrittenPosition, String> {
    for names in CORNERS {
        if object.contains_key(names[0]) {
            let [a, b, c, d] = names.map(|name| number(object.get(name).unwrap_or(&Value::Null)));
            return Ok(WrittenPosition::NamedCorners([a?, b?, c?, d?]));
        }
    }
    if let (Some(x), Some(y)) = (object.get("x"), object.get("y")) {
        return Ok(WrittenPosition::Named([number(x)?, number(y)?]));
    }
    let found = PLACES.iter().find_map(|name| object.get(*name));
    match found {
        Some(Value::Array(items)) => numbers_of(items),
        Some(Value::Object(inner)) => place(inner),
        Some(other) => Err(format!("{other} is no place")),
        None => Err("no place is given".to_owned()),
    }
}

fn numbers_of(items: &[Value]) -> Result<WrittenPosition, String> {
    match items {
        [Value::Array(first), Value::Array(second)] => {
            let all: Vec<Value> = first.iter().chain(second).cloned().collect();
            numbers_of(&all)
        }
        [Value::Array(only)] => numbers_of(only),
        [a, b] => Ok(WrittenPosition::Pair([number(a)?, number(b)?])),
        [a, b, c, d] => Ok(WrittenPosition::Corners([
            number(a)?,
            number(b)?,
            number(c)?,
            number(d)?,
        ])),
        _ => Err(format!(
            "a place has 2 numbers or, for a box, 4, not {}",
            items.len()
        )),
    }
}

fn number(value: &Value) -> Result<f64, String> {
    let read = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    read.filter(|number: &f64| number.is_finite())
        .ok_or_else(|| format!("{value} is no coordinate"))
}
