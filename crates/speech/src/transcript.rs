//! What was heard, with the evidence for and against it.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use thiserror::Error;

/// What somebody is taken to have said.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcript {
    /// The words, trimmed.
    pub text: String,
    /// ISO 639-1 code of the language; `None` if the model knows only one.
    pub language: Option<String>,
    /// Probability that nobody spoke, 0 to 1.
    pub no_speech: f32,
    /// Mean log-probability of the tokens, nats.
    pub mean_log_probability: f32,
    /// Whether the model came to an end by itself.
    pub is_complete: bool,
}

impl Transcript {
    /// Returns how sure the model is: the geometric mean of the tokens' probabilities, 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.mean_log_probability.exp().clamp(0.0, 1.0)
    }

    /// Returns how much smaller zlib makes the text: repetition shows as a large ratio.
    pub fn compression_ratio(&self) -> f32 {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let written = encoder.write_all(self.text.as_bytes());
        match written.and_then(|()| encoder.finish()) {
            Ok(compressed) => self.text.len() as f32 / compressed.len().max(1) as f32,
            Err(_) => unreachable!("writing to memory succeeds"),
        }
    }
}

/// How much work to spend on a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranscriptionEffort {
    /// As good as the model can.
    Full,
    /// The last seconds only, a few words, quickly: for spotting a stop.
    Spot,
}

/// Turns sound into text.
pub trait Transcribe: Send {
    /// Returns what is said in a clip, mono at 16 kHz, samples in −1..1.
    ///
    /// # Errors
    /// [`TranscribeError`] if the model cannot be computed.
    fn transcribe(
        &mut self,
        samples: &[f32],
        effort: TranscriptionEffort,
    ) -> Result<Transcript, TranscribeError>;
}

/// Why a clip could not be turned into text.
#[derive(Debug, Error)]
#[error("speech to text failed: {0}")]
pub struct TranscribeError(pub String);

impl From<candle_core::Error> for TranscribeError {
    fn from(error: candle_core::Error) -> Self {
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses_and_confidence_is_a_probability() {
        let mut transcript = Transcript {
            text: "put the red cube in the blue bowl".to_owned(),
            language: None,
            no_speech: 0.0,
            mean_log_probability: 0.5f32.ln(),
            is_complete: true,
        };
        assert!(transcript.compression_ratio() < 1.2);
        assert!((transcript.confidence() - 0.5).abs() < 1e-6);
        transcript.text = "thank you. ".repeat(20);
        assert!(transcript.compression_ratio() > 2.4);
    }
}
