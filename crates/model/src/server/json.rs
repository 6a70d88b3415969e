//! JSON in a text that is not all JSON.

use serde_json::Value;

/// Maximum depth of JSON in an answer.
const DEEPEST: usize = 64;

/// JSON found in a text.
#[derive(Debug, PartialEq)]
pub(crate) enum FoundJson {
    /// The first value that was wanted; else the first value. As it was written, if that is JSON.
    Value { written: String, value: Value },
    /// It begins like JSON and does not end so.
    Malformed(String),
    /// No JSON.
    None,
}

/// Returns the first JSON object or list in a text, skipping fences, words and tokens around it.
/// Values that `is_wanted` take precedence. Values inside other values do not count.
pub(crate) fn find(text: &str, is_wanted: impl Fn(&Value) -> bool) -> FoundJson {
    let mut other = None;
    let mut from = 0;
    while let Some(start) = text[from..].find(['{', '[']).map(|at| from + at) {
        let rest = &text[start..];
        if !begins(rest) {
            from = start + 1;
            continue;
        }
        let Some(end) = end_of(rest) else {
            return FoundJson::Malformed(rest.to_owned());
        };
        let written = &rest[..end];
        let Some(found) = read(written) else {
            return FoundJson::Malformed(written.to_owned());
        };
        let FoundJson::Value { value, .. } = &found else {
            return found;
        };
        if is_wanted(value) {
            return found;
        }
        other.get_or_insert(found);
        from = start + end;
    }
    other.unwrap_or(FoundJson::None)
}

/// Parses a text that is JSON, strictly or nearly, and nothing else.
pub(crate) fn lenient(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let strict = serde_json::from_str(text);
    strict.ok().or_else(|| {
        let is_container = text.starts_with(['{', '[']) && end_of(text) == Some(text.len());
        is_container.then(|| json5::from_str(text).ok()).flatten()
    })
}

/// Keeps strict JSON as it is written and corrects JSON5 (an extra comma, single quotes).
fn read(written: &str) -> Option<FoundJson> {
    let value = lenient(written)?;
    let is_strict = serde_json::from_str::<serde::de::IgnoredAny>(written).is_ok();
    let written = if is_strict {
        written.to_owned()
    } else {
        value.to_string()
    };
    Some(FoundJson::Value { written, value })
}

/// Returns whether a bracket opens JSON rather than a remark [like this].
fn begins(text: &str) -> bool {
    let inside = text[1..].trim_start();
    if text.starts_with('[') {
        return inside.starts_with(['{', '[', '"', ']']);
    }
    let name: usize = inside
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(inside.len());
    let is_bare_name = name > 0 && inside[name..].trim_start().starts_with(':');
    inside.starts_with(['"', '\'', '}']) || is_bare_name
}

/// Returns the length of the balanced value at the beginning of a text; `None` if it does not end,
/// or is nested too deeply.
fn end_of(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' if depth == DEEPEST => return None,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(text: &str) -> FoundJson {
        find(text, |value| value["steps"].is_array())
    }

    fn written(text: &str) -> String {
        match plan(text) {
            FoundJson::Value { written, .. } => written,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_first_value_is_found_in_whatever_surrounds_it() {
        const PLAN: &str = r#"{"steps":[{"skill":"say","text":"a \"}\" b"}]}"#;
        for around in [
            "@",
            "```json\n@\n```",
            "Sure! Here is [the plan]:\n\n```\n@\n```\nDoes {this} help?",
            "@<|im_end|>",
            "\u{feff}@",
            "As in [1] and [\"2\"]: @",
            "{\"note\": 1}\n@",
            "@ or @",
            "<tool_call>@</tool_call>",
        ] {
            assert_eq!(written(&around.replace('@', PLAN)), PLAN, "{around}");
        }
    }

    #[test]
    fn what_is_nearly_json_is_put_right() {
        let right = r#"{"steps":[{"skill":"home"},{"skill":"done"}]}"#;
        for text in [
            r#"{"steps":[{"skill":"home"},{"skill":"done"},]}"#,
            r#"{'steps': [{'skill': 'home'}, {'skill': 'done'}]}"#,
            r#"{steps: [{skill: "home"}, {skill: "done"}]}"#,
            "{\"steps\": [ // two\n{\"skill\": \"home\"}, {\"skill\": \"done\"}]}",
        ] {
            assert_eq!(written(text), right, "{text}");
        }
        // By the letter it stays as it is, so that a name that stands twice is still seen.
        let twice = r#"{"steps":[],"steps":[1]}"#;
        assert_eq!(written(twice), twice);
    }

    #[test]
    fn a_part_of_something_broken_is_not_taken() {
        for text in [
            r#"{"steps":[{"skill":"pick","object":"a"},{"ski"#,
            r#"{"steps":[{"skill":"pick","object":"a"} {"skill":"done"}]}"#,
            r#"[{"point":[1,2],"label":"a"},{"po"#,
            r#"```json
{"steps": [{"skill": "done"}"#,
            &"[".repeat(100_000),
        ] {
            assert!(matches!(plan(text), FoundJson::Malformed(_)), "{text}");
        }
        for text in ["", "I see a cube.", "{x} [y] (z)", "[1, 2]", "}{"] {
            assert_eq!(plan(text), FoundJson::None, "{text}");
        }
        let other = r#"{"skill":"done"}"#;
        assert_eq!(written(other), other, "the best that there is");
    }

    #[test]
    fn bodies_that_are_nearly_json_are_read() {
        let value = json!({"a": [1, null]});
        for text in [
            "{\"a\":[1,null]}",
            "\u{feff} \n{\"a\":[1,NaN]}",
            "{\"a\":[1,-Infinity,]}",
        ] {
            assert_eq!(lenient(text), Some(value.clone()), "{text}");
        }
        for text in ["", "<html>", "{\"a\":1} x", &"[".repeat(1_000_000)] {
            assert_eq!(lenient(text), None);
        }
    }
}
