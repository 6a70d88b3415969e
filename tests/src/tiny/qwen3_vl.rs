//! Qwen3-VL.

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
const PATCH: usize = 16;
const MERGE: usize = 2;
const VISION: usize = 32;
const MERGED: usize = VISION * MERGE * MERGE;
/// Positions along a side that embeddings are interpolated between.
const SIDE: usize = 4;

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
        "architectures": ["Qwen3VLForConditionalGeneration"],
        "model_type": "qwen3_vl",
        "tie_word_embeddings": true,
        "text_config": {
            "vocab_size": tokenizer::size(CONTROL), "hidden_size": HIDDEN, "head_dim": HEAD,
            "intermediate_size": MLP, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
            "num_key_value_heads": 2, "hidden_act": "silu", "max_position_embeddings": CONTEXT,
            "rms_norm_eps": 1e-6, "rope_theta": 5_000_000.0, "tie_word_embeddings": true,
            "rope_scaling": {"mrope_interleaved": true, "mrope_section": [2, 3, 3], "rope_type": "default"},
        },
        "vision_config": {
            "depth": LAYERS, "hidden_size": VISION, "out_hidden_size": HIDDEN,
            "hidden_act": "gelu_pytorch_tanh", "intermediate_size": 2 * VISION, "num_heads": 2,
            "in_channels": 3, "patch_size": PATCH, "spatial_merge_size": MERGE,
            "temporal_patch_size": 2, "num_position_embeddings": SIDE * SIDE,
            "deepstack_visual_indexes": [0],
        },
    });
    qwen::add_ids(&mut config);
    write_json(folder, "config.json", &config)
}

fn weights(seed: u64) -> Weights {
    let mut weights = Weights::new(seed);
    add_vision(&mut weights);
    let text = "model.language_model";
    let tokens = format!("{text}.embed_tokens");
    weights.embeddings(&tokens, tokenizer::size(CONTROL), HIDDEN);
    weights.constant(&format!("{text}.norm.weight"), &[HIDDEN], 1.0);
    for layer in 0..LAYERS {
        let layer = format!("{text}.layers.{layer}");
        decoder::add_attention(&mut weights, &layer, HIDDEN, HIDDEN, 2 * HEAD);
        for part in ["q_norm", "k_norm"] {
            weights.constant(&format!("{layer}.self_attn.{part}.weight"), &[HEAD], 1.0);
        }
        decoder::add_mlp(&mut weights, &layer, HIDDEN, MLP);
        decoder::add_norms(&mut weights, &layer, HIDDEN);
    }
    weights
}

fn add_vision(weights: &mut Weights) {
    let vision = "model.visual";
    weights.random(
        &format!("{vision}.patch_embed.proj.weight"),
        &[VISION, 3, 2, PATCH, PATCH],
    );
    weights.constant(&format!("{vision}.patch_embed.proj.bias"), &[VISION], 0.0);
    weights.random(
        &format!("{vision}.pos_embed.weight"),
        &[SIDE * SIDE, VISION],
    );
    for block in 0..LAYERS {
        let block = format!("{vision}.blocks.{block}");
        weights.layer_norm(&format!("{block}.norm1"), VISION);
        weights.layer_norm(&format!("{block}.norm2"), VISION);
        weights.affine(&format!("{block}.attn.qkv"), 3 * VISION, VISION);
        weights.affine(&format!("{block}.attn.proj"), VISION, VISION);
        weights.affine(&format!("{block}.mlp.linear_fc1"), 2 * VISION, VISION);
        weights.affine(&format!("{block}.mlp.linear_fc2"), VISION, 2 * VISION);
    }
    // The one of a deeper layer normalizes what is merged, the last one what is to be merged.
    for (merger, normalized) in [("deepstack_merger_list.0", MERGED), ("merger", VISION)] {
        let merger = format!("{vision}.{merger}");
        weights.layer_norm(&format!("{merger}.norm"), normalized);
        weights.affine(&format!("{merger}.linear_fc1"), MERGED, MERGED);
        weights.affine(&format!("{merger}.linear_fc2"), HIDDEN, MERGED);
    }
}
