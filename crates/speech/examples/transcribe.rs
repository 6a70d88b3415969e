//! Prints what is understood of WAV files, one line of JSON each:
//! `cargo run -p enact-speech --features whisper --example transcribe -- MODEL_FOLDER FILE.wav …`
//!
//! With `--spot` before the folder, it looks for a stop in the beginnings of each file as a listener
//! would, and says after how much sound it was heard. The variable `CONTEXT` holds English words that are
//! likely to be spoken.

use std::path::Path;
use std::time::{Duration, Instant};

use enact_speech::utterance::{Segmenter, UtteranceChange};
use enact_speech::voice_activity::VoiceNetwork;
use enact_speech::{
    SAMPLE_RATE, Transcribe, TranscriptionEffort, Whisper, calls_stop, doubt::strip_noise_marks,
    read_wav, reason_to_doubt,
};
use serde_json::{Value, json};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let spot = arguments.first().is_some_and(|first| first == "--spot");
    if spot {
        arguments.remove(0);
    }
    let [folder, files @ ..] = arguments.as_slice() else {
        return Err("usage: transcribe [--spot] MODEL_FOLDER FILE.wav …".into());
    };
    let languages = ["en", "zh"].map(str::to_owned);
    let mut whisper = Whisper::load(Path::new(folder), &languages)?;
    if let Ok(words) = std::env::var("CONTEXT") {
        whisper = whisper.with_context("en", &words)?;
    }
    for file in files {
        let samples = read_wav(&std::fs::read(file)?, Duration::from_secs(30))?;
        let told = if spot {
            spotted(&mut whisper, &samples)?
        } else {
            understood(&mut whisper, &samples)?
        };
        println!("{}", json!({"file": file, "heard": told}));
    }
    Ok(())
}

/// Returns what is understood of the whole file.
fn understood(whisper: &mut Whisper, samples: &[f32]) -> Result<Value, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let transcript = whisper.transcribe(samples, TranscriptionEffort::Full)?;
    let text = strip_noise_marks(&transcript.text);
    Ok(json!({
        "text": text,
        "language": transcript.language,
        "confidence": transcript.confidence(),
        "no_speech": transcript.no_speech,
        "doubt": reason_to_doubt(&transcript).map(|why| why.to_string()),
        "stop": calls_stop(&text),
        "utterances": utterances(samples),
        "seconds": samples.len() as f64 / SAMPLE_RATE as f64,
        "wall_seconds": began.elapsed().as_secs_f64(),
    }))
}

/// Returns how many utterances there are in the sound.
fn utterances(samples: &[f32]) -> usize {
    let mut segmenter = Segmenter::new(VoiceNetwork::default());
    let mut count = 0;
    segmenter.push_sound(samples, |_, change| {
        count += usize::from(matches!(change, UtteranceChange::Ended(_)));
    });
    count + usize::from(segmenter.finish().is_some())
}

/// Returns after how many seconds of the file a stop is heard in it.
fn spotted(whisper: &mut Whisper, samples: &[f32]) -> Result<Value, Box<dyn std::error::Error>> {
    let mut texts = Vec::new();
    let mut wall = Duration::ZERO;
    for end in (SAMPLE_RATE / 2..samples.len() + SAMPLE_RATE / 4).step_by(SAMPLE_RATE / 4) {
        let began = Instant::now();
        let part = &samples[..end.min(samples.len())];
        let text = strip_noise_marks(&whisper.transcribe(part, TranscriptionEffort::Spot)?.text);
        wall = wall.max(began.elapsed());
        let is_stop = calls_stop(&text);
        texts.push(text);
        if is_stop {
            let seconds = part.len() as f64 / SAMPLE_RATE as f64;
            return Ok(json!({"stop_after": seconds, "texts": texts,
                             "wall_seconds": wall.as_secs_f64()}));
        }
    }
    Ok(json!({"stop_after": null, "texts": texts, "wall_seconds": wall.as_secs_f64()}))
}
