//! Small talk: what asks for nothing and tells nothing that matters, and the answers to it.
//!
//! It is known by its words: all of them belong to greetings, thanks, praise, farewells, remarks on
//! feelings or weather, or are particles. One word more, and it is no small talk.

use super::{chinese, english, is_han};
use crate::situation::ConversationTurn;

/// Whether a sentence may be an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerExpectation {
    /// The robot asked something: “OK” may agree, and “the hot one” may choose.
    Asked,
    /// It did not.
    Unasked,
}

impl AnswerExpectation {
    /// Returns the occasion after a conversation.
    pub fn after_conversation(conversation: &[ConversationTurn]) -> Self {
        let said = conversation.last().and_then(|it| it.replies.last());
        let is_question = |text: &String| text.trim_end().ends_with(['?', '？']);
        match said.is_some_and(is_question) {
            true => Self::Asked,
            false => Self::Unasked,
        }
    }
}

/// A kind of small talk. Of several, the last of this order decides on the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Talk {
    Remark,
    Greeting,
    Thanks,
    Farewell,
}

/// Returns the answers to small talk, in English and Chinese.
pub(super) fn replies_in_english_and_chinese(text: &str) -> [&'static str; 2] {
    let talk = match text.chars().any(is_han) {
        true => chinese::small_talk_kind(text),
        false => english::small_talk_kind(text),
    };
    match talk.unwrap_or(Talk::Remark) {
        Talk::Remark => [
            "All right. Tell me what I can do for you.",
            "好的，要我做什么，请告诉我。",
        ],
        Talk::Greeting => [
            "Hello. Tell me what I can do for you.",
            "你好，要我做什么，请告诉我。",
        ],
        Talk::Thanks => [
            "You are welcome. Tell me what I can do next.",
            "不客气，还要我做什么，请告诉我。",
        ],
        Talk::Farewell => [
            "Goodbye. I will help again when you need me.",
            "再见，需要我时请告诉我。",
        ],
    }
}
