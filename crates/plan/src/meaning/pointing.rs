//! Pointing at things.

use super::clause::{Deed, phrases_except_table};
use super::clauses::preposition_of;
use super::lexicon::SpatialPreposition;
use super::phrase::{Item, Phrase, Pronoun};
use super::reference::describe_phrase;
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};
use crate::intent::Action;

/// Verbs of looking for something.
const SEEKING: [&str; 6] = ["find", "locat", "look", "search", "spot", "identif"];

/// Whether something is only looked for.
pub(super) fn is_sought(items: &[Item]) -> bool {
    items.iter().any(|item| {
        matches!(item, Item::Word(word) if SEEKING.iter().any(|verb| word.text.starts_with(verb)))
    })
}

/// “The ball in the bowl”: a place behind a thing tells which one is to be pointed at.
fn with_places_as_restrictions(items: &[Item]) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::new();
    let mut rest = items;
    while let Some(item) = rest.first() {
        if let Some(Item::Phrase(before)) = joined.last_mut()
            && before.pronoun.is_none()
            && let Some(place @ SpatialPreposition::At(_)) = preposition_of(item)
            && let Some(host) = rest.get(1).and_then(Item::as_phrase)
        {
            before.at.push((true, place, vec![host.clone()]));
            rest = &rest[2..];
        } else {
            joined.push(item.clone());
            rest = &rest[1..];
        }
    }
    joined
}

/// Points at what a clause names.
pub(super) fn point(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let phrases = phrases_except_table(&with_places_as_restrictions(items));
    let it = Phrase {
        pronoun: Some(Pronoun::It),
        text: "it".to_owned(),
        ..Phrase::default()
    };
    // “Which cube is the biggest one? show it”: the last is the most exact.
    let names_thing = |phrase: &&Phrase| phrase.pronoun.is_none();
    let phrase = phrases
        .iter()
        .rev()
        .find(names_thing)
        .or(phrases.last())
        .unwrap_or(&it);
    let names = match scene.resolve(phrase, Role::Any) {
        Err(Reply::Say(_)) if is_elsewhere_only(phrase, scene) => {
            return Err(Reply::Say(format!(
                "I do not see {} there.",
                replies::with_indefinite_article(&describe_phrase(phrase))
            )));
        }
        named => named?,
    };
    if names.iter().all(|name| scene.is_container(name)) {
        scene.there.clone_from(&names);
    }
    if scene.it.is_empty() || !names.iter().all(|name| scene.is_container(name)) {
        scene.it.clone_from(&names);
    }
    // “Find the bowl and put the cube in it”: finding it is only for that.
    let deed = |name| match is_sought(items) {
        true => Deed::Told(Action::Point(name)),
        false => Deed::Do(Action::Point(name)),
    };
    Ok(names.into_iter().map(deed).collect())
}

/// Whether there is such a thing, but not where the phrase says.
fn is_elsewhere_only(phrase: &Phrase, scene: &Scene) -> bool {
    let fitting = scene.names_fitting_phrase(phrase, Role::Any);
    !phrase.at.is_empty() && fitting.is_ok_and(|names| names.is_empty())
}
