//! Conditions, and what is wanted where they do not hold.

use super::clause::Deed;
use super::clauses::{is_command_verb, is_preposition_or_side, trim_conjunctions_and_punctuation};
use super::correction::splice_correction;
use super::lexicon::{Concept, Verb};
use super::phrase::{Item, Quantity};
use super::reply::Reply;
use super::request::read_clause_sequence;
use super::scene::{Role, Scene};
use super::supposition::split_condition;

/// “Any cube will do so long as it is not red”: the condition tells which.
pub(super) fn move_condition_into_phrase(items: &mut Vec<Item>) {
    let Some(at) = items.iter().position(|item| item.has_concept(&Concept::If)) else {
        return;
    };
    let [Item::Phrase(it), be, rest @ ..] = &items[at + 1..] else {
        return;
    };
    let is_not = rest
        .first()
        .is_some_and(|item| item.has_concept(&Concept::Not));
    let Some(Item::Phrase(what)) = rest.get(usize::from(is_not)) else {
        return;
    };
    if it.pronoun.is_none()
        || !be.is_verb(Verb::Be)
        || what.modifiers.is_empty()
        || !what.kinds.is_empty()
    {
        return;
    }
    let modifiers = what.modifiers.clone();
    let used = 4 + usize::from(is_not);
    let restricted = items[..at].iter_mut().find_map(|item| match item {
        Item::Phrase(phrase) if matches!(phrase.quantity, Quantity::Any(_)) => Some(phrase),
        _ => None,
    });
    if let Some(phrase) = restricted {
        let into = if is_not {
            &mut phrase.not_modifiers
        } else {
            &mut phrase.modifiers
        };
        into.extend(modifiers);
        items.drain(at..at + used);
    }
}

/// Reads conditions, then what is wanted under them.
pub(super) fn read_conditional(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let items = &joined_conditions(items)[..];
    let is_otherwise = |item: &Item| item.has_concept(&Concept::Otherwise);
    let (main, otherwise) = match items.iter().position(is_otherwise) {
        Some(at) => (
            trim_conjunctions_and_punctuation(&items[..at]),
            Some(trim_conjunctions_and_punctuation(&items[at + 1..])),
        ),
        None => (items, None),
    };
    let (condition, consequence) = match split_condition(main) {
        Some((condition, consequence, Some(default))) => {
            return match condition.holds(scene)?.is_true {
                true => {
                    places(&default, scene);
                    read_clause_sequence(&instead(&default, &consequence, scene), scene)
                }
                false => read_clause_sequence(&default, scene),
            };
        }
        Some((condition, consequence, None)) => (condition, consequence),
        None if otherwise.is_some() => {
            // “A ball in the bowl, or failing that the cube”.
            let mut trial = scene.clone();
            return match read_clause_sequence(main, &mut trial) {
                Ok(deeds) => {
                    *scene = trial;
                    Ok(deeds)
                }
                Err(reply) => {
                    // “I was hoping for a ball, but if there is none, …”.
                    let is_missing = main.iter().filter_map(Item::as_phrase).any(|phrase| {
                        !phrase.kinds.is_empty()
                            && matches!(
                                scene.clone().resolve(phrase, Role::Any),
                                Err(Reply::Say(_))
                            )
                    });
                    if !is_missing && !matches!(reply, Reply::Say(_)) {
                        return Err(reply);
                    }
                    places(main, scene);
                    read_clause_sequence(
                        &instead(main, otherwise.unwrap_or_default(), scene),
                        scene,
                    )
                }
            };
        }
        None => return read_clause_sequence(main, scene),
    };
    // “She will cry if the cube is not in there”: what is bad is to be mended.
    if let Some(complaint) = &condition.complaint {
        let mut trial = scene.clone();
        if read_clause_sequence(&consequence, &mut trial).is_ok_and(|deeds| deeds.is_empty()) {
            *scene = trial;
            return read_clause_sequence(complaint, scene);
        }
    }
    // “Put the ball in the bowl if there is one.”
    let is_bare = condition
        .items
        .iter()
        .all(|item| item.as_phrase().is_none());
    let sees = |item: &Item| item.is_verb(Verb::Exist) || item.is_verb(Verb::See);
    if is_bare && condition.items.iter().any(sees) && !condition.is_negated {
        let mut trial = scene.clone();
        return match (read_clause_sequence(&consequence, &mut trial), otherwise) {
            (Err(Reply::Say(_)), Some(otherwise)) if !otherwise.is_empty() => {
                read_clause_sequence(&instead(&consequence, otherwise, scene), scene)
            }
            (read, _) => {
                *scene = trial;
                read
            }
        };
    }
    let holds = condition.holds(scene)?;
    if holds.is_true {
        return read_clause_sequence(&consequence, scene);
    }
    places(&consequence, scene);
    match otherwise {
        Some(otherwise) if !otherwise.is_empty() => {
            read_clause_sequence(&instead(&consequence, otherwise, scene), scene)
        }
        _ => Err(match holds.reply {
            Reply::Say(text) => Reply::Settled(text),
            reply => reply,
        }),
    }
}

