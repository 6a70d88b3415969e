//! A tiny model with random weights: it says nothing sensible, but it has every part.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use serde_json::{Value, json};

use super::*;

const WIDTH: usize = 16;
const MELS: usize = 80;
const VOCABULARY: usize = 41;
const TEXT: usize = 30;

fn config() -> Value {
    json!({
        "model_type": "whisper", "num_mel_bins": MELS, "max_source_positions": 100,
        "d_model": WIDTH, "encoder_attention_heads": 2, "encoder_layers": 2,
        "vocab_size": VOCABULARY, "max_target_positions": 32, "decoder_attention_heads": 2,
        "decoder_layers": 1, "suppress_tokens": [3], "begin_suppress_tokens": [0],
    })
}

/// Words w0 to w29, then the tokens that control.
fn tokenizer() -> Value {
    let control = [
        "<|endoftext|>",
        "<|startoftranscript|>",
        "<|en|>",
        "<|zh|>",
        "<|de|>",
        "<|translate|>",
        "<|transcribe|>",
        "<|nospeech|>",
        "<|notimestamps|>",
        "<|startofprev|>",
        "<|0.00|>",
    ];
    let words = (0..TEXT).map(|i| (format!("w{i}"), json!(i)));
    let names = control.iter().enumerate();
    let all = words.chain(
        names
            .clone()
            .map(|(i, name)| (name.to_string(), json!(TEXT + i))),
    );
    let vocabulary: serde_json::Map<String, Value> = all.collect();
    let added: Vec<Value> = names
        .map(|(i, name)| {
            json!({"id": TEXT + i, "content": name, "special": true, "single_word": false,
                   "lstrip": false, "rstrip": false, "normalized": false})
        })
        .collect();
    json!({"version": "1.0", "added_tokens": added, "normalizer": null,
           "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
           "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "w0"}})
}

/// Weights that look random and are always the same.
fn weights() -> HashMap<String, Tensor> {
    let mut seed = 7u32;
    let mut tensors = HashMap::new();
    let mut add = |name: &str, shape: &[usize], center: f32| {
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                center + 0.4 * ((seed >> 8) as f32 / (1 << 23) as f32 - 1.0)
            })
            .collect();
        let tensor = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
        tensors.insert(name.to_owned(), tensor);
    };
    let mut block = |at: &str, attentions: &[&str]| {
        for attention in attentions {
            for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
                add(
                    &format!("{at}.{attention}.{part}.weight"),
                    &[WIDTH, WIDTH],
                    0.0,
                );
                if part != "k_proj" {
                    add(&format!("{at}.{attention}.{part}.bias"), &[WIDTH], 0.0);
                }
            }
            add(
                &format!("{at}.{attention}_layer_norm.weight"),
                &[WIDTH],
                1.0,
            );
            add(&format!("{at}.{attention}_layer_norm.bias"), &[WIDTH], 0.0);
        }
        for (part, out, inputs) in [("fc1", 4 * WIDTH, WIDTH), ("fc2", WIDTH, 4 * WIDTH)] {
            add(&format!("{at}.{part}.weight"), &[out, inputs], 0.0);
            add(&format!("{at}.{part}.bias"), &[out], 0.0);
        }
        add(&format!("{at}.final_layer_norm.weight"), &[WIDTH], 1.0);
        add(&format!("{at}.final_layer_norm.bias"), &[WIDTH], 0.0);
    };
    block("model.encoder.layers.0", &["self_attn"]);
    block("model.encoder.layers.1", &["self_attn"]);
    block("model.decoder.layers.0", &["self_attn", "encoder_attn"]);
    for side in ["encoder", "decoder"] {
        add(&format!("model.{side}.layer_norm.weight"), &[WIDTH], 1.0);
        add(&format!("model.{side}.layer_norm.bias"), &[WIDTH], 0.0);
    }
    for (part, inputs) in [("conv1", MELS), ("conv2", WIDTH)] {
        add(
            &format!("model.encoder.{part}.weight"),
            &[WIDTH, inputs, 3],
            0.0,
        );
        add(&format!("model.encoder.{part}.bias"), &[WIDTH], 0.0);
    }
    add(
        "model.decoder.embed_tokens.weight",
        &[VOCABULARY, WIDTH],
        0.0,
    );
    add("model.decoder.embed_positions.weight", &[32, WIDTH], 0.0);
    tensors
}

fn write(folder: &Path, config: &Value, weights: &HashMap<String, Tensor>) {
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    std::fs::write(folder.join("tokenizer.json"), tokenizer().to_string()).unwrap();
    candle_core::safetensors::save(weights, folder.join("model.safetensors")).unwrap();
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &config(), &weights());
    folder
}

fn hum(seconds: f32) -> Vec<f32> {
    let step = std::f32::consts::TAU * 220.0 / SAMPLE_RATE as f32;
    (0..(seconds * SAMPLE_RATE as f32) as usize)
        .map(|i| 0.3 * (step * i as f32).sin())
        .collect()
}

