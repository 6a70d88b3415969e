//! Qwen2.5-VL.

use std::io;
use std::path::Path;

use serde_json::json;

use super::tokenizer::{self, id};
use super::weights::Weights;
use super::{CONTEXT, write_json};

const CONTROL: &[&str] = &[
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
];
const LAYERS: usize = 2;
const HIDDEN: usize = 64;
const HEADS: usize = 4;
const HEAD: usize = HIDDEN / HEADS;
const MLP: usize = 128;
const PATCH: usize = 14;
const MERGE: usize = 2;
const VISION: usize = 32;
const MERGED: usize = VISION * MERGE * MERGE;

/// Qwen's own template; mistral.rs itself puts the picture's tokens into the text.
const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n\
    {% if message['content'] is string %}{{ message['content'] }}{% else %}\
    {% for item in message['content'] %}{% if item['type'] == 'image' %}\
    <|vision_start|><|image_pad|><|vision_end|>{% elif item['type'] == 'text' %}{{ item['text'] }}\
    {% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}\
    {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

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
            "bos_token": null, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
            "model_max_length": CONTEXT, "chat_template": TEMPLATE,
        }),
    )?;
    write_json(
        folder,
        "preprocessor_config.json",
        &json!({
            "image_processor_type": "Qwen2VLImageProcessor", "do_resize": true,
            "min_pixels": 56 * 56, "max_pixels": 112 * 112, "patch_size": PATCH,
            "temporal_patch_size": 2, "merge_size": MERGE,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
        }),
    )
}

fn write_config(folder: &Path) -> io::Result<()> {
    let config = json!({
        "architectures": ["Qwen2_5_VLForConditionalGeneration"],
        "model_type": "qwen2_5_vl",
        "image_token_id": id(CONTROL, "<|image_pad|>"),
        "video_token_id": id(CONTROL, "<|video_pad|>"),
        "vision_start_token_id": id(CONTROL, "<|vision_start|>"),
        "vision_end_token_id": id(CONTROL, "<|vision_end|>"),
        "vocab_size": tokenizer::size(CONTROL), "hidden_size": HIDDEN,
        "intermediate_size": MLP, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": 2, "hidden_act": "silu", "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-6, "tie_word_embeddings": true, "rope_theta": 1_000_000.0,
        "use_sliding_window": false, "sliding_window": CONTEXT,
        "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
        "vision_config": {
            "depth": LAYERS, "hidden_size": VISION, "out_hidden_size": HIDDEN,
            "hidden_act": "silu", "intermediate_size": 2 * VISION, "num_heads": 2, "in_chans": 3,
            "patch_size": PATCH, "spatial_merge_size": MERGE, "temporal_patch_size": 2,
            "window_size": 112, "fullatt_block_indexes": [1],
        },
    });
    write_json(folder, "config.json", &config)
}

fn weights(seed: u64) -> Weights {
    let mut weights = Weights::new(seed);
    add_vision(&mut weights);
    weights.embeddings("model.embed_tokens", tokenizer::size(CONTROL), HIDDEN);
    weights.constant("model.norm.weight", &[HIDDEN], 1.0);
    for layer in 0..LAYERS {
        let layer = format!("model.layers.{layer}");
        for (part, outputs) in [
            ("q_proj", HIDDEN),
            ("k_proj", 2 * HEAD),
            ("v_proj", 2 * HEAD),
        ] {
            weights.affine(&format!("{layer}.self_attn.{part}"), outputs, HIDDEN);
        }
        weights.linear(&format!("{layer}.self_attn.o_proj"), HIDDEN, HIDDEN);
        weights.linear(&format!("{layer}.mlp.gate_proj"), MLP, HIDDEN);
        weights.linear(&format!("{layer}.mlp.up_proj"), MLP, HIDDEN);
        weights.linear(&format!("{layer}.mlp.down_proj"), HIDDEN, MLP);
        for part in ["input_layernorm", "post_attention_layernorm"] {
            weights.constant(&format!("{layer}.{part}.weight"), &[HIDDEN], 1.0);
        }
    }
    weights
}

fn add_vision(weights: &mut Weights) {
    weights.random(
        "visual.patch_embed.proj.weight",
        &[VISION, 3, 2, PATCH, PATCH],
    );
    for block in 0..LAYERS {
        let block = format!("visual.blocks.{block}");
        weights.constant(&format!("{block}.norm1.weight"), &[VISION], 1.0);
        weights.constant(&format!("{block}.norm2.weight"), &[VISION], 1.0);
        weights.affine(&format!("{block}.attn.qkv"), 3 * VISION, VISION);
        weights.affine(&format!("{block}.attn.proj"), VISION, VISION);
        weights.affine(&format!("{block}.mlp.gate_proj"), 2 * VISION, VISION);
        weights.affine(&format!("{block}.mlp.up_proj"), 2 * VISION, VISION);
        weights.affine(&format!("{block}.mlp.down_proj"), VISION, 2 * VISION);
    }
    weights.constant("visual.merger.ln_q.weight", &[VISION], 1.0);
    weights.affine("visual.merger.mlp.0", MERGED, MERGED);
    weights.affine("visual.merger.mlp.2", HIDDEN, MERGED);
}
