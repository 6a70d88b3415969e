//! The stream of sound cut into utterances: by voice, or by a button that is held.

use std::collections::VecDeque;

use crate::audio::SAMPLE_RATE;
use crate::voice_activity::{
    Activity, Hysteresis, SAMPLES_PER_FRAME, VoiceScore, seconds_to_frames,
};

/// Sound kept from before speech was noticed, frames: the first consonant is quiet.
const BEFORE: usize = 24;
/// Longest utterance, samples: a bit less than Whisper hears at once.
const MAX_UTTERANCE_SAMPLES: usize = 28 * SAMPLE_RATE;
/// Least time with a voice in it, seconds; less is a cough.
const MIN_VOICE_S: f32 = 0.16;

/// What somebody said, from silence to silence.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// Counts up from 1.
    pub number: u64,
    /// Sound, mono at [`SAMPLE_RATE`].
    pub samples: Vec<f32>,
    /// Whether it was still going on at the longest that is heard at once.
    pub is_cut: bool,
    /// Whether it was said while the button was not held: no instruction, but it may be a stop.
    pub is_overheard: bool,
}

/// What the newest frame of sound did.
#[derive(Clone, Debug, PartialEq)]
pub enum UtteranceChange {
    /// Nobody speaks, or what was heard was too short to be a word.
    Quiet,
    /// Somebody speaks; this utterance goes on.
    Speaking {
        /// Number of the utterance.
        number: u64,
    },
    /// An utterance has ended.
    Ended(Utterance),
}

/// What an utterance is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Meant,
    Overheard,
}

/// Cuts sound into utterances.
pub struct Segmenter<V> {
    voice: V,
    activity: Activity,
    button: Option<bool>,
    before: VecDeque<[f32; SAMPLES_PER_FRAME]>,
    /// Samples that do not fill a frame yet.
    part: Vec<f32>,
    samples: Vec<f32>,
    voiced: u32,
    number: u64,
    open: Option<Kind>,
    /// Ignores what goes on being said after an utterance that was cut.
    is_cut: bool,
}

impl<V: VoiceScore> Segmenter<V> {
    /// Creates one that cuts by voice.
    pub fn new(voice: V) -> Self {
        Self {
            voice,
            activity: Activity::new(Hysteresis::default()),
            button: None,
            before: VecDeque::with_capacity(BEFORE),
            part: Vec::with_capacity(SAMPLES_PER_FRAME),
            samples: Vec::new(),
            voiced: 0,
            number: 0,
            open: None,
            is_cut: false,
        }
    }

    /// Cuts by a button: what is meant lasts while it is held, and what is said otherwise is
    /// overheard. `None` cuts by voice.
    pub fn set_button_state(&mut self, held: Option<bool>) {
        self.button = held;
    }

    /// Returns the sound of the utterance that goes on.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Takes sound of any length and calls `change` for every frame of it.
    pub fn push_sound(&mut self, sound: &[f32], mut change: impl FnMut(&Self, UtteranceChange)) {
        for sample in sound {
            self.part.push(*sample);
            if let Ok(frame) = <[f32; SAMPLES_PER_FRAME]>::try_from(self.part.as_slice()) {
                self.part.clear();
                let what = self.frame(frame);
                change(self, what);
            }
        }
    }

    /// Ends what is being said, at the end of the stream.
    pub fn finish(&mut self) -> Option<Utterance> {
        self.close(false)
    }

    fn frame(&mut self, frame: [f32; SAMPLES_PER_FRAME]) -> UtteranceChange {
        let score = self.voice.score(&frame);
        let by_voice = self.activity.update_and_check_speaking(score);
        let kind = match self.button {
            None => by_voice.then_some(Kind::Meant),
            Some(true) => Some(Kind::Meant),
            Some(false) => by_voice.then_some(Kind::Overheard),
        };
        if kind.is_none() || (self.open.is_some() && self.open != kind) {
            self.is_cut = false;
            let ended = self.close(false);
            self.remember(frame);
            return ended.map_or(UtteranceChange::Quiet, UtteranceChange::Ended);
        }
        if self.is_cut {
            return UtteranceChange::Quiet;
        }
        if self.open.is_none() {
            self.open = kind;
            self.number += 1;
            self.samples.extend(self.before.drain(..).flatten());
            // The frames that speech began with.
            let noticed = by_voice && self.button != Some(true);
            self.voiced = u32::from(noticed) * Hysteresis::default().voiced;
        }
        self.samples.extend(frame);
        if score >= Hysteresis::default().begins {
            self.voiced += 1;
        }
        if self.samples.len() >= MAX_UTTERANCE_SAMPLES {
            self.is_cut = true;
            return self
                .close(true)
                .map_or(UtteranceChange::Quiet, UtteranceChange::Ended);
        }
        UtteranceChange::Speaking {
            number: self.number,
        }
    }

