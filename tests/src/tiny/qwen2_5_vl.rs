//! Qwen2.5-VL.

use std::io;
use std::path::Path;

use serde_json::json;

use super::decoder;
use super::qwen::{self, CONTROL};
use super::tokenizer;
use super::weights::Weights;
use super::{CONTEXT, write_json};

const LAYERS: usize = 2;
const HIDDEN: usize = 64;
const HEADS: usize = 4;
const HEAD: usize = HIDDEN / HEADS;
const MLP: usize = 128;
const PATCH: usize = 14;
const MERGE: usize = 2;
const VISION: usize = 32;
const MERGED: usize = VISION * MERGE * MERGE;

/// Writes a model into an empty folder.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path, seed: u64) -> io::Result<()> {
    tokenizer::write(folder, CONTROL)?;
    weights(seed).write(folder)?;
    write_config(folder)?;
    qwen::write_processor(folder, PATCH, MERGE)
}

fn write_config(folder: &Path) -> io::Result<()> {
    let mut config = json!({
        "architectures": ["Qwen2_5_VLForConditionalGeneration"],
        "model_type": "qwen2_5_vl",
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
    qwen::add_ids(&mut config);
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
        decoder::add_mlp(&mut weights, &layer, HIDDEN, MLP);
        decoder::add_norms(&mut weights, &layer, HIDDEN);
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
