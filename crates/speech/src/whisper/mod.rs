//! Speech to text by Whisper, in process, from a folder as on Hugging Face: `config.json`,
//! `tokenizer.json`, `model.safetensors`, and `generation_config.json` if there is one.
//!
//! | module | idea |
//! |---|---|
//! | `folder` | the files, verified before anything is allocated by them |
//! | `tokens` | tokens with a meaning of their own |
//! | `decode` | the likeliest text, token by token, and how likely it is |

mod decode;
mod folder;
#[cfg(test)]
mod tests;
mod tokens;

use std::path::Path;
use std::sync::Arc;

use candle_core::{Device, Tensor};
use candle_transformers::models::whisper::model::Whisper as Network;
use tokenizers::Tokenizer;

use crate::audio::SAMPLE_RATE;
use crate::mel::{HOP, Mel};
use crate::transcript::{Transcribe, TranscribeError, Transcript, TranscriptionEffort};
pub use folder::LoadError;
use tokens::SpecialTokens;

/// Seconds at the end of a clip that a stop is looked for in.
const SPOTTED: usize = 4;
/// What these are padded to with silence, in spectrogram frames: 10 s. Whisper was trained on 30 s and
/// hears single words worse the shorter it is; this takes a third of the time.
const SPOT_FRAMES: usize = 1_000;
/// Most tokens of a clip in which a stop is looked for.
const SPOT_TOKENS: usize = 16;

/// A Whisper model. Clones share the weights.
#[derive(Clone)]
pub struct Whisper {
    network: Network,
    tokenizer: Arc<Tokenizer>,
    tokens: Arc<SpecialTokens>,
    mel: Mel,
    /// Added to the scores of tokens: −∞ for those that are never text; first token, and others.
    masks: [Tensor; 2],
    /// Tokens of what is likely to be spoken of, and in which language.
    context: Option<(String, Vec<u32>)>,
    /// Languages that are expected; all if there are none.
    languages: Vec<String>,
}

impl Whisper {
    /// Loads a model onto the processor. It will expect these languages, by ISO 639-1 code; an empty
    /// list stands for every language that the model knows.
    ///
    /// # Errors
    /// [`LoadError`] if a file is missing or damaged, or the model does not know a language.
    pub fn load(folder: &Path, languages: &[String]) -> Result<Self, LoadError> {
        let parts = folder::read(folder, languages, &Device::Cpu)?;
        Ok(Self {
            mel: Mel::new(parts.network.config.num_mel_bins),
            network: parts.network,
            tokenizer: Arc::new(parts.tokenizer),
            tokens: Arc::new(parts.tokens),
            masks: parts.masks,
            context: None,
            languages: languages.to_vec(),
        })
    }

    /// Expects words like those of this text in sentences of its language, as if it had been said
    /// before: a list of what is on the table makes “rent cube” a “red cube”. It changes nothing of
    /// whether somebody spoke, and of looks for a stop.
    ///
    /// # Errors
    /// If the text has no tokens.
    pub fn with_context(mut self, language: &str, text: &str) -> Result<Self, TranscribeError> {
        let encoded = self.tokenizer.encode(format!(" {}", text.trim()), false);
        let encoded = encoded.map_err(|error| TranscribeError(error.to_string()))?;
        let ids = encoded.get_ids();
        let most = self.network.config.max_target_positions / 2;
        let tokens = self.tokens.before.into_iter();
        let tokens = tokens.chain(ids[ids.len().saturating_sub(most)..].iter().copied());
        self.context = self
            .tokens
            .before
            .map(|_| (language.to_owned(), tokens.collect()));
        Ok(self)
    }

    /// Expects those of these languages that the model knows; all, if it knows none of them.
    #[must_use]
    pub fn with_preferred_languages(mut self, languages: &[&str]) -> Self {
        let known = self.tokens.languages.iter().map(|(code, _)| code);
        self.languages = known
            .filter(|code| languages.contains(&code.as_str()))
            .cloned()
            .collect();
        self
    }

    /// Returns the length of the longest clip that is heard whole, seconds.
    pub fn window_seconds(&self) -> f64 {
        (self.window() * HOP) as f64 / SAMPLE_RATE as f64
    }

    /// Returns the number of spectrogram frames of the longest clip.
    fn window(&self) -> usize {
        2 * self.network.config.max_source_positions
    }

    /// Returns the clip's features, 1 × positions × width.
    fn listen(
        &mut self,
        samples: &[f32],
        effort: TranscriptionEffort,
    ) -> candle_core::Result<Tensor> {
        let (samples, frames) = match effort {
            TranscriptionEffort::Full => (samples, self.window()),
            TranscriptionEffort::Spot => {
                let last = samples.len().saturating_sub(SPOTTED * SAMPLE_RATE);
                let samples = &samples[last..];
                (samples, SPOT_FRAMES.min(self.window()))
            }
        };
        let mel = self.mel.spectrogram(samples, frames);
        let shape = (1, self.network.config.num_mel_bins, frames);
        let mel = Tensor::from_vec(mel, shape, &Device::Cpu)?;
        self.network.encoder.forward(&mel, true)
    }
}

impl Transcribe for Whisper {
    fn transcribe(
        &mut self,
        samples: &[f32],
        effort: TranscriptionEffort,
    ) -> Result<Transcript, TranscribeError> {
        let features = self.listen(samples, effort)?;
        // Nobody says more than eight tokens a second.
        let spoken = 16 + 8 * samples.len() / SAMPLE_RATE;
        let most = match effort {
            TranscriptionEffort::Full => spoken,
            TranscriptionEffort::Spot => SPOT_TOKENS,
        };
        let decoded = self.decode(&features, most, effort == TranscriptionEffort::Full)?;
        let text = self
            .tokenizer
            .decode(&decoded.tokens, true)
            .map_err(|error| TranscribeError(error.to_string()))?;
        Ok(Transcript {
            text: text.trim().to_owned(),
            language: decoded.language,
            no_speech: decoded.no_speech,
            mean_log_probability: decoded.mean_log_probability,
            is_complete: decoded.is_complete,
        })
    }
}