    /// Keeps the frame for an utterance that may begin.
    fn remember(&mut self, frame: [f32; SAMPLES_PER_FRAME]) {
        if self.before.len() == BEFORE {
            self.before.pop_front();
        }
        self.before.push_back(frame);
    }

    /// Ends the utterance; returns `None` if there is none, or hardly a voice in it.
    fn close(&mut self, is_cut: bool) -> Option<Utterance> {
        let kind = self.open.take()?;
        let samples = std::mem::take(&mut self.samples);
        let voiced = std::mem::take(&mut self.voiced);
        (voiced >= seconds_to_frames(MIN_VOICE_S)).then_some(Utterance {
            number: self.number,
            samples,
            is_cut,
            is_overheard: kind == Kind::Overheard,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is loud is a voice.
    struct Loudness;

    impl VoiceScore for Loudness {
        fn score(&mut self, frame: &[f32; SAMPLES_PER_FRAME]) -> f32 {
            frame.iter().fold(0.0, |most, x| x.abs().max(most))
        }
    }

    /// Returns so many seconds of sound.
    fn sound(level: f32, seconds: f32) -> Vec<f32> {
        vec![level; (seconds * SAMPLE_RATE as f32) as usize]
    }

    /// Returns the utterances in the sound, which comes in pieces of an odd size.
    fn utterances(segmenter: &mut Segmenter<Loudness>, sound: &[f32]) -> Vec<Utterance> {
        let mut ended = Vec::new();
        for piece in sound.chunks(777) {
            segmenter.push_sound(piece, |_, change| {
                if let UtteranceChange::Ended(utterance) = change {
                    ended.push(utterance);
                }
            });
        }
        ended
    }

    #[test]
    fn two_sentences_are_two_utterances_with_what_came_before() {
        let mut segmenter = Segmenter::new(Loudness);
        let sound = [
            sound(0.0, 1.0),
            sound(0.8, 0.5),
            sound(0.0, 1.5),
            sound(0.9, 1.0),
            sound(0.0, 1.5),
        ]
        .concat();
        let found = utterances(&mut segmenter, &sound);
        assert_eq!(found.iter().map(|u| u.number).collect::<Vec<_>>(), [1, 2]);
        let seconds: Vec<f32> = found
            .iter()
            .map(|u| u.samples.len() as f32 / SAMPLE_RATE as f32)
            .collect();
        // With 0.3 s before and 0.7 s after.
        assert!((1.4..1.7).contains(&seconds[0]), "{seconds:?}");
        assert!((1.9..2.2).contains(&seconds[1]), "{seconds:?}");
        assert!(found[0].samples[0] == 0.0 && found[0].samples.contains(&0.8));
    }

    #[test]
    fn a_cough_is_none_and_a_monologue_is_cut_once() {
        let mut segmenter = Segmenter::new(Loudness);
        let cough = [sound(0.0, 0.5), sound(0.9, 0.1), sound(0.0, 2.0)].concat();
        assert_eq!(utterances(&mut segmenter, &cough), []);
        let monologue = [sound(0.9, 65.0), sound(0.0, 1.0), sound(0.9, 0.5)].concat();
        let found = utterances(&mut segmenter, &monologue);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].is_cut && found[0].samples.len() <= MAX_UTTERANCE_SAMPLES + SAMPLES_PER_FRAME
        );
        let last = segmenter.finish().unwrap();
        assert!(!last.is_cut && last.samples.contains(&0.9));
        assert_eq!(segmenter.finish(), None);
    }

    #[test]
    fn a_button_decides_whatever_is_heard_but_silence_is_no_utterance() {
        let mut segmenter = Segmenter::new(Loudness);
        segmenter.set_button_state(Some(false));
        assert_eq!(utterances(&mut segmenter, &sound(0.9, 2.0)), []);
        segmenter.set_button_state(Some(true));
        let spoken = [sound(0.9, 0.5), sound(0.0, 2.0), sound(0.9, 0.5)].concat();
        let found = utterances(&mut segmenter, &spoken);
        assert_eq!(found.len(), 1, "what was said before the button");
        assert!(found[0].is_overheard);
        segmenter.set_button_state(Some(false));
        let found = utterances(&mut segmenter, &sound(0.0, 1.0));
        assert_eq!(found.len(), 1, "a pause does not end it");
        assert!(!found[0].is_overheard);
        segmenter.set_button_state(Some(true));
        assert_eq!(utterances(&mut segmenter, &sound(0.0, 2.0)), []);
        segmenter.set_button_state(Some(false));
        assert_eq!(utterances(&mut segmenter, &sound(0.0, 0.1)), []);
    }
}