/// Remembers the places that are named: “… otherwise put the cube in there”.
fn places(items: &[Item], scene: &mut Scene) {
    for phrase in items.iter().filter_map(Item::as_phrase) {
        let named = scene
            .clone()
            .resolve(phrase, Role::Host)
            .unwrap_or_default();
        if !named.is_empty()
            && named.iter().all(|name| scene.is_container(name))
            && phrase.pronoun.is_none()
        {
            scene.there = named;
        }
    }
}

/// What takes the place of `main` if that is not possible: all of it, or a thing alone in the same place.
fn instead(main: &[Item], otherwise: &[Item], scene: &Scene) -> Vec<Item> {
    // “… or failing that, if there is none, the cube”.
    let mut otherwise = otherwise;
    while otherwise
        .first()
        .is_some_and(|item| item.has_concept(&Concept::Otherwise) || item.is_punctuation_mark())
    {
        otherwise = &otherwise[1..];
    }
    let is_light = |item: &Item| {
        !matches!(item, Item::Word(word) if ["leav", "keep", "let"].iter().any(|verb| word.text.starts_with(verb)))
            && matches!(
                item.concept(),
                Some(Concept::Verb(Verb::Put | Verb::Should | Verb::Want))
            )
    };
    let is_fragment = otherwise
        .iter()
        .filter(|item| item.as_phrase().is_some())
        .count()
        == 1
        && !otherwise.iter().any(|item| {
            is_preposition_or_side(item)
                || matches!(
                    item.concept(),
                    Some(Concept::There | Concept::Outside | Concept::BesideIt)
                )
                || !is_light(item)
                    && (is_command_verb(item) || matches!(item.concept(), Some(Concept::Verb(_))))
        });
    if !is_fragment {
        return otherwise.to_vec();
    }
    let named: Vec<Item> = otherwise
        .iter()
        .filter(|item| !is_light(item))
        .cloned()
        .collect();
    splice_correction(
        trim_conjunctions_and_punctuation(main).to_vec(),
        named,
        scene,
    )
}

/// “If, and only if,” is one “if”.
fn joined_conditions(items: &[Item]) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let is_if = item.has_concept(&Concept::If);
        if is_if {
            while joined
                .last()
                .is_some_and(|last| last.is_punctuation_mark() || last.has_concept(&Concept::And))
                && joined
                    .iter()
                    .rev()
                    .find(|last| !last.is_punctuation_mark() && !last.has_concept(&Concept::And))
                    .is_some_and(|last| last.has_concept(&Concept::If))
            {
                joined.pop();
            }
            if joined
                .last()
                .is_some_and(|last| last.has_concept(&Concept::If))
            {
                continue;
            }
        }
        // “… and if we have, then”.
        if is_if && joined.iter().any(|last| last.has_concept(&Concept::If)) {
            let rest = &items[index + 1..];
            let stop = rest.iter().position(|item| {
                item.has_concept(&Concept::Then)
                    || is_command_verb(item)
                    || item.is_punctuation_mark()
            });
            let named = rest[..stop.unwrap_or(rest.len())]
                .iter()
                .any(|item| item.as_phrase().is_some());
            if !named {
                while joined
                    .last()
                    .is_some_and(|last| last.has_concept(&Concept::And))
                {
                    joined.pop();
                }
                continue;
            }
        }
        if item.is_punctuation_mark()
            && joined
                .last()
                .is_some_and(|last| last.has_concept(&Concept::If))
        {
            continue;
        }
        joined.push(item.clone());
    }
    joined
}
