//! What a sentence means as a vector: BERT models of Sentence Transformers, such as all-MiniLM-L6-v2,
//! from a local folder. So that a plan in a model's own words is read by what they mean, not by how
//! they are spelled.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use candle_core::{D, DType, Device, Tensor, safetensors};
use enact_plan::similarity::TextSimilarity;
use enact_types::Reason;
use serde::Deserialize;
use tokenizers::Tokenizer;

/// `config.json` of a BERT model.
#[derive(Clone, Debug, Deserialize)]
struct Config {
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    #[serde(default = "usual_epsilon")]
    layer_norm_eps: f64,
}

fn usual_epsilon() -> f64 {
    1e-12
}

/// A model that turns sentences into vectors of length one.
pub struct SentenceEmbedder {
    folder: PathBuf,
    config: Config,
    tokenizer: Tokenizer,
    weights: HashMap<String, Tensor>,
    /// Sentences that were asked for before: admissible steps are asked for again and again.
    known: Mutex<HashMap<String, Vec<f32>>>,
}

impl fmt::Debug for SentenceEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SentenceEmbedding({})", self.folder.display())
    }
}

impl SentenceEmbedder {
    /// Loads a folder with `config.json`, `tokenizer.json` and `model.safetensors`.
    ///
    /// # Errors
    /// Says which file is missing or wrong.
    pub fn load(folder: &Path) -> Result<Self, Reason> {
        let path = |name: &str| folder.join(name);
        let named = |name: &str, error: &dyn fmt::Display| {
            Reason::from(format!("`{}`: {error}", path(name).display()))
        };
        let text = std::fs::read_to_string(path("config.json"));
        let text = text.map_err(|error| named("config.json", &error))?;
        let config = serde_json::from_str(&text).map_err(|error| named("config.json", &error))?;
        let mut tokenizer = Tokenizer::from_file(path("tokenizer.json"))
            .map_err(|error| named("tokenizer.json", &error))?;
        // One sentence at a time needs none.
        tokenizer.with_padding(None);
        let weights = safetensors::load(path("model.safetensors"), &Device::Cpu)
            .map_err(|error| named("model.safetensors", &error))?;
        let model = Self {
            folder: folder.to_owned(),
            config,
            tokenizer,
            weights,
            known: Mutex::default(),
        };
        match model.embed("a sentence") {
            Ok(_) => Ok(model),
            Err(error) => Err(named("model.safetensors", &error)),
        }
    }

    /// The vector of a sentence; what is longer than the model reads is cut.
    ///
    /// # Errors
    /// If its weights are not those of a BERT model.
    pub fn embed(&self, sentence: &str) -> Result<Vec<f32>, Reason> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(sentence) {
            return Ok(known.clone());
        }
        let tokens = self.tokenizer.encode(sentence, true);
        let tokens = tokens.map_err(|error| Reason::from(error.to_string()))?;
        let ids = tokens.get_ids();
        let ids = &ids[..ids.len().min(self.config.max_position_embeddings)];
        let vector = self.forward(ids).map_err(Reason::from_error)?;
        known().insert(sentence.to_owned(), vector.clone());
        Ok(vector)
    }

    fn forward(&self, ids: &[u32]) -> candle_core::Result<Vec<f32>> {
        let rows = |name: &str, ids: &[u32]| {
            let table = self.weight(&format!("embeddings.{name}_embeddings.weight"))?;
            table.index_select(&Tensor::new(ids, &Device::Cpu)?, 0)
        };
        let positions: Vec<u32> = (0..ids.len() as u32).collect();
        let kinds = vec![0; ids.len()];
        let embedded = (rows("word", ids)? + rows("position", &positions)?)?;
        let embedded = (embedded + rows("token_type", &kinds)?)?;
        let mut state = self.normalized("embeddings.LayerNorm", &embedded)?;
        for layer in 0..self.config.num_hidden_layers {
            let layer = format!("encoder.layer.{layer}");
            let attended = self.attention(&layer, &state)?;
            let sum = (attended + state)?;
            state = self.normalized(&format!("{layer}.attention.output.LayerNorm"), &sum)?;
            let inner = self.linear(&format!("{layer}.intermediate.dense"), &state)?;
            let outer = self.linear(&format!("{layer}.output.dense"), &inner.gelu_erf()?)?;
            let sum = (outer + state)?;
            state = self.normalized(&format!("{layer}.output.LayerNorm"), &sum)?;
        }
        let mean = state.mean(0)?;
        let length = mean.sqr()?.sum_all()?.sqrt()?;
        mean.broadcast_div(&length)?.to_vec1()
    }

    fn attention(&self, layer: &str, state: &Tensor) -> candle_core::Result<Tensor> {
        let (length, width) = state.dims2()?;
        let heads = self.config.num_attention_heads;
        let part = |name: &str| {
            let all = self.linear(&format!("{layer}.attention.self.{name}"), state)?;
            let split = all.reshape((length, heads, width / heads))?;
            split.transpose(0, 1)?.contiguous()
        };
        let (query, key, value) = (part("query")?, part("key")?, part("value")?);
        let scores = query.matmul(&key.transpose(1, 2)?.contiguous()?)?;
        let scores = (scores / ((width / heads) as f64).sqrt())?;
        let most = scores.max_keepdim(D::Minus1)?;
        let weights = scores.broadcast_sub(&most)?.exp()?;
        let weights = weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?;
        let attended = weights.matmul(&value)?.transpose(0, 1)?;
        let attended = attended.contiguous()?.reshape((length, width))?;
        self.linear(&format!("{layer}.attention.output.dense"), &attended)
    }

    fn linear(&self, name: &str, state: &Tensor) -> candle_core::Result<Tensor> {
        let weight = self.weight(&format!("{name}.weight"))?;
        let bias = self.weight(&format!("{name}.bias"))?;
        state.matmul(&weight.t()?)?.broadcast_add(&bias)
    }

    fn normalized(&self, name: &str, state: &Tensor) -> candle_core::Result<Tensor> {
        let weight = self.weight(&format!("{name}.weight"))?;
        let bias = self.weight(&format!("{name}.bias"))?;
        let centered = state.broadcast_sub(&state.mean_keepdim(D::Minus1)?)?;
        let variance = centered.sqr()?.mean_keepdim(D::Minus1)?;
        let scaled = centered.broadcast_div(&(variance + self.config.layer_norm_eps)?.sqrt()?)?;
        scaled.broadcast_mul(&weight)?.broadcast_add(&bias)
    }

    /// A tensor by its name, with the prefix that some files have.
    fn weight(&self, name: &str) -> candle_core::Result<Tensor> {
        let found = self.weights.get(name);
        let found = found.or_else(|| self.weights.get(&format!("bert.{name}")));
        match found {
            Some(tensor) => tensor.to_dtype(DType::F32),
            None => candle_core::bail!("there is no `{name}`: it is no BERT model"),
        }
    }
}

impl TextSimilarity for SentenceEmbedder {
    fn similarities(&self, texts: &[&str], text: &str) -> Vec<f64> {
        let Ok(wanted) = self.embed(text) else {
            return Vec::new();
        };
        let cosine = |other: Vec<f32>| -> f64 {
            let products = wanted.iter().zip(other);
            products.map(|(a, b)| f64::from(*a) * f64::from(b)).sum()
        };
        let others = texts.iter().map(|text| self.embed(text).map(cosine));
        others.collect::<Result<_, _>>().unwrap_or_default()
    }

    fn threshold(&self) -> f64 {
        ALIKE
    }
}

/// A sentence whose cosine is less is about something else.
const ALIKE: f64 = 0.5;
