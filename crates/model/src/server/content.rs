//! Content of a response, wherever a server puts it.

use enact_plan::Token;
use enact_types::Reason;
use serde_json::{Value, json};

use super::json::{self, FoundJson};
use super::reasoning;
use super::schema::{WRAPPER_KEY, value_matches_top_level};

/// Keys under which servers put reasoning that they took out of the text.
const THOUGHTS: [&str; 4] = ["reasoning_content", "reasoning", "thinking", "thought"];

/// Finish reasons of answers that are cut off.
const CUT: [&str; 2] = ["length", "max_tokens"];
/// Finish reasons of answers that are held back.
const HELD_BACK: [&str; 5] = [
    "content_filter",
    "safety",
    "recitation",
    "prohibited_content",
    "blocklist",
];

/// Content of a model's response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// The answer, without thoughts; empty if there is none.
    pub text: String,
    /// The reasoning.
    pub thinking: String,
    /// The text that the server files as a thought, where there is nothing else.
    pub only_thought: Option<String>,
    /// True if it was cut off at the length limit.
    pub is_cut: bool,
}

/// Reads a response of the chat protocol.
///
/// # Errors
/// Why there is no answer, for a person.
pub(crate) fn read(response: &Value) -> Result<Content, Reason> {
    let choice = &response["choices"][0];
    // Ollama's own protocol has the message at the top.
    let message = if choice["message"].is_object() {
        &choice["message"]
    } else {
        &response["message"]
    };
    if !message.is_object() && !choice["text"].is_string() {
        return Err("there is no `choices[0].message` in its answer".into());
    }
    let mut gathered = Gathered::default();
    gathered.add(&message["content"]);
    if gathered.text.trim().is_empty() {
        gathered.text += choice["text"].as_str().unwrap_or_default();
    }
    if let Some(refusal) = message["refusal"].as_str() {
        gathered.refusal += refusal;
    }
    if !gathered.refusal.trim().is_empty() {
        let words = super::server_error::one_line(&gathered.refusal);
        return Err(format!("it refuses: “{words}”").into());
    }
    let finish = choice["finish_reason"]
        .as_str()
        .or(response["done_reason"].as_str());
    let finish = finish.unwrap_or_default().to_lowercase();
    if gathered.text.trim().is_empty() && HELD_BACK.contains(&finish.as_str()) {
        return Err(format!("the server's filter held the answer back ({finish})").into());
    }
    let mut parts = reasoning::split(&gathered.text);
    if parts.answer.is_empty() {
        let called = called(message).unwrap_or_default();
        parts.answer = reasoning::split(&called).answer;
    }
    let has_content = !gathered.text.trim().is_empty() || !gathered.thinking.is_empty();
    let filed = THOUGHTS
        .iter()
        .filter_map(|name| message[*name].as_str())
        .find(|text| !text.trim().is_empty());
    let filed = filed.unwrap_or_default();
    gathered.thinking += filed;
    if filed.is_empty() {
        THOUGHTS
            .iter()
            .for_each(|name| gathered.think(&message[*name]));
        gathered.think(&message["reasoning_details"]);
    }
    let says_nothing = !has_content && parts.answer.is_empty() && !filed.trim().is_empty();
    let thinking = [gathered.thinking.trim(), parts.thinking.trim()];
    Ok(Content {
        text: parts.answer,
        thinking: thinking.join("\n").trim().to_owned(),
        only_thought: says_nothing.then(|| filed.to_owned()),
        is_cut: CUT.contains(&finish.as_str()) || HELD_BACK.contains(&finish.as_str()),
    })
}

#[derive(Default)]
struct Gathered {
    text: String,
    thinking: String,
    refusal: String,
}

impl Gathered {
    /// Adds content: a text, a list of parts, or the JSON itself from servers that parse it.
    fn add(&mut self, content: &Value) {
        match content {
            Value::Null => {}
            Value::String(text) => self.text += text,
            Value::Array(parts) if parts.iter().any(is_part) => {
                parts.iter().for_each(|part| self.add_part(part));
            }
            Value::Object(_) if is_part(content) => self.add_part(content),
            other => self.text += &other.to_string(),
        }
    }

