//! Vision-language models with a few hundred thousand random weights, in the
//! file formats of the architectures that people use.
//!
//! They prove the path from files to a plan; what they say is nonsense that the
//! grammar makes valid. The same seed gives the same files.
//!
//! | module | idea |
//! |---|---|
//! | [`gemma3`] | Gemma 3 |
//! | [`mistral3`] | Mistral 3 |
//! | [`qwen2_5_vl`] | Qwen2.5-VL |
//! | [`qwen3_vl`] | Qwen3-VL |
//! | [`smolvlm`] | SmolVLM, an Idefics 3 |
//! | [`bert`] | a BERT for sentence embeddings |
//! | [`gguf`] | a Llama in one GGUF file |
//! | `decoder` | what the layers of decoders in Llama's form share |
//! | [`tokenizer`] | one token per byte, and control tokens |
//! | [`weights`] | seeded random tensors |

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

pub mod bert;
mod decoder;
pub mod gemma3;
pub mod gguf;
pub mod mistral3;
mod qwen;
pub mod qwen2_5_vl;
pub mod qwen3_vl;
pub mod smolvlm;
pub mod tokenizer;
pub mod weights;

/// Context of every tiny model, tokens: a full prompt and the longest plan.
pub const CONTEXT: usize = 16_384;

fn write_json(folder: &Path, name: &str, value: &Value) -> io::Result<()> {
    fs::write(folder.join(name), value.to_string())
}
