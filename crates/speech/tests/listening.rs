//! A listener with a scripted model: loudness stands for words.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use enact_speech::voice_activity::{SAMPLES_PER_FRAME, VoiceScore};
use enact_speech::{
    Doubt, Listener, ListenerOptions, Recorder, SAMPLE_RATE, SpeechEvent, Transcribe,
    TranscribeError, Transcript, TranscriptionEffort,
};

/// Long enough on any machine.
const LONG: Duration = Duration::from_secs(60);

const WORDS: [(i16, &str); 4] = [
    (10_000, "put the red cube in the bowl"),
    (15_000, "stop"),
    (20_000, "Thank you."),
    (25_000, "home"),
];

/// Writes the words that loudness stands for, in order.
#[derive(Clone)]
struct Script;

impl Transcribe for Script {
    fn transcribe(
        &mut self,
        samples: &[f32],
        _effort: TranscriptionEffort,
    ) -> Result<Transcript, TranscribeError> {
        let mut words: Vec<&str> = Vec::new();
        for sample in samples {
            let level = (sample * 32_768.0) as i16;
            let said = WORDS.iter().find(|(loud, _)| *loud == level);
            if let Some((_, word)) = said.filter(|(_, word)| words.last() != Some(word)) {
                words.push(word);
            }
        }
        Ok(Transcript {
            text: words.join(" "),
            language: None,
            no_speech: 0.1,
            mean_log_probability: -0.1,
            is_complete: true,
        })
    }
}

/// What is loud is a voice.
struct Loudness;

impl VoiceScore for Loudness {
    fn score(&mut self, frame: &[f32; SAMPLES_PER_FRAME]) -> f32 {
        if frame.iter().any(|sample| *sample > 0.1) {
            1.0
        } else {
            0.0
        }
    }
}

/// Sound that comes when the test sends it, and ends with its sender.
struct Sound {
    asked: Sender<()>,
    pieces: Receiver<Vec<u8>>,
    rest: Vec<u8>,
}

impl Read for Sound {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            // What came before is dealt with.
            let _ = self.asked.send(());
            self.rest = self.pieces.recv().unwrap_or_default();
        }
        // An odd number of bytes, now and then.
        let count = self.rest.len().min(buffer.len()).min(1_001);
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

struct Room {
    sound: Sender<Vec<u8>>,
    asked: Receiver<()>,
    events: Receiver<SpeechEvent>,
    listener: Listener,
}

impl Room {
    fn new(push_to_talk: bool) -> Self {
        let (sound, pieces) = channel();
        let (told, events) = channel();
        let (ask, asked) = channel();
        let sound_source = Sound {
            asked: ask,
            pieces,
            rest: Vec::new(),
        };
        let recorder = Recorder::from_reader("a test", sound_source);
        let options = ListenerOptions { push_to_talk };
        let tell = move |event| drop(told.send(event));
        let listener = Listener::start(recorder, Loudness, Script, options, tell);
        asked.recv_timeout(LONG).unwrap();
        Self {
            sound,
            asked,
            events,
            listener,
        }
    }

    /// Makes so many seconds of sound, and waits until they are read.
    fn say(&self, level: i16, seconds: f32) {
        let count = (seconds * SAMPLE_RATE as f32) as usize;
        let bytes = vec![level; count];
        let bytes = bytes.into_iter().flat_map(i16::to_le_bytes).collect();
        self.sound.send(bytes).unwrap();
        self.asked.recv_timeout(LONG).unwrap();
    }

    fn next(&self) -> SpeechEvent {
        self.events.recv_timeout(LONG).unwrap()
    }
}

fn sentence(text: &str, is_stop: bool) -> SpeechEvent {
    SpeechEvent::Sentence {
        text: text.to_owned(),
        confidence: (-0.1f32).exp(),
        is_stop,
    }
}

#[test]
fn a_stop_is_told_while_the_sentence_goes_on_and_once() {
    let room = Room::new(false);
    room.say(0, 1.0);
    room.say(15_000, 1.0);
    let said = "stop".to_owned();
    assert_eq!(room.next(), SpeechEvent::Stop { said }, "it has not ended");
    room.say(25_000, 1.0);
    room.say(0, 1.0);
    assert_eq!(room.next(), sentence("stop home", true));
    room.say(25_000, 0.5);
    room.say(0, 1.0);
    assert_eq!(room.next(), sentence("home", false));
}

#[test]
fn nothing_else_is_told_before_the_end_and_a_phrase_for_silence_not_at_all() {
    let room = Room::new(false);
    room.say(10_000, 2.0);
    let early = room.events.recv_timeout(Duration::from_millis(300));
    assert_eq!(early, Err(RecvTimeoutError::Timeout));
    room.say(0, 1.0);
    assert_eq!(room.next(), sentence("put the red cube in the bowl", false));
    room.say(20_000, 0.5);
    room.say(0, 1.0);
    let why = Doubt::StockPhrase;
    assert_eq!(room.next(), SpeechEvent::NotUnderstood { why });
}

#[test]
fn the_end_of_the_sound_is_told_after_what_was_said() {
    let room = Room::new(false);
    room.say(25_000, 1.0);
    drop(room.sound);
    assert_eq!(room.events.recv_timeout(LONG), Ok(sentence("home", false)));
    let why = "the sound from a test ended".to_owned();
    assert_eq!(
        room.events.recv_timeout(LONG),
        Ok(SpeechEvent::Lost { why })
    );
}

#[test]
fn a_stop_that_ends_with_the_sound_is_told() {
    let room = Room::new(false);
    room.say(15_000, 0.3);
    drop(room.sound);
    let said = "stop".to_owned();
    assert_eq!(
        room.events.recv_timeout(LONG),
        Ok(SpeechEvent::Stop { said })
    );
}

#[test]
fn a_wav_file_in_place_of_raw_sound_is_said() {
    let room = Room::new(false);
    room.sound.send(b"RIFF....WAVEfmt ".to_vec()).unwrap();
    let SpeechEvent::Lost { why } = room.next() else {
        panic!("it is no sound");
    };
    assert!(why.contains("WAV file, not raw"), "{why}");
}

#[test]
fn a_button_says_when_to_listen_but_a_stop_is_always_heard() {
    let room = Room::new(true);
    room.say(10_000, 1.0);
    room.say(0, 1.0);
    room.say(15_000, 1.0);
    let said = "stop".to_owned();
    assert_eq!(room.next(), SpeechEvent::Stop { said }, "no button is held");
    room.say(0, 1.0);
    room.listener.set_button_held(true);
    room.say(25_000, 0.5);
    room.listener.set_button_held(false);
    room.say(0, 0.5);
    assert_eq!(room.next(), sentence("home", false));
}