    fn add_part(&mut self, part: &Value) {
        match part["type"].as_str() {
            Some("thinking" | "reasoning" | "thought") => self.think(part),
            Some("refusal") => {
                self.refusal += part["refusal"].as_str().unwrap_or_default();
            }
            _ => {
                let text = part["text"].as_str().or(part["text"]["value"].as_str());
                self.text += text.or(part.as_str()).unwrap_or_default();
            }
        }
    }

    /// Adds reasoning: a text, or parts that hold texts under various keys.
    fn think(&mut self, thought: &Value) {
        match thought {
            Value::String(text) => self.thinking += text,
            Value::Array(all) => all.iter().for_each(|each| self.think(each)),
            Value::Object(fields) => {
                let names = ["thinking", "text", "reasoning", "content", "summary"];
                let held = names.iter().find_map(|name| fields.get(*name));
                self.think(held.unwrap_or(&Value::Null));
            }
            _ => {}
        }
    }
}

fn is_part(value: &Value) -> bool {
    let kinds = [
        "text",
        "output_text",
        "thinking",
        "reasoning",
        "thought",
        "refusal",
    ];
    value["type"]
        .as_str()
        .is_some_and(|kind| kinds.contains(&kind))
        || (value["type"].is_null() && value["text"].is_string() && value["skill"].is_null())
}

/// Returns the arguments of the first tool that it calls.
fn called(message: &Value) -> Option<String> {
    let calls = message["tool_calls"].as_array().into_iter().flatten();
    let functions = calls.map(|call| &call["function"]);
    let mut arguments =
        functions
            .chain([&message["function_call"]])
            .map(|function| match &function["arguments"] {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            });
    arguments.find(|text| !text.trim().is_empty())
}

/// JSON extracted from a text for the parser of plans and lists.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Extracted {
    /// JSON that is about the schema, at its top.
    Fitting(String),
    /// Other JSON, or what is not JSON to its end.
    Other(String),
    /// No JSON.
    None,
}

/// Extracts from a text the first JSON that fits the schema, whatever it is wrapped in.
pub(crate) fn extract_matching_json(text: &str, schema: &Value) -> Extracted {
    match json::find(text, |value| unwrap(schema, value).is_some()) {
        FoundJson::None => Extracted::None,
        FoundJson::Malformed(text) => Extracted::Other(text),
        FoundJson::Value { written, value } => match unwrap(schema, &value) {
            Some(inner) if inner == value => Extracted::Fitting(written),
            Some(inner) => Extracted::Fitting(inner.to_string()),
            None => Extracted::Other(written),
        },
    }
}

/// Returns whether a text is nothing but JSON that fits the schema.
pub(crate) fn is_only_matching_json(text: &str, schema: &Value) -> bool {
    json::lenient(text).is_some_and(|value| unwrap(schema, &value).is_some())
}

/// Returns the value that fits the schema: the value itself, or one inside the wrappers that
/// servers and models use.
fn unwrap(schema: &Value, value: &Value) -> Option<Value> {
    if value_matches_top_level(schema, value) {
        return Some(value.clone());
    }
    let wants_list = schema["type"] == "array";
    match value {
        Value::Object(fields) => {
            for name in [WRAPPER_KEY, "arguments", "parameters"] {
                let inner = match fields.get(name) {
                    Some(Value::String(text)) => json::lenient(text),
                    inner => inner.cloned(),
                };
                if let Some(found) = inner.and_then(|inner| unwrap(schema, &inner)) {
                    return Some(found);
                }
            }
            if wants_list && value_matches_top_level(&schema["items"], value) {
                return Some(json!([value]));
            }
            let mut only = fields.values();
            match (only.next(), only.next()) {
                (Some(inner), None) if wants_list && value_matches_top_level(schema, inner) => {
                    Some(inner.clone())
                }
                _ => None,
            }
        }
        Value::Array(entries) if !wants_list => match &entries[..] {
            [only] if value_matches_top_level(schema, only) => Some(only.clone()),
            _ => {
                // The steps without the plan around them.
                let names = schema["required"].as_array()?;
                let [Value::String(name)] = &names[..] else {
                    return None;
                };
                let is_list = schema["properties"][name]["type"] == "array";
                let are_steps = entries.iter().all(|entry| entry["skill"].is_string());
                (is_list && are_steps && !entries.is_empty()).then(|| json!({name: entries}))
            }
        },
        _ => None,
    }
}

