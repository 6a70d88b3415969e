//! SmolVLM, an Idefics 3.

use std::io;
use std::path::Path;

use serde_json::json;

use super::decoder;
use super::tokenizer::{self, id};
use super::weights::{Weights, siglip};
use super::{CONTEXT, write_json};

const CONTROL: &[&str] = &[
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<fake_token_around_image>",
    "<image>",
    "<global-img>",
    "<end_of_utterance>",
];
const LAYERS: usize = 2;
const HIDDEN: usize = 64;
const MLP: usize = 128;
const KEY_VALUE: usize = 32;
const IMAGE: usize = 56;
const PATCH: usize = 14;
const PATCHES: usize = (IMAGE / PATCH) * (IMAGE / PATCH);
const SCALE: usize = 2;
const IMAGE_TOKENS: usize = PATCHES / (SCALE * SCALE);
const VISION: usize = 32;

/// SmolVLM's own template.
const TEMPLATE: &str = "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}: \
    {% if message['content'] is string %}{{ message['content'] }}{% else %}\
    {% for item in message['content'] %}{% if item['type'] == 'image' %}<image>\
    {% elif item['type'] == 'text' %}{{ item['text'] }}{% endif %}{% endfor %}{% endif %}\
    <end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}";

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
            "bos_token": "<|im_start|>", "eos_token": "<end_of_utterance>",
            "pad_token": "<|im_end|>", "model_max_length": CONTEXT, "chat_template": TEMPLATE,
        }),
    )?;
    write_json(
        folder,
        "preprocessor_config.json",
        &json!({
            "image_processor_type": "Idefics3ImageProcessor", "do_convert_rgb": true,
            "do_resize": true, "size": {"longest_edge": IMAGE},
            "max_image_size": {"longest_edge": IMAGE}, "do_image_splitting": false,
            "do_pad": true, "resample": 1, "do_rescale": true, "rescale_factor": 1.0 / 255.0,
            "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
        }),
    )?;
    write_json(
        folder,
        "processor_config.json",
        &json!({"processor_class": "Idefics3Processor", "image_seq_len": IMAGE_TOKENS}),
    )
}

fn write_config(folder: &Path) -> io::Result<()> {
    let config = json!({
        "architectures": ["Idefics3ForConditionalGeneration"],
        "model_type": "idefics3",
        "image_token_id": id(CONTROL, "<image>"),
        "scale_factor": SCALE,
        "text_config": {
            "model_type": "llama", "vocab_size": tokenizer::size(CONTROL), "hidden_size": HIDDEN,
            "intermediate_size": MLP, "num_hidden_layers": LAYERS, "num_attention_heads": 4,
            "num_key_value_heads": 2, "hidden_act": "silu", "rms_norm_eps": 1e-5,
            "rope_theta": 100_000.0, "max_position_embeddings": CONTEXT,
            "tie_word_embeddings": false,
        },
        "vision_config": {
            "model_type": "idefics3_vision", "hidden_size": VISION,
            "intermediate_size": 2 * VISION, "num_hidden_layers": LAYERS, "num_attention_heads": 2,
            "num_channels": 3, "image_size": IMAGE, "patch_size": PATCH,
            "hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6,
        },
    });
    write_json(folder, "config.json", &config)
}

fn weights(seed: u64) -> Weights {
    let mut weights = Weights::new(seed);
    siglip(
        &mut weights,
        "model.vision_model",
        VISION,
        LAYERS,
        PATCH,
        PATCHES,
    );
    weights.linear(
        "model.connector.modality_projection.proj",
        HIDDEN,
        VISION * SCALE * SCALE,
    );
    let text = "model.text_model";
    let tokens = tokenizer::size(CONTROL);
    weights.embeddings(&format!("{text}.embed_tokens"), tokens, HIDDEN);
    weights.embeddings("lm_head", tokens, HIDDEN);
    weights.constant(&format!("{text}.norm.weight"), &[HIDDEN], 1.0);
    for layer in 0..LAYERS {
        let layer = format!("{text}.layers.{layer}");
        decoder::add_attention(&mut weights, &layer, HIDDEN, HIDDEN, KEY_VALUE);
        decoder::add_mlp(&mut weights, &layer, HIDDEN, MLP);
        decoder::add_norms(&mut weights, &layer, HIDDEN);
    }
    weights
}
