//! Clauses that tell why, what for or how politely, and name nothing on the table.
//!
//! “… so that it does not get lost”, “if it is not too much trouble”. They say nothing about what
//! is to be done, whatever their words are, and so none of these is asked about.

use super::context::end_of_context_clause;
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::manner::end_of_manner;
use super::words::Word;
use crate::spatial_relations::Direction;

/// Takes such clauses for fillers.
pub(super) fn mark_purpose_as_filler(mut words: Vec<Word>) -> Vec<Word> {
    let mut at = 0;
    while at < words.len() {
        // “I would be obliged if you took it”.
        if words[at].concept == Concept::If
            && at > 0
            && is_gratitude(&words[at - 1])
            && words
                .get(at + 1)
                .is_some_and(|next| next.text.split(' ').next() == Some("you"))
        {
            words[at].concept = Concept::Filler;
        }
        let end = end_of_purpose(&words, at)
            .or_else(|| end_of_courtesy(&words, at))
            .or_else(|| end_of_manner(&words, at))
            .or_else(|| end_of_context_clause(&words, at));
        match end {
            Some(end) => {
                for word in &mut words[at..end] {
                    word.concept = Concept::Filler;
                }
                unjoin(&mut words, at, end);
                at = end;
            }
            None => at += 1,
        }
    }
    words
}

/// Takes the “and” between such a clause and the rest for a filler, too.
fn unjoin(words: &mut [Word], begin: usize, end: usize) {
    let is_mark = |word: Option<&Word>| {
        word.is_none_or(|word| matches!(word.concept, Concept::Mark(_) | Concept::Filler))
    };
    let leads = begin == 0 || is_mark(words.get(begin - 1));
    if leads
        && let Some(joint) = words
            .get_mut(end)
            .filter(|word| word.concept == Concept::And)
    {
        joint.concept = Concept::Filler;
    }
    if begin > 0 && words[begin - 1].concept == Concept::And && is_mark(words.get(end)) {
        words[begin - 1].concept = Concept::Filler;
    }
}

/// “I would be grateful”, “that would be great”.
fn is_gratitude(word: &Word) -> bool {
    word.concept == Concept::Filler
        && [
            "would",
            "should",
            "appreciate",
            "love",
            "grateful",
            "nice",
            "great",
        ]
        .iter()
        .any(|sign| word.text.contains(sign))
}

/// Words that may open a purpose, a reason or a time.
const OPENERS: [&str; 16] = [
    "same as",
    "just like",
    "given",
    "considering",
    "so",
    "so that",
    "before",
    "where",
    "while",
    "whilst",
    "like",
    "as",
    "lest",
    "because",
    "since",
    "in case",
];

fn end_of_purpose(words: &[Word], at: usize) -> Option<usize> {
    // “The bowl is where it lives.”
    let is_said_of = words[at].text == "where"
        && at
            .checked_sub(1)
            .is_some_and(|before| words[before].concept == Concept::Verb(Verb::Be));
    if is_said_of {
        return None;
    }
    let opens = OPENERS.contains(&words[at].text.as_str()) || words[at].concept == Concept::Because;
    // “Just like sorting eggs”.
    let is_like = ["like", "same as", "just like"].contains(&words[at].text.as_str())
        && words
            .get(at + 1)
            .is_some_and(|next| next.text.ends_with("ing"));
    if !opens || !is_like && !is_told_subject(&words[at + 1..]) {
        return None;
    }
    let end = end_of_clause(words, at + 1);
    let span = &words[at + 1..end];
    (!span
        .iter()
        .enumerate()
        .any(|(index, _)| matters(span, index)))
    .then_some(end)
}

/// Whether words begin with somebody, with “it”, or with something that is not on the table.
fn is_told_subject(words: &[Word]) -> bool {
    let mut rest = words
        .iter()
        .skip_while(|word| word.text == "that" || word.concept == Concept::Filler);
    match rest.next().map(|word| &word.concept) {
        Some(Concept::Somebody | Concept::It | Concept::Them) => true,
        Some(Concept::The | Concept::My | Concept::A) => matches!(
            rest.next().map(|word| &word.concept),
            Some(Concept::Somebody | Concept::Unknown)
        ),
        _ => false,
    }
}

