//! From a sentence to words whose meaning is known, or that are known to be unknown.

use std::collections::HashSet;

use super::lexicon::{Concept, ENGLISH, Lexicon, Verb};
use super::putting_down::is_put_down_particle;
use super::scene::kind_of;
use super::typing::{respaced, respelled};
use crate::situation::ObjectView;

/// A word or fixed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// As it was said, in lower case.
    pub text: String,
    pub concept: Concept,
}

/// Marks that stand for themselves.
const MARKS: &str = ".!?;:,\n";

/// Reads an English sentence about `objects`.
pub(super) fn read(sentence: &str, objects: &[ObjectView]) -> Vec<Word> {
    let seen: HashSet<&str> = objects
        .iter()
        .flat_map(|seen| seen.name.split(' '))
        .collect();
    let text = spelled_out(sentence);
    let raw: Vec<String> = text
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let raw = respaced(raw, &seen);
    let next: Vec<Option<String>> = (1..=raw.len()).map(|at| raw.get(at).cloned()).collect();
    let raw = raw.into_iter().zip(next);
    let raw: Vec<String> = raw
        .map(|(word, next)| respelled(word, next.as_deref(), &seen))
        .collect();
    let raw = without_stutter(raw);
    let borrowed: Vec<&str> = raw.iter().map(String::as_str).collect();
    let mut words = Vec::new();
    let mut index = 0;
    while let Some(word) = borrowed.get(index) {
        let (concept, length) = if let Some(mark) = punctuation_mark(word) {
            (Concept::Mark(mark), 1)
        } else if let Some(kind) = seen_kind(word, objects)
            && !matches!(ENGLISH.longest_match(&borrowed[index..]), Some((_, 2..)))
        {
            (kind, 1)
        } else if let Some(found) = ENGLISH.longest_match(&borrowed[index..]) {
            found
        } else if seen.contains(word) {
            (of_name(word, objects), 1)
        } else if let Ok(number) = word.parse() {
            (Concept::Number(number), 1)
        } else if is_adverb(word) {
            (Concept::Filler, 1)
        } else {
            (Concept::Unknown, 1)
        };
        let (concept, length) = shortened(concept, length, &borrowed[index..]);
        // “Choose one of the cubes”, “pick whichever two” leave open which, but not what.
        let (concept, length) = if concept == Concept::Free
            && length > 1
            && is_said_of_what(&borrowed[index + length..])
        {
            ENGLISH
                .longest_match(&borrowed[index..=index])
                .unwrap_or((Concept::Filler, 1))
        } else {
            (concept, length)
        };
        words.push(Word {
            text: borrowed[index..index + length].join(" "),
            concept,
        });
        index += length;
    }
    for at in 0..words.len() {
        // “Nudge it over a bit”.
        if words[at].text == "over"
            && !matches!(
                words.get(at + 1).map(|next| &next.concept),
                Some(
                    Concept::The
                        | Concept::A
                        | Concept::My
                        | Concept::That
                        | Concept::It
                        | Concept::Them
                        | Concept::Noun { .. }
                        | Concept::Modifier(_)
                        | Concept::Number(_)
                )
            )
        {
            words[at].concept = Concept::Filler;
        }
        // “The cube than which the other is smaller”.
        if words[at].text == "than" && words.get(at + 1).is_some_and(|next| next.text == "which") {
            words[at].concept = Concept::Unknown;
        }
        // “I am rather fond of it.”
        let is_degree = words
            .get(at + 1)
            .is_some_and(|next| matches!(next.concept, Concept::Filler | Concept::Unknown));
        let is_inside = at > 0 && !matches!(words[at - 1].concept, Concept::Mark(_));
        if words[at].text == "rather" && is_degree && is_inside {
            words[at].concept = Concept::Filler;
        }
        if is_put_down_particle(&words, at) {
            words[at].concept = Concept::Down;
        }
        // “The center one”, “in the center”: no verb.
        let is_named = at.checked_sub(1).is_some_and(|before| {
            matches!(
                words[before].concept,
                Concept::The | Concept::A | Concept::My | Concept::Place(_)
            )
        });
        if ["center", "centre"].contains(&words[at].text.as_str()) && is_named {
            words[at].concept = Concept::Unknown;
        }
        if words[at].text == "home" && stands_alone(&words, at) {
            words[at].concept = Concept::Verb(Verb::Home);
        }
        // “Put it in the bowl yourself.”
        let is_last = words
            .get(at + 1)
            .is_none_or(|next| matches!(next.concept, Concept::Mark(_)));
        if at > 1 && is_last && words[at].text == "yourself" {
            words[at].concept = Concept::Filler;
        }
        if words[at].text == "can" && is_modal(&words, at) {
            words[at].concept = Concept::Verb(Verb::Should);
        }
    }
    // `any_one_of(balls)`
    let mut is_choice = false;
    words.retain(|word| {
        let is_loose = is_choice && word.concept == Concept::Mark(',');
        is_choice = matches!(word.concept, Concept::Any(_)) || is_loose;
        !is_loose
    });
    words
}

