//! Ways of speaking that are put in plain order before clauses are read.

use super::clauses::is_command_verb;
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Pronoun, Quantity};
use super::scene::Scene;
use crate::spatial_relations::Relation;

/// Rewrites what is said back to front.
pub(super) fn in_plain_order(items: Vec<Item>, scene: &mut Scene) -> Vec<Item> {
    let mut items = items;
    items.dedup_by(|next, item| {
        next.has_concept(&Concept::Mark(',')) && item.has_concept(&Concept::Mark(','))
    });
    let items = without_clefts(items);
    let items = topics_first(items, scene);
    let items = where_it_lives(items, scene);
    let items = named_at_last(items, scene);
    let items = part_of(items, scene);
    seen_from_other(items)
}

/// “It is the cube that goes in the bowl”: the cube goes there.
fn without_clefts(mut items: Vec<Item>) -> Vec<Item> {
    let is_cleft = |five: &[Item]| {
        let [Item::Phrase(it), be, Item::Phrase(named), rest @ ..] = five else {
            return false;
        };
        let verb = rest.iter().find(|item| !item.has_concept(&Concept::That));
        it.pronoun == Some(Pronoun::It)
            && be.is_verb(Verb::Be)
            && named.pronoun.is_none()
            && verb.is_some_and(|verb| {
                matches!(
                    verb.concept(),
                    Some(Concept::Verb(Verb::Go | Verb::Should | Verb::Want))
                )
            })
    };
    let begins = |at: usize| {
        at.checked_sub(1).is_none_or(|before| {
            items[before].is_punctuation_mark()
                || matches!(
                    items[before].concept(),
                    Some(Concept::And | Concept::But | Concept::Correction | Concept::Then)
                )
        })
    };
    let found: Vec<usize> = (0..items.len())
        .filter(|at| begins(*at) && is_cleft(&items[*at..items.len().min(*at + 5)]))
        .collect();
    for at in found.into_iter().rev() {
        if items
            .get(at + 3)
            .is_some_and(|item| item.has_concept(&Concept::That))
        {
            items.remove(at + 3);
        }
        items.drain(at..at + 2);
    }
    items
}

/// “Red ball. Purple bowl. Move it.”
fn topics_first(items: Vec<Item>, scene: &Scene) -> Vec<Item> {
    let said: Vec<&Item> = items
        .iter()
        .filter(|item| !item.is_punctuation_mark())
        .collect();
    let [
        Item::Phrase(mover),
        Item::Phrase(host),
        verb,
        Item::Phrase(it),
    ] = said.as_slice()
    else {
        return items;
    };
    let is_topic = items.get(1).is_some_and(Item::is_punctuation_mark);
    let is_it = it.pronoun == Some(Pronoun::It);
    let puts = verb.is_verb(Verb::Put);
    if is_topic
        && is_it
        && puts
        && scene.phrase_means_container(mover) == Some(false)
        && scene.phrase_means_container(host) == Some(true)
    {
        return vec![
            (*verb).clone(),
            Item::Phrase(mover.clone()),
            place(SpatialPreposition::To),
            Item::Phrase(host.clone()),
        ];
    }
    items
}

/// “The bowl is where it lives”: it goes in the bowl.
fn where_it_lives(items: Vec<Item>, scene: &Scene) -> Vec<Item> {
    let found = items.windows(5).position(|five| {
        let [Item::Phrase(host), be, place, Item::Phrase(_), verb] = five else {
            return false;
        };
        be.is_verb(Verb::Be)
            && place.has_concept(&Concept::Where)
            && matches!(
                verb.concept(),
                Some(Concept::Verb(Verb::Be | Verb::Go | Verb::Should))
            )
            && scene.phrase_means_container(host) == Some(true)
    });
    let Some(at) = found else {
        return items;
    };
    let goes = Item::from_word("goes", Concept::Verb(Verb::Go));
    let mut plain = items[..at].to_vec();
    plain.extend([
        items[at + 3].clone(),
        goes,
        place(SpatialPreposition::To),
        items[at].clone(),
    ]);
    plain.extend(items[at + 5..].iter().cloned());
    plain
}

/// “Put the thing, the cylinder, on the tray”.
fn named_at_last(mut items: Vec<Item>, scene: &Scene) -> Vec<Item> {
    let found = items.windows(3).position(|three| {
        let [Item::Phrase(thing), mark, Item::Phrase(named)] = three else {
            return false;
        };
        let is_thing = thing.kinds.is_empty()
            && thing.modifiers.is_empty()
            && thing.unknown.is_empty()
            && thing.pronoun.is_none()
            && thing.quantity == Quantity::Only
            && thing.text.contains("thing");
        is_thing && mark.is_punctuation_mark() && scene.phrase_means_container(named) == Some(false)
    });
    if let Some(at) = found {
        items.drain(at..at + 2);
    }
    items
}

