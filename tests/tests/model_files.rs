//! A model whose files are missing or broken gives one sentence with a hint.

use std::fs;
use std::path::Path;

use enact_model::{Device, Dtype, LocalOptions, RequestOptions, open};
use enact_tests::tiny::{gemma3, gguf};
use enact_types::StopSwitch;

/// The error of opening a tiny Gemma 3 after its folder was changed.
fn error_after(change: impl Fn(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), 1).unwrap();
    change(folder.path());
    error(folder.path().to_str().unwrap())
}

fn error(source: &str) -> String {
    let Err(error) = open(source, RequestOptions::default(), &StopSwitch::new()) else {
        panic!("`{source}` was opened");
    };
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("cannot load the model `{source}`: ")),
        "{text}"
    );
    assert!(!text.contains('\n'), "{text}");
    text
}

#[test]
fn a_missing_folder_is_named_with_what_could_be_given() {
    let text = error("/no/such/model");
    assert!(
        text.contains("there is no such folder") && text.contains("Hugging Face"),
        "{text}"
    );
}

#[test]
fn an_empty_folder_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let text = error(folder.path().to_str().unwrap());
    assert!(text.contains("the folder is empty"), "{text}");
}

#[test]
fn each_missing_file_is_named() {
    for name in ["config.json", "tokenizer.json"] {
        let text = error_after(|folder| fs::remove_file(folder.join(name)).unwrap());
        assert!(text.contains(&format!("`{name}` is missing")), "{text}");
    }
    let text = error_after(|folder| fs::remove_file(folder.join("model.safetensors")).unwrap());
    assert!(text.contains("weights are missing"), "{text}");
}

#[test]
fn truncated_weights_are_told_by_their_length() {
    for keep in [0, 4, 100, 20_000] {
        let text = error_after(|folder| {
            let path = folder.join("model.safetensors");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..keep]).unwrap();
        });
        assert!(
            text.contains("cut short") && text.contains("again"),
            "{keep}: {text}"
        );
    }
}

#[test]
fn broken_files_are_told_by_name() {
    for name in ["config.json", "preprocessor_config.json"] {
        let text = error_after(|folder| fs::write(folder.join(name), "{\"a\": ").unwrap());
        assert!(text.contains(&format!("`{name}` is broken")), "{text}");
    }
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    let text = error_after(|folder| fs::write(folder.join("model.safetensors"), pointer).unwrap());
    assert!(text.contains("git lfs pull"), "{text}");
    let text = error_after(|folder| fs::write(folder.join("enact.toml"), "promt = 1").unwrap());
    assert!(text.contains("promt"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.gguf");
    fs::write(&file, "not a model at all").unwrap();
    assert!(error(file.to_str().unwrap()).contains("not a GGUF file"));
}

#[test]
fn what_only_the_engine_finds_is_one_sentence_too() {
    let text = error_after(|folder| fs::write(folder.join("config.json"), "{}").unwrap());
    assert!(
        text.contains("mistral.rs cannot read its files: "),
        "{text}"
    );
    let text = error_after(|folder| fs::write(folder.join("tokenizer.json"), "{}").unwrap());
    assert!(
        text.contains("mistral.rs cannot read its files: "),
        "{text}"
    );
}

#[test]
fn what_cannot_run_here_is_told_with_what_to_take_instead() {
    let config = r#"{"architectures": ["InternVLChatModel"]}"#;
    let text = error_after(|folder| fs::write(folder.join("config.json"), config).unwrap());
    assert!(
        text.contains("`InternVLChatModel`; serve") && text.contains("Qwen3-VL"),
        "{text}"
    );
    let config = r#"{"architectures": ["Qwen2VLForConditionalGeneration"]}"#;
    let text = error_after(|folder| fs::write(folder.join("config.json"), config).unwrap());
    assert!(text.contains("first token"), "{text}");
    let text = error("OpenGVLab/InternVL3_5-8B");
    assert!(text.contains("does not know its architecture"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.gguf");
    for (architecture, named) in [("gemma3", "`--mmproj FILE`"), ("clip", "without the rest")] {
        gguf::write_named(&file, architecture).unwrap();
        let text = error(file.to_str().unwrap());
        assert!(text.contains(named), "{text}");
    }
}

#[test]
fn options_that_do_not_suit_are_told_before_loading() {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), 1).unwrap();
    let file = folder.path().join("model.gguf");
    gguf::write_named(&file, "llama").unwrap();
    let refused = |source: &Path, local: LocalOptions| {
        let options = RequestOptions {
            local,
            ..RequestOptions::default()
        };
        let opened = open(source.to_str().unwrap(), options, &StopSwitch::new());
        opened.err().expect("it is refused").to_string()
    };
    let isq = LocalOptions {
        isq: "Q4K".parse().ok(),
        ..LocalOptions::default()
    };
    let text = refused(&file, isq);
    assert!(text.contains("quantized already"), "{text}");
    let dtype = LocalOptions {
        dtype: Some(Dtype::F16),
        ..LocalOptions::default()
    };
    let text = refused(&file, dtype);
    assert!(text.contains("leave out `dtype`"), "{text}");
    for device in [Device::Cuda, Device::Metal] {
        if !device.is_compiled_in() {
            let local = LocalOptions {
                device,
                ..LocalOptions::default()
            };
            let text = refused(folder.path(), local);
            assert!(text.contains(&format!("--features {device}")), "{text}");
        }
    }
}