/// “…, then home.”
fn stands_alone(words: &[Word], at: usize) -> bool {
    let is_border = |word: &Word| {
        matches!(
            word.concept,
            Concept::Mark(_) | Concept::Then | Concept::And
        )
    };
    let ends = |word: &Word| is_border(word) || word.concept == Concept::Filler;
    at.checked_sub(1)
        .is_none_or(|before| is_border(&words[before]))
        && words.get(at + 1).is_none_or(ends)
}

/// Whether what follows says of what there is a choice.
fn is_said_of_what(rest: &[&str]) -> bool {
    rest.first() == Some(&"of")
        || matches!(
            ENGLISH.longest_match(rest),
            Some((
                Concept::Number(_) | Concept::Noun { .. } | Concept::Modifier(_),
                _
            ))
        )
}

/// An expression without its last word, where that belongs to what follows: “it is | to the left
/// of the bowl”, “the ball can go | on the tray”, “everything | in the bowl” if that is where it
/// goes.
fn shortened(concept: Concept, length: usize, rest: &[&str]) -> (Concept, usize) {
    if length < 2 {
        return (concept, length);
    }
    let last = length - 1;
    let is_determined = rest
        .get(length)
        .is_some_and(|next| ["the", "a", "an", "my", "that", "this", "its", "your"].contains(next));
    let leads_on = matches!(concept, Concept::Verb(_))
        && matches!(
            ENGLISH.longest_match(&rest[last..]),
            Some((Concept::Place(_), 3..))
        );
    let goes_on = rest[..length] == ["go", "on"] && is_determined;
    let is_placed = concept == Concept::Contents
        && rest[0] == "everything"
        && length == 2
        && !rest[length..].iter().any(|word| PLACES.contains(word));
    // “Before it ends up on the floor”.
    let is_time = rest[..length] == ["before", "it"]
        && matches!(
            ENGLISH.longest_match(&rest[length..]),
            Some((Concept::Verb(_) | Concept::Cannot(_), _))
        );
    if !(leads_on || goes_on || is_placed || is_time) {
        return (concept, length);
    }
    if goes_on {
        return (Concept::Verb(Verb::Go), 1);
    }
    ENGLISH
        .longest_match(&rest[..last])
        .filter(|(_, shorter)| *shorter == last)
        .unwrap_or((concept, length))
}

/// Words that say where something goes.
const PLACES: [&str; 12] = [
    "in", "into", "on", "onto", "to", "out", "next", "beside", "behind", "from", "over", "off",
];

/// “The ball can go there”, “I can not see it”: no tin.
fn is_modal(words: &[Word], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &words[before].concept);
    let after = words.get(at + 1).map(|word| &word.concept);
    let is_noun = matches!(
        before,
        Some(
            Concept::The
                | Concept::A
                | Concept::My
                | Concept::Modifier(_)
                | Concept::Extreme(_)
                | Concept::Number(_)
                | Concept::Other
                | Concept::All
                | Concept::Any(_)
                | Concept::Shaped(_)
        )
    );
    let follows_name = matches!(
        before,
        Some(
            Concept::Somebody
                | Concept::Noun { .. }
                | Concept::It
                | Concept::Them
                | Concept::One
                | Concept::Thing
                | Concept::That
        )
    );
    // “Can the cube go there?”
    let opens = matches!(before, None | Some(Concept::Mark(_) | Concept::Filler))
        && matches!(after, Some(Concept::The | Concept::That | Concept::My));
    let leads = opens
        || matches!(after, Some(Concept::Not))
        || matches!(after, Some(Concept::Verb(_))) && !words[at + 1].text.ends_with('s');
    !is_noun && (follows_name || leads)
}

/// “Lovingly”: how it is to be done.
fn is_adverb(word: &str) -> bool {
    word.len() > 5 && word.ends_with("ly") && !NO_ADVERBS.contains(&word)
}

/// Things that end like adverbs.
const NO_ADVERBS: [&str; 10] = [
    "butterfly",
    "dragonfly",
    "firefly",
    "family",
    "anomaly",
    "assembly",
    "monopoly",
    "trolly",
    "potbelly",
    "supply",
];

