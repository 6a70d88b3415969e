//! Spoken instructions: what is refused before anything moves.

mod program;

use program::{run, status, stderr};

/// Says what `enact chat` with these words complains of.
fn complaint(words: &[&str]) -> String {
    let output = run(&[&["chat"][..], words].concat());
    let said = stderr(&output);
    assert_eq!(status(&output), 2, "{said}");
    said
}

#[test]
fn listening_needs_a_model() {
    let said = complaint(&["--listen"]);
    assert!(said.contains("--speech-model"), "{said}");
    let said = complaint(&["--push-to-talk", "--speech-model", "none"]);
    assert!(said.contains("--listen"), "{said}");
}

#[cfg(feature = "speech")]
#[test]
fn what_cannot_be_corrected_is_not_listened_to() {
    let said = complaint(&["--listen=true", "--speech-model", "no-such-folder"]);
    assert!(said.contains("--listen-confirm never"), "{said}");
}

#[cfg(feature = "speech")]
#[test]
fn a_folder_that_is_no_model_is_named() {
    let confirm = ["--listen-confirm", "never"];
    let words = ["--listen=true", "--speech-model", "no-such-folder"];
    let said = complaint(&[&words[..], &confirm].concat());
    assert!(said.contains("no-such-folder/config.json"), "{said}");
    let output = run(&["serve", "--speech-model", "no-such-folder"]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("no-such-folder/config.json"));
}

#[cfg(not(feature = "speech"))]
#[test]
fn a_program_without_speech_says_so() {
    let words = ["--speech-model", "no-such-folder"];
    let said = complaint(&[&["--listen"][..], &words].concat());
    assert!(said.contains("--features speech"), "{said}");
    let output = run(&[&["serve"][..], &words].concat());
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("--features speech"));
}
