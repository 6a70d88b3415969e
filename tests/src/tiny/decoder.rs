//! What the layers of decoders in Llama's form share.

use super::weights::Weights;

/// Adds an attention without biases: `queries` and `keys` outputs, all heads together.
pub(super) fn add_attention(
    weights: &mut Weights,
    layer: &str,
    hidden: usize,
    queries: usize,
    keys: usize,
) {
    for (part, outputs) in [("q_proj", queries), ("k_proj", keys), ("v_proj", keys)] {
        weights.linear(&format!("{layer}.self_attn.{part}"), outputs, hidden);
    }
    weights.linear(&format!("{layer}.self_attn.o_proj"), hidden, queries);
}

/// Adds a gated perceptron.
pub(super) fn add_mlp(weights: &mut Weights, layer: &str, hidden: usize, mlp: usize) {
    weights.linear(&format!("{layer}.mlp.gate_proj"), mlp, hidden);
    weights.linear(&format!("{layer}.mlp.up_proj"), mlp, hidden);
    weights.linear(&format!("{layer}.mlp.down_proj"), hidden, mlp);
}

/// Adds the norms before the attention and before the perceptron.
pub(super) fn add_norms(weights: &mut Weights, layer: &str, hidden: usize) {
    for part in ["input_layernorm", "post_attention_layernorm"] {
        weights.constant(&format!("{layer}.{part}.weight"), &[hidden], 1.0);
    }
}