/// Returns the tokens of a choice with their probabilities, from servers that report them.
pub(crate) fn tokens(choice: &Value) -> Vec<Token> {
    let tokens = choice["logprobs"]["content"].as_array();
    let token = |token: &Value| {
        Some(Token {
            text: token["token"].as_str()?.to_owned(),
            log_probability: token["logprob"].as_f64().filter(|value| value.is_finite()),
        })
    };
    tokens.into_iter().flatten().filter_map(token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::tokens_of_substring;
    use enact_plan::{Situation, Skill, grammar};

    fn said(message: Value) -> Content {
        read(&json!({"choices": [{"message": message, "finish_reason": "stop"}]})).unwrap()
    }

    #[test]
    fn the_text_is_found_wherever_it_stands() {
        let part = |kind: &str, text: &str| json!({"type": kind, "text": text});
        for message in [
            json!({"content": "[1]"}),
            json!({"content": [part("text", "[1"), part("text", "]")]}),
            json!({"content": [part("output_text", "[1]")]}),
            json!({"content": {"type": "text", "text": "[1]"}}),
            json!({"content": [{"type": "thinking", "thinking": [part("text", "hm")]}, part("text", "[1]")]}),
            json!({"content": [1]}),
            json!({"content": null, "tool_calls": [{"function": {"name": "answer", "arguments": "[1]"}}]}),
            json!({"content": "", "tool_calls": [{"function": {"arguments": [1]}}]}),
            json!({"function_call": {"arguments": "[1]"}}),
            json!({"content": "<think>[2]</think>[1]"}),
            json!({"content": "[1]", "reasoning_content": "[2]", "refusal": null}),
        ] {
            let content = said(message.clone());
            assert_eq!(
                (content.text.as_str(), content.only_thought),
                ("[1]", None),
                "{message}"
            );
        }
        assert_eq!(
            read(&json!({"message": {"content": "a"}})).unwrap().text,
            "a"
        );
        assert_eq!(
            read(&json!({"choices": [{"text": "a"}]})).unwrap().text,
            "a"
        );
        let plan = said(json!({"content": {"steps": [{"skill": "say", "text": "a"}]}}));
        assert_eq!(plan.text, r#"{"steps":[{"skill":"say","text":"a"}]}"#);
    }

    #[test]
    fn thoughts_are_kept_apart() {
        for (message, thinking) in [
            (json!({"content": "a", "reasoning_content": "hm"}), "hm"),
            (
                json!({"content": "a", "reasoning": "hm", "reasoning_content": "hm"}),
                "hm",
            ),
            (
                json!({"content": "a", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}),
                "hm",
            ),
            (
                json!({"content": "<think>hm</think>a"}),
                "<think>hm</think>",
            ),
            (
                json!({"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}]}),
                "hm",
            ),
        ] {
            let content = said(message);
            assert_eq!(
                (content.text.as_str(), content.thinking.as_str()),
                ("a", thinking)
            );
            assert_eq!(content.only_thought, None);
        }
        let content = said(json!({"content": null, "reasoning_content": "{}"}));
        assert_eq!(
            (content.text.as_str(), content.only_thought.as_deref()),
            ("", Some("{}"))
        );
        let content = said(json!({"content": "<think>{}"}));
        assert_eq!((content.text.as_str(), content.only_thought), ("", None));
    }

    #[test]
    fn refusals_and_filters_are_told() {
        let finished = |message: Value, reason: &str| {
            read(&json!({"choices": [{"message": message, "finish_reason": reason}]}))
        };
        for (message, reason, named) in [
            (
                json!({"content": null, "refusal": "I can't."}),
                "stop",
                "“I can't.”",
            ),
            (
                json!({"content": [{"type": "refusal", "refusal": "No."}]}),
                "stop",
                "“No.”",
            ),
            (json!({"content": null}), "content_filter", "content_filter"),
            (json!({"content": ""}), "SAFETY", "safety"),
        ] {
            let told = finished(message, reason).unwrap_err().to_string();
            assert!(told.contains(named), "{told}");
        }
        assert!(
            finished(json!({"content": "[1"}), "content_filter")
                .unwrap()
                .is_cut
        );
        assert!(
            finished(json!({"content": "[1"}), "MAX_TOKENS")
                .unwrap()
                .is_cut
        );
        assert!(
            read(&json!({"choices": []}))
                .unwrap_err()
                .text()
                .contains("choices[0]")
        );
        assert!(read(&json!(["choices"])).is_err());
    }

    #[test]
    fn an_answer_is_taken_out_of_what_wraps_it() {
        let plan = grammar::plan_schema(&Situation::default(), &Skill::ALL);
        let list = grammar::detections_schema();
        let steps = r#"{"steps":[{"skill":"done"}]}"#;
        for text in [
            steps,
            "```json\n{\"steps\":[{\"skill\":\"done\"}]}\n```",
            r#"{"name":"answer","arguments":{"steps":[{"skill":"done"}]}}"#,
            r#"{"name":"answer","arguments":"{\"steps\":[{\"skill\":\"done\"}]}"}"#,
            r#"{"answer":{"steps":[{"skill":"done"}]}}"#,
            r#"[{"steps":[{"skill":"done"}]}]"#,
            r#"[{"skill":"done"}]"#,
            r#"First [{"point":[1,2]}], then {"steps":[{"skill":"done"}]}"#,
        ] {
            assert_eq!(
                extract_matching_json(text, &plan),
                Extracted::Fitting(steps.to_owned()),
                "{text}"
            );
        }
        let seen = r#"[{"point":[1,2],"label":"a"}]"#;
        for text in [
            seen,
            r#"{"answer":[{"point":[1,2],"label":"a"}]}"#,
            r#"{"objects":[{"point":[1,2],"label":"a"}]}"#,
            r#"{"answer":{"point":[1,2],"label":"a"}}"#,
            r#"{"point":[1,2],"label":"a"}"#,
        ] {
            assert_eq!(
                extract_matching_json(text, &list),
                Extracted::Fitting(seen.to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            extract_matching_json("[]", &list),
            Extracted::Fitting("[]".to_owned())
        );
        for (text, schema) in [
            ("{\"skill\":\"done\"}", &plan),
            ("{\"a\":[1,2]}", &list),
            ("[[", &list),
        ] {
            assert_eq!(
                extract_matching_json(text, schema),
                Extracted::Other(text.to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            extract_matching_json("1. pick it up", &plan),
            Extracted::None
        );
        assert!(
            is_only_matching_json(steps, &plan)
                && !is_only_matching_json(&format!("So: {steps}"), &plan)
        );
    }

    #[test]
    fn tokens_of_an_answer_are_those_that_it_is_made_of() {
        let token = |text: &str| Token {
            text: text.to_owned(),
            log_probability: Some(-1.0),
        };
        let all = ["<think>", "[1]", "</think>", "\n[", "1", "]<e>"]
            .map(token)
            .to_vec();
        let of = |text| {
            let tokens = tokens_of_substring(text, all.clone());
            tokens
                .into_iter()
                .map(|token| token.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("[1]"), ["\n[", "1", "]<e>"]);
        assert_eq!(of("elsewhere").len(), all.len());
        assert_eq!(of("").len(), all.len());
        let choice = json!({"logprobs": {"content": [{"token": "{", "logprob": -9999.0}, {"token": "x", "logprob": null}]}});
        assert_eq!(tokens(&choice)[1].log_probability, None);
        assert!(tokens(&json!({})).is_empty());
    }
}
