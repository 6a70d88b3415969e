//! Is somebody speaking? Decided frame by frame, with hysteresis.

use earshot::Detector;

use crate::audio::SAMPLE_RATE;

/// Samples of a frame: 16 ms.
pub const SAMPLES_PER_FRAME: usize = 256;

/// Scores a frame of sound.
pub trait VoiceScore: Send {
    /// Returns how much the frame, after those before it, sounds like a voice: 0 to 1.
    fn score(&mut self, frame: &[f32; SAMPLES_PER_FRAME]) -> f32;
}

/// A small neural network that tells voices from noise, in any language.
pub struct VoiceNetwork(Box<Detector>);

impl Default for VoiceNetwork {
    fn default() -> Self {
        Self(Detector::default_boxed())
    }
}

impl VoiceScore for VoiceNetwork {
    fn score(&mut self, frame: &[f32; SAMPLES_PER_FRAME]) -> f32 {
        self.0.predict_f32(frame)
    }
}

/// When speech begins and ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hysteresis {
    /// Score from which a frame is a voice while nobody speaks.
    pub begins: f32,
    /// Score below which a frame is none while somebody speaks.
    pub ends: f32,
    /// Frames of voice among the last eight with which speech begins.
    pub voiced: u32,
    /// Frames without a voice after which it has ended.
    pub hang: u32,
}

impl Default for Hysteresis {
    fn default() -> Self {
        Self {
            begins: 0.5,
            ends: 0.35,
            voiced: 5,
            hang: seconds_to_frames(0.7),
        }
    }
}

/// Returns the number of frames in so many seconds.
pub(crate) fn seconds_to_frames(seconds: f32) -> u32 {
    (seconds * SAMPLE_RATE as f32 / SAMPLES_PER_FRAME as f32).round() as u32
}

/// Whether somebody speaks.
#[derive(Clone, Debug)]
pub struct Activity {
    limits: Hysteresis,
    /// The last eight frames, one bit each.
    recent: u8,
    quiet: u32,
    is_speech: bool,
}

impl Activity {
    /// Creates the state while nobody speaks.
    pub fn new(limits: Hysteresis) -> Self {
        Self {
            limits,
            recent: 0,
            quiet: 0,
            is_speech: false,
        }
    }

    /// Takes the score of the next frame; returns whether somebody speaks.
    pub fn update_and_check_speaking(&mut self, score: f32) -> bool {
        self.recent = self.recent << 1 | u8::from(score >= self.limits.begins);
        if self.is_speech {
            self.quiet = if score < self.limits.ends {
                self.quiet + 1
            } else {
                0
            };
            if self.quiet >= self.limits.hang {
                self.is_speech = false;
                self.recent = 0;
            }
        } else if self.recent.count_ones() >= self.limits.voiced {
            self.is_speech = true;
            self.quiet = 0;
        }
        self.is_speech
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(scores: impl IntoIterator<Item = f32>) -> Vec<bool> {
        let mut activity = Activity::new(Hysteresis::default());
        scores
            .into_iter()
            .map(|s| activity.update_and_check_speaking(s))
            .collect()
    }

    #[test]
    fn a_click_is_no_speech_and_a_pause_does_not_end_it() {
        let click = [0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert!(states(click).iter().all(|speech| !speech));
        let hang = Hysteresis::default().hang as usize;
        let mut scores = vec![0.9; 10];
        scores.extend(vec![0.1; hang - 1]);
        scores.push(0.9);
        scores.extend(vec![0.1; hang]);
        let states = states(scores.iter().copied());
        assert!(!states[3] && states[4], "it begins with the fifth frame");
        assert!(states[4..states.len() - 1].iter().all(|speech| *speech));
        assert!(!states.last().unwrap());
    }

    #[test]
    fn what_is_neither_loud_nor_quiet_changes_nothing() {
        let between = 0.4;
        assert!(states([between; 50]).iter().all(|speech| !speech));
        let after = states([0.9; 8].into_iter().chain([between; 200]));
        assert!(*after.last().unwrap());
    }

    #[test]
    fn the_network_hears_no_voice_in_silence_hum_and_steady_noise() {
        let mut seed = 1u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let step = std::f32::consts::TAU * 50.0 / SAMPLE_RATE as f32;
        let sounds: [Vec<f32>; 3] = [
            vec![0.0; 2 * SAMPLE_RATE],
            (0..2 * SAMPLE_RATE)
                .map(|i| 0.1 * (step * i as f32).sin())
                .collect(),
            (0..2 * SAMPLE_RATE).map(|_| 0.05 * noise()).collect(),
        ];
        for (which, sound) in sounds.iter().enumerate() {
            let mut network = VoiceNetwork::default();
            let mut activity = Activity::new(Hysteresis::default());
            let (frames, _) = sound.as_chunks::<SAMPLES_PER_FRAME>();
            // A noise that sets in all at once may be a consonant, for a second.
            let states = frames
                .iter()
                .map(|frame| activity.update_and_check_speaking(network.score(frame)));
            let speech = states.skip(75).filter(|speech| *speech).count();
            assert_eq!(speech, 0, "sound {which}");
        }
    }
}
