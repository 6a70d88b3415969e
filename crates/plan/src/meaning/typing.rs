//! Slips of the fingers: spaces in the wrong place, letters that are others.

use std::collections::HashSet;

use super::lexicon::ENGLISH;
use super::words::{is_known, punctuation_mark};

/// Mends spaces in the wrong place: “i nthe”, “cub ein”, “putthe”.
pub(super) fn respaced(raw: Vec<String>, seen: &HashSet<&str>) -> Vec<String> {
    let mut mended: Vec<String> = Vec::new();
    let mut rest = raw.into_iter().peekable();
    while let Some(word) = rest.next() {
        if let Some(next) = rest.peek()
            && (!is_known(&word, seen) || !is_known(next, seen))
            && punctuation_mark(&word).is_none()
            && punctuation_mark(next).is_none()
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
pub(super) fn respelled(word: String, next: Option<&str>, seen: &HashSet<&str>) -> String {
    // “Puttin”.
    if !is_known(&word, seen) && word.ends_with("in") && ENGLISH.knows(&format!("{word}g")) {
        return word + "g";
    }
    if is_known(&word, seen) || ENGLISH.is_real_word(&word) || word.chars().count() < 2 {
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
