//! Removes control tokens from a person's words.
//!
//! A tokenizer turns the text `<eos>` into the control token, whoever wrote it.
//! A label or an instruction with such text could end the turn or pose as the
//! model, so control tokens are taken out of everything that is asked.

use std::path::Path;

use enact_types::Reason;
use serde::Deserialize;

#[cfg(feature = "local")]
use crate::gguf;

/// Tokens of common chat formats and of mistral.rs's own placeholders, for models whose tokenizer
/// cannot be read. The halves of `<|…|>` stand for all such tokens.
const WIDESPREAD: &[&str] = &[
    "<|",
    "|>",
    "<bos>",
    "<eos>",
    "<pad>",
    "<unk>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[IMG]",
    "<<SYS>>",
    "<</SYS>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<start_of_image>",
    "<end_of_image>",
    "<image_soft_token>",
    "<image>",
    "<fake_token_around_image>",
    "<global-img>",
    "<end_of_utterance>",
    "<think>",
    "</think>",
];

/// Tokens that end an answer. A completed grammar admits only one of the first of them, and not
/// always the one that a model's configuration names.
const ENDS: &[&str] = &[
    "</s>",
    "<eos>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<｜end▁of▁sentence｜>",
    "<|end|>",
    "<|eot_id|>",
    "<|im_end|>",
    "<end_of_turn>",
    "<end_of_utterance>",
];

/// The control tokens of a model.
#[derive(Clone, Debug)]
pub struct SpecialTokens {
    texts: Vec<String>,
    ends: Vec<u32>,
}

/// A token that is not a piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ControlToken {
    pub(crate) id: u32,
    pub(crate) content: String,
    /// True if the file declares it a control token; false if somebody added it.
    pub(crate) is_control: bool,
    /// True if the file says that it ends an answer.
    pub(crate) is_end: bool,
}

#[derive(Deserialize)]
struct TokenizerFile {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
}

#[derive(Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
    #[serde(default)]
    special: bool,
}

impl SpecialTokens {
    /// Returns the tokens of common chat formats.
    pub fn of_common_chat_formats() -> Self {
        Self {
            texts: WIDESPREAD.iter().map(|text| (*text).to_owned()).collect(),
            ends: Vec::new(),
        }
    }

    /// Adds the control tokens of a `tokenizer.json`.
    ///
    /// # Errors
    /// The file cannot be read or is not a tokenizer.
    pub fn with_tokenizer(self, path: &Path) -> Result<Self, Reason> {
        let text = std::fs::read_to_string(path).map_err(Reason::from_error)?;
        self.with_tokenizer_text(&text)
    }

    fn with_tokenizer_text(self, text: &str) -> Result<Self, Reason> {
        let file: TokenizerFile = serde_json::from_str(text).map_err(Reason::from_error)?;
        let added = file.added_tokens.into_iter().map(|token| ControlToken {
            id: token.id,
            content: token.content,
            is_control: token.special,
            is_end: false,
        });
        Ok(self.with_added(added))
    }

    /// Adds the control tokens of a GGUF file.
    ///
    /// # Errors
    /// The file is not a GGUF file.
    #[cfg(feature = "local")]
    pub fn with_gguf(self, path: &Path) -> Result<Self, Reason> {
        Ok(self.with_added(gguf::read_control_tokens(path)?))
    }

    fn with_added(mut self, added: impl IntoIterator<Item = ControlToken>) -> Self {
        let control: Vec<ControlToken> = added
            .into_iter()
            .filter(|token| token.is_control || looks_like_control(&token.content))
            .collect();
        let named = |token: &ControlToken| ENDS.contains(&token.content.as_str());
        let ends = control.iter().filter(|token| token.is_end || named(token));
        self.ends.extend(ends.map(|token| token.id));
        // Where no token has one of these names, grammars end with the first of the vocabulary.
        if !control.iter().any(named) {
            let first = control.iter().find(|token| token.id == 0);
            self.ends.extend(first.map(|token| token.id));
        }
        self.ends.sort_unstable();
        self.ends.dedup();
        self.with_tokens(control.into_iter().map(|token| token.content))
    }

    /// Returns the ids of the tokens that end an answer, as far as they are known.
    pub fn end_token_ids(&self) -> &[u32] {
        &self.ends
    }