/// “Out of three cubes, put two in the bowl”: two of the cubes.
fn part_of(mut items: Vec<Item>, scene: &mut Scene) -> Vec<Item> {
    let is_whole = match items.as_slice() {
        [of, Item::Phrase(whole), mark, ..] => {
            of.has_concept(&Concept::Place(SpatialPreposition::OutOf))
                && mark.is_punctuation_mark()
                && matches!(whole.quantity, Quantity::All(_) | Quantity::Any(_))
                && !whole.kinds.is_empty()
                && scene.phrase_means_container(whole) == Some(false)
        }
        _ => false,
    };
    if !is_whole {
        return items;
    }
    let whole = items.drain(..3).nth(1);
    let Some(Item::Phrase(whole)) = whole else {
        return items;
    };
    scene.kinds.clone_from(&whole.kinds);
    let is_bare = |phrase: &Phrase| {
        phrase.kinds.is_empty()
            && phrase.pronoun.is_none()
            && phrase.unknown.is_empty()
            && matches!(phrase.quantity, Quantity::Any(_) | Quantity::All(Some(_)))
    };
    for item in &mut items {
        if let Item::Phrase(phrase) = item
            && is_bare(phrase)
        {
            phrase.kinds.clone_from(&whole.kinds);
            phrase.modifiers.extend(whole.modifiers.iter().cloned());
            if let Quantity::All(Some(count)) = phrase.quantity {
                phrase.quantity = Quantity::Any(count);
            }
        }
    }
    items
}

/// “Move the ball so that the cube ends up on its right”: to the left of the cube.
fn seen_from_other(items: Vec<Item>) -> Vec<Item> {
    let Some(at) = (2..items.len()).find(|at| is_seen_from_other(&items, *at)) else {
        return items;
    };
    let Some(Concept::Side(relation)) = items[at].concept() else {
        return items;
    };
    let Some(opposite) = opposite(*relation) else {
        return items;
    };
    let landmark = subject_before(&items, at);
    let mut plain: Vec<Item> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if index == landmark {
            plain.push(place(SpatialPreposition::At(opposite)));
            plain.push(item.clone());
        } else if !((landmark..=at).contains(&index) || index + 1 == landmark && is_result(item)) {
            plain.push(item.clone());
        }
    }
    plain
}

/// Whether the side at `at` is one of what is moved, and another thing is there.
fn is_seen_from_other(items: &[Item], at: usize) -> bool {
    let is_own = matches!(&items[at], Item::Word(word)
        if matches!(word.concept, Concept::Side(_)) && word.text.split(' ').any(|part| part == "its" || part == "it"));
    let landmark = subject_before(items, at);
    let Some(Item::Phrase(subject)) = items.get(landmark) else {
        return false;
    };
    let before = landmark.checked_sub(1).map(|before| &items[before]);
    let mover = match before {
        Some(word) if is_result(word) => landmark.checked_sub(2).map(|before| &items[before]),
        other => other,
    };
    // “The bowl with the ball to its left” has no verb between the two.
    let ends_up = landmark + 1 < at;
    let is_ordered = items[..landmark].iter().any(is_command_verb);
    is_own
        && ends_up
        && is_ordered
        && subject.pronoun.is_none()
        && mover.is_some_and(|item| item.as_phrase().is_some())
}

/// Where the subject of the verbs before `at` stands.
fn subject_before(items: &[Item], at: usize) -> usize {
    let is_verb = |item: &Item| {
        matches!(
            item.concept(),
            Some(Concept::Verb(Verb::Be | Verb::Go | Verb::Should))
        )
    };
    let mut index = at;
    while index > 0 && is_verb(&items[index - 1]) {
        index -= 1;
    }
    index.saturating_sub(1)
}

/// “So that”, “such that”.
fn is_result(item: &Item) -> bool {
    matches!(item, Item::Word(word) if ["so that", "such that", "that"].contains(&word.text.as_str()))
}

fn opposite(relation: Relation) -> Option<Relation> {
    match relation {
        Relation::LeftOf => Some(Relation::RightOf),
        Relation::RightOf => Some(Relation::LeftOf),
        Relation::InFrontOf => Some(Relation::Behind),
        Relation::Behind => Some(Relation::InFrontOf),
        _ => None,
    }
}

fn place(place: SpatialPreposition) -> Item {
    Item::from_word("to", Concept::Place(place))
}
