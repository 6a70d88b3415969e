//! Chooses one of a server's models if none is named.

use enact_types::Reason;
use serde_json::Value;

/// Parts of the names of models that do not chat.
const OTHER_WORK: [&str; 14] = [
    "embed",
    "rerank",
    "whisper",
    "tts",
    "moderation",
    "dall-e",
    "gpt-image",
    "stable-diffusion",
    "flux",
    "sora",
    "transcribe",
    "speech",
    "bge-",
    "minilm",
];

/// A choice among the models of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub model: String,
    /// Number of chat models on the list.
    pub of: usize,
}

/// Chooses the first chat model, or the first one that sees, if the list tells.
///
/// # Errors
/// Says what the list holds instead.
pub(crate) fn choose(list: &Value) -> Result<Choice, Reason> {
    let places = [&list["data"], &list["models"], list];
    let entries = places.into_iter().find_map(Value::as_array);
    let entries = entries.ok_or("its list of models cannot be read")?;
    let named: Vec<(&str, &Value)> = entries
        .iter()
        .filter_map(|entry| Some((name(entry)?, entry)))
        .collect();
    let chatting: Vec<&(&str, &Value)> = named
        .iter()
        .filter(|(name, entry)| chats(name, entry))
        .collect();
    let seeing = chatting.iter().find(|(_, entry)| sees(entry));
    match (seeing.or(chatting.first()), named.first()) {
        (Some((name, _)), _) => Ok(Choice {
            model: (*name).to_owned(),
            of: chatting.len(),
        }),
        (None, Some((name, _))) => {
            Err(format!("it lists no model that chats, only such as `{name}`").into())
        }
        (None, None) => Err("it lists no model; load one there".into()),
    }
}

fn name(entry: &Value) -> Option<&str> {
    let names = ["id", "name", "model"];
    let name = names.iter().find_map(|name| entry[*name].as_str());
    name.or(entry.as_str()).filter(|name| !name.is_empty())
}

fn chats(name: &str, entry: &Value) -> bool {
    let name = name.to_lowercase();
    let kind = entry["type"].as_str().unwrap_or_default();
    !OTHER_WORK.iter().any(|part| name.contains(part))
        && !OTHER_WORK.iter().any(|part| kind.contains(part))
        && entry["capabilities"]["completion_chat"] != false
}

/// Returns whether the list says that a model takes pictures; servers use various words.
fn sees(entry: &Value) -> bool {
    let lists = [
        &entry["architecture"]["input_modalities"],
        &entry["input_modalities"],
        &entry["modalities"],
        &entry["capabilities"],
    ];
    let words = lists.into_iter().filter_map(Value::as_array).flatten();
    let words = words.filter_map(Value::as_str);
    entry["type"] == "vlm"
        || entry["capabilities"]["vision"] == true
        || words
            .into_iter()
            .any(|word| ["image", "vision", "multimodal"].contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chosen(list: Value) -> (String, usize) {
        let choice = choose(&list).unwrap();
        (choice.model, choice.of)
    }

    #[test]
    fn the_first_that_chats_is_taken_or_one_that_sees() {
        let data = |ids: &[&str]| {
            let data: Vec<Value> = ids
                .iter()
                .map(|id| json!({"id": id, "object": "model"}))
                .collect();
            json!({"object": "list", "data": data})
        };
        assert_eq!(chosen(data(&["vlm"])), ("vlm".to_owned(), 1));
        assert_eq!(
            chosen(data(&[
                "text-embedding-nomic-embed-text-v1.5",
                "qwen2.5-vl-7b-instruct",
                "b"
            ])),
            ("qwen2.5-vl-7b-instruct".to_owned(), 2)
        );
        assert_eq!(chosen(json!([{"id": "a"}])), ("a".to_owned(), 1));
        assert_eq!(chosen(json!(["a"])), ("a".to_owned(), 1));
        assert_eq!(
            chosen(json!({"models": [{"name": "a:7b"}]})),
            ("a:7b".to_owned(), 1)
        );
        for seeing in [
            json!({"id": "b", "type": "vlm"}),
            json!({"id": "b", "capabilities": {"vision": true}}),
            json!({"id": "b", "capabilities": ["completion", "multimodal"]}),
            json!({"id": "b", "architecture": {"input_modalities": ["text", "image"]}}),
        ] {
            assert_eq!(
                chosen(json!({"data": [{"id": "a"}, seeing]})),
                ("b".to_owned(), 2)
            );
        }
    }

    #[test]
    fn where_none_chats_it_is_said() {
        for (list, named) in [
            (
                json!({"data": [{"id": "nomic-embed-text"}]}),
                "`nomic-embed-text`",
            ),
            (json!({"data": [{"id": "m", "type": "embeddings"}]}), "`m`"),
            (json!({"data": []}), "load one"),
            (json!({"data": null}), "cannot be read"),
            (json!("hello"), "cannot be read"),
        ] {
            let reason = choose(&list).unwrap_err().to_string();
            assert!(reason.contains(named), "{reason}");
        }
    }
}