#[test]
fn a_model_is_loaded_and_the_same_sound_gives_the_same_text() {
    let folder = folder();
    let mut whisper = Whisper::load(folder.path(), &[]).unwrap();
    assert!((whisper.window_seconds() - 2.0).abs() < 1e-9);
    let first = whisper
        .transcribe(&hum(1.5), TranscriptionEffort::Full)
        .unwrap();
    // Another clip in between leaves no trace.
    let other = whisper
        .transcribe(&[0.0; 4_000], TranscriptionEffort::Full)
        .unwrap();
    let again = whisper
        .clone()
        .transcribe(&hum(1.5), TranscriptionEffort::Full)
        .unwrap();
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert!(!first.text.is_empty());
    for word in first.text.split(' ') {
        assert!(
            word.starts_with('w') && word != "w3",
            "{word} is suppressed"
        );
    }
    assert!(!first.text.starts_with("w0 "), "not at the beginning");
    assert!((0.0..=1.0).contains(&first.no_speech));
    assert!(first.mean_log_probability < 0.0);
    assert!(first.language.is_some());
}

#[test]
fn spotting_hears_the_end_of_a_clip_and_writes_little() {
    let folder = folder();
    let mut whisper = Whisper::load(folder.path(), &[]).unwrap();
    let long = [vec![0.0; 9 * SAMPLE_RATE], hum(4.0)].concat();
    let spotted = whisper
        .transcribe(&long, TranscriptionEffort::Spot)
        .unwrap();
    assert_eq!(
        spotted,
        whisper
            .transcribe(&hum(4.0), TranscriptionEffort::Spot)
            .unwrap()
    );
    assert!(spotted.text.split(' ').count() <= SPOT_TOKENS);
    whisper.transcribe(&[], TranscriptionEffort::Spot).unwrap();
    whisper
        .transcribe(&long, TranscriptionEffort::Full)
        .unwrap();
}

#[test]
fn a_context_changes_the_words_of_its_language_only() {
    let folder = folder();
    let english = Whisper::load(folder.path(), &["en".to_owned()]).unwrap();
    let plain = english
        .clone()
        .transcribe(&hum(1.0), TranscriptionEffort::Full);
    let plain = plain.unwrap();
    let context = ["w7"; 12].join(" ");
    let mut with = english.with_context("en", &context).unwrap();
    let heard = with
        .transcribe(&hum(1.0), TranscriptionEffort::Full)
        .unwrap();
    assert_ne!(heard.mean_log_probability, plain.mean_log_probability);
    assert_eq!(heard.no_speech, plain.no_speech);
    let mut other = with.with_context("de", &context).unwrap();
    assert_eq!(
        other
            .transcribe(&hum(1.0), TranscriptionEffort::Full)
            .unwrap(),
        plain
    );
}

#[test]
fn only_expected_languages_are_heard_and_unknown_ones_refused() {
    let folder = folder();
    let german = vec!["de".to_owned()];
    let mut whisper = Whisper::load(folder.path(), &german).unwrap();
    let heard = whisper
        .transcribe(&hum(1.0), TranscriptionEffort::Full)
        .unwrap();
    assert_eq!(heard.language.as_deref(), Some("de"));
    let mut whisper = whisper.with_preferred_languages(&["zh", "xx"]);
    let heard = whisper
        .transcribe(&hum(1.0), TranscriptionEffort::Full)
        .unwrap();
    assert_eq!(heard.language.as_deref(), Some("zh"));
    let error = Whisper::load(folder.path(), &["xx".to_owned()])
        .err()
        .unwrap();
    let said = "the speech model does not know the language “xx”; it knows en, zh, de";
    assert_eq!(error.to_string(), said);
}

#[test]
fn what_is_wrong_with_a_folder_is_said_with_the_file() {
    let empty = tempfile::tempdir().unwrap();
    let error = |folder: &Path| Whisper::load(folder, &[]).err().unwrap().to_string();
    assert!(error(empty.path()).contains("config.json cannot be used as a speech model"));

    let changes: [(&str, Value, &str); 5] = [
        ("model_type", json!("bert"), "model_type is “bert”"),
        (
            "encoder_attention_heads",
            json!(0),
            "encoder_attention_heads is 0",
        ),
        (
            "encoder_attention_heads",
            json!(3),
            "cannot be divided among 3",
        ),
        ("vocab_size", json!(20), "beyond vocab_size 20"),
        ("d_model", json!(32), "model.safetensors cannot be used"),
    ];
    for (key, value, expected) in changes {
        let folder = folder();
        let mut config = config();
        config[key] = value;
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        let said = error(folder.path());
        assert!(said.contains(expected), "{said}");
    }

    let folder = folder();
    let mut part = weights();
    part.remove("model.encoder.conv1.weight");
    write(folder.path(), &config(), &part);
    let said = error(folder.path());
    assert!(
        said.contains("model.safetensors") && said.contains("conv1.weight"),
        "{said}"
    );
    std::fs::write(folder.path().join("model.safetensors"), "no weights").unwrap();
    assert!(error(folder.path()).contains("model.safetensors"));
}
