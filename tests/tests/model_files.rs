//! A model whose files are missing or broken gives one sentence with a hint.

use std::fs;
use std::path::Path;

use enact_model::{RequestOptions, open};
use enact_tests::tiny::gemma3;
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
    for config in ["{}", r#"{"architectures": ["NoSuchModel"]}"#] {
        let text = error_after(|folder| fs::write(folder.join("config.json"), config).unwrap());
        assert!(
            text.contains("mistral.rs cannot read its files: "),
            "{text}"
        );
    }
    let text = error_after(|folder| fs::write(folder.join("tokenizer.json"), "{}").unwrap());
    assert!(
        text.contains("mistral.rs cannot read its files: "),
        "{text}"
    );
}
