//! How and for whom: “without a noise”, “like a pro”, “with care”, “for my guests”. Such words
//! name nothing on the table and change nothing about what goes where.

use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::words::Word;

/// Where an adverbial that begins at `at` ends, if one begins there.
pub(super) fn end_of_manner(words: &[Word], at: usize) -> Option<usize> {
    // “Like at a bus stop”.
    let is_at = words[at].text == "like"
        && words
            .get(at + 1)
            .is_some_and(|next| matches!(next.concept, Concept::Place(_)));
    let begin = at + 1 + usize::from(is_at);
    let end = end_of_phrase(words, begin);
    let span = &words[begin..end];
    if span.is_empty() || span.iter().any(names_thing) {
        return None;
    }
    let is_manner = match words[at].text.as_str() {
        // What is named with “the” may be something seen, by another name.
        "without" => !span.iter().any(|word| word.concept == Concept::The) && has_unknown(span),
        "like" | "as" => {
            span[0].concept == Concept::A
                && has_unknown(span)
                && is_end(words, end)
                && at
                    .checked_sub(1)
                    .is_some_and(|before| !stands_for_thing(&words[before]))
        }
        "with" => matches!(span, [how] if is_abstract(how)),
        "for" => is_benefit(words, at, span),
        // “Before lunch”.
        "before" => {
            matches!(span, [when] if when.concept == Concept::Unknown) && is_placed(words, at)
        }
        _ => false,
    };
    is_manner.then_some(end)
}

fn end_of_phrase(words: &[Word], begin: usize) -> usize {
    let goes_on = |word: &Word| {
        matches!(
            word.concept,
            Concept::Filler
                | Concept::Unknown
                | Concept::Somebody
                | Concept::A
                | Concept::The
                | Concept::My
                | Concept::All
                | Concept::It
                | Concept::Number(_)
                | Concept::Noun { .. }
                | Concept::Modifier(_)
                | Concept::Thing
                | Concept::One
        )
    };
    let ends = |at: &usize| !goes_on(&words[*at]);
    (begin..words.len()).find(ends).unwrap_or(words.len())
}

fn names_thing(word: &Word) -> bool {
    matches!(
        word.concept,
        Concept::Noun { .. } | Concept::Modifier(_) | Concept::Thing | Concept::One | Concept::It
    )
}

fn has_unknown(span: &[Word]) -> bool {
    span.iter().any(|word| word.concept == Concept::Unknown)
}

fn is_end(words: &[Word], end: usize) -> bool {
    words.get(end).is_none_or(|word| {
        matches!(
            word.concept,
            Concept::Mark(_) | Concept::And | Concept::Then
        )
    })
}

fn stands_for_thing(word: &Word) -> bool {
    matches!(word.concept, Concept::One | Concept::Thing | Concept::That)
}

/// Endings of words for what one feels or how one works.
const ENDINGS: [&str; 7] = ["ness", "ity", "tion", "sion", "ance", "ence", "ism"];
const FEELINGS: [&str; 13] = [
    "care", "style", "flair", "grace", "pride", "joy", "vigor", "vigour", "gusto", "ease", "speed",
    "force", "feeling",
];

fn is_abstract(word: &Word) -> bool {
    word.concept == Concept::Unknown
        && (FEELINGS.contains(&word.text.as_str())
            || ENDINGS
                .iter()
                .any(|end| word.text.len() > 6 && word.text.ends_with(end)))
}

/// “For my guests”, behind a place that is named; “room for the apple” is none.
fn is_benefit(words: &[Word], at: usize, span: &[Word]) -> bool {
    let names_whom = span
        .iter()
        .any(|word| matches!(word.concept, Concept::Unknown | Concept::Somebody));
    let clause = words[..at]
        .iter()
        .rposition(|word| matches!(word.concept, Concept::Mark(_) | Concept::Then))
        .map_or(0, |mark| mark + 1);
    let before = &words[clause..at];
    let is_room = |word: &Word| {
        matches!(
            word.concept,
            Concept::Verb(Verb::Exist | Verb::Clear | Verb::Be)
        ) || ["room", "space", "place"]
            .iter()
            .any(|room| word.text.contains(room))
    };
    // “I need the bowl for soup”.
    let is_wanted = before
        .iter()
        .any(|word| word.concept == Concept::Verb(Verb::Want));
    // “Thanks for your work”.
    let is_thanked = before.iter().any(|word| word.text.contains("thank"));
    if is_thanked {
        return true;
    }
    names_whom && (is_placed(words, at) || is_wanted) && !before.iter().any(is_room)
}

/// Whether the clause says where before `at`.
fn is_placed(words: &[Word], at: usize) -> bool {
    let mut before = words[..at]
        .iter()
        .rev()
        .take_while(|word| !matches!(word.concept, Concept::Mark(_) | Concept::Then));
    before.any(|word| {
        matches!(
            word.concept,
            Concept::Place(SpatialPreposition::At(_)) | Concept::There
        )
    })
}