/// Where a clause ends: at a mark, or where something is asked for.
fn end_of_clause(words: &[Word], begin: usize) -> usize {
    let ends = |at: &usize| match &words[*at].concept {
        Concept::Mark(_) | Concept::And | Concept::But | Concept::Then | Concept::Otherwise => true,
        Concept::Verb(verb) if verb.is_deed() => {
            let follows = words.get(at + 1).map(|word| &word.concept);
            *at > begin + 1
                && matches!(
                    follows,
                    Some(Concept::The | Concept::My | Concept::That | Concept::A)
                )
        }
        _ => matches!(
            words[*at].text.as_str(),
            "please" | "could you" | "can you" | "would you" | "will you"
        ),
    };
    (begin..words.len()).find(ends).unwrap_or(words.len())
}

/// Whether a word says something about what is on the table or to be done with it.
fn matters(words: &[Word], index: usize) -> bool {
    let opens_name = |index: usize| {
        matches!(
            words.get(index).map(|word| &word.concept),
            Some(
                Concept::The
                    | Concept::A
                    | Concept::That
                    | Concept::It
                    | Concept::Noun { .. }
                    | Concept::Modifier(_)
            )
        )
    };
    match &words[index].concept {
        Concept::Noun { kinds, .. } => !matches!(kinds[0].as_str(), "table" | "floor"),
        Concept::Place(place) => {
            !matches!(place, SpatialPreposition::To | SpatialPreposition::From)
                && opens_name(index + 1)
                && !is_elsewhere(words, index + 1)
        }
        Concept::Direction(direction) => *direction != Direction::Away,
        Concept::Modifier(_)
        | Concept::Shaped(_)
        | Concept::Extreme(_)
        | Concept::Side(_)
        | Concept::Everything
        | Concept::Contents
        | Concept::There
        | Concept::Correction
        | Concept::If
        | Concept::Unless => true,
        Concept::Verb(verb) => {
            matches!(verb, Verb::Should | Verb::Want) && words[index + 1..].iter().any(is_going)
        }
        _ => false,
    }
}

/// “On the floor”: not on the table.
fn is_elsewhere(words: &[Word], begin: usize) -> bool {
    let is_article = |word: &&Word| matches!(word.concept, Concept::The | Concept::A | Concept::My);
    let name = words[begin..].iter().find(|word| !is_article(word));
    match name.map(|word| &word.concept) {
        Some(Concept::Noun { kinds, .. }) => matches!(kinds[0].as_str(), "table" | "floor"),
        Some(Concept::Somebody) => true,
        _ => false,
    }
}

fn is_going(word: &Word) -> bool {
    word.concept == Concept::Verb(Verb::Go)
}

/// What makes a condition a courtesy: “if it is no trouble”.
const COURTESIES: [&str; 26] = [
    "trouble",
    "bother",
    "problem",
    "hassle",
    "imposition",
    "inconvenience",
    "ask",
    "asking",
    "okay",
    "ok",
    "fine",
    "alright",
    "all right",
    "possible",
    "convenient",
    "suits",
    "pleases",
    "please",
    "help",
    "work",
    "works",
    "much",
    "inconvenient",
    "agreeable",
    "easy",
    "good",
];

/// “If you would be so inclined, …”.
fn end_of_courtesy(words: &[Word], at: usize) -> Option<usize> {
    if words[at].concept != Concept::If || words[at].text != "if" {
        return None;
    }
    let end = end_of_clause(words, at + 1);
    let span = &words[at + 1..end];
    let says_nothing = |word: &Word| {
        matches!(
            word.concept,
            Concept::Filler
                | Concept::It
                | Concept::That
                | Concept::Not
                | Concept::None
                | Concept::Somebody
                | Concept::A
                | Concept::The
                | Concept::My
                | Concept::And
                | Concept::Verb(Verb::Be | Verb::Should | Verb::Want | Verb::Put)
        )
    };
    let is_addressed = span.first().is_some_and(|word| {
        word.text.split(' ').next() == Some("you") || matches!(word.text.as_str(), "i" | "we")
    });
    let is_courteous = span
        .iter()
        .any(|word| word.text.split(' ').any(|part| COURTESIES.contains(&part)));
    let is_known = span.iter().all(says_nothing);
    // “If slow”.
    let is_empty = span.iter().all(|word| word.concept == Concept::Filler) && !span.is_empty();
    (is_known && (span.len() > 1 && (is_addressed || is_courteous) || is_empty)).then_some(end)
}
