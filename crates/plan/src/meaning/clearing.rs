//! Room around things, and things that are to be somewhere else.

use super::arrange;
use super::clause::{Deed, is_moved, phrases};
use super::clauses::place_of;
use super::lexicon::Concept;
use super::phrase::{Item, Pronoun};
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};

/// Whether something is to be in another place, whichever.
fn is_elsewhere(items: &[Item]) -> bool {
    items.iter().any(|item| {
        matches!(item, Item::Word(word) if word.concept == Concept::Apart
            && (word.text.contains("else") || word.text.contains("away") || word.text.contains("other") || word.text.contains("out")|| word.text.contains("farther") || word.text.contains("further") || word.text.contains("far")))
    })
}

/// “Make room around the cube”, “move the ball away from the bowl”.
pub(super) fn clear(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let phrases = phrases(items);
    match phrases.as_slice() {
        // “It is too close, take it away from there.”
        [it] if it.pronoun == Some(Pronoun::It) && is_moved(scene) => Ok(Vec::new()),
        // “The cube is crowded: move the ball somewhere else.”
        [mover]
            if is_elsewhere(items)
                && scene
                    .names_container(mover)
                    .is_none_or(|container| !container) =>
        {
            let around = scene.mentioned.clone();
            let object = scene.resolve_one(mover, Role::Mover)?;
            if scene.last.as_ref().is_some_and(|(last, _)| *last == object) {
                return Ok(Vec::new());
            }
            match around.iter().rev().find(|name| **name != object) {
                Some(mark) => arrange::parted(&object, mark, scene),
                None => Err(replies::where_to(&[object])),
            }
        }
        [mark] => {
            let names = scene.resolve(mark, Role::Any)?;
            match names.as_slice() {
                // “Free up the bowl”.
                [one] if scene.is_container(one) && !scene.contents(one).is_empty() => {
                    arrange::emptied(one, scene)
                }
                [one] => arrange::cleared(one, scene),
                [first, second] => arrange::parted(&first.clone(), &second.clone(), scene),
                _ => Err(Reply::Unclear),
            }
        }
        [first, second] => {
            // “I need the spot beside the cube, so the ball has to be somewhere else.”
            let beside = items
                .windows(2)
                .find(|pair| place_of(&pair[0]).is_some())
                .and_then(|pair| pair[1].phrase());
            let (object, mark) = if beside == Some(first) {
                (second, first)
            } else {
                (first, second)
            };
            let object = scene.resolve_one(object, Role::Mover)?;
            let mark = scene.resolve_one(mark, Role::Any)?;
            arrange::parted(&object, &mark, scene)
        }
        _ => Err(Reply::Unclear),
    }
}
