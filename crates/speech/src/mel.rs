//! Log-mel spectrogram, as Whisper was trained on: 25 ms windows every 10 ms, mel scale of Slaney,
//! the loudest 80 dB, each clip by its own maximum.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use crate::audio::SAMPLE_RATE;

/// Samples of a window.
const WINDOW: usize = 400;
/// Samples from one window to the next.
pub(crate) const HOP: usize = 160;
/// Frequencies of a window's spectrum.
const BINS: usize = WINDOW / 2 + 1;

/// Computes log-mel spectrograms. Clones share the tables.
#[derive(Clone)]
pub(crate) struct Mel {
    hann: Arc<[f32]>,
    /// Weights, row by row, one row of [`BINS`] per band.
    filters: Arc<[f32]>,
    bands: usize,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl Mel {
    /// Creates the tables for this many bands.
    pub(crate) fn new(bands: usize) -> Self {
        let hann = (0..WINDOW)
            .map(|i| (0.5 - 0.5 * (TAU * i as f64 / WINDOW as f64).cos()) as f32)
            .collect();
        Self {
            hann,
            filters: filters(bands).into(),
            bands,
            fft: RealFftPlanner::new().plan_fft_forward(WINDOW),
        }
    }

    /// Returns the spectrogram of a clip, followed by silence up to `frames` × 10 ms: `bands` rows
    /// of `frames` values each.
    pub(crate) fn spectrogram(&self, samples: &[f32], frames: usize) -> Vec<f32> {
        let length = frames * HOP;
        let half = (WINDOW / 2) as isize;
        let sample = |at: isize| {
            // Mirrored at both ends.
            let at = at.unsigned_abs();
            let at = if at >= length {
                (2 * length).saturating_sub(at + 2)
            } else {
                at
            };
            samples.get(at).copied().unwrap_or(0.0)
        };
        let mut mel = vec![0.0f32; self.bands * frames];
        let mut window = self.fft.make_input_vec();
        let mut spectrum = self.fft.make_output_vec();
        for frame in 0..frames {
            let from = (frame * HOP) as isize - half;
            for (i, (value, weight)) in window.iter_mut().zip(self.hann.iter()).enumerate() {
                *value = weight * sample(from + i as isize);
            }
            self.fft
                .process(&mut window, &mut spectrum)
                .expect("the buffers were made by the planner");
            let power: Vec<f32> = spectrum.iter().map(|value| value.norm_sqr()).collect();
            for (band, row) in self.filters.chunks_exact(BINS).enumerate() {
                let sum: f32 = row.iter().zip(&power).map(|(w, p)| w * p).sum();
                mel[band * frames + frame] = sum.max(1e-10).log10();
            }
        }
        let floor = mel.iter().copied().fold(f32::NEG_INFINITY, f32::max) - 8.0;
        for value in &mut mel {
            *value = (value.max(floor) + 4.0) / 4.0;
        }
        mel
    }
}

/// Returns triangular filters of equal area, equally spaced on Slaney's mel scale from 0 to 8 kHz.
fn filters(bands: usize) -> Vec<f32> {
    let top = mel_of(SAMPLE_RATE as f64 / 2.0);
    let edges: Vec<f64> = (0..bands + 2)
        .map(|i| hertz_of(top * i as f64 / (bands + 1) as f64))
        .collect();
    let mut filters = Vec::with_capacity(bands * BINS);
    for band in edges.windows(3) {
        let [low, center, high] = [band[0], band[1], band[2]];
        for bin in 0..BINS {
            let hertz = bin as f64 * SAMPLE_RATE as f64 / WINDOW as f64;
            let rise = (hertz - low) / (center - low);
            let fall = (high - hertz) / (high - center);
            let weight = rise.min(fall).max(0.0) * 2.0 / (high - low);
            filters.push(weight as f32);
        }
    }
    filters
}

/// Slaney's scale: linear below 1 kHz, logarithmic above.
const MEL_PER_HERTZ: f64 = 3.0 / 200.0;
const BREAK_HERTZ: f64 = 1_000.0;
const BREAK_MEL: f64 = BREAK_HERTZ * MEL_PER_HERTZ;

/// Factor in frequency per mel above the break.
fn log_step() -> f64 {
    6.4f64.ln() / 27.0
}

fn mel_of(hertz: f64) -> f64 {
    if hertz < BREAK_HERTZ {
        hertz * MEL_PER_HERTZ
    } else {
        BREAK_MEL + (hertz / BREAK_HERTZ).ln() / log_step()
    }
}

fn hertz_of(mel: f64) -> f64 {
    if mel < BREAK_MEL {
        mel / MEL_PER_HERTZ
    } else {
        BREAK_HERTZ * (log_step() * (mel - BREAK_MEL)).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_those_of_librosa() {
        // librosa.filters.mel(sr=16000, n_fft=400, n_mels=80): rows 0, 1 and 79 begin and end so.
        let filters = filters(80);
        let row = |band: usize| &filters[band * BINS..(band + 1) * BINS];
        assert!((row(0)[1] - 0.024_862_6).abs() < 1e-5, "{}", row(0)[1]);
        assert!((row(1)[1] - 0.001_990_8).abs() < 1e-5, "{}", row(1)[1]);
        assert!((row(1)[2] - 0.022_871_8).abs() < 1e-5, "{}", row(1)[2]);
        assert_eq!(row(0)[0], 0.0);
        assert_eq!(row(79)[BINS - 1], 0.0);
        // Equal area: 2 over the width, at 40 Hz a bin.
        for band in 60..80 {
            let area: f32 = row(band).iter().sum::<f32>() * 40.0;
            assert!((area - 1.0).abs() < 0.1, "{band}: {area}");
        }
    }

    #[test]
    fn a_tone_is_loudest_in_its_band_while_it_lasts() {
        let (bands, frames, hertz) = (80, 100, 1_000.0);
        let samples: Vec<f32> = (0..SAMPLE_RATE / 2)
            .map(|i| 0.5 * (TAU * hertz * i as f64 / SAMPLE_RATE as f64).sin() as f32)
            .collect();
        let mel = Mel::new(bands).spectrogram(&samples, frames);
        assert_eq!(mel.len(), bands * frames);
        let at = |band: usize, frame: usize| mel[band * frames + frame];
        let loudest = (0..bands).max_by(|a, b| at(*a, 25).total_cmp(&at(*b, 25)));
        let expected = mel_of(hertz) / mel_of(8_000.0) * (bands + 1) as f64 - 1.0;
        assert!(
            (loudest.unwrap() as f64 - expected).abs() <= 1.0,
            "{loudest:?} {expected}"
        );
        let loudest = loudest.unwrap();
        assert!(
            at(loudest, 25) > at(loudest, 75) + 1.9,
            "silence is 80 dB below"
        );
    }

    #[test]
    fn silence_is_the_same_everywhere() {
        let mel = Mel::new(80).spectrogram(&[], 30);
        assert!(
            mel.iter().all(|value| (*value + 1.5).abs() < 1e-6),
            "{:?}",
            &mel[..3]
        );
    }
}
