//! What is said beside the point: about others, reasons, talk.

use super::clauses::{is_command_verb, preposition_of};
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase};
use super::scene::{Role, Scene};

/// Returns the items without the parts between commas that say nothing that matters.
pub(super) fn without_asides(items: &[Item]) -> Vec<Item> {
    let parts: Vec<&[Item]> = items.split(|item| item.is_punctuation_mark()).collect();
    if parts.len() < 2 {
        return items.to_vec();
    }
    let mut kept: Vec<Item> = Vec::new();
    for part in parts {
        let is_place = |item: &Item| {
            matches!(
                item.concept(),
                Some(
                    Concept::Place(_)
                        | Concept::Side(_)
                        | Concept::Direction(_)
                        | Concept::Cannot(_)
                )
            )
        };
        if is_inert(part) && !part.iter().any(is_place) {
            continue;
        }
        if !kept.is_empty() {
            kept.push(Item::from_word(",", Concept::Mark(',')));
        }
        kept.extend(part.iter().cloned());
    }
    kept
}

/// Whether a clause tells something about others than the robot.
pub(super) fn is_about_other_people(items: &[Item]) -> bool {
    if items
        .first()
        .is_some_and(|item| item.has_concept(&Concept::Because))
    {
        return true;
    }
    // “My daughter keeps her treasures in the bowl”.
    if let [Item::Phrase(subject), Item::Word(verb), ..] = items
        && subject.headless
        && verb.concept == Concept::Verb(Verb::Put)
        && verb.text.ends_with('s')
    {
        return true;
    }
    let Some(at) = items
        .iter()
        .position(|item| item.has_concept(&Concept::Somebody))
    else {
        return false;
    };
    if at > 0 && items[..at].iter().any(|item| item.as_phrase().is_some()) {
        return false;
    }
    let wants = |item: &Item| {
        item.is_verb(Verb::Want)
            || item.is_verb(Verb::Should)
            || item.is_verb(Verb::Exist)
            || item.is_verb(Verb::See)
    };
    // “I want to go home”.
    let goes = |pair: &[Item]| {
        (pair[0].is_verb(Verb::Want) || pair[0].is_verb(Verb::Should))
            && pair[1].is_verb(Verb::Home)
    };
    if items[at + 1..].windows(2).any(goes) {
        return true;
    }
    !items[at + 1..].iter().take(3).any(wants)
        && !items[..at].iter().any(|item| {
            item.concept()
                .is_some_and(|concept| matches!(concept, Concept::Verb(_)))
        })
}

/// What stands before something that “it” may then mean.
const ARTICLES: [&str; 7] = ["the ", "a ", "an ", "that ", "this ", "some ", "my "];

/// Remembers what is spoken of.
pub(super) fn note_mentioned_things(items: &[Item], scene: &mut Scene) {
    let (mut things, mut places) = (Vec::new(), Vec::new());
    let mut is_unclear = false;
    let mut unseen = None;
    for (index, item) in items.iter().enumerate() {
        let Item::Phrase(phrase) = item else {
            continue;
        };
        if !phrase.kinds.is_empty() {
            scene.kinds.clone_from(&phrase.kinds);
        }
        let mut trial = scene.clone();
        let found = match trial.resolve(&placed(phrase, &items[index + 1..]), Role::Any) {
            Ok(found) => found,
            Err(_) => {
                // Two may be meant: neither is “it”.
                is_unclear |= phrase.unknown.is_empty()
                    && phrase.pronoun.is_none()
                    && scene.phrase_means_container(phrase) != Some(true);
                if phrase.headless && ARTICLES.iter().any(|one| phrase.text.starts_with(one)) {
                    unseen = phrase.unknown.last().cloned();
                }
                // “There is nothing in the bowl”.
                for host in phrase.at.iter().flat_map(|(_, _, hosts)| hosts) {
                    let mut trial = scene.clone();
                    if let Ok(found) = trial.resolve(host, Role::Host)
                        && found.iter().all(|name| trial.is_container(name))
                    {
                        *scene = trial;
                        places.extend(found);
                    }
                }
                continue;
            }
        };
        *scene = trial;
        // “Which of the cubes is the bigger one?”
        if found.len() < things.len() && found.iter().all(|name| things.contains(name)) {
            things = found;
            continue;
        }
        // “The cube was left of the bowl”: the bowl is not where it was.
        let is_landmark = index > 0
            && matches!(preposition_of(&items[index - 1]), Some(SpatialPreposition::At(relation)) if relation.is_beside());
        if is_landmark {
            continue;
        }
        let into = if found.iter().all(|name| scene.is_container(name)) {
            &mut places
        } else {
            &mut things
        };
        into.extend(
            found
                .into_iter()
                .filter(|name| !into.contains(name))
                .collect::<Vec<_>>(),
        );
    }
    // “The apple is ripe”: “it” is what is not seen.
    if things.is_empty() && unseen.is_some() {
        scene.it.clear();
        scene.unseen = unseen;
    } else if !things.is_empty() || is_unclear {
        scene.unseen = None;
        scene.it = if is_unclear { Vec::new() } else { things };
    }
    if !places.is_empty() {
        scene.there = places;
    }
}

