//! Takes the place of speech in a program built without the feature `speech`.

use std::sync::Arc;

use anyhow::{Result, bail};
use enact_serve::Transcriber;
use enact_types::StopSwitch;

use super::{SpeechArgs, SpokenInstructionArgs};
use crate::line_editor::LineEditor;

const MISSING: &str =
    "this program was built without speech to text: build it with `--features speech`";

/// Cannot be created.
pub enum SpeechInput {}

/// Cannot be created.
pub enum SpokenOrTypedInput {}

/// Returns nothing, unless somebody wants to be listened to.
///
/// # Errors
/// If speech is asked for: says what is missing.
pub fn prepare_listening(args: &SpokenInstructionArgs) -> Result<Option<SpeechInput>> {
    if args.listen.is_some() || args.speech.speech_model.is_some() {
        bail!(MISSING);
    }
    Ok(None)
}

/// Returns nothing, unless a model is given.
///
/// # Errors
/// If one is given: says what is missing.
pub fn transcriber(args: &SpeechArgs) -> Result<Option<Arc<dyn Transcriber>>> {
    if args.speech_model.is_some() {
        bail!(MISSING);
    }
    Ok(None)
}

impl SpeechInput {
    /// Never called.
    ///
    /// # Errors
    /// Never.
    pub fn start_listening(self, _: StopSwitch) -> Result<SpokenOrTypedInput> {
        match self {}
    }
}

impl SpokenOrTypedInput {
    /// Never called.
    ///
    /// # Errors
    /// Never.
    pub fn next_spoken_or_typed_line(&mut self, _: &LineEditor) -> Result<Option<String>> {
        match *self {}
    }

    /// Never called.
    pub fn forget_pending_speech(&mut self) {
        match *self {}
    }
}
