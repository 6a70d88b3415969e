//! Threads that listen: one reads sound and cuts it into utterances, one looks for a stop in what is
//! being said, one understands what was said.
//!
//! A stop is told while the sentence goes on. Anything else is told when it has ended, and only if
//! nothing speaks against it.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::audio::SAMPLE_RATE;
use crate::doubt::{Doubt, reason_to_doubt, strip_noise_marks};
use crate::recorder::Recorder;
use crate::stop_words::calls_stop;
use crate::transcript::{Transcribe, TranscriptionEffort};
use crate::utterance::{Segmenter, Utterance, UtteranceChange};
use crate::voice_activity::VoiceScore;

/// Bytes read at a time: 50 ms.
const PIECE: usize = 1_600;
/// Sound after which a stop is looked for again, samples: 0.25 s.
const AGAIN: usize = SAMPLE_RATE / 4;
/// Least sound in which a stop can be, samples: what came before speech, and 0.2 s of it.
const MIN_STOP_SAMPLES: usize = SAMPLE_RATE / 2;
/// Utterances that wait to be understood; those before them are given up.
const WAITING: usize = 8;

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
pub enum SpeechEvent {
    /// A stop, in what is being said or was just said. Comes once per utterance.
    Stop {
        /// The words so far.
        said: String,
    },
    /// A sentence.
    Sentence {
        /// The words.
        text: String,
        /// How sure of them the model is, 0 to 1.
        confidence: f32,
        /// Whether a stop was heard in it.
        is_stop: bool,
    },
    /// Something that cannot be taken for an instruction.
    NotUnderstood {
        /// Why not.
        why: Doubt,
    },
    /// The sound ended; nothing more will be heard.
    Lost {
        /// Why, in a sentence.
        why: String,
    },
}

/// How to listen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListenerOptions {
    /// Whether an utterance lasts while a button is held, instead of while a voice is heard. Stops
    /// are heard either way.
    pub push_to_talk: bool,
}

/// Listens until it is dropped.
pub struct Listener {
    shared: Arc<Shared>,
    button: Arc<AtomicU8>,
}

const BY_VOICE: u8 = 0;
const RELEASED: u8 = 1;
const HELD: u8 = 2;

impl Listener {
    /// Listens to a recorder. `tell` is called on threads of the listener's, also while a stop is
    /// being said: it must not wait.
    pub fn start<T, V>(
        recorder: Recorder,
        voice: V,
        transcriber: T,
        options: ListenerOptions,
        tell: impl Fn(SpeechEvent) + Send + Sync + 'static,
    ) -> Self
    where
        T: Transcribe + Clone + 'static,
        V: VoiceScore + 'static,
    {
        let shared = Arc::new(Shared::default());
        let button = if options.push_to_talk {
            RELEASED
        } else {
            BY_VOICE
        };
        let button = Arc::new(AtomicU8::new(button));
        let tell: Arc<dyn Fn(SpeechEvent) + Send + Sync> = Arc::new(tell);
        let spotter = Spotter {
            shared: Arc::clone(&shared),
            transcriber: transcriber.clone(),
            tell: Arc::clone(&tell),
        };
        thread::spawn(move || spotter.run());
        let writer = Writer {
            shared: Arc::clone(&shared),
            transcriber,
            tell: Arc::clone(&tell),
        };
        thread::spawn(move || writer.run());
        let (told, held) = (Arc::clone(&shared), Arc::clone(&button));
        thread::spawn(move || read(recorder, Segmenter::new(voice), &told, &held));
        Self { shared, button }
    }

