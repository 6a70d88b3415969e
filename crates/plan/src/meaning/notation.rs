//! How the files of words are written.

use super::lexicon::{Concept, Extreme, SpatialPreposition, Verb};
use crate::spatial_relations::{Direction, Relation};

/// The lines of a file of words that are no comments.
pub(super) fn lines_without_comments(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The words of a file that only lists them.
pub(super) fn listed_words(text: &'static str) -> impl Iterator<Item = String> {
    lines_without_comments(text).flat_map(|line| line.split(", ").map(str::to_owned))
}

/// Concepts with their words, from lines such as `color red: red, crimson`.
pub(super) fn lexicon_entries(
    text: &'static str,
) -> impl Iterator<Item = (Concept, impl Iterator<Item = &'static str>)> {
    lines_without_comments(text).map(|line| {
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
        "half" => Concept::Half,
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
    let relation = Relation::ALL_RELATIONS
        .into_iter()
        .find(|it| it.name() == name);
    Concept::Place(match (name, relation) {
        (_, Some(relation)) => SpatialPreposition::At(relation),
        ("nearest to", _) => SpatialPreposition::NearestTo,
        ("farthest from", _) => SpatialPreposition::FarthestFrom,
        ("between", _) => SpatialPreposition::Between,
        ("out of", _) => SpatialPreposition::OutOf,
        ("from", _) => SpatialPreposition::From,
        ("to", _) => SpatialPreposition::To,
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
