//! Any sample rate to 16 kHz, with the frequencies that 16 kHz cannot hold filtered out.

use rubato::{FftFixedIn, Resampler};

use crate::audio::SAMPLE_RATE;

/// Frames that are resampled at a time.
const CHUNK: usize = 4_096;

/// Returns a clip of `rate` samples a second at [`SAMPLE_RATE`], as long as it was.
pub(crate) fn resample(samples: &[f32], rate: u32) -> Vec<f32> {
    let rate = rate as usize;
    if rate == SAMPLE_RATE || samples.is_empty() {
        return samples.to_vec();
    }
    let mut resampler = FftFixedIn::<f32>::new(rate, SAMPLE_RATE, CHUNK, 1, 1)
        .expect("the rates are positive and the chunk is not empty");
    let delay = resampler.output_delay();
    let wanted = (samples.len() * SAMPLE_RATE).div_ceil(rate);
    let mut output = Vec::with_capacity(wanted + delay);
    let mut rest = samples;
    while output.len() < delay + wanted {
        let frames = resampler.input_frames_next();
        let part = if rest.len() >= frames {
            let (chunk, after) = rest.split_at(frames);
            rest = after;
            resampler.process(&[chunk], None)
        } else {
            let chunk = std::mem::take(&mut rest);
            let input = [chunk];
            resampler.process_partial((!chunk.is_empty()).then_some(&input[..]), None)
        };
        let mut part = part.expect("the chunk has one channel of the size that is asked for");
        output.append(&mut part[0]);
    }
    output.drain(..delay);
    output.truncate(wanted);
    output
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn tone(frequency: f32, rate: u32) -> Vec<f32> {
        let step = TAU * frequency / rate as f32;
        (0..rate).map(|i| (step * i as f32).sin()).collect()
    }

    fn loudness(samples: &[f32]) -> f32 {
        let middle = &samples[samples.len() / 4..3 * samples.len() / 4];
        (middle.iter().map(|x| x * x).sum::<f32>() / middle.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_keeps_its_loudness_and_one_above_8_khz_is_gone() {
        for rate in [22_050, 44_100, 48_000, 96_000] {
            let low = resample(&tone(1_000.0, rate), rate);
            assert_eq!(low.len(), SAMPLE_RATE, "{rate}");
            assert!((loudness(&low) - 0.707).abs() < 0.01, "{rate}");
            // It would come back as 6 kHz.
            let high = resample(&tone(10_000.0, rate), rate);
            assert!(loudness(&high) < 0.01, "{rate}: {}", loudness(&high));
        }
    }

    #[test]
    fn short_clips_and_silence_stay_as_long_as_they_are() {
        assert!(resample(&[], 48_000).is_empty());
        assert_eq!(resample(&[0.0; 3], 48_000).len(), 1);
        assert_eq!(resample(&[0.0; 300], 8_000), [0.0; 600]);
    }
}
