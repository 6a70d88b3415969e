//! Sound from WAV files.

use std::io::Cursor;
use std::time::Duration;

use hound::{SampleFormat, WavReader};
use thiserror::Error;

use crate::resample::resample;

/// Samples per second of all sound in this crate.
pub const SAMPLE_RATE: usize = 16_000;

/// Lowest and highest sample rate that is read, Hz.
const SAMPLE_RATES: (u32, u32) = (8_000, 192_000);

/// Why sound cannot be used.
#[derive(Debug, Error)]
pub enum AudioError {
    /// The bytes are not a WAV file.
    #[error("this is no WAV file that can be read: {0}; send PCM, 8 to 32 bits, or 32-bit float")]
    Unreadable(String),
    /// The sample rate is out of bounds.
    #[error("the sound has {0} samples a second; send 8000 to 192000, best 16000")]
    SampleRate(u32),
    /// It lasts too long.
    #[error("the sound lasts {seconds:.1} s; send at most {longest:.0} s")]
    TooLong {
        /// How long it lasts, seconds.
        seconds: f64,
        /// How long it may last, seconds.
        longest: f64,
    },
}

/// Reads a WAV file: all channels mixed into one, resampled to [`SAMPLE_RATE`].
///
/// # Errors
/// [`AudioError`] if it is no PCM or float WAV file, or lasts longer than `longest`.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use enact_speech::read_wav;
///
/// let error = read_wav(b"MP3", Duration::from_secs(30)).unwrap_err();
/// assert!(error.to_string().starts_with("this is no WAV file"));
/// ```
pub fn read_wav(bytes: &[u8], longest: Duration) -> Result<Vec<f32>, AudioError> {
    let unreadable = |error: hound::Error| AudioError::Unreadable(error.to_string());
    let reader = WavReader::new(Cursor::new(bytes)).map_err(unreadable)?;
    let spec = reader.spec();
    if !(SAMPLE_RATES.0..=SAMPLE_RATES.1).contains(&spec.sample_rate) {
        return Err(AudioError::SampleRate(spec.sample_rate));
    }
    let seconds = f64::from(reader.duration()) / f64::from(spec.sample_rate);
    if seconds > longest.as_secs_f64() {
        let longest = longest.as_secs_f64();
        return Err(AudioError::TooLong { seconds, longest });
    }
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.into_samples::<f32>().collect::<Result<_, _>>(),
        SampleFormat::Int => {
            let full_scale = 2f32.powi(i32::from(spec.bits_per_sample) - 1);
            let samples = reader.into_samples::<i32>();
            samples
                .map(|sample| Ok(sample? as f32 / full_scale))
                .collect()
        }
    }
    .map_err(unreadable)?;
    let channels = usize::from(spec.channels).max(1);
    let mono: Vec<f32> = samples
        .chunks_exact(channels)
        .map(|frame| sound(frame.iter().sum::<f32>() / channels as f32))
        .collect();
    Ok(resample(&mono, spec.sample_rate))
}

/// Returns the sample within its bounds: a float file may hold anything.
fn sound(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use hound::{WavSpec, WavWriter};

    use super::*;

    const MAX_DURATION: Duration = Duration::from_secs(30);

    /// Returns a WAV file of one second of a 440 Hz tone in every channel.
    fn tone(spec: WavSpec) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        for i in 0..spec.sample_rate {
            let value = 0.5 * (TAU * 440.0 * i as f32 / spec.sample_rate as f32).sin();
            for _ in 0..spec.channels {
                match spec.sample_format {
                    SampleFormat::Float => writer.write_sample(value).unwrap(),
                    SampleFormat::Int => {
                        let full = 2f32.powi(i32::from(spec.bits_per_sample) - 1) - 1.0;
                        writer.write_sample((value * full) as i32).unwrap();
                    }
                }
            }
        }
        writer.finalize().unwrap();
        file.into_inner()
    }

    fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16, float: bool) -> WavSpec {
        let sample_format = if float {
            SampleFormat::Float
        } else {
            SampleFormat::Int
        };
        WavSpec {
            channels,
            sample_rate,
            bits_per_sample,
            sample_format,
        }
    }

    #[test]
    fn every_kind_of_file_gives_the_same_tone() {
        let kinds = [
            spec(1, 16_000, 16, false),
            spec(2, 48_000, 16, false),
            spec(1, 44_100, 24, false),
            spec(2, 22_050, 32, true),
            spec(1, 8_000, 8, false),
        ];
        for kind in kinds {
            let samples = read_wav(&tone(kind), MAX_DURATION).unwrap();
            assert!(samples.len().abs_diff(SAMPLE_RATE) <= 2, "{kind:?}");
            // The middle, which no end of the file blurs.
            let error = (4_000..12_000)
                .map(|i| {
                    let expected = 0.5 * (TAU * 440.0 * i as f32 / SAMPLE_RATE as f32).sin();
                    (samples[i] - expected).abs()
                })
                .fold(0.0, f32::max);
            assert!(error < 0.02, "{kind:?}: {error}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_slow_is_refused_with_the_bound() {
        let wav = tone(spec(1, 16_000, 16, false));
        let error = read_wav(&wav, Duration::from_millis(500)).unwrap_err();
        assert!(matches!(error, AudioError::TooLong { .. }), "{error}");
        let wav = tone(spec(1, 4_000, 16, false));
        let error = read_wav(&wav, MAX_DURATION).unwrap_err();
        assert!(matches!(error, AudioError::SampleRate(4_000)), "{error}");
    }

    #[test]
    fn no_damaged_header_is_worse_than_an_error() {
        let wav = tone(spec(1, 16_000, 16, false));
        for place in 0..48 {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = wav.clone();
                damaged[place] = value;
                if let Ok(samples) = read_wav(&damaged, MAX_DURATION) {
                    assert!(samples.iter().all(|sample| sample.abs() <= 1.1));
                }
            }
            assert!(read_wav(&wav[..place.min(43)], MAX_DURATION).is_err());
        }
    }
}
