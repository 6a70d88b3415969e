//! Whether mistral.rs knows a model's architecture, before anything of it is loaded or fetched.

use std::path::Path;

use enact_types::Reason;
use mistralrs::core::{MultimodalLoaderType, NormalLoaderType};
use serde_json::Value;

use crate::gguf;

/// What sees pictures in mistral.rs 0.8, for a person to choose from.
const SEEING: &str = "Gemma 3, 3n and 4, Qwen2.5-VL, Qwen3-VL and 3.5, SmolVLM (Idefics 3), \
                      Mistral 3, Llama 4, LLaVA, Phi 3.5 and 4";

/// Architectures in GGUF files that mistral.rs 0.8 runs.
const GGUF: [&str; 8] = [
    "llama",
    "mistral3",
    "phi2",
    "phi3",
    "qwen2",
    "qwen3",
    "qwen3moe",
    "starcoder2",
];

/// Its positions are counted from where the cache ends, and looked up in a text that begins before.
const QWEN2_VL: &str = "Qwen2VLForConditionalGeneration";

/// Parts of names of models on the hub whose architecture it does not know, letters and digits alone.
const UNKNOWN: [&str; 12] = [
    "internvl",
    "molmo",
    "moondream",
    "paligemma",
    "florence2",
    "glm4v",
    "glm41v",
    "glm45v",
    "glm46v",
    "deepseekvl",
    "robopoint",
    "kimivl",
];

/// Checks what a `config.json` names.
///
/// # Errors
/// Says what to take instead.
pub(crate) fn check_config(config: &Value) -> Result<(), Reason> {
    // One that names none, or whose name is no text, is for the engine to judge.
    let Some(name) = config["architectures"][0].as_str() else {
        return Ok(());
    };
    if name == QWEN2_VL {
        return Err(
            "mistral.rs 0.8 breaks off this model's answers about a picture after the first token; \
             take Qwen2.5-VL or Qwen3-VL, or serve it with vLLM or llama.cpp and give the server's \
             address"
                .into(),
        );
    }
    let is_known = MultimodalLoaderType::from_causal_lm_name(name).is_ok()
        || NormalLoaderType::from_causal_lm_name(name).is_ok();
    if is_known {
        return Ok(());
    }
    Err(unknown(&format!("the architecture `{name}`")))
}

/// Checks what a GGUF file says that it is.
///
/// # Errors
/// Says what to take instead.
pub(crate) fn check_gguf(file: &Path) -> Result<(), Reason> {
    let Some(name) = gguf::architecture(file)? else {
        return Ok(());
    };
    if GGUF.contains(&name.to_lowercase().as_str()) {
        return Ok(());
    }
    if name == "clip" {
        return Err(
            "it holds the eyes of a model without the rest (mmproj); serve both with llama.cpp, \
             `llama-server -m MODEL.gguf --mmproj THIS.gguf`, and give the server's address"
                .into(),
        );
    }
    Err(format!(
        "mistral.rs 0.8 reads no GGUF files of the architecture `{name}`, only {}, and those without \
         pictures; serve it with llama.cpp (`llama-server -m FILE`, and `--mmproj FILE` for pictures) \
         and give the server's address, or take the folder or hub id with its safetensors and `--isq Q4K`",
        GGUF.join(", ")
    )
    .into())
}

/// Checks the name of a model on the hub, of which nothing has been fetched yet.
///
/// # Errors
/// Says what to take instead.
pub(crate) fn check_hub_id(id: &str) -> Result<(), Reason> {
    let letters: String = id
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    if letters.ends_with("gguf") {
        return Err(
            "it holds GGUF files: download one of them and give its path, or take the id of the \
             same model without `GGUF`, with `--isq Q4K`"
                .into(),
        );
    }
    match UNKNOWN.iter().find(|part| letters.contains(**part)) {
        Some(_) => Err(unknown("its architecture")),
        None => Ok(()),
    }
}

fn unknown(what: &str) -> Reason {
    format!(
        "mistral.rs 0.8 does not know {what}; serve the model with vLLM, SGLang or llama.cpp and give \
         the server's address, or take one that it knows: {SEEING}"
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_engine_knows_is_let_through() {
        for name in [
            "Gemma3ForConditionalGeneration",
            "Gemma4ForConditionalGeneration",
            "Mistral3ForConditionalGeneration",
            "Qwen2_5_VLForConditionalGeneration",
            "Qwen3VLForConditionalGeneration",
            "Idefics3ForConditionalGeneration",
            "LlamaForCausalLM",
        ] {
            assert!(
                check_config(&json!({"architectures": [name]})).is_ok(),
                "{name}"
            );
        }
        assert!(check_config(&json!({})).is_ok());
        let error = check_config(&json!({"architectures": ["InternVLChatModel"]})).unwrap_err();
        assert!(
            error.text().contains("`InternVLChatModel`; serve"),
            "{error}"
        );
    }

    #[test]
    fn hub_ids_that_cannot_run_are_told_before_they_are_fetched() {
        for id in [
            "OpenGVLab/InternVL3_5-8B",
            "allenai/Molmo2-8B",
            "zai-org/GLM-4.5V",
            "zai-org/GLM-4.1V-9B-Thinking",
            "vikhyatk/moondream2",
            "google/paligemma2-3b-mix-448",
            "microsoft/Florence-2-large",
        ] {
            let error = check_hub_id(id).unwrap_err();
            assert!(error.text().contains("Qwen3-VL"), "{id}: {error}");
        }
        let error = check_hub_id("unsloth/Qwen3-VL-4B-Instruct-GGUF").unwrap_err();
        assert!(error.text().contains("without `GGUF`"), "{error}");
        for id in [
            "google/gemma-3-4b-it",
            "Qwen/Qwen3-VL-4B-Instruct",
            "BAAI/RoboBrain2.0-7B",
            "HuggingFaceTB/SmolVLM-256M-Instruct",
        ] {
            assert!(check_hub_id(id).is_ok(), "{id}");
        }
    }
}
