//! What kind of reply a sentence is.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// A kind of reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// It does not see what was named.
    Missing,
    /// It cannot or will not do it, does not know a word, or says what it can do.
    Cannot,
    /// It asks which or what is meant.
    Which,
    /// It says what there is.
    Sees,
    /// It cannot reach something.
    OutOfReach,
    /// It tried and asks how to go on.
    Tried,
    /// Small talk, consent and thanks.
    Chat,
    /// Anything else.
    Other,
}

/// The first pattern that a sentence matches tells its kind.
static PATTERNS: LazyLock<Vec<(ReplyKind, Regex)>> = LazyLock::new(|| {
    let kinds = [
        (
            ReplyKind::Missing,
            r"^(?:i )?(?:do not|don't|cannot|can't) (?:see|find)\b|^there (?:is no|are no)\b|没有看到|看不到",
        ),
        (
            ReplyKind::OutOfReach,
            r"(?:cannot|can't) reach|out of reach|够不[到着]",
        ),
        (
            ReplyKind::Cannot,
            r"^i can (?:only )?pick|(?:do not|don't) (?:know|understand)|not understood|我可以拿|不明白|不懂|不认识",
        ),
        (
            ReplyKind::Tried,
            r"^i (?:tried|could not)\b|shall i go on|what shall i do",
        ),
        (
            ReplyKind::Cannot,
            r"\b(?:cannot|can't|can not|unable|not able|will not|won't|must not|not allowed|refuse|unsafe|dangerous)\b|不能|无法",
        ),
        (
            ReplyKind::Which,
            r"\bwhich\b|what do you mean|do you mean|哪",
        ),
        (ReplyKind::Sees, r"^i see|^there (?:is|are)\b|我看到"),
        (
            ReplyKind::Chat,
            r"\b(?:hello|goodbye|hi|welcome|well|fine|good|thank|thanks|glad|ready|okay|ok|all right|leave|nothing)\b|你好|再见|不客气|谢谢|好的",
        ),
    ];
    let compiled = |pattern: &str| {
        Regex::new(&format!("(?i){pattern}")).expect("the patterns of this file are valid")
    };
    kinds
        .map(|(kind, pattern)| (kind, compiled(pattern)))
        .into()
});

impl ReplyKind {
    /// Returns the kind of a sentence.
    pub fn classify(said: &str) -> Self {
        let said = said.trim();
        let found = PATTERNS.iter().find(|(_, pattern)| pattern.is_match(said));
        found.map_or(Self::Other, |(kind, _)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_told_apart() {
        for (said, kind) in [
            ("I do not see a red cube.", ReplyKind::Missing),
            ("There is no ball.", ReplyKind::Missing),
            ("I cannot reach the red cube.", ReplyKind::OutOfReach),
            ("I don't know “crimson”.", ReplyKind::Cannot),
            ("I cannot open the red cube.", ReplyKind::Cannot),
            ("Which cube do you mean?", ReplyKind::Which),
            ("There is a red cube.", ReplyKind::Sees),
            ("You are welcome.", ReplyKind::Chat),
            ("Hello. Tell me what I can do for you.", ReplyKind::Chat),
            (
                "Goodbye. I will help again when you need me.",
                ReplyKind::Chat,
            ),
            ("再见，需要我时请告诉我。", ReplyKind::Chat),
            ("All right. What shall I do?", ReplyKind::Tried),
            ("我没有看到红色的方块。", ReplyKind::Missing),
            ("Yellow.", ReplyKind::Other),
        ] {
            assert_eq!(ReplyKind::classify(said), kind, "{said}");
        }
    }
}
