//! Room around things, and things that are to be somewhere else.

use super::arrange::{self, put};
use super::clause::{Deed, phrases_except_table, pronoun_it_was_moved};
use super::clauses::preposition_of;
use super::lexicon::Concept;
use super::phrase::{Item, Pronoun};
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};
use crate::situation::ObjectView;
use crate::skills::Skill;
use crate::spatial_relations::Relation;

/// Distance of centers below which something is in the way, meters.
const TOO_CLOSE: f64 = 0.11;

/// Whether something is to be in another place, whichever.
fn is_elsewhere(items: &[Item]) -> bool {
    items.iter().any(|item| {
        matches!(item, Item::Word(word) if word.concept == Concept::Apart
            && (word.text.contains("else") || word.text.contains("away") || word.text.contains("other") || word.text.contains("out")|| word.text.contains("farther") || word.text.contains("further") || word.text.contains("far")))
    })
}

/// “Make room around the cube”, “move the ball away from the bowl”.
pub(super) fn read_make_room_clause(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let phrases = phrases_except_table(items);
    match phrases.as_slice() {
        // “It is too close, take it away from there.”
        [it] if it.pronoun == Some(Pronoun::It) && pronoun_it_was_moved(scene) => Ok(Vec::new()),
        // “The cube is crowded: move the ball somewhere else.”
        [mover]
            if is_elsewhere(items)
                && scene
                    .phrase_means_container(mover)
                    .is_none_or(|container| !container) =>
        {
            let around = scene.mentioned.clone();
            let object = scene.resolve_one(mover, Role::Mover)?;
            if scene.last.as_ref().is_some_and(|(last, _)| *last == object) {
                return Ok(Vec::new());
            }
            match around.iter().rev().find(|name| **name != object) {
                Some(mark) => parted(&object, mark, scene),
                None => Err(replies::ask_where_to_put(&[object])),
            }
        }
        [mark] => {
            let names = scene.resolve(mark, Role::Any)?;
            match names.as_slice() {
                // “Free up the bowl”.
                [one] if scene.is_container(one) && !scene.contents(one).is_empty() => {
                    arrange::emptied(one, scene)
                }
                [one] => cleared(one, scene),
                [first, second] => parted(&first.clone(), &second.clone(), scene),
                _ => Err(Reply::Unclear),
            }
        }
        [first, second] => {
            // “I need the spot beside the cube, so the ball has to be somewhere else.”
            let beside = items
                .windows(2)
                .find(|pair| preposition_of(&pair[0]).is_some())
                .and_then(|pair| pair[1].as_phrase());
            let (object, mark) = if beside == Some(first) {
                (second, first)
            } else {
                (first, second)
            };
            let object = scene.resolve_one(object, Role::Mover)?;
            let mark = scene.resolve_one(mark, Role::Any)?;
            parted(&object, &mark, scene)
        }
        _ => Err(Reply::Unclear),
    }
}

/// Moves away what stands close to `mark`.
fn cleared(mark: &str, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let Some(at) = scene.object(mark).cloned() else {
        return Err(Reply::Unclear);
    };
    let close: Vec<String> = scene
        .objects
        .iter()
        .filter(|seen| {
            seen.name != mark
                && seen.rests.is_none()
                && !scene.is_container(&seen.name)
                && distance(seen, &at) < TOO_CLOSE
        })
        .map(|seen| seen.name.clone())
        .collect();
    if close.is_empty() {
        return Err(Reply::Say(format!(
            "I do not see anything close to the {mark}."
        )));
    }
    let mut deeds = Vec::new();
    for name in close {
        deeds.extend(parted(&name, mark, scene)?);
    }
    Ok(deeds)
}

/// Moves `object` to another thing that is far from `mark`.
fn parted(object: &str, mark: &str, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let Some(at) = scene.object(mark).cloned() else {
        return Err(Reply::Unclear);
    };
    if scene
        .object(object)
        .is_some_and(|seen| seen.reachable && !seen.affords.contains(&Skill::Pick))
    {
        return Err(Reply::Say(format!("I cannot pick up the {object}.")));
    }
    let others = scene.objects.iter().filter(|seen| {
        seen.name != object && seen.name != mark && seen.reachable && seen.rests.is_none()
    });
    let far = others
        .max_by(|a, b| distance(a, &at).total_cmp(&distance(b, &at)))
        .filter(|seen| distance(seen, &at) > 2.0 * TOO_CLOSE);
    match far.map(|seen| seen.name.clone()) {
        Some(far) => {
            scene.it = vec![object.to_owned()];
            Ok(vec![put(object, Relation::NextTo, &far, scene)])
        }
        None => Err(replies::ask_where_to_put(&[object.to_owned()])),
    }
}

fn distance(a: &ObjectView, b: &ObjectView) -> f64 {
    (a.position - b.position).xy().norm()
}