    /// Says whether the button is held; without effect unless it was asked for.
    pub fn set_button_held(&self, is_held: bool) {
        if self.button.load(Ordering::SeqCst) != BY_VOICE {
            let button = if is_held { HELD } else { RELEASED };
            self.button.store(button, Ordering::SeqCst);
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

/// What the threads share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What is being said.
    live: Option<Live>,
    /// What was said and is not understood yet.
    said: VecDeque<Utterance>,
    /// Whether an utterance was given up.
    is_behind: bool,
    /// The utterance of which a stop was told last.
    stopped: u64,
    lost: Option<String>,
    is_closed: bool,
}

struct Live {
    number: u64,
    samples: Vec<f32>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let waited = self.changed.wait(state);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether a stop of this utterance is news.
    fn is_first_stop(&self, number: u64) -> bool {
        let mut state = self.lock();
        let is_first = state.stopped < number;
        state.stopped = state.stopped.max(number);
        is_first
    }
}

/// Reads sound until it ends.
fn read<V: VoiceScore>(
    mut recorder: Recorder,
    mut segmenter: Segmenter<V>,
    shared: &Shared,
    button: &AtomicU8,
) {
    let mut bytes = [0; PIECE];
    let mut kept = 0;
    let mut is_first = true;
    let why = loop {
        if shared.lock().is_closed {
            return;
        }
        let count = match recorder.read(&mut bytes[kept..]) {
            Ok(0) => break recorder.why_it_ended(),
            Ok(count) => kept + count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => break format!("the microphone is lost: {error}"),
        };
        if std::mem::take(&mut is_first) && bytes.starts_with(b"RIFF") {
            let name = recorder.name();
            break format!("{name} writes a WAV file, not raw sound: have it write raw 16-bit");
        }
        let (pairs, rest) = bytes[..count].as_chunks::<2>();
        let sound: Vec<f32> = pairs
            .iter()
            .map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0)
            .collect();
        // Half a sample waits for its other half.
        let half = rest.first().copied();
        kept = usize::from(half.is_some());
        bytes[0] = half.unwrap_or(0);
        segmenter.set_button_state(match button.load(Ordering::SeqCst) {
            HELD => Some(true),
            RELEASED => Some(false),
            _ => None,
        });
        segmenter.push_sound(&sound, |segmenter, change| note(shared, segmenter, change));
    };
    let mut state = shared.lock();
    state.live = None;
    state.said.extend(segmenter.finish());
    state.lost = Some(why);
    shared.changed.notify_all();
}

/// Notes for the other threads what the newest frame did.
fn note<V: VoiceScore>(shared: &Shared, segmenter: &Segmenter<V>, change: UtteranceChange) {
    let mut state = shared.lock();
    match change {
        UtteranceChange::Quiet => state.live = None,
        UtteranceChange::Speaking { number } => {
            let samples = segmenter.samples();
            match &mut state.live {
                Some(live) if live.number == number => {
                    let from = live.samples.len();
                    live.samples.extend_from_slice(&samples[from..]);
                }
                live => {
                    let samples = samples.to_vec();
                    *live = Some(Live { number, samples });
                }
            }
        }
        UtteranceChange::Ended(utterance) => {
            state.live = None;
            if state.said.len() == WAITING {
                state.said.pop_front();
                state.is_behind = true;
            }
            state.said.push_back(utterance);
        }
    }
    shared.changed.notify_all();
}

/// Looks for a stop in what is being said.
struct Spotter<T> {
    shared: Arc<Shared>,
    transcriber: T,
    tell: Arc<dyn Fn(SpeechEvent) + Send + Sync>,
}

impl<T: Transcribe> Spotter<T> {
    fn run(mut self) {
        let mut heard = (0, 0);
        while let Some(live) = self.next(heard) {
            heard = (live.number, live.samples.len());
            // What cannot be computed now is tried again with more sound, and when it was said.
            let Ok(transcript) = self
                .transcriber
                .transcribe(&live.samples, TranscriptionEffort::Spot)
            else {
                continue;
            };
            let said = strip_noise_marks(&transcript.text);
            if calls_stop(&said) && self.shared.is_first_stop(live.number) {
                (self.tell)(SpeechEvent::Stop { said });
            }
        }
    }

    /// Waits for enough new sound; returns `None` once there will be none.
    fn next(&self, (number, length): (u64, usize)) -> Option<Live> {
        let mut state = self.shared.lock();
        loop {
            if state.is_closed || state.lost.is_some() {
                return None;
            }
            if let Some(live) = &state.live {
                let is_new = live.number != number || live.samples.len() >= length + AGAIN;
                let is_open = live.number > state.stopped;
                if is_new && is_open && live.samples.len() >= MIN_STOP_SAMPLES {
                    let samples = live.samples.clone();
                    let number = live.number;
                    return Some(Live { number, samples });
                }
            }
            state = self.shared.wait(state);
        }
    }
}

/// Understands what was said.
struct Writer<T> {
    shared: Arc<Shared>,
    transcriber: T,
    tell: Arc<dyn Fn(SpeechEvent) + Send + Sync>,
}

impl<T: Transcribe> Writer<T> {
    fn run(mut self) {
        while let Some(utterance) = self.next() {
            if std::mem::take(&mut self.shared.lock().is_behind) {
                let why = Doubt::TooMuch;
                (self.tell)(SpeechEvent::NotUnderstood { why });
            }
            self.understand(&utterance);
        }
        let why = self.shared.lock().lost.take();
        if let Some(why) = why {
            (self.tell)(SpeechEvent::Lost { why });
        }
    }

    /// Waits for an utterance; returns `None` once there will be none.
    fn next(&self) -> Option<Utterance> {
        let mut state = self.shared.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(utterance) = state.said.pop_front() {
                return Some(utterance);
            }
            if state.lost.is_some() {
                return None;
            }
            state = self.shared.wait(state);
        }
    }

    fn understand(&mut self, utterance: &Utterance) {
        let heard = self
            .transcriber
            .transcribe(&utterance.samples, TranscriptionEffort::Full);
        let mut transcript = match heard {
            Ok(transcript) => transcript,
            Err(error) => {
                let why = error.to_string();
                return (self.tell)(SpeechEvent::Lost { why });
            }
        };
        transcript.is_complete &= !utterance.is_cut;
        let text = strip_noise_marks(&transcript.text);
        // No doubt stands in the way of a stop.
        let mut is_stop = calls_stop(&text);
        if is_stop && self.shared.is_first_stop(utterance.number) {
            (self.tell)(SpeechEvent::Stop { said: text.clone() });
        }
        if utterance.is_overheard {
            return;
        }
        is_stop |= self.shared.lock().stopped == utterance.number;
        let event = match reason_to_doubt(&transcript) {
            // What there was to understand is done.
            Some(_) if is_stop => return,
            Some(why) => SpeechEvent::NotUnderstood { why },
            None => SpeechEvent::Sentence {
                text,
                confidence: transcript.confidence(),
                is_stop,
            },
        };
        (self.tell)(event);
    }
}
