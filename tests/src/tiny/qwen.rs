//! What the models of the Qwen family share.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::tokenizer::id;
use super::{CONTEXT, write_json};

pub(super) const CONTROL: &[&str] = &[
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
];
/// Qwen's own template; mistral.rs itself puts the picture's tokens into the text.
const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n\
    {% if message['content'] is string %}{{ message['content'] }}{% else %}\
    {% for item in message['content'] %}{% if item['type'] == 'image' %}\
    <|vision_start|><|image_pad|><|vision_end|>{% elif item['type'] == 'text' %}{{ item['text'] }}\
    {% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}\
    {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// Writes how texts and pictures are prepared.
pub(super) fn write_processor(folder: &Path, patch: usize, merge: usize) -> io::Result<()> {
    write_json(
        folder,
        "tokenizer_config.json",
        &json!({
            "bos_token": null, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
            "model_max_length": CONTEXT, "chat_template": TEMPLATE,
        }),
    )?;
    write_json(
        folder,
        "preprocessor_config.json",
        &json!({
            "image_processor_type": "Qwen2VLImageProcessor", "do_resize": true,
            "min_pixels": 56 * 56, "max_pixels": 112 * 112, "patch_size": patch,
            "temporal_patch_size": 2, "merge_size": merge,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
        }),
    )
}

/// Adds the ids of the control tokens for pictures.
pub(super) fn add_ids(config: &mut Value) {
    for (name, token) in [
        ("image_token_id", "<|image_pad|>"),
        ("video_token_id", "<|video_pad|>"),
        ("vision_start_token_id", "<|vision_start|>"),
        ("vision_end_token_id", "<|vision_end|>"),
    ] {
        config[name] = json!(id(CONTROL, token));
    }
}
