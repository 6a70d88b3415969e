//! What single words and fixed expressions mean.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::notation::{lexicon_entries, lines_without_comments, listed_words};
use crate::spatial_relations::{Direction, Relation};

/// What a word or a fixed expression means at a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Concept {
    /// A color, or another word of the name of something seen.
    Modifier(String),
    /// What usually has this color: “tomato”.
    Typical(String),
    /// What usually has one of these shapes: “round”.
    Shaped(Vec<String>),
    /// “Color”, “colored”.
    Colored,
    /// A kind of thing. The word means the first of these that is seen; all of them if `alike`.
    Noun {
        kinds: Vec<String>,
        alike: bool,
    },
    Thing,
    One,
    Kind,
    The,
    A,
    That,
    My,
    All,
    Both,
    /// So many, whichever.
    Any(usize),
    /// “You choose”.
    Free,
    Number(usize),
    Half,
    It,
    Them,
    Everything,
    Contents,
    Rest,
    Other,
    Former,
    Latter,
    None,
    Extreme(Extreme),
    Place(SpatialPreposition),
    Direction(Direction),
    There,
    BesideIt,
    Outside,
    /// “Put it down”, without a place.
    Down,
    Back,
    Verb(Verb),
    /// A deed that the robot cannot do, in words.
    Cannot(String),
    Not,
    Except,
    And,
    Or,
    But,
    Then,
    After,
    If,
    Unless,
    Otherwise,
    Correction,
    Because,
    Where,
    Tower,
    Row,
    OnEachOther,
    Apart,
    EachOwn,
    ByColor,
    ByShape,
    TradePlaces,
    Nothing,
    /// “To its left”, “at the bowl's left”.
    Side(Relation),
    /// Others than the robot.
    Somebody,
    Filler,
    Unknown,
    Mark(char),
}

/// An order in which one thing comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extreme {
    Left,
    Right,
    Front,
    Back,
    Big,
    Small,
    Near,
    Far,
}

/// A place in terms of another thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpatialPreposition {
    At(Relation),
    NearestTo,
    FarthestFrom,
    Between,
    OutOf,
    From,
    To,
}

/// The sense of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Put,
    Go,
    Take,
    Remove,
    Empty,
    Push,
    Point,
    Stack,
    Row,
    Sort,
    Swap,
    Clear,
    Home,
    Want,
    Be,
    Should,
    Stay,
    Count,
    See,
    Exist,
}

impl Verb {
    /// Whether it names something to be done to things.
    pub fn is_deed(self) -> bool {
        matches!(
            self,
            Self::Put
                | Self::Take
                | Self::Remove
                | Self::Empty
                | Self::Push
                | Self::Point
                | Self::Stack
                | Self::Row
                | Self::Sort
                | Self::Swap
                | Self::Clear
        )
    }
}

/// Verbs that at the beginning of a clause ask for nothing by themselves.
const HARDLY_DEEDS: [&str; 20] = [
    "leave", "keep", "have", "has", "make", "see", "let", "sit", "rest", "land", "hold", "select",
    "undo", "like", "hang", "sink", "release", "find", "ferry", "clear",
];

/// Words of a language.
pub(super) struct Lexicon {
    /// By their first word, longest first.
    entries: HashMap<String, Vec<(Vec<String>, Concept)>>,
    vocabulary: HashSet<String>,
    real: HashSet<String>,
    homophones: Vec<(String, Vec<String>)>,
}

