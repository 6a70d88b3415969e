//! What a GGUF file says of itself and of its control tokens.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use candle_core::quantized::gguf_file::{Content, Value};
use enact_types::Reason;

use crate::control_tokens::ControlToken;

/// Keys of tokens that end an answer: of a text, of a turn, of a message. See the
/// specification of GGUF, docs/gguf.md of ggml.
const ENDS: [&str; 3] = [
    "tokenizer.ggml.eos_token_id",
    "tokenizer.ggml.eot_token_id",
    "tokenizer.ggml.eom_token_id",
];
/// Types of tokens, `llama_token_type` of llama.cpp.
const NORMAL: i64 = 1;
const CONTROL: i64 = 3;
const USER_DEFINED: i64 = 4;

/// Reads the control tokens of a file, and those that were added to its vocabulary.
///
/// # Errors
/// The file is not a GGUF file.
pub(crate) fn read_control_tokens(file: &Path) -> Result<Vec<ControlToken>, Reason> {
    let opened = File::open(file).map_err(Reason::from_error)?;
    let content = Content::read(&mut BufReader::new(opened)).map_err(Reason::from_error)?;
    Ok(listed(&|key| content.metadata.get(key)))
}

/// The architecture that a file names.
///
/// # Errors
/// The file is not a GGUF file.
pub(crate) fn architecture(file: &Path) -> Result<Option<String>, Reason> {
    let opened = File::open(file).map_err(Reason::from_error)?;
    let content = Content::read(&mut BufReader::new(opened)).map_err(Reason::from_error)?;
    let name = content.metadata.get("general.architecture");
    Ok(name.and_then(|name| name.to_string().ok().cloned()))
}

fn listed<'a>(value: &dyn Fn(&str) -> Option<&'a Value>) -> Vec<ControlToken> {
    let list = |key| value(key).and_then(|list| list.to_vec().ok());
    let types: Vec<i64> = list("tokenizer.ggml.token_type")
        .into_iter()
        .flatten()
        .map(|kind| whole(kind).unwrap_or(NORMAL))
        .collect();
    let ends: Vec<i64> = ENDS
        .iter()
        .filter_map(|key| value(key).and_then(whole))
        .collect();
    let texts = list("tokenizer.ggml.tokens").into_iter().flatten();
    let token = |(id, text): (u32, &Value)| {
        let kind = types.get(id as usize).copied();
        let is_end = ends.contains(&i64::from(id)) && kind != Some(NORMAL);
        let is_control = kind == Some(CONTROL) || is_end;
        (is_control || kind == Some(USER_DEFINED)).then(|| ControlToken {
            id,
            content: text.to_string().cloned().unwrap_or_default(),
            is_control,
            is_end,
        })
    };
    (0..).zip(texts).filter_map(token).collect()
}

/// Returns a whole number, in whatever type a converter chose for it.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::I8(value) => Some((*value).into()),
        Value::I16(value) => Some((*value).into()),
        Value::I32(value) => Some((*value).into()),
        Value::I64(value) => Some(*value),
        value => i64::try_from(value.to_u64().ok()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn ids(tokens: &[ControlToken], which: impl Fn(&ControlToken) -> bool) -> Vec<u32> {
        let of = tokens.iter().filter(|token| which(token));
        of.map(|token| token.id).collect()
    }

    #[test]
    fn ends_are_those_that_the_file_names_in_any_type_of_number() {
        let texts = [
            "a",
            "<|end_a|>",
            "b",
            "<|end_b|>",
            "<|c|>",
            "word",
            "<0x0A>",
        ];
        let types = [NORMAL, CONTROL, NORMAL, CONTROL, CONTROL, USER_DEFINED, 6];
        let of = |text: &&str| Value::String((*text).to_owned());
        let mut file = HashMap::from([
            (
                "tokenizer.ggml.tokens",
                Value::Array(texts.iter().map(of).collect()),
            ),
            (
                "tokenizer.ggml.token_type",
                Value::Array(types.iter().map(|kind| Value::I32(*kind as i32)).collect()),
            ),
            ("tokenizer.ggml.eos_token_id", Value::U32(1)),
            ("tokenizer.ggml.eot_token_id", Value::I64(3)),
            // A piece of text ends nothing, nor what is not there.
            ("tokenizer.ggml.eom_token_id", Value::U32(2)),
        ]);
        let read = |file: &HashMap<&str, Value>| listed(&|key| file.get(key));
        let tokens = read(&file);
        assert_eq!(ids(&tokens, |token| token.is_end), [1, 3]);
        assert_eq!(ids(&tokens, |token| token.is_control), [1, 3, 4]);
        assert_eq!(ids(&tokens, |_| true), [1, 3, 4, 5]);
        file.insert("tokenizer.ggml.eos_token_id", Value::U32(99));
        assert_eq!(ids(&read(&file), |token| token.is_end), [3]);
        // Old files tell no types.
        file.remove("tokenizer.ggml.token_type");
        assert_eq!(ids(&read(&file), |_| true), [2, 3]);
        assert_eq!(read(&HashMap::new()), []);
    }
}
