//! Lines that are spoken or typed.
//!
//! A stop is acted on by the listener's own thread, whatever this one is doing: the arm may be
//! moving. Everything else waits here until the sentence has ended and the arm is at rest.

use std::io::{IsTerminal, stdin};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use enact_speech::stop_words::is_only_stop;
use enact_speech::voice_activity::VoiceNetwork;
use enact_speech::{Listener, ListenerOptions, Recorder, SpeechEvent, Whisper};
use enact_types::StopSwitch;

use super::SpokenInstructionArgs;
use super::args::Confirm;
use super::keys::{Key, Keys};
use super::model;
use crate::line_editor::LineEditor;
use crate::stop_sources;

/// Pause between looks for what was heard, where there is no keyboard to wait for.
const POLL_PERIOD: Duration = Duration::from_millis(50);

/// A model and a microphone, before anybody listens.
pub struct SpeechInput {
    whisper: Whisper,
    recorder: Recorder,
    confirm: Confirm,
    push_to_talk: bool,
}

/// Loads the model and opens the microphone, if somebody wants to be listened to.
///
/// # Errors
/// If the model cannot be loaded, nothing can record, or what is heard could not be corrected.
pub fn prepare_listening(args: &SpokenInstructionArgs) -> Result<Option<SpeechInput>> {
    let Some(command) = &args.listen else {
        return Ok(None);
    };
    let has_keyboard = stdin().is_terminal() && Keys::open().is_some();
    if !has_keyboard && args.listen_confirm == Confirm::Always {
        bail!(
            "what is heard is shown for correction before it is carried out, and there is no \
             terminal to show it on\nhint: --listen-confirm never carries it out at once"
        );
    }
    if !has_keyboard && args.push_to_talk {
        bail!("--push-to-talk needs a terminal: Enter begins and ends what is meant");
    }
    // clap sees to it that a model is given.
    let Some(folder) = &args.speech.speech_model else {
        bail!("name the folder of a speech model with --speech-model");
    };
    let whisper = model::load(folder, &args.speech)?;
    let recorder = match command.as_str() {
        "" => Recorder::start_first_found()?,
        "-" => Recorder::from_reader("standard input", stdin()),
        command => Recorder::start_command(command)?,
    };
    Ok(Some(SpeechInput {
        whisper,
        recorder,
        confirm: args.listen_confirm,
        push_to_talk: args.push_to_talk,
    }))
}

impl SpeechInput {
    /// Begins to listen. From now on a spoken stop presses the switch.
    ///
    /// # Errors
    /// Never; a program without speech has the same function.
    pub fn start_listening(self, stop: StopSwitch) -> Result<SpokenOrTypedInput> {
        let (send, events) = channel();
        let options = ListenerOptions {
            push_to_talk: self.push_to_talk,
        };
        errln!("listening by {}", self.recorder.name());
        let tell = move |event: SpeechEvent| {
            match &event {
                SpeechEvent::Stop { said } => {
                    stop.press();
                    errln!("heard “{said}”: stopped");
                }
                // It is said while the arm moves, too.
                SpeechEvent::Lost { why } => errln!("enact: {why}; nothing more is heard"),
                _ => {}
            }
            // Nobody may wait for it any more.
            let _ = send.send(event);
        };
        let voice = VoiceNetwork::default();
        Ok(SpokenOrTypedInput {
            listener: Listener::start(self.recorder, voice, self.whisper, options, tell),
            events,
            confirm: self.confirm,
            push_to_talk: self.push_to_talk,
            is_held: false,
            is_lost: false,
        })
    }
}

/// Lines that are spoken or typed.
pub struct SpokenOrTypedInput {
    listener: Listener,
    events: Receiver<SpeechEvent>,
    confirm: Confirm,
    push_to_talk: bool,
    is_held: bool,
    is_lost: bool,
}

/// What came first.
enum Input {
    Heard { text: String, confidence: f32 },
    Typed(String),
    Lost,
    End,
}

impl SpokenOrTypedInput {
    /// Returns the next line; `None` at the end of input, on Ctrl-C, and once the program is to end.
    ///
    /// # Errors
    /// If no line can be read.
    pub fn next_spoken_or_typed_line(&mut self, prompt: &LineEditor) -> Result<Option<String>> {
        if self.is_lost {
            return prompt.read_line();
        }
        errln!(
            "{}",
            match self.push_to_talk {
                true => "press Enter and speak, or type",
                false => "speak, or type",
            }
        );
        let input = self.next();
        self.hold(false);
        match input {
            Input::Heard { text, confidence } if self.confirm == Confirm::Never => {
                errln!("heard “{text}” ({:.0} %)", 100.0 * confidence);
                Ok(Some(text))
            }
            Input::Heard { text, confidence } => {
                errln!(
                    "heard ({:.0} %): correct it; Enter carries it out, an empty line drops it",
                    100.0 * confidence
                );
                prompt.read_line_prefilled(&text)
            }
            Input::Typed(begun) => prompt.read_line_prefilled(&begun),
            Input::Lost if stdin().is_terminal() => prompt.read_line(),
            Input::Lost | Input::End => Ok(None),
        }
    }

    /// Forgets what was said while the arm was at work, and says so.
    pub fn forget_pending_speech(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            match event {
                SpeechEvent::Sentence { text, .. } if !is_only_stop(&text) => {
                    errln!("heard “{text}” meanwhile; it is not carried out");
                }
                SpeechEvent::Lost { .. } => self.is_lost = true,
                _ => {}
            }
        }
    }

    /// Waits for a sentence or a key.
    fn next(&mut self) -> Input {
        let mut keys = Keys::open().filter(|_| stdin().is_terminal());
        loop {
            if stop_sources::is_interrupted_or_terminated() {
                return Input::End;
            }
            let key = match &mut keys {
                Some(keys) => keys.poll_key(),
                None => {
                    thread::sleep(POLL_PERIOD);
                    None
                }
            };
            match key {
                Some(Key::Text(begun)) => return Input::Typed(begun),
                Some(Key::Button) if self.push_to_talk => self.hold(!self.is_held),
                Some(Key::Button) | None => {}
            }
            match self.events.try_recv() {
                Ok(event) => {
                    if let Some(input) = self.take(event) {
                        return input;
                    }
                }
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => {
                    self.is_lost = true;
                    return Input::Lost;
                }
            }
        }
    }

    /// Takes what was heard; returns what is to be dealt with.
    fn take(&mut self, event: SpeechEvent) -> Option<Input> {
        match event {
            // The listener's thread has acted on it.
            SpeechEvent::Stop { .. } => None,
            SpeechEvent::Sentence { text, .. } if is_only_stop(&text) => None,
            SpeechEvent::Sentence { text, is_stop, .. }
                if is_stop && self.confirm == Confirm::Never =>
            {
                errln!("heard “{text}”, which says stop; it is not carried out");
                None
            }
            SpeechEvent::Sentence {
                text, confidence, ..
            } => {
                // No command of the program's is spoken.
                let text = text.trim_start_matches('/').trim().to_owned();
                Some(Input::Heard { text, confidence })
            }
            SpeechEvent::NotUnderstood { why } => {
                errln!("I did not understand that: {why}");
                None
            }
            SpeechEvent::Lost { .. } => {
                self.is_lost = true;
                Some(Input::Lost)
            }
        }
    }

    /// Begins or ends what is meant.
    fn hold(&mut self, is_held: bool) {
        if self.push_to_talk && self.is_held != is_held {
            errln!("{}", if is_held { "speak; Enter ends" } else { "…" });
        }
        self.is_held = is_held;
        self.listener.set_button_held(is_held);
    }
}
