//! What the words ahead open: a noun, an adjective, or nothing of the kind.

use super::lexicon::{Concept, Extreme};
use super::words::Word;

/// Whether it is a noun, or what may stand before one.
pub(super) fn is_noun_or_adjective(concept: Option<&Concept>) -> bool {
    matches!(
        concept,
        Some(
            Concept::Noun { .. }
                | Concept::Number(_)
                | Concept::Modifier(_)
                | Concept::Shaped(_)
                | Concept::Thing
                | Concept::Extreme(_)
        )
    )
}

/// “Of”, “in” and the like between “contents” and what has them.
pub(super) fn is_function_word(word: &Word) -> bool {
    matches!(
        word.concept,
        Concept::Filler | Concept::The | Concept::A | Concept::My | Concept::Place(_)
    )
}

/// “The”, “a”, “my”.
pub(super) fn is_determiner(concept: &Concept) -> bool {
    matches!(concept, Concept::The | Concept::A | Concept::My)
}

/// “Balls” but not “glass”.
pub(super) fn is_plural(noun: &str) -> bool {
    noun.ends_with('s') && !noun.ends_with("ss") || noun == "dice"
}

/// Which end of an order a side is.
pub(super) fn side_to_extreme(text: &str) -> Option<Extreme> {
    match text {
        "left" => Some(Extreme::Left),
        "right" => Some(Extreme::Right),
        _ => None,
    }
}

/// Whether a noun follows, after adjectives and “of the”.
pub(super) fn opens_noun(words: &[Word], begin: usize) -> bool {
    for word in words.iter().skip(begin) {
        match &word.concept {
            Concept::Noun { .. }
            | Concept::Thing
            | Concept::One
            | Concept::Modifier(_)
            | Concept::Unknown => return true,
            Concept::Rest | Concept::Them => return true,
            Concept::Typical(_) | Concept::Shaped(_) => return true,
            Concept::The
            | Concept::A
            | Concept::My
            | Concept::Other
            | Concept::Extreme(_)
            | Concept::Number(_) => {}
            Concept::Filler if !["is", "are", "and"].contains(&word.text.as_str()) => {}
            Concept::Direction(_) if side_to_extreme(&word.text).is_some() => {}
            _ => return false,
        }
    }
    false
}

/// “That” without a noun and without a clause behind it.
pub(super) fn that_stands_alone(words: &[Word], index: usize) -> bool {
    let follows = words.get(index + 1).map(|word| &word.concept);
    let leads = index.checked_sub(1).map(|before| &words[before].concept);
    let is_relative = matches!(
        follows,
        Some(Concept::Verb(_) | Concept::Not | Concept::Somebody | Concept::Cannot(_))
    );
    let is_object = matches!(
        leads,
        Some(Concept::Verb(_) | Concept::Cannot(_) | Concept::Place(_))
    );
    !is_relative
        && is_object
        && matches!(
            follows,
            Some(Concept::Place(_) | Concept::Mark(_) | Concept::There) | None
        )
}
