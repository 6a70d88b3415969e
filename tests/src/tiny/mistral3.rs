//! Mistral 3: Pixtral's eyes and Mistral's language model.

use std::io;
use std::path::Path;

use serde_json::json;

use super::decoder;
use super::tokenizer::{self, id};
use super::weights::Weights;
use super::{CONTEXT, write_json};

const CONTROL: &[&str] = &[
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[IMG]",
    "[IMG_BREAK]",
    "[IMG_END]",
];
const LAYERS: usize = 2;
const HIDDEN: usize = 64;
const HEADS: usize = 4;
const HEAD: usize = HIDDEN / HEADS;
const MLP: usize = 128;
const PATCH: usize = 14;
const MERGE: usize = 2;
const VISION: usize = 32;

const TEMPLATE: &str = "<s>{% for message in messages %}{% if message['role'] == 'user' %}[INST]\
    {% if message['content'] is string %}{{ message['content'] }}{% else %}\
    {% for item in message['content'] %}{% if item['type'] == 'image' %}[IMG]\
    {% elif item['type'] == 'text' %}{{ item['text'] }}{% endif %}{% endfor %}{% endif %}[/INST]\
    {% else %}{{ message['content'] }}</s>{% endif %}{% endfor %}";

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
            "bos_token": "<s>", "eos_token": "</s>", "model_max_length": CONTEXT,
            "chat_template": TEMPLATE,
        }),
    )?;
    write_json(
        folder,
        "processor_config.json",
        &json!({
            "image_token": "[IMG]", "image_break_token": "[IMG_BREAK]",
            "image_end_token": "[IMG_END]", "patch_size": PATCH, "spatial_merge_size": MERGE,
        }),
    )?;
    write_json(
        folder,
        "preprocessor_config.json",
        &json!({
            "image_processor_type": "PixtralImageProcessor", "do_resize": true,
            "do_rescale": true, "rescale_factor": 1.0 / 255.0, "do_normalize": true,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
            "patch_size": PATCH * MERGE, "size": {"longest_edge": 112}, "resample": 3,
            "default_to_square": true,
        }),
    )
}

fn write_config(folder: &Path) -> io::Result<()> {
    let config = json!({
        "architectures": ["Mistral3ForConditionalGeneration"],
        "model_type": "mistral3",
        "image_token_index": id(CONTROL, "[IMG]"), "multimodal_projector_bias": false,
        "projector_hidden_act": "gelu", "spatial_merge_size": MERGE, "vision_feature_layer": -1,
        "text_config": {
            "model_type": "mistral", "vocab_size": tokenizer::size(CONTROL),
            "hidden_size": HIDDEN, "intermediate_size": MLP, "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS, "num_key_value_heads": 2, "head_dim": HEAD,
            "hidden_act": "silu", "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-5,
            "rope_theta": 1_000_000.0, "tie_word_embeddings": true,
        },
        "vision_config": {
            "model_type": "pixtral", "hidden_size": VISION, "num_channels": 3, "image_size": 112,
            "patch_size": PATCH, "rope_theta": 10_000.0, "intermediate_size": 2 * VISION,
            "num_hidden_layers": LAYERS, "num_attention_heads": 2, "head_dim": VISION / 2,
            "hidden_act": "silu",
        },
    });
    write_json(folder, "config.json", &config)
}

fn weights(seed: u64) -> Weights {
    let mut weights = Weights::new(seed);
    add_vision(&mut weights);
    let text = "language_model.model";
    let tokens = format!("{text}.embed_tokens");
    weights.embeddings(&tokens, tokenizer::size(CONTROL), HIDDEN);
    weights.constant(&format!("{text}.norm.weight"), &[HIDDEN], 1.0);
    for layer in 0..LAYERS {
        let layer = format!("{text}.layers.{layer}");
        decoder::add_attention(&mut weights, &layer, HIDDEN, HIDDEN, 2 * HEAD);
        decoder::add_mlp(&mut weights, &layer, HIDDEN, MLP);
        decoder::add_norms(&mut weights, &layer, HIDDEN);
    }
    weights
}

fn add_vision(weights: &mut Weights) {
    weights.random("vision_tower.patch_conv.weight", &[VISION, 3, PATCH, PATCH]);
    weights.constant("vision_tower.ln_pre.weight", &[VISION], 1.0);
    for layer in 0..LAYERS {
        let layer = format!("vision_tower.transformer.layers.{layer}");
        for part in ["attention_norm", "ffn_norm"] {
            weights.constant(&format!("{layer}.{part}.weight"), &[VISION], 1.0);
        }
        for part in ["q_proj", "k_proj", "v_proj", "o_proj"] {
            weights.linear(&format!("{layer}.attention.{part}"), VISION, VISION);
        }
        for part in ["gate_proj", "up_proj"] {
            weights.linear(&format!("{layer}.feed_forward.{part}"), 2 * VISION, VISION);
        }
        weights.linear(
            &format!("{layer}.feed_forward.down_proj"),
            VISION,
            2 * VISION,
        );
    }
    let projector = "multi_modal_projector";
    weights.constant(&format!("{projector}.norm.weight"), &[VISION], 1.0);
    let merged = VISION * MERGE * MERGE;
    let merging = format!("{projector}.patch_merger.merging_layer");
    weights.linear(&merging, VISION, merged);
    weights.linear(&format!("{projector}.linear_1"), HIDDEN, VISION);
    weights.linear(&format!("{projector}.linear_2"), HIDDEN, HIDDEN);
}
