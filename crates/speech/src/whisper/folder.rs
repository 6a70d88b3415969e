//! The files of a model, verified before anything is allocated by them.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor, safetensors};
use candle_nn::VarBuilder;
use candle_transformers::models::whisper::Config;
use candle_transformers::models::whisper::model::Whisper as Network;
use serde::Deserialize;
use thiserror::Error;
use tokenizers::Tokenizer;

use super::tokens::SpecialTokens;

/// Why a folder cannot be used as a model.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file is missing or is not what it should be.
    #[error(
        "{} cannot be used as a speech model: {why}; it wants a Whisper model as on Hugging Face: \
         config.json, tokenizer.json, model.safetensors",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The model was not trained on this language.
    #[error("the speech model does not know the language “{language}”; it knows {known}")]
    Language {
        /// Code of the language.
        language: String,
        /// Codes of those that it knows.
        known: String,
    },
}

/// What a model consists of.
pub(super) struct Parts {
    pub(super) network: Network,
    pub(super) tokenizer: Tokenizer,
    pub(super) tokens: SpecialTokens,
    pub(super) masks: [Tensor; 2],
}

/// What we read of `config.json` beside what the network does, and of `generation_config.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Generation {
    model_type: Option<String>,
    suppress_tokens: Option<Vec<i64>>,
    begin_suppress_tokens: Option<Vec<i64>>,
    decoder_ffn_dim: Option<usize>,
    encoder_ffn_dim: Option<usize>,
}

/// Reads a model.
pub(super) fn read(
    folder: &Path,
    languages: &[String],
    device: &Device,
) -> Result<Parts, LoadError> {
    let config_path = folder.join("config.json");
    let text = text(&config_path)?;
    let config: Config = parsed(&config_path, &text)?;
    let hints: Generation = parsed(&config_path, &text)?;
    verify(&config, &hints).map_err(|why| wrong(&config_path, why))?;

    let tokenizer_path = folder.join("tokenizer.json");
    let tokenizer = Tokenizer::from_file(&tokenizer_path)
        .map_err(|error| wrong(&tokenizer_path, error.to_string()))?;
    // The first models know English alone; their vocabulary is smaller by one.
    let is_multilingual = tokenizer
        .token_to_id("<|zh|>")
        .is_some_and(|_| config.vocab_size != ENGLISH_VOCABULARY);
    let tokens = SpecialTokens::find(&tokenizer, is_multilingual)
        .map_err(|why| wrong(&tokenizer_path, why))?;
    if tokens.largest() as usize >= config.vocab_size {
        let (largest, size) = (tokens.largest(), config.vocab_size);
        let why = format!("token {largest} is beyond vocab_size {size} of config.json");
        return Err(wrong(&tokenizer_path, why));
    }
    verify_languages(&tokens, languages)?;

    let generation_path = folder.join("generation_config.json");
    let generation: Generation = if generation_path.exists() {
        parsed(&generation_path, &self::text(&generation_path)?)?
    } else {
        Generation::default()
    };
    let never = generation.suppress_tokens.or(hints.suppress_tokens);
    let first = generation
        .begin_suppress_tokens
        .or(hints.begin_suppress_tokens);
    let never = never.unwrap_or_default();
    let first: Vec<i64> = never
        .iter()
        .copied()
        .chain(first.unwrap_or_default())
        .collect();

    let weights_path = folder.join("model.safetensors");
    let broken = |error: candle_core::Error| wrong(&weights_path, error.to_string());
    let masks = [
        mask(&config, &tokens, &first, device).map_err(broken)?,
        mask(&config, &tokens, &never, device).map_err(broken)?,
    ];
    let weights = safetensors::load(&weights_path, device).map_err(broken)?;
    let weights = VarBuilder::from_tensors(weights, DType::F32, device);
    Ok(Parts {
        network: Network::load(&weights, config).map_err(broken)?,
        tokenizer,
        tokens,
        masks,
    })
}

/// Size of the vocabulary of models that know English alone.
const ENGLISH_VOCABULARY: usize = 51_864;

fn wrong(path: &Path, why: String) -> LoadError {
    LoadError::File {
        path: path.to_owned(),
        why,
    }
}

fn text(path: &Path) -> Result<String, LoadError> {
    std::fs::read_to_string(path).map_err(|error| wrong(path, error.to_string()))
}

fn parsed<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, LoadError> {
    serde_json::from_str(text).map_err(|error| wrong(path, error.to_string()))
}

/// Says which size is out of bounds: the network would divide by it or allocate by it.
fn verify(config: &Config, hints: &Generation) -> Result<(), String> {
    if let Some(kind) = hints.model_type.as_ref().filter(|kind| *kind != "whisper") {
        return Err(format!("model_type is “{kind}”, not “whisper”"));
    }
    let bounds = [
        ("num_mel_bins", config.num_mel_bins, 1, 256),
        (
            "max_source_positions",
            config.max_source_positions,
            50,
            6_000,
        ),
        (
            "max_target_positions",
            config.max_target_positions,
            16,
            4_096,
        ),
        ("d_model", config.d_model, 4, 8_192),
        (
            "encoder_attention_heads",
            config.encoder_attention_heads,
            1,
            256,
        ),
        (
            "decoder_attention_heads",
            config.decoder_attention_heads,
            1,
            256,
        ),
        ("encoder_layers", config.encoder_layers, 1, 256),
        ("decoder_layers", config.decoder_layers, 1, 256),
        ("vocab_size", config.vocab_size, 8, 1_000_000),
    ];
    for (name, value, least, most) in bounds {
        if !(least..=most).contains(&value) {
            return Err(format!("{name} is {value}; it must be {least} to {most}"));
        }
    }
    for heads in [
        config.encoder_attention_heads,
        config.decoder_attention_heads,
    ] {
        if !config.d_model.is_multiple_of(2 * heads) {
            let width = config.d_model;
            return Err(format!(
                "d_model {width} cannot be divided among {heads} heads"
            ));
        }
    }
    for width in [hints.encoder_ffn_dim, hints.decoder_ffn_dim]
        .into_iter()
        .flatten()
    {
        if width != 4 * config.d_model {
            return Err(format!("a layer {width} wide is not four times d_model"));
        }
    }
    Ok(())
}

fn verify_languages(tokens: &SpecialTokens, languages: &[String]) -> Result<(), LoadError> {
    for language in languages {
        let is_known = match tokens.languages.as_slice() {
            [] => language == "en",
            known => known.iter().any(|(code, _)| code == language),
        };
        if !is_known {
            let known: Vec<&str> = tokens.languages.iter().map(|(code, _)| &**code).collect();
            let known = if known.is_empty() {
                "en".to_owned()
            } else {
                known.join(", ")
            };
            let language = language.clone();
            return Err(LoadError::Language { language, known });
        }
    }
    Ok(())
}

/// Returns what is added to scores: −∞ for these tokens and for all that are no text, but for the
/// end unless that is among these.
fn mask(
    config: &Config,
    tokens: &SpecialTokens,
    never: &[i64],
    device: &Device,
) -> candle_core::Result<Tensor> {
    let mut mask = vec![0f32; config.vocab_size];
    for (id, value) in mask.iter_mut().enumerate() {
        if id > tokens.end as usize || never.contains(&(id as i64)) {
            *value = f32::NEG_INFINITY;
        }
    }
    Tensor::from_vec(mask, config.vocab_size, device)
}
