//! A BERT model for sentence embeddings.

use std::io;
use std::path::Path;

use serde_json::json;

use super::tokenizer;
use super::weights::Weights;
use super::write_json;

const LAYERS: usize = 2;
const HIDDEN: usize = 32;
const POSITIONS: usize = 64;

/// Writes a model into an empty folder.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path, seed: u64) -> io::Result<()> {
    tokenizer::write(folder, &["[CLS]", "[SEP]"])?;
    let config = json!({
        "architectures": ["BertModel"], "model_type": "bert", "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": 2 * HIDDEN,
        "max_position_embeddings": POSITIONS, "layer_norm_eps": 1e-12,
    });
    write_json(folder, "config.json", &config)?;
    let mut weights = Weights::new(seed);
    for (table, rows) in [
        ("word", tokenizer::BYTES + 2),
        ("position", POSITIONS),
        ("token_type", 2),
    ] {
        let name = format!("embeddings.{table}_embeddings.weight");
        weights.random(&name, &[rows, HIDDEN]);
    }
    weights.layer_norm("embeddings.LayerNorm", HIDDEN);
    for layer in 0..LAYERS {
        let layer = format!("encoder.layer.{layer}");
        for part in ["query", "key", "value"] {
            let part = format!("{layer}.attention.self.{part}");
            weights.affine(&part, HIDDEN, HIDDEN);
        }
        weights.affine(&format!("{layer}.attention.output.dense"), HIDDEN, HIDDEN);
        weights.layer_norm(&format!("{layer}.attention.output.LayerNorm"), HIDDEN);
        weights.affine(&format!("{layer}.intermediate.dense"), 2 * HIDDEN, HIDDEN);
        weights.affine(&format!("{layer}.output.dense"), HIDDEN, 2 * HIDDEN);
        weights.layer_norm(&format!("{layer}.output.LayerNorm"), HIDDEN);
    }
    weights.write(folder)
}