/// The mark that a word is.
pub(super) fn punctuation_mark(word: &str) -> Option<char> {
    let mut letters = word.chars();
    let first = letters.next().filter(|letter| MARKS.contains(*letter))?;
    letters
        .next()
        .is_none()
        .then_some(if first == '\n' { '.' } else { first })
}

/// A noun by which something seen is called: it means that, whatever else the lexicon says.
fn seen_kind(word: &str, objects: &[ObjectView]) -> Option<Concept> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let mut kinds = objects.iter().map(kind_of);
    let kind = kinds.find(|kind| *kind == word || *kind == singular)?;
    Some(Concept::Noun {
        kinds: vec![kind.to_owned()],
        alike: false,
    })
}

/// What a word means that the lexicon lacks and something seen has in its name.
fn of_name(word: &str, objects: &[ObjectView]) -> Concept {
    let is_kind = objects
        .iter()
        .any(|seen| seen.name.split(' ').next_back() == Some(word));
    if is_kind {
        Concept::Noun {
            kinds: vec![word.to_owned()],
            alike: false,
        }
    } else {
        Concept::Modifier(word.to_owned())
    }
}

/// What stands between single quotes, without them.
fn unquoted(text: &str) -> String {
    /// Words that begin with an apostrophe.
    const APOSTROPHE_WORDS: [&str; 9] = [
        "'em", "'tis", "'twas", "'cause", "'til", "'bout", "'round", "'n", "'n'",
    ];
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let mut opened = None;
    for at in 0..words.len() {
        let word = &words[at];
        if word.len() > 1 && word.starts_with('\'') && !APOSTROPHE_WORDS.contains(&word.as_str()) {
            opened = Some(at);
        }
        if let Some(begin) = opened
            && words[at].len() > 1
            && words[at].ends_with('\'')
        {
            words[at].pop();
            words[begin].remove(0);
            opened = None;
        }
    }
    words.join(" ")
}

/// Lower case, contractions spelled out, marks as words of their own.
pub(super) fn spelled_out(text: &str) -> String {
    let mut text = text
        .to_lowercase()
        .replace(['’', '‘', '`', '´'], "'")
        .replace("->", " to ")
        .replace("=>", " to ")
        .replace(['→', '>'], " to ")
        .replace("...", " , ")
        .replace(['—', '–', '…', '(', ')', '，', '、', '/'], " , ")
        .replace(" - ", " , ")
        .replace('+', " and ")
        .replace(['"', '“', '”', '«', '»', '*', '_'], " ")
        .replace('-', " ");
    for mark in MARKS.chars() {
        text = text.replace(mark, &format!(" {mark} "));
    }
    let text = crate::contraction::replace_typed_2_with_to(&unquoted(&text));
    let mut words = Vec::new();
    for word in text.split(|letter: char| letter.is_whitespace() && letter != '\n') {
        words.push(contraction(&calmed(word)));
    }
    words
        .join(" ")
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// “Pleeease” with two of a letter at most.
fn calmed(word: &str) -> String {
    let mut calm = String::new();
    for letter in word.chars() {
        let doubled = calm.ends_with(&format!("{letter}{letter}"));
        if !doubled || letter.is_ascii_digit() {
            calm.push(letter);
        }
    }
    calm
}

fn contraction(word: &str) -> String {
    if let Some(long) = crate::contraction::spelled_out(word) {
        return long;
    }
    match word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix("s'").filter(|stem| stem.len() > 3))
    {
        Some(
            stem @ ("it" | "that" | "there" | "what" | "whatever" | "which" | "where" | "who"
            | "how" | "he" | "she" | "here"),
        ) => {
            format!("{stem} is")
        }
        Some(stem) => format!("{stem} 's"),
        None => word.to_owned(),
    }
}

/// Whether a word needs no mending.
pub(super) fn is_known(word: &str, seen: &HashSet<&str>) -> bool {
    punctuation_mark(word).is_some()
        || word.parse::<u32>().is_ok()
        || ENGLISH.knows(word)
        || seen.contains(word)
}

/// “The the” is one “the”.
fn without_stutter(mut raw: Vec<String>) -> Vec<String> {
    // “Chop chop” is said so.
    raw.dedup_by(|next, word| {
        next == word
            && word != "chop"
            && punctuation_mark(word).is_none()
            && word.parse::<u32>().is_err()
    });
    raw
}

/// What may have been said where dictation wrote `word`.
pub(super) fn words_misheard_as(word: &str) -> impl Iterator<Item = &str> {
    Lexicon::words_misheard_as(&ENGLISH, word)
}