pub(super) static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        entries: HashMap::new(),
        vocabulary: HashSet::new(),
        real: listed_words(include_str!("not_slips.en.txt")).collect(),
        homophones: Vec::new(),
    };
    let mut inflected = Vec::new();
    for (concept, words) in lexicon_entries(include_str!("lexicon.en.txt")) {
        let is_verb = matches!(concept, Concept::Verb(_) | Concept::Cannot(_))
            && !matches!(
                concept,
                Concept::Verb(Verb::Be | Verb::Should | Verb::See | Verb::Exist)
            );
        for expression in words {
            if is_verb {
                inflected.extend(forms(expression).map(|form| (form, concept.clone())));
            }
            lexicon.add(expression, concept.clone());
        }
    }
    for filler in listed_words(include_str!("filler.en.txt")) {
        lexicon.add(&filler, Concept::Filler);
    }
    for (form, concept) in inflected {
        lexicon.add(&form, concept);
    }
    for entries in lexicon.entries.values_mut() {
        entries.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    for line in lines_without_comments(include_str!("homophones.en.txt")) {
        let (meant, heard) = line.split_once(": ").expect("a line is `word: words`");
        let heard = heard.split(", ").map(str::to_owned).collect();
        lexicon.homophones.push((meant.to_owned(), heard));
    }
    lexicon
});

impl Lexicon {
    fn add(&mut self, expression: &str, concept: Concept) {
        let words: Vec<String> = super::words::spelled_out(expression)
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let Some(first) = words.first() else {
            return;
        };
        self.vocabulary.extend(words.iter().cloned());
        let entries = self.entries.entry(first.clone()).or_default();
        if entries.iter().all(|(known, _)| *known != words) {
            entries.push((words, concept));
        }
    }

    /// The longest expression that `words` begin with, and how many words it has.
    pub fn longest_match(&self, words: &[&str]) -> Option<(Concept, usize)> {
        let entries = self.entries.get(*words.first()?)?;
        let fits = |expression: &[String]| {
            expression.len() <= words.len() && expression.iter().zip(words).all(|(a, b)| a == b)
        };
        let found = entries.iter().find(|(expression, _)| fits(expression))?;
        Some((found.1.clone(), found.0.len()))
    }

    /// Whether it is a word of this lexicon, by itself or in an expression.
    pub fn knows(&self, word: &str) -> bool {
        self.vocabulary.contains(word)
    }

    /// Whether it is an ordinary word that only looks like a slip.
    pub fn is_real_word(&self, word: &str) -> bool {
        self.real.contains(word)
    }

    /// Verbs of deeds, in plain form and of one word.
    pub fn deed_verbs() -> impl Iterator<Item = &'static str> {
        let verbs = lexicon_entries(include_str!("lexicon.en.txt"))
            .filter(|(concept, _)| matches!(concept, Concept::Verb(verb) if verb.is_deed()));
        verbs.flat_map(|(_, words)| words).filter(|word| {
            word.chars().all(|letter| letter.is_ascii_lowercase()) && !HARDLY_DEEDS.contains(word)
        })
    }

    /// What may have been said where dictation wrote `word`.
    pub fn words_misheard_as<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        let fits = move |(_, heard): &&(String, Vec<String>)| heard.iter().any(|one| one == word);
        self.homophones
            .iter()
            .filter(fits)
            .map(|(meant, _)| meant.as_str())
    }
}

/// The regular forms of a verb, the first word of an expression.
fn forms(expression: &str) -> impl Iterator<Item = String> {
    let (verb, rest) = match expression.split_once(' ') {
        Some((verb, rest)) => (verb, format!(" {rest}")),
        None => (expression, String::new()),
    };
    let stem = verb.strip_suffix('e').unwrap_or(verb);
    let last = verb.chars().next_back().unwrap_or_default();
    let third = match last {
        'y' if !verb.ends_with(['a', 'o', 'e']) && verb.len() > 3 => {
            format!("{}ies", &verb[..verb.len() - 1])
        }
        's' | 'x' | 'z' | 'h' | 'o' => format!("{verb}es"),
        _ => format!("{verb}s"),
    };
    [
        format!("{verb}s"),
        third,
        format!("{stem}ing"),
        format!("{verb}ing"),
        format!("{verb}{last}ing"),
        format!("{stem}ed"),
        format!("{verb}{last}ed"),
    ]
    .into_iter()
    .map(move |form| form + &rest)
}