/// A phrase with the place that follows it: “there is something sitting in the bowl”.
fn placed(phrase: &Phrase, rest: &[Item]) -> Phrase {
    let mut placed = phrase.clone();
    let after = rest
        .iter()
        .skip_while(|item| matches!(item.concept(), Some(Concept::Verb(_))));
    let mut after = after.take(2);
    if let (Some(Concept::Place(place @ SpatialPreposition::At(_))), Some(host)) = (
        after.next().and_then(Item::concept),
        after.next().and_then(Item::as_phrase),
    ) && host.kinds.first().is_none_or(|kind| kind != "table")
    {
        placed.at.push((true, *place, vec![host.clone()]));
    }
    placed
}

/// Whether items say nothing about what is seen or to be done.
pub(super) fn is_inert(items: &[Item]) -> bool {
    !items.iter().any(|item| {
        item.as_phrase().is_some()
            || is_command_verb(item)
            || matches!(
                item.concept(),
                Some(
                    Concept::There
                        | Concept::Outside
                        | Concept::BesideIt
                        | Concept::Tower
                        | Concept::Row
                        | Concept::OnEachOther
                        | Concept::EachOwn
                        | Concept::Apart
                        | Concept::TradePlaces
                        | Concept::ByColor
                        | Concept::ByShape
                )
            )
    })
}

/// Whether a clause tells what a thing does: “the cube keeps rolling off”.
pub(super) fn tells_what_thing_does(items: &[Item]) -> bool {
    let [Item::Phrase(_), rest @ ..] = items else {
        return false;
    };
    let wishes = |item: &Item| {
        is_command_verb(item)
            && !matches!(item.concept(), Some(Concept::Cannot(_)))
            && !matches!(item, Item::Word(word) if word.text.starts_with("keep"))
            && !matches!(item, Item::Word(word) if INFLECTIONS.iter().any(|end| word.text.ends_with(end)))
            || item.is_verb(Verb::Should)
            || item.is_verb(Verb::Want)
            || item.is_verb(Verb::Go)
            || matches!(
                item.concept(),
                Some(
                    Concept::Place(_)
                        | Concept::Side(_)
                        | Concept::There
                        | Concept::TradePlaces
                        | Concept::Apart
                )
            )
    };
    let tells = |item: &Item| {
        matches!(
            item.concept(),
            Some(Concept::Unknown | Concept::Cannot(_) | Concept::Verb(_))
        )
    };
    // “The ball is my coffee”.
    let equates = rest.windows(2).any(|pair| {
        pair[0].is_verb(Verb::Be)
            && pair[1]
                .as_phrase()
                .is_some_and(|phrase| !phrase.unknown.is_empty())
    });
    rest.iter().any(tells) && !rest.iter().any(wishes) && !equates
}

/// Whether a clause only names things, of which another says what is to be done.
pub(super) fn is_topic(items: &[Item]) -> bool {
    items.iter().all(|item| {
        item.as_phrase()
            .is_none_or(|phrase| phrase.unknown.is_empty() && phrase.pronoun.is_none())
            && (item.as_phrase().is_some()
                || item.is_punctuation_mark()
                || item.has_concept(&Concept::And))
    })
}

/// Whether a clause says no more than how many, or that there is a crowd, and another asks.
pub(super) fn is_remark(items: &[Item]) -> bool {
    let is_bare = |item: &Item| match item {
        Item::Phrase(phrase) => {
            phrase.kinds.is_empty()
                && phrase.modifiers.is_empty()
                && phrase.unknown.is_empty()
                && phrase.pronoun.is_none()
                && phrase.extreme.is_none()
                && !phrase.other
        }
        Item::Word(_) => false,
    };
    let named = items
        .iter()
        .filter(|item| item.as_phrase().is_some())
        .count();
    let is_crowded = named < 2
        && items.iter().any(|item| item.has_concept(&Concept::Apart))
        && !items.iter().any(is_command_verb);
    !items.is_empty() && items.iter().all(is_bare) || is_crowded
}

/// Endings of verbs that tell.
const INFLECTIONS: [&str; 3] = ["s", "ing", "ed"];
