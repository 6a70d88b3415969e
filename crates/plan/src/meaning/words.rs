//! From a sentence to words whose meaning is known, or that are known to be unknown.

use std::collections::HashSet;

use super::lexicon::{Concept, ENGLISH, Lexicon, Verb};
use super::scene::kind_of;
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
        let (concept, length) = if let Some(mark) = mark(word) {
            (Concept::Mark(mark), 1)
        } else if let Some(kind) = seen_kind(word, objects)
            && !matches!(ENGLISH.longest(&borrowed[index..]), Some((_, 2..)))
        {
            (kind, 1)
        } else if let Some(found) = ENGLISH.longest(&borrowed[index..]) {
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
        // “Choose one of the cubes” leaves open which, but not what.
        let (concept, length) = match borrowed.get(index + length) {
            Some(&"of") if concept == Concept::Free && length > 1 => ENGLISH
                .longest(&borrowed[index..=index])
                .unwrap_or((Concept::Filler, 1)),
            _ => (concept, length),
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
    words
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
            ENGLISH.longest(&rest[last..]),
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
            ENGLISH.longest(&rest[length..]),
            Some((Concept::Verb(_) | Concept::Cannot(_), _))
        );
    if !(leads_on || goes_on || is_placed || is_time) {
        return (concept, length);
    }
    if goes_on {
        return (Concept::Verb(Verb::Go), 1);
    }
    ENGLISH
        .longest(&rest[..last])
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

fn mark(word: &str) -> Option<char> {
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
    let text = crate::contraction::with_to(&text);
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

fn is_known(word: &str, seen: &HashSet<&str>) -> bool {
    mark(word).is_some()
        || word.parse::<u32>().is_ok()
        || ENGLISH.knows(word)
        || seen.contains(word)
}

/// Mends spaces in the wrong place: “i nthe”, “cub ein”, “putthe”.
fn respaced(raw: Vec<String>, seen: &HashSet<&str>) -> Vec<String> {
    let mut mended: Vec<String> = Vec::new();
    let mut rest = raw.into_iter().peekable();
    while let Some(word) = rest.next() {
        if let Some(next) = rest.peek()
            && (!is_known(&word, seen) || !is_known(next, seen))
            && mark(&word).is_none()
            && mark(next).is_none()
            && let Some((first, second)) = split(&format!("{word}{next}"), seen)
            && (first.as_str(), second.as_str()) != (word.as_str(), next.as_str())
        {
            mended.extend([first, second]);
            rest.next();
        } else if !is_known(&word, seen)
            && let Some((first, second)) = split(&word, seen)
        {
            mended.extend([first, second]);
        } else {
            mended.push(word);
        }
    }
    mended
}

/// Splits letters into two words of the core, if that can be done in one way.
fn split(letters: &str, seen: &HashSet<&str>) -> Option<(String, String)> {
    let is_core = |word: &str| CORE.contains(&word) || seen.contains(word);
    let mut ways = (1..letters.len())
        .filter(|at| letters.is_char_boundary(*at))
        .map(|at| letters.split_at(at))
        .filter(|(first, second)| is_core(first) && is_core(second));
    let way = ways.next()?;
    ways.next()
        .is_none()
        .then(|| (way.0.to_owned(), way.1.to_owned()))
}

/// Words that are mended where they are mistyped.
const CORE: [&str; 110] = [
    "put",
    "place",
    "take",
    "move",
    "pick",
    "drop",
    "push",
    "point",
    "stack",
    "bring",
    "slide",
    "the",
    "in",
    "on",
    "into",
    "onto",
    "inside",
    "next",
    "beside",
    "behind",
    "between",
    "front",
    "left",
    "right",
    "with",
    "from",
    "and",
    "to",
    "of",
    "it",
    "up",
    "please",
    "can",
    "you",
    "could",
    "would",
    "red",
    "green",
    "blue",
    "yellow",
    "orange",
    "purple",
    "cube",
    "cylinder",
    "ball",
    "bowl",
    "tray",
    "block",
    "plate",
    "cubes",
    "balls",
    "bowls",
    "then",
    "everything",
    "except",
    "table",
    "there",
    "thing",
    "out",
    "show",
    "all",
    "grab",
    "shift",
    "transfer",
    "swap",
    "remove",
    "empty",
    "switch",
    "build",
    "arrange",
    "sort",
    "separate",
    "nudge",
    "indicate",
    "should",
    "want",
    "need",
    "brick",
    "marble",
    "dish",
    "basin",
    "platter",
    "blocks",
    "cylinders",
    "trays",
    "container",
    "sphere",
    "other",
    "outside",
    "another",
    "under",
    "without",
    "after",
    "before",
    "first",
    "biggest",
    "larger",
    "bigger",
    "smallest",
    "which",
    "where",
    "what",
    "have",
    "them",
    "that",
    "this",
    "those",
    "kindly",
    "object",
    "objects",
];

/// Mends a slip of the fingers where only one word can be meant.
fn respelled(word: String, next: Option<&str>, seen: &HashSet<&str>) -> String {
    // “Puttin”.
    if !is_known(&word, seen) && word.ends_with("in") && ENGLISH.knows(&format!("{word}g")) {
        return word + "g";
    }
    if is_known(&word, seen) || ENGLISH.is_real(&word) || word.chars().count() < 2 {
        return word;
    }
    let mut near: Vec<(usize, &str)> = CORE
        .iter()
        .chain(seen)
        .map(|core| (slips(&word, core), *core))
        .filter(|(slips, core)| *slips <= allowed(&word, core))
        .collect();
    near.sort_unstable();
    near.dedup();
    match near.as_slice() {
        [(_, only)] => (*only).to_owned(),
        [(best, first), (next, _), ..] if best < next => (*first).to_owned(),
        // “Bowll” is a bowl rather than bowls.
        [(_, first), (_, second)] if second.strip_suffix('s') == Some(*first) => {
            (*first).to_owned()
        }
        // “Pu the cube” asks for something.
        tied if next.is_some_and(|next| ["the", "a", "my", "it", "that"].contains(&next))
            && tied.iter().filter(|(_, core)| VERBS.contains(core)).count() == 1 =>
        {
            let verb = tied.iter().find(|(_, core)| VERBS.contains(core));
            verb.map_or(word, |(_, core)| (*core).to_owned())
        }
        // “Plase put” is no “place put”.
        tied if tied.iter().any(|(_, core)| *core == "please")
            && next.is_some_and(|next| VERBS.contains(&next)) =>
        {
            "please".to_owned()
        }
        _ => word,
    }
}

/// Those of them that ask for something.
const VERBS: [&str; 11] = [
    "put", "place", "take", "move", "pick", "drop", "push", "point", "stack", "bring", "slide",
];

/// Slips of the fingers between two words; letters in another order are one.
fn slips(word: &str, meant: &str) -> usize {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    if word.len() <= 5 && word.as_bytes()[0] == meant.as_bytes()[0] && sorted(word) == sorted(meant)
    {
        return 1;
    }
    strsim::osa_distance(word, meant)
}

fn allowed(word: &str, core: &str) -> usize {
    let (said, meant) = (word.as_bytes()[0], core.as_bytes()[0]);
    // “Qube”, “kylinder”.
    let same_start = said == meant || meant == b'c' && matches!(said, b'k' | b'q');
    match core.len() {
        // Too short for a letter that is another one.
        0..=2 => usize::from(word.len() == 2 && core.len() == 2 && is_turned(word, core)),
        3 => usize::from(word.len() != 3 && same_start || is_turned(word, core)),
        4..=5 => usize::from(same_start || is_turned(word, core) || word.len() < core.len()),
        _ if same_start => 2,
        _ => 1,
    }
}

/// Whether both have the same letters.
fn is_turned(word: &str, core: &str) -> bool {
    let mut letters: Vec<char> = word.chars().collect();
    for letter in core.chars() {
        match letters.iter().position(|one| *one == letter) {
            Some(at) => drop(letters.swap_remove(at)),
            None => return false,
        }
    }
    letters.is_empty()
}

/// “The the” is one “the”.
fn without_stutter(mut raw: Vec<String>) -> Vec<String> {
    // “Chop chop” is said so.
    raw.dedup_by(|next, word| {
        next == word && word != "chop" && mark(word).is_none() && word.parse::<u32>().is_err()
    });
    raw
}

/// What may have been said where dictation wrote `word`.
pub(super) fn heard_as(word: &str) -> impl Iterator<Item = &str> {
    Lexicon::heard_as(&ENGLISH, word)
}
