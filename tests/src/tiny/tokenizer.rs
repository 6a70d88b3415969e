//! One token per byte, and control tokens.

use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::write_json;

/// Ids of control tokens follow the 256 bytes.
pub const BYTES: usize = 256;

/// Number of tokens.
pub fn size(control: &[&str]) -> usize {
    BYTES + control.len()
}

/// Id of a control token.
///
/// # Panics
/// It is not one of them.
pub fn id(control: &[&str], token: &str) -> usize {
    let index = control.iter().position(|text| *text == token);
    BYTES + index.expect("the token is one of the model's control tokens")
}

/// Writes `tokenizer.json`: byte-level BPE without merges.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, control: &[&str]) -> io::Result<()> {
    let vocabulary: Map<String, Value> = (0..=u8::MAX)
        .map(|byte| (letter(byte).to_string(), json!(byte)))
        .collect();
    let added: Vec<Value> = control
        .iter()
        .map(|token| {
            json!({
                "id": id(control, token), "content": token, "special": true,
                "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
            })
        })
        .collect();
    let level = json!({
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false,
    });
    let tokenizer = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": null,
        "pre_tokenizer": level,
        "post_processor": null,
        "decoder": level,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": false, "vocab": vocabulary, "merges": [],
        },
    });
    write_json(folder, "tokenizer.json", &tokenizer)
}

/// The visible letter that stands for a byte in GPT-2's byte-level vocabularies:
/// printable Latin-1 stands for itself, the others follow from U+0100.
pub(super) fn letter(byte: u8) -> char {
    let visible = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    if visible(byte) {
        return char::from(byte);
    }
    let rank = (0..byte).filter(|other| !visible(*other)).count() as u32;
    char::from_u32(0x100 + rank).expect("U+0100 to U+0143 are letters")
}
