//! The likeliest text, token by token, and how likely it is. Nothing is drawn at random: the same
//! sound gives the same text.

use candle_core::{DType, Device, IndexOp, Tensor};
use candle_nn::ops::{log_softmax, softmax};

use super::Whisper;

/// Tokens of a clip.
pub(super) struct Decoded {
    /// Text, without tokens that control.
    pub(super) tokens: Vec<u32>,
    pub(super) language: Option<String>,
    pub(super) no_speech: f32,
    pub(super) mean_log_probability: f32,
    /// Whether the end came by itself.
    pub(super) is_complete: bool,
}

impl Whisper {
    /// Writes at most `most` tokens for the features of a clip, with the context if it is wanted.
    pub(super) fn decode(
        &mut self,
        features: &Tensor,
        most: usize,
        with_context: bool,
    ) -> candle_core::Result<Decoded> {
        // What was said before has no say in whether somebody speaks now, and in which language.
        let begin = self.scores(&[self.tokens.start], features, true)?;
        let no_speech = match self.tokens.no_speech {
            Some(token) => softmax(&begin, 0)?.i(token as usize)?.to_scalar::<f32>()?,
            None => 0.0,
        };
        let language = self.language(&begin)?;
        let spoken = language.as_ref().map_or("en", |(code, _)| code);
        let context = self.context.iter().filter(|_| with_context);
        let context = context.filter(|(of, _)| of == spoken);
        let mut prompt: Vec<u32> = context.flat_map(|(_, tokens)| tokens).copied().collect();
        prompt.push(self.tokens.start);
        prompt.extend(language.as_ref().map(|(_, token)| token));
        prompt.extend(self.tokens.transcribe);
        prompt.push(self.tokens.no_timestamps);

        let spoken_from = prompt.len();
        let longest = spoken_from + most;
        let longest = longest.min(self.network.config.max_target_positions);
        let mut log_probability = 0.0;
        let mut is_complete = false;
        let mut count = 0;
        while prompt.len() < longest {
            let scores = self.scores(&prompt, features, false)?;
            let mask = &self.masks[usize::from(prompt.len() > spoken_from)];
            let log_probabilities = log_softmax(&(scores + mask)?, 0)?;
            let token = log_probabilities.argmax(0)?.to_scalar::<u32>()?;
            log_probability += log_probabilities.i(token as usize)?.to_scalar::<f32>()?;
            count += 1;
            if token == self.tokens.end {
                is_complete = true;
                break;
            }
            prompt.push(token);
        }
        Ok(Decoded {
            tokens: prompt.split_off(spoken_from),
            language: language.map(|(code, _)| code),
            no_speech,
            mean_log_probability: log_probability / count.max(1) as f32,
            is_complete,
        })
    }

    /// Returns the scores of what comes after these tokens, one per token of the vocabulary.
    fn scores(
        &mut self,
        tokens: &[u32],
        features: &Tensor,
        is_new_clip: bool,
    ) -> candle_core::Result<Tensor> {
        let input = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let decoder = &mut self.network.decoder;
        let states = decoder.forward(&input, features, is_new_clip)?;
        let last = states.narrow(1, tokens.len() - 1, 1)?;
        decoder.final_linear(&last)?.i((0, 0))?.to_dtype(DType::F32)
    }

    /// Returns the likeliest of the languages that are expected.
    fn language(&self, begin: &Tensor) -> candle_core::Result<Option<(String, u32)>> {
        let scores = begin.to_vec1::<f32>()?;
        let expected = |code: &String| self.languages.is_empty() || self.languages.contains(code);
        let languages = self.tokens.languages.iter();
        let likeliest = languages
            .filter(|(code, _)| expected(code))
            .max_by(|(_, a), (_, b)| scores[*a as usize].total_cmp(&scores[*b as usize]));
        Ok(likeliest.cloned())
    }
}
