//! What is left out because it was said just before.

use super::clauses::preposition_of;
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Quantity};
use super::scene::Scene;

/// Says again what is left out.
pub(super) fn without_ellipsis(items: Vec<Item>, scene: &Scene) -> Vec<Item> {
    with_repeated_container(with_announced_kind(items), scene)
}

/// “The cube in the bowl, then the cylinder”: into the same.
fn with_repeated_container(items: Vec<Item>, scene: &Scene) -> Vec<Item> {
    let mut said: Vec<Item> = Vec::new();
    let mut container: Option<[Item; 2]> = None;
    let mut rest = items.as_slice();
    while let Some(item) = rest.first() {
        let after = &rest[1..];
        let is_then = item.has_concept(&Concept::Then);
        if let [place, host, ..] = rest
            && let Some(preposition) = preposition_of(place)
        {
            let is_container = host
                .as_phrase()
                .is_some_and(|host| scene.phrase_means_container(host) == Some(true));
            let is_within = match preposition {
                SpatialPreposition::At(relation) => !relation.is_beside(),
                preposition => preposition == SpatialPreposition::To,
            };
            container = (is_container && is_within).then(|| [place.clone(), host.clone()]);
        } else if item.concept().is_some_and(is_other_deed) {
            container = None;
        }
        said.push(item.clone());
        rest = after;
        let named = after
            .iter()
            .take_while(|item| item.as_phrase().is_some() || item.has_concept(&Concept::And))
            .count();
        let ends = after
            .get(named)
            .is_none_or(|next| next.is_punctuation_mark() || next.has_concept(&Concept::Then));
        let is_named = after[..named]
            .first()
            .and_then(Item::as_phrase)
            .is_some_and(|phrase| scene.phrase_means_container(phrase) == Some(false));
        if is_then
            && ends
            && is_named
            && let Some(container) = &container
        {
            said.extend_from_slice(&after[..named]);
            said.extend(container.iter().cloned());
            rest = &after[named..];
        }
    }
    said
}

/// What does not put anything in a container.
fn is_other_deed(concept: &Concept) -> bool {
    matches!(concept, Concept::Verb(verb) if verb.is_deed() && !matches!(verb, Verb::Put | Verb::Go | Verb::Take))
        || matches!(concept, Concept::Side(_) | Concept::If | Concept::Not)
}

/// “The balls: the orange one in the bowl, the yellow on the tray”, “of the two balls, the orange one
/// goes …”: what “one” stands for.
fn with_announced_kind(mut items: Vec<Item>) -> Vec<Item> {
    let begin = items
        .iter()
        .take_while(|item| item.is_verb(Verb::Put))
        .count();
    let Some([Item::Phrase(all), mark, Item::Phrase(one)]) = items.get(begin..begin + 3) else {
        return items;
    };
    let is_mark = mark.has_concept(&Concept::Mark(',')) || mark.has_concept(&Concept::Mark(':'));
    let is_several = all.plural
        && all.at.is_empty()
        && matches!(all.quantity, Quantity::All(_) | Quantity::Only);
    if !is_mark || !is_several || all.kinds.is_empty() || !stands_for_kind(one) {
        return items;
    }
    let (kinds, alike) = (all.kinds.clone(), all.alike);
    items.drain(begin..begin + 2);
    for item in &mut items {
        if let Item::Phrase(one) = item
            && stands_for_kind(one)
        {
            one.kinds.clone_from(&kinds);
            one.alike = alike;
        }
    }
    items
}

/// “The orange one”, “the orange”, “the bigger one”.
fn stands_for_kind(phrase: &Phrase) -> bool {
    phrase.kinds.is_empty()
        && phrase.pronoun.is_none()
        && phrase.unknown.is_empty()
        && phrase.quantity == Quantity::Only
        && (!phrase.modifiers.is_empty() || phrase.extreme.is_some())
}
