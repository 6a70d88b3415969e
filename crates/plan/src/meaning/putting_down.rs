//! “Put it down”, “let go”: what is held goes on the table, where there is room.

use super::arrange::put;
use super::clause::Deed;
use super::lexicon::{Concept, Verb};
use super::phrase::Item;
use super::reply::{Reply, replies};
use super::scene::Scene;
use super::words::Word;
use crate::situation::ObjectView;
use crate::spatial_relations::Relation;

/// Verbs that by themselves mean that the hand opens, in any form.
const OPENING: [&str; 7] = [
    "drop",
    "releas",
    "let go",
    "let fall",
    "let drop",
    "letting go",
    "放下",
];

/// Whether a clause asks to put something down, wherever that may be.
pub(super) fn asks_to_put_down(items: &[Item]) -> bool {
    let is_let = |text: &str| {
        items
            .iter()
            .any(|item| matches!(item, Item::Word(word) if word.text == text))
    };
    items.iter().any(|item| match item {
        Item::Word(word) if word.concept == Concept::Down => true,
        Item::Word(word) if word.concept == Concept::Verb(Verb::Put) => {
            word.text.ends_with(" down")
                || OPENING.iter().any(|verb| word.text.starts_with(verb))
                // “Let it go.”
                || word.text == "let" && is_let("go")
        }
        _ => false,
    })
}

/// Whether the “down” at `at` ends a clause that puts something: “put the cube down, please”.
pub(super) fn is_put_down_particle(words: &[Word], at: usize) -> bool {
    let ends = |word: &&Word| {
        matches!(
            word.concept,
            Concept::Mark(_) | Concept::And | Concept::Then | Concept::But
        )
    };
    let mut after = words[at + 1..].iter().take_while(|word| !ends(word));
    let mut before = words[..at].iter().rev().take_while(|word| !ends(word));
    words[at].text == "down"
        && after.all(|word| word.concept == Concept::Filler)
        && before.any(|word| word.concept == Concept::Verb(Verb::Put))
}

/// The name of what is held, if these are its name only.
pub(super) fn held_if_only_name(names: &[String], scene: &Scene) -> Option<String> {
    match names {
        [name] => scene.held.clone().filter(|held| held == name),
        _ => None,
    }
}

/// Puts what is held on the table, beside that which has most room around it.
pub(super) fn put_down(held: &str, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let distance = |a: &ObjectView, b: &ObjectView| (a.position - b.position).xy().norm();
    let room = |mark: &ObjectView| {
        let others = scene.objects.iter();
        others
            .filter(|other| other.name != mark.name && other.name != held)
            .map(|other| distance(other, mark))
            .fold(f64::INFINITY, f64::min)
    };
    let stands_free = |seen: &&ObjectView| {
        seen.name != held
            && seen.reachable
            && seen.rests.is_none()
            && seen.receives.contains(&Relation::NextTo)
            && !scene.ruled_out.contains(&seen.name)
    };
    let free = scene.objects.iter().filter(stands_free);
    let mark = free.max_by(|a, b| room(a).total_cmp(&room(b)));
    let Some(mark) = mark.map(|seen| seen.name.clone()) else {
        return Err(replies::ask_where_to_put(&[held.to_owned()]));
    };
    scene.it = vec![held.to_owned()];
    Ok(vec![put(held, Relation::NextTo, &mark, scene)])
}
