//! Responses that are streamed although nobody asked for it.

use serde_json::{Map, Value, json};

/// Texts of a message that arrive piece by piece.
const TEXTS: [&str; 5] = [
    "content",
    "reasoning_content",
    "reasoning",
    "thinking",
    "refusal",
];

/// Assembles the response from a stream of events; `None` if it is no such stream.
pub(crate) fn fold(body: &str) -> Option<Value> {
    let body = body.trim_start_matches('\u{feff}').trim_start();
    if !["data:", "event:", "id:", ":"]
        .iter()
        .any(|begin| body.starts_with(begin))
    {
        return None;
    }
    let mut message = Map::new();
    let mut arguments = String::new();
    let mut whole = json!({"choices": [{}]});
    let events = body.lines().filter_map(|line| line.strip_prefix("data:"));
    for event in events.map(str::trim).take_while(|event| *event != "[DONE]") {
        let Ok(event) = serde_json::from_str::<Value>(event) else {
            continue;
        };
        let choice = &event["choices"][0];
        if choice["message"].is_object() {
            return Some(event);
        }
        let delta = &choice["delta"];
        for name in TEXTS {
            if let Some(piece) = delta[name].as_str() {
                append(&mut message, name, piece);
            }
        }
        let call = &delta["tool_calls"][0]["function"]["arguments"];
        arguments += call.as_str().unwrap_or_default();
        if let Some(tokens) = choice["logprobs"]["content"].as_array() {
            let all = &mut whole["choices"][0]["logprobs"]["content"];
            match all.as_array_mut() {
                Some(all) => all.extend(tokens.iter().cloned()),
                None => *all = json!(tokens),
            }
        }
        for (name, place) in [
            ("finish_reason", choice),
            ("usage", &event),
            ("error", &event),
        ] {
            if !place[name].is_null() {
                let target = if name == "finish_reason" {
                    &mut whole["choices"][0]
                } else {
                    &mut whole
                };
                target[name] = place[name].clone();
            }
        }
    }
    if !arguments.is_empty() {
        let call = json!([{"function": {"arguments": arguments}}]);
        message.insert("tool_calls".to_owned(), call);
    }
    if message.is_empty() && !whole["error"].is_null() {
        return Some(json!({"error": whole["error"]}));
    }
    whole["choices"][0]["message"] = Value::Object(message);
    Some(whole)
}

fn append(message: &mut Map<String, Value>, name: &str, piece: &str) {
    match message.get_mut(name) {
        Some(Value::String(text)) => text.push_str(piece),
        _ => {
            message.insert(name.to_owned(), json!(piece));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(events: &[Value]) -> String {
        let events: Vec<String> = events.iter().map(|it| format!("data: {it}\n\n")).collect();
        format!(": here it comes\n\n{}data: [DONE]\n\n", events.concat())
    }

    #[test]
    fn pieces_make_a_whole() {
        let delta = |delta: Value| json!({"choices": [{"delta": delta}]});
        let body = stream(&[
            delta(json!({"role": "assistant", "reasoning_content": "hm, "})),
            delta(json!({"reasoning_content": "yes"})),
            delta(json!({"content": "[{\"po"})),
            delta(json!({"content": "int\":…"})),
            json!({"choices": [{"delta": {}, "finish_reason": "length"}]}),
            json!({"choices": [], "usage": {"completion_tokens": 7}}),
        ]);
        let whole = fold(&body).unwrap();
        let choice = &whole["choices"][0];
        assert_eq!(choice["message"]["content"], "[{\"point\":…");
        assert_eq!(choice["message"]["reasoning_content"], "hm, yes");
        assert_eq!(choice["finish_reason"], "length");
        assert_eq!(whole["usage"]["completion_tokens"], 7);
        let call = |piece: &str| {
            delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}))
        };
        let whole = fold(&stream(&[call("{\"a\""), call(":1}")])).unwrap();
        let called = &whole["choices"][0]["message"]["tool_calls"][0];
        assert_eq!(called["function"]["arguments"], "{\"a\":1}");
    }

    #[test]
    fn errors_come_through_and_json_is_no_stream() {
        let error = json!({"error": {"message": "overloaded"}});
        assert_eq!(fold(&stream(std::slice::from_ref(&error))).unwrap(), error);
        assert_eq!(fold("{\"choices\": []}"), None);
        assert_eq!(fold(""), None);
        assert!(fold("data: [DONE]").unwrap()["choices"][0]["message"].is_object());
    }
}
