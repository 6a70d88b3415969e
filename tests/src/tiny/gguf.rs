//! A Llama in one GGUF file, with its tokenizer and template inside.

use std::fs::File;
use std::io;
use std::path::Path;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

use super::CONTEXT;
use super::tokenizer::letter;
use super::weights::Weights;

const LAYERS: usize = 1;
const HIDDEN: usize = 64;
const HEADS: usize = 2;
const MLP: usize = 128;

/// `llama_token_type` of llama.cpp.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;

/// ChatML.
const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n\
    {{ message['content'] }}<|im_end|>\n{% endfor %}\
    {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// Writes a model that ends its turns with the control token `end`, after the one byte per token
/// come its `control` tokens.
///
/// # Errors
/// The file cannot be written.
pub fn write(file: &Path, control: &[&str], end: &str, seed: u64) -> io::Result<()> {
    // A vocabulary without a merge is none.
    let bytes = (0..=u8::MAX).map(|byte| letter(byte).to_string());
    let words: Vec<String> = bytes.chain(["th".to_owned()]).collect();
    let ids = words.len() + control.iter().take_while(|token| **token != end).count();
    let texts = words
        .iter()
        .map(String::as_str)
        .chain(control.iter().copied());
    let texts: Vec<Value> = texts.map(|text| Value::String(text.to_owned())).collect();
    let kinds = vec![NORMAL; words.len()];
    let kinds = kinds.into_iter().chain(control.iter().map(|_| CONTROL));
    let number = |value: usize| Value::U32(value as u32);
    let text = |text: &str| Value::String(text.to_owned());
    let tokens = texts.len();
    let metadata = [
        ("general.architecture", text("llama")),
        ("llama.block_count", number(LAYERS)),
        ("llama.context_length", number(CONTEXT)),
        ("llama.embedding_length", number(HIDDEN)),
        ("llama.feed_forward_length", number(MLP)),
        ("llama.attention.head_count", number(HEADS)),
        ("llama.attention.head_count_kv", number(HEADS)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ("llama.rope.dimension_count", number(HIDDEN / HEADS)),
        ("tokenizer.ggml.model", text("gpt2")),
        ("tokenizer.ggml.tokens", Value::Array(texts)),
        (
            "tokenizer.ggml.token_type",
            Value::Array(kinds.map(Value::I32).collect()),
        ),
        ("tokenizer.ggml.merges", Value::Array(vec![text("t h")])),
        ("tokenizer.ggml.eos_token_id", number(ids)),
        ("tokenizer.chat_template", text(TEMPLATE)),
    ];
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, it)| (*key, it)).collect();
    let tensors = tensors(tokens, seed).map_err(io::Error::other)?;
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, it)| (name.as_str(), it))
        .collect();
    gguf_file::write(&mut File::create(file)?, &metadata, &tensors).map_err(io::Error::other)
}

/// Writes a file that names an architecture and holds nothing else.
///
/// # Errors
/// The file cannot be written.
pub fn write_named(file: &Path, architecture: &str) -> io::Result<()> {
    let name = Value::String(architecture.to_owned());
    let metadata = [("general.architecture", &name)];
    gguf_file::write(&mut File::create(file)?, &metadata, &[]).map_err(io::Error::other)
}

fn tensors(tokens: usize, seed: u64) -> candle_core::Result<Vec<(String, QTensor)>> {
    let mut weights = Weights::new(seed);
    weights.embeddings("token_embd", tokens, HIDDEN);
    weights.constant("output_norm.weight", &[HIDDEN], 1.0);
    for layer in 0..LAYERS {
        let layer = format!("blk.{layer}");
        for part in ["attn_q", "attn_k", "attn_v", "attn_output"] {
            weights.linear(&format!("{layer}.{part}"), HIDDEN, HIDDEN);
        }
        weights.linear(&format!("{layer}.ffn_gate"), MLP, HIDDEN);
        weights.linear(&format!("{layer}.ffn_up"), MLP, HIDDEN);
        weights.linear(&format!("{layer}.ffn_down"), HIDDEN, MLP);
        weights.constant(&format!("{layer}.attn_norm.weight"), &[HIDDEN], 1.0);
        weights.constant(&format!("{layer}.ffn_norm.weight"), &[HIDDEN], 1.0);
    }
    let tensor = |(name, shape, values): (&str, &[usize], Vec<f32>)| {
        let tensor = Tensor::from_vec(values, shape, &Device::Cpu)?;
        Ok((name.to_owned(), QTensor::quantize(&tensor, GgmlDType::F32)?))
    };
    weights.all().map(tensor).collect()
}