    /// Adds these tokens. Blank ones are left out: text needs its spaces.
    pub fn with_tokens(mut self, texts: impl IntoIterator<Item = String>) -> Self {
        let texts = texts.into_iter().filter(|text| !text.trim().is_empty());
        self.texts.extend(texts);
        self.texts.sort_unstable();
        self.texts.dedup();
        self
    }

    /// Removes all of these tokens from a text, including those that appear only once another is
    /// removed.
    pub fn strip(&self, text: &str) -> String {
        let mut text = text.to_owned();
        loop {
            let before = text.len();
            for token in &self.texts {
                if text.contains(token) {
                    text = text.replace(token, "");
                }
            }
            if text.len() == before {
                return text;
            }
        }
    }
}

/// Returns whether an added token that is not marked special looks like a control token:
/// `<tool_call>` or `[INST]`. Others are words (a number, a piece of JSON).
fn looks_like_control(text: &str) -> bool {
    let inner = text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .or_else(|| {
            text.strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
        });
    inner.is_some_and(|inner| {
        inner.chars().any(char::is_alphabetic)
            && inner
                .chars()
                .all(|c| c.is_alphanumeric() || "_-/|:".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::{PromptStyle, Situation, Skill, prompt};
    use proptest::prelude::*;

    #[test]
    fn words_and_numbers_of_a_vocabulary_are_kept() {
        for word in ["512", "[{\"point\":[", "]", "<", "red", "[1,2]"] {
            assert!(!looks_like_control(word), "{word} was taken out");
        }
        for control in ["<tool_call>", "</box>", "[INST]", "<|im_end|>"] {
            assert!(looks_like_control(control), "{control} was kept");
        }
    }

    #[test]
    fn tokens_hidden_in_each_other_are_found() {
        let tokens = SpecialTokens::of_common_chat_formats();
        assert_eq!(
            tokens.strip("put <e<eos>os>it <|im_<bos>end|>down"),
            "put it im_enddown"
        );
    }

    #[test]
    fn a_tokenizer_adds_its_own_tokens() {
        let file = r#"{"added_tokens": [
            {"id": 7, "content": "<eos>", "special": true},
            {"id": 8, "content": "<user>", "special": true},
            {"id": 9, "content": "512", "special": false}
        ]}"#;
        let tokens = SpecialTokens::of_common_chat_formats()
            .with_tokenizer_text(file)
            .unwrap();
        assert_eq!(tokens.end_token_ids(), [7]);
        let unnamed = file.replace("<eos>", "<over>").replace("8", "0");
        let unnamed = SpecialTokens::of_common_chat_formats().with_tokenizer_text(&unnamed);
        assert_eq!(unnamed.unwrap().end_token_ids(), [0]);
        assert_eq!(tokens.strip("at 512 <user>said"), "at 512 said");
        let broken = SpecialTokens::of_common_chat_formats().with_tokenizer_text("[");
        assert!(broken.is_err());
    }

    #[test]
    fn prompts_are_left_as_they_are() {
        let situation = Situation {
            instruction: "put the red cube in the blue bowl".to_owned(),
            ..Situation::default()
        };
        for style in [PromptStyle::Full, PromptStyle::Compact] {
            let text = prompt::plan_prompt(style, &situation, &Skill::ALL);
            assert_eq!(SpecialTokens::of_common_chat_formats().strip(&text), text);
            let text = prompt::perception_prompt(style);
            assert_eq!(SpecialTokens::of_common_chat_formats().strip(&text), text);
        }
    }

    proptest! {
        /// Strips texts made of pieces of tokens, so that tokens often hide in each other.
        #[test]
        fn no_token_is_left(
            pieces in proptest::collection::vec("<|>|\\||<bos>|bo|s|<\\||\\|>|im_end|\\[INST\\]|é| ", 0..24),
            own in proptest::collection::vec("[<a>|s ]{1,4}", 0..4),
        ) {
            let tokens = SpecialTokens::of_common_chat_formats().with_tokens(own);
            let stripped = tokens.strip(&pieces.concat());
            for token in &tokens.texts {
                prop_assert!(!stripped.contains(token), "{token} is left in {stripped}");
            }
            prop_assert_eq!(tokens.strip(&stripped), stripped.clone());
        }
    }
}
