//! The model that turns speech into text, for the terminal and for the console.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use enact_serve::{HearError, Heard, Transcriber};
use enact_speech::doubt::strip_noise_marks;
use enact_speech::{
    Transcribe, TranscriptionEffort, Whisper, calls_stop, read_wav, reason_to_doubt,
};

use super::SpeechArgs;

/// Languages that are expected unless others are named.
const LANGUAGES: [&str; 2] = ["en", "zh"];

/// What is likely to be spoken of in English: without it a cube may be a Cuban.
const TABLE: &str = "A robot arm at a table. Cube, ball, cylinder, block, bowl, tray, gripper. Red, green, \
                     blue, yellow, orange, purple. Put, pick up, stack, push, move, do not touch, go home, stop.";

/// Loads the model in this folder.
///
/// # Errors
/// If it is no model, or does not know a language that is named.
pub(super) fn load(folder: &Path, args: &SpeechArgs) -> Result<Whisper> {
    let named = &args.speech_language;
    let whisper = Whisper::load(folder, named)?.with_context("en", TABLE)?;
    Ok(match named.is_empty() {
        true => whisper.with_preferred_languages(&LANGUAGES),
        false => whisper,
    })
}

/// Returns what turns the sound of browsers into text, if a model is given.
///
/// # Errors
/// If it cannot be loaded.
pub fn transcriber(args: &SpeechArgs) -> Result<Option<Arc<dyn Transcriber>>> {
    let Some(folder) = &args.speech_model else {
        return Ok(None);
    };
    let whole = load(folder, args)?;
    let transcriber = ServedWhisper {
        parts: Mutex::new(whole.clone()),
        whole: Mutex::new(whole),
    };
    Ok(Some(Arc::new(transcriber)))
}

/// A model that is asked by browsers. A stop that is being said does not wait for a sentence that is
/// being understood.
struct ServedWhisper {
    whole: Mutex<Whisper>,
    parts: Mutex<Whisper>,
}

impl Transcriber for ServedWhisper {
    fn hear(&self, wav: &[u8], longest: Duration, is_whole: bool) -> Result<Heard, HearError> {
        let unreadable = |error: enact_speech::AudioError| HearError::Unreadable(error.to_string());
        let samples = read_wav(wav, longest).map_err(unreadable)?;
        let (model, effort) = match is_whole {
            true => (&self.whole, TranscriptionEffort::Full),
            false => (&self.parts, TranscriptionEffort::Spot),
        };
        let mut model = model.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = model.transcribe(&samples, effort);
        let transcript = heard.map_err(|error| HearError::Failed(error.to_string()))?;
        let text = strip_noise_marks(&transcript.text);
        let doubt = reason_to_doubt(&transcript);
        Ok(Heard {
            is_stop: calls_stop(&text),
            // What nobody said is not shown as if somebody had.
            text: if doubt.is_none() { text } else { String::new() },
            confidence: transcript.confidence(),
            language: transcript.language,
            doubt: doubt.map(|why| why.to_string()),
        })
    }
}
