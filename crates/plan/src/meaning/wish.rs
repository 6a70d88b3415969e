//! What in a clause of context might be a wish after all.

use super::context::Subject;
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::words::Word;

/// Whether a clause says how something is to be, or what the speaker wants to have done.
pub(super) fn is_wish_clause(span: &[Word], subject: Subject) -> bool {
    let is_wish = |word: &Word| match word.concept {
        Concept::Verb(Verb::Want) => true,
        Concept::Verb(Verb::Should) => !ABLE.contains(&word.text.as_str()),
        _ => false,
    };
    let Some(at) = span.iter().position(is_wish) else {
        return false;
    };
    let is_refused = span[..at]
        .iter()
        .any(|word| matches!(word.concept, Concept::Not));
    // “I would like it to look neat”.
    let is_look = matches!(
        span.get(at + 1).map(|word| &word.concept),
        Some(Concept::It | Concept::That)
    ) && span[at + 2..]
        .iter()
        .take_while(|word| word.concept != Concept::After)
        .all(is_manner);
    // “My guests will be needing that” asks for nothing, “wants it gone” does.
    let is_named = |index: usize| {
        let is_last = span[index + 1..]
            .iter()
            .all(|word| word.concept == Concept::Filler);
        matches!(
            span[index].concept,
            Concept::It | Concept::Them | Concept::That
        ) && !(subject == Subject::Somebody && is_last)
    };
    let names_robot = !is_look
        && (at..span.len())
            .any(|index| is_named(index) || span[index].text.split(' ').any(|part| part == "you"));
    let is_own = span[at].text.ends_with(" to")
        || span
            .get(at + 1)
            .is_some_and(|next| next.text == "to" || matches!(next.concept, Concept::Verb(_)));
    match subject {
        _ if names_robot => true,
        _ if is_look => false,
        Subject::Somebody | Subject::Nobody => false,
        Subject::Speaker => !is_own,
        Subject::It | Subject::Existence | Subject::Unknown => !is_refused,
    }
}

/// Words that say how something looks or feels, and ask for no deed.
fn is_manner(word: &Word) -> bool {
    match &word.concept {
        Concept::Filler
        | Concept::Verb(Verb::Be)
        | Concept::Place(SpatialPreposition::To)
        | Concept::After
        | Concept::A
        | Concept::The
        | Concept::My
        | Concept::Somebody
        | Concept::Not => true,
        Concept::Unknown => !word.text.ends_with("ed") && !word.text.ends_with("en"),
        _ => false,
    }
}

/// What somebody or something can or will do is no wish.
const ABLE: [&str; 9] = [
    "can", "could", "will", "would", "may", "might", "do", "does", "did",
];
