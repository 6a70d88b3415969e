//! What single words and fixed expressions mean.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::space::{Direction, Relation};

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
    Place(Place),
    Direction(Direction),
    There,
    BesideIt,
    Outside,
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
pub(super) enum Place {
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
        real: listed(include_str!("real.en.txt")).collect(),
        homophones: Vec::new(),
    };
    let mut inflected = Vec::new();
    for (concept, words) in entries(include_str!("lexicon.en.txt")) {
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
    for filler in listed(include_str!("filler.en.txt")) {
        lexicon.add(&filler, Concept::Filler);
    }
    for (form, concept) in inflected {
        lexicon.add(&form, concept);
    }
    for entries in lexicon.entries.values_mut() {
        entries.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    for line in lines(include_str!("homophones.en.txt")) {
        let (meant, heard) = line.split_once(": ").expect("a line is `word: words`");
        let heard = heard.split(", ").map(str::to_owned).collect();
        lexicon.homophones.push((meant.to_owned(), heard));
    }
    lexicon
});

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn listed(text: &'static str) -> impl Iterator<Item = String> {
    lines(text).flat_map(|line| line.split(", ").map(str::to_owned))
}

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
    pub fn longest(&self, words: &[&str]) -> Option<(Concept, usize)> {
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
    pub fn is_real(&self, word: &str) -> bool {
        self.real.contains(word)
    }

    /// Verbs of deeds, in plain form and of one word.
    pub fn deeds() -> impl Iterator<Item = &'static str> {
        let verbs = entries(include_str!("lexicon.en.txt"))
            .filter(|(concept, _)| matches!(concept, Concept::Verb(verb) if verb.is_deed()));
        verbs.flat_map(|(_, words)| words).filter(|word| {
            word.chars().all(|letter| letter.is_ascii_lowercase()) && !HARDLY_DEEDS.contains(word)
        })
    }

    /// What may have been said where dictation wrote `word`.
    pub fn heard_as<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
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

/// Concepts with their words, from lines such as `color red: red, crimson`.
pub(super) fn entries(
    text: &'static str,
) -> impl Iterator<Item = (Concept, impl Iterator<Item = &'static str>)> {
    lines(text).map(|line| {
        let (head, words) = line.split_once(": ").expect("a line is `concept: words`");
        (concept(head), words.split(", "))
    })
}

fn concept(head: &str) -> Concept {
    let (name, argument) = head.split_once(' ').unwrap_or((head, ""));
    let owned = || argument.to_owned();
    match name {
        "color" => Concept::Modifier(owned()),
        "typical" => Concept::Typical(owned()),
        "shaped" => Concept::Shaped(argument.split(' ').map(str::to_owned).collect()),
        "colored" => Concept::Colored,
        "noun" => Concept::Noun {
            alike: argument.contains('|'),
            kinds: argument.split([' ', '|']).map(str::to_owned).collect(),
        },
        "thing" => Concept::Thing,
        "one" => Concept::One,
        "shape" => Concept::Kind,
        "the" => Concept::The,
        "a" => Concept::A,
        "that" => Concept::That,
        "my" => Concept::My,
        "all" => Concept::All,
        "both" => Concept::Both,
        "any" => Concept::Any(argument.parse().unwrap_or(1)),
        "free" => Concept::Free,
        "number" => Concept::Number(argument.parse().expect("a number is written in digits")),
        "it" => Concept::It,
        "them" => Concept::Them,
        "everything" => Concept::Everything,
        "contents" => Concept::Contents,
        "rest" => Concept::Rest,
        "other" => Concept::Other,
        "former" => Concept::Former,
        "latter" => Concept::Latter,
        "none" => Concept::None,
        "extreme" => Concept::Extreme(extreme(argument)),
        "place" => place(argument),
        "left" => Concept::Direction(Direction::Left),
        "right" => Concept::Direction(Direction::Right),
        "away" => Concept::Direction(Direction::Away),
        "closer" => Concept::Direction(Direction::Closer),
        "there" => Concept::There,
        "beside" => Concept::BesideIt,
        "outside" => Concept::Outside,
        "back" if argument == "side" => Concept::Side(Relation::Behind),
        "front" => Concept::Side(Relation::InFrontOf),
        "left-side" => Concept::Side(Relation::LeftOf),
        "right-side" => Concept::Side(Relation::RightOf),
        "back" => Concept::Back,
        "verb" => Concept::Verb(verb(argument)),
        "cannot" => Concept::Cannot(owned()),
        "not" => Concept::Not,
        "except" => Concept::Except,
        "and" => Concept::And,
        "or" => Concept::Or,
        "but" => Concept::But,
        "then" => Concept::Then,
        "after" => Concept::After,
        "if" => Concept::If,
        "unless" => Concept::Unless,
        "otherwise" => Concept::Otherwise,
        "correction" => Concept::Correction,
        "because" => Concept::Because,
        "where" => Concept::Where,
        "tower" => Concept::Tower,
        "row" => Concept::Row,
        "on-each-other" => Concept::OnEachOther,
        "apart" => Concept::Apart,
        "each-own" => Concept::EachOwn,
        "by-color" => Concept::ByColor,
        "by-shape" => Concept::ByShape,
        "trade-places" => Concept::TradePlaces,
        "filler" => Concept::Filler,
        "somebody" => Concept::Somebody,
        "nothing" => Concept::Nothing,
        other => unreachable!("the lexicon has no concept `{other}`"),
    }
}

fn extreme(name: &str) -> Extreme {
    match name {
        "left" => Extreme::Left,
        "right" => Extreme::Right,
        "front" => Extreme::Front,
        "back" => Extreme::Back,
        "big" => Extreme::Big,
        "small" => Extreme::Small,
        "near" => Extreme::Near,
        "far" => Extreme::Far,
        other => unreachable!("the lexicon has no order `{other}`"),
    }
}

fn place(name: &str) -> Concept {
    let relation = Relation::ALL.into_iter().find(|it| it.name() == name);
    Concept::Place(match (name, relation) {
        (_, Some(relation)) => Place::At(relation),
        ("nearest to", _) => Place::NearestTo,
        ("farthest from", _) => Place::FarthestFrom,
        ("between", _) => Place::Between,
        ("out of", _) => Place::OutOf,
        ("from", _) => Place::From,
        ("to", _) => Place::To,
        (other, _) => unreachable!("the lexicon has no place `{other}`"),
    })
}

fn verb(name: &str) -> Verb {
    match name {
        "put" => Verb::Put,
        "go" => Verb::Go,
        "take" => Verb::Take,
        "remove" => Verb::Remove,
        "empty" => Verb::Empty,
        "push" => Verb::Push,
        "point" => Verb::Point,
        "stack" => Verb::Stack,
        "row" => Verb::Row,
        "sort" => Verb::Sort,
        "swap" => Verb::Swap,
        "clear" => Verb::Clear,
        "home" => Verb::Home,
        "want" => Verb::Want,
        "be" => Verb::Be,
        "should" => Verb::Should,
        "stay" => Verb::Stay,
        "count" => Verb::Count,
        "see" => Verb::See,
        "exist" => Verb::Exist,
        other => unreachable!("the lexicon has no verb `{other}`"),
    }
}
