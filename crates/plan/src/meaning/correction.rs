//! Corrections: “no wait, the green one”.

use super::clauses::{
    is_command_verb, is_preposition_or_side, names_object_and_place,
    trim_conjunctions_and_punctuation,
};
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Pronoun};
use super::reply::Reply;
use super::scene::Scene;
use crate::spatial_relations::Relation;

/// “… no! the ball in the bowl”: a “no” by itself takes back.
pub(super) fn mark_lone_no_as_correction(mut items: Vec<Item>) -> Vec<Item> {
    for at in 1..items.len().saturating_sub(1) {
        let is_alone = items[at - 1].is_punctuation_mark() && items[at + 1].is_punctuation_mark();
        if let Item::Word(word) = &mut items[at]
            && is_alone
            && word.concept == Concept::None
        {
            word.concept = Concept::Correction;
        }
    }
    items
}

/// What is left when each correction has taken the place of what it corrects.
pub(super) fn apply_corrections(mut items: Vec<Item>, scene: &Scene) -> Result<Vec<Item>, Reply> {
    while let Some(at) = items
        .iter()
        .position(|item| item.has_concept(&Concept::Correction))
    {
        let before = trim_conjunctions_and_punctuation(&items[..at]).to_vec();
        let after = trim_conjunctions_and_punctuation(&items[at + 1..]).to_vec();
        items = match after.as_slice() {
            _ if leaves_everything(&after) => {
                return Err(Reply::Settled(
                    "All right, I will not do anything.".to_owned(),
                ));
            }
            [Item::Word(word)] if !before.is_empty() => otherwise_placed(before, &word.concept)?,
            _ => splice_correction(before.clone(), named(after, &before, scene), scene),
        };
    }
    Ok(items)
}

/// “Scratch that, leave everything as it is.”
fn leaves_everything(after: &[Item]) -> bool {
    let leaves = |item: &Item| {
        item.is_verb(Verb::Stay)
            || matches!(item, Item::Word(word) if word.text.starts_with("leave"))
    };
    let is_all = |phrase: &Phrase| {
        matches!(
            phrase.pronoun,
            Some(Pronoun::Everything | Pronoun::It | Pronoun::Them)
        )
    };
    after.iter().any(leaves)
        && after.iter().filter_map(Item::as_phrase).all(is_all)
        && !after
            .iter()
            .any(|item| is_command_verb(item) && !leaves(item))
        && !after.iter().any(is_preposition_or_side)
}

/// “… I need it in the other bowl”, where “it” is what was to be moved before.
fn named(mut after: Vec<Item>, before: &[Item], scene: &Scene) -> Vec<Item> {
    let moved = before
        .iter()
        .rev()
        .filter_map(Item::as_phrase)
        .find(|phrase| role(phrase, scene) == Some(false));
    if let Some(moved) = moved
        && names_object_and_place(&after)
        && let Some(Item::Phrase(it)) = after.iter_mut().find(|item| item.as_phrase().is_some())
        && it.pronoun == Some(Pronoun::It)
    {
        *it = moved.clone();
    }
    after
}

/// “On the right of the bowl, or rather the left”.
fn otherwise_placed(mut items: Vec<Item>, side: &Concept) -> Result<Vec<Item>, Reply> {
    let Concept::Direction(direction) = side else {
        return Err(Reply::Unclear);
    };
    let said = items.iter_mut().rev().find_map(|item| match item {
        Item::Word(word) => match &mut word.concept {
            Concept::Place(SpatialPreposition::At(relation)) if relation.side().is_some() => {
                Some((Some(relation), None))
            }
            Concept::Direction(direction) => Some((None, Some(direction))),
            _ => None,
        },
        Item::Phrase(_) => None,
    });
    let beside = Relation::BESIDE_RELATIONS
        .into_iter()
        .find(|relation| relation.side() == Some(*direction));
    match (said, beside) {
        (Some((Some(relation), _)), Some(meant)) => *relation = meant,
        (Some((_, Some(said))), _) => *said = *direction,
        _ => return Err(Reply::Unclear),
    }
    Ok(items)
}

/// Whether it says that something is to be done.
fn asks(item: &Item) -> bool {
    is_command_verb(item) || item.is_verb(Verb::Want) || item.is_verb(Verb::Should)
}

/// Puts what a correction says in place of what it corrects in `before`.
pub(super) fn splice_correction(
    before: Vec<Item>,
    mut after: Vec<Item>,
    scene: &Scene,
) -> Vec<Item> {
    // “Wait, no, in the bowl”.
    while after
        .first()
        .is_some_and(|item| item.has_concept(&Concept::None) || item.is_punctuation_mark())
    {
        after.remove(0);
    }
    // “Actually not that, take …”.
    if after
        .first()
        .is_some_and(|item| item.has_concept(&Concept::Not))
        && let Some(end) = after.iter().position(Item::is_punctuation_mark)
    {
        after.drain(..=end);
    }
    let phrases = |items: &[Item]| items.iter().any(|item| item.as_phrase().is_some());
    if !phrases(&before) || names_object_and_place(&after) && after.iter().any(asks) {
        return after;
    }
    let place = after
        .iter()
        .take(1)
        .filter(|item| is_preposition_or_side(item))
        .count();
    let Some(Item::Phrase(new)) = after.get(place) else {
        return match after.is_empty() {
            true => before,
            false => [before, after].concat(),
        };
    };
    let wanted = role(new, scene);
    let same = |item: &Item| {
        item.as_phrase()
            .is_some_and(|phrase| match (wanted, role(phrase, scene)) {
                (Some(new), Some(old)) => new == old,
                _ => true,
            })
    };
    let Some(old) = before.iter().rposition(same) else {
        return [before, after].concat();
    };
    let from = if place == 1 && old > 0 && is_preposition_or_side(&before[old - 1]) {
        old - 1
    } else {
        old
    };
    let mut spliced = before[..from].to_vec();
    let rest = &before[old + 1..];
    if names_object_and_place(&after)
        || rest.is_empty()
        || !phrases(rest) && !rest.iter().any(is_preposition_or_side)
    {
        spliced.extend(after);
    } else {
        let used = place + 1;
        spliced.extend(after[..used].to_vec());
        spliced.extend(rest.to_vec());
        spliced.extend(after[used..].to_vec());
    }
    spliced
}

/// Whether a phrase speaks of a container, if that can be told.
fn role(phrase: &Phrase, scene: &Scene) -> Option<bool> {
    if phrase.pronoun.is_some() {
        return None;
    }
    scene.phrase_means_container(phrase)
}
