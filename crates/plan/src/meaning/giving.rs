//! “Give the bowl the cube”, “fill it with the cubes”, “give the cube a tap to the left”.

use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Pronoun};
use super::scene::Scene;
use crate::spatial_relations::Relation;

/// What a thing is given that moves it.
const BLOWS: [&str; 8] = [
    "tap", "bump", "nudge", "push", "shove", "touch", "knock", "poke",
];

/// The clause with what is given in the order of a put or a push.
pub(super) fn rewrite_giving_clause(items: Vec<Item>, scene: &Scene) -> Vec<Item> {
    let given = items
        .iter()
        .position(|item| is_giving(item, "hand over", "giv"));
    let filled = items
        .iter()
        .position(|item| is_giving(item, "pour", "fill"));
    let Some(at) = given.or(filled) else {
        return items;
    };
    let (before, rest) = (&items[..at], &items[at + 1..]);
    let plain = match rest {
        [
            host @ Item::Phrase(first),
            mover @ Item::Phrase(second),
            rest @ ..,
        ] if receives(first, scene) && scene.phrase_means_container(second) != Some(true) => {
            let to = Item::from_word("to", Concept::Place(SpatialPreposition::To));
            let put = Item::from_word("put", Concept::Verb(Verb::Put));
            [&[put, mover.clone(), to, host.clone()], rest].concat()
        }
        [mover @ Item::Phrase(_), rest @ ..] if given.is_some() && is_aimed(rest) => {
            let Some(blow) = rest.iter().take(2).position(is_blow) else {
                return items;
            };
            let push = Item::from_word("push", Concept::Verb(Verb::Push));
            [&[push, mover.clone()], &rest[blow + 1..]].concat()
        }
        _ => return items,
    };
    [before, &plain].concat()
}

/// Whether it is such a verb, and not “give up”.
fn is_giving(item: &Item, deed: &str, stem: &str) -> bool {
    matches!(item, Item::Word(word)
        if word.concept == Concept::Cannot(deed.to_owned())
            && word.text.starts_with(stem)
            && !word.text.contains(' '))
}

/// Whether it is what others are put in, or “it” where such was spoken of.
fn receives(phrase: &Phrase, scene: &Scene) -> bool {
    let is_it = phrase.pronoun == Some(Pronoun::It);
    scene.phrase_means_container(phrase) == Some(true) || is_it && !scene.there.is_empty()
}

fn is_blow(item: &Item) -> bool {
    matches!(item, Item::Word(word) if BLOWS.contains(&word.text.as_str()))
}

/// Whether it says to which side.
fn is_aimed(items: &[Item]) -> bool {
    items.iter().any(|item| {
        matches!(
            item.concept(),
            Some(
                Concept::Direction(_)
                    | Concept::Place(SpatialPreposition::At(Relation::LeftOf | Relation::RightOf))
            )
        )
    })
}
