//! Spoken instructions: sound in, sentences and stops out. Nothing here moves an arm.
//!
//! Sound is mono at 16 kHz, samples in −1..1, everywhere in this crate.
//!
//! | module | idea |
//! |---|---|
//! | [`audio`] | sound from WAV files |
//! | `resample` | any sample rate to 16 kHz |
//! | [`recorder`] | a program that records from the microphone |
//! | [`voice_activity`] | is somebody speaking? |
//! | [`utterance`] | the stream of sound cut into utterances |
//! | `mel` | log-mel spectrogram, as Whisper was trained on |
//! | [`whisper`] | speech to text by Whisper, from a model folder |
//! | [`transcript`] | what was heard, with the evidence for and against it |
//! | [`doubt`] | what must not be taken for an instruction |
//! | [`stop_words`] | “stop” in several languages |
//! | [`listener`] | threads that listen, spot a stop, and understand sentences |

#![cfg(feature = "whisper")]

pub mod audio;
pub mod doubt;
pub mod listener;
mod mel;
pub mod recorder;
mod resample;
pub mod stop_words;
pub mod transcript;
pub mod utterance;
pub mod voice_activity;
pub mod whisper;

pub use audio::{AudioError, SAMPLE_RATE, read_wav};
pub use doubt::{Doubt, reason_to_doubt};
pub use listener::{Listener, ListenerOptions, SpeechEvent};
pub use recorder::{Recorder, RecorderError};
pub use stop_words::calls_stop;
pub use transcript::{Transcribe, TranscribeError, Transcript, TranscriptionEffort};
pub use whisper::{LoadError, Whisper};
