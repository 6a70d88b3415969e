//! Gemma 3.

use std::io;
use std::path::Path;

use serde_json::json;

use super::decoder;
use super::tokenizer::{self, id};
use super::weights::{Weights, siglip};
use super::{CONTEXT, write_json};

const CONTROL: &[&str] = &[
    "<pad>",
    "<eos>",
    "<bos>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<start_of_image>",
    "<end_of_image>",
    "<image_soft_token>",
];
const LAYERS: usize = 2;
const HIDDEN: usize = 64;
const HEADS: usize = 2;
const HEAD: usize = 32;
const MLP: usize = 128;
const IMAGE: usize = 56;
const PATCH: usize = 14;
const PATCHES: usize = (IMAGE / PATCH) * (IMAGE / PATCH);
const IMAGE_TOKENS: usize = 4;
const VISION: usize = 32;

/// Gemma's own template, for one turn without a system prompt.
const TEMPLATE: &str = "{{ bos_token }}{% for message in messages %}<start_of_turn>{{ message['role'] }}\n\
    {% if message['content'] is string %}{{ message['content'] | trim }}{% else %}\
    {% for item in message['content'] %}{% if item['type'] == 'image' %}<start_of_image>\
    {% elif item['type'] == 'text' %}{{ item['text'] | trim }}{% endif %}{% endfor %}{% endif %}\
    <end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}";

/// Writes a model into an empty folder.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path, seed: u64) -> io::Result<()> {
    tokenizer::write(folder, CONTROL)?;
    weights(seed).write(folder)?;
    write_config(folder)?;
    write_json(
        folder,
        "tokenizer_config.json",
        &json!({
            "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
            "model_max_length": CONTEXT, "chat_template": TEMPLATE,
        }),
    )?;
    write_json(
        folder,
        "preprocessor_config.json",
        &json!({
            "image_processor_type": "Gemma3ImageProcessor", "do_convert_rgb": true,
            "do_resize": true, "size": {"height": IMAGE, "width": IMAGE}, "resample": 2,
            "do_rescale": true, "rescale_factor": 1.0 / 255.0, "do_normalize": true,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
            "image_seq_length": IMAGE_TOKENS,
        }),
    )?;
    write_json(
        folder,
        "processor_config.json",
        &json!({"processor_class": "Gemma3Processor", "image_seq_length": IMAGE_TOKENS}),
    )
}

fn write_config(folder: &Path) -> io::Result<()> {
    let config = json!({
        "architectures": ["Gemma3ForConditionalGeneration"],
        "model_type": "gemma3",
        "image_token_index": id(CONTROL, "<image_soft_token>"),
        "mm_tokens_per_image": IMAGE_TOKENS,
        "text_config": {
            "model_type": "gemma3_text", "vocab_size": tokenizer::size(CONTROL),
            "hidden_size": HIDDEN, "intermediate_size": MLP, "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS, "num_key_value_heads": 1, "head_dim": HEAD,
            "query_pre_attn_scalar": HEAD, "max_position_embeddings": CONTEXT,
            "sliding_window": CONTEXT, "sliding_window_pattern": 1, "tie_word_embeddings": true,
        },
        "vision_config": {
            "model_type": "siglip_vision_model", "hidden_size": VISION,
            "intermediate_size": 2 * VISION, "num_hidden_layers": LAYERS, "num_attention_heads": 2,
            "image_size": IMAGE, "patch_size": PATCH,
        },
    });
    write_json(folder, "config.json", &config)
}

fn weights(seed: u64) -> Weights {
    let mut weights = Weights::new(seed);
    let vision = "vision_tower.vision_model";
    siglip(&mut weights, vision, VISION, LAYERS, PATCH, PATCHES);
    let projector = "multi_modal_projector";
    weights.constant(
        &format!("{projector}.mm_soft_emb_norm.weight"),
        &[VISION],
        0.0,
    );
    weights.random(
        &format!("{projector}.mm_input_projection_weight"),
        &[VISION, HIDDEN],
    );
    let text = "language_model.model";
    weights.embeddings(
        &format!("{text}.embed_tokens"),
        tokenizer::size(CONTROL),
        HIDDEN,
    );
    // Gemma's norms multiply by one plus their weight.
    weights.constant(&format!("{text}.norm.weight"), &[HIDDEN], 0.0);
    for layer in 0..LAYERS {
        add_layer(&mut weights, &format!("{text}.layers.{layer}"));
    }
    weights
}

fn add_layer(weights: &mut Weights, layer: &str) {
    decoder::add_attention(weights, layer, HIDDEN, HEADS * HEAD, HEAD);
    for part in ["q_norm", "k_norm"] {
        weights.constant(&format!("{layer}.self_attn.{part}.weight"), &[HEAD], 0.0);
    }
    decoder::add_mlp(weights, layer, HIDDEN, MLP);
    for part in [
        "input_layernorm",
        "post_attention_layernorm",
        "pre_feedforward_layernorm",
        "post_feedforward_layernorm",
    ] {
        weights.constant(&format!("{layer}.{part}.weight"), &[HIDDEN], 0.0);
    }
}
