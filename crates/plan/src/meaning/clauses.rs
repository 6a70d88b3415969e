//! Where one clause ends and the next begins.

use super::aside::{is_about_other_people, is_inert};
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Quantity};
use crate::spatial_relations::{Direction, Relation};

/// Clauses in the order in which they are to be done: “before you do this, do that”.
pub(super) fn in_execution_order(mut clauses: Vec<Vec<Item>>) -> Vec<Vec<Item>> {
    let is_before = |clause: &Vec<Item>| {
        matches!(clause.first(), Some(Item::Word(word)) if word.text == "before")
            && clause.len() > 2
    };
    if let Some(at) = clauses.iter().position(is_before)
        && at + 1 < clauses.len()
    {
        let mut later = clauses.remove(at);
        later.remove(0);
        clauses.insert(at + 1, later);
    }
    for clause in &mut clauses {
        if clause
            .first()
            .is_some_and(|item| item.has_concept(&Concept::After))
        {
            clause.remove(0);
        }
    }
    clauses
}

/// Splits at ends of sentences, at “then”, and where a new deed begins.
pub(super) fn clauses(items: &[Item]) -> Vec<Vec<Item>> {
    let mut clauses: Vec<Vec<Item>> = Vec::new();
    let mut clause: Vec<Item> = Vec::new();
    // What is to be done after the clause that is read now.
    let mut later: Vec<Item> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let rest = &items[index + 1..];
        // “Place it so that it is left of the bowl” tells where.
        if matches!(item, Item::Word(word) if word.text == "so that") && tells_where(rest) {
            continue;
        }
        let ends = match item.concept() {
            Some(
                Concept::Mark('.' | ';' | '!' | '?')
                | Concept::Then
                | Concept::But
                | Concept::Because
                | Concept::Correction,
            ) => true,
            Some(Concept::Mark(_) | Concept::And) => {
                begins_clause(&clause, rest) || is_crowd(rest) && clause.iter().any(is_command_verb)
            }
            _ => false,
        };
        // “Put the ball on the tray once the cube is in the bowl.”
        if item.has_concept(&Concept::After)
            && names_object_and_place(&clause)
            && names_object_and_place(rest)
            && later.is_empty()
        {
            later = std::mem::take(&mut clause);
            continue;
        }
        if ends {
            if !clause.is_empty() {
                clauses.push(std::mem::take(&mut clause));
            }
            if !later.is_empty() {
                clauses.push(std::mem::take(&mut later));
            }
            // The words behind “because” are a reason.
            if item.has_concept(&Concept::Because) {
                clause.push(item.clone());
            }
        } else if is_restart(&clause, item, rest) {
            clauses.push(std::mem::take(&mut clause));
            clause.push(item.clone());
        } else {
            clause.push(item.clone());
        }
    }
    clauses.extend([clause, later].into_iter().filter(|last| !last.is_empty()));
    clauses
}

/// Whether what follows a comma or an “and” stands by itself.
fn begins_clause(before: &[Item], rest: &[Item]) -> bool {
    let until = |item: &Item| {
        item.is_punctuation_mark()
            || item.has_concept(&Concept::Then)
            || item.has_concept(&Concept::But)
            || item.has_concept(&Concept::And)
    };
    let next = rest.iter().position(until).unwrap_or(rest.len());
    let next = &rest[..next];
    let Some(first) = next.iter().find(|item| !item.has_concept(&Concept::And)) else {
        return false;
    };
    if before.first().is_some_and(|item| {
        item.has_concept(&Concept::After) || item.has_concept(&Concept::Because)
    }) {
        return next.iter().any(|item| item.as_phrase().is_some());
    }
    // “On the bowl's left side, place the cube.”
    let is_place_alone = before.first().is_some_and(is_preposition_or_side)
        && before
            .iter()
            .filter(|item| item.as_phrase().is_some())
            .count()
            == 1
        && !before.iter().any(is_command_verb);
    if is_place_alone
        && !before
            .first()
            .is_some_and(|item| matches!(item, Item::Word(word) if word.text == "before"))
    {
        return false;
    }
    if matches!(before.first(), Some(Item::Word(word)) if word.text == "before") {
        return true;
    }
    let has_phrase = |items: &[Item]| items.iter().any(|item| item.as_phrase().is_some());
    let has =
        |items: &[Item], concept: Concept| items.iter().any(|item| item.has_concept(&concept));
    let joins =
        before.last().is_some_and(|last| last.as_phrase().is_some()) && first.as_phrase().is_some();
    // “I have the cube | and the ball the wrong way round”.
    if joins && has(next, Concept::TradePlaces) {
        return false;
    }
    // “The cube where the ball is, and the ball where the cube was”.
    if first.as_phrase().is_some() && has(before, Concept::Where) && has(next, Concept::Where) {
        return true;
    }
    // “Between the cube” | “and the ball”: two things belong to it.
    let between = before
        .iter()
        .rposition(|item| item.has_concept(&Concept::Place(SpatialPreposition::Between)));
    if let Some(at) = between
        && before[at..].iter().filter_map(Item::as_phrase).count() == 1
        && before[at..]
            .iter()
            .filter_map(Item::as_phrase)
            .all(|phrase| phrase.quantity == Quantity::Only)
    {
        return false;
    }
    if is_about_other_people(before) {
        return true;
    }
    let is_subject = first.has_concept(&Concept::Somebody);
    if is_command_verb(first) || is_subject {
        return has_phrase(before)
            || before.iter().any(is_command_verb)
            || !before.is_empty() && is_inert(before);
    }
    if is_inert(before) && has_phrase(next) {
        return true;
    }
    let placed = |items: &[Item]| {
        has_phrase(items)
            && items.iter().any(|item| {
                is_preposition_or_side(item) || matches!(item.concept(), Some(Concept::There))
            })
    };
    // “Cubes in the bowl, balls on the tray”.
    let begins_with_phrase = first.as_phrase().is_some();
    placed(before)
        && names_object_and_place(before)
        && begins_with_phrase
        && names_object_and_place(next)
        || placed(before)
            && (first.has_concept(&Concept::Outside)
                || first.has_concept(&Concept::BesideIt)
                || first.has_concept(&Concept::Back))
        || before
            .iter()
            .any(|item| item.has_concept(&Concept::Outside))
            && first.has_concept(&Concept::BesideIt)
        || placed(before) && is_inert(next)
}

/// “Take the cube put it in the bowl”: dictation knows no commas.
fn is_restart(before: &[Item], item: &Item, rest: &[Item]) -> bool {
    let is_verb = matches!(
        item.concept(),
        Some(Concept::Verb(
            Verb::Put | Verb::Take | Verb::Remove | Verb::Push | Verb::Point
        ))
    );
    let object = rest.first().and_then(Item::as_phrase);
    let is_plain = !matches!(item, Item::Word(word) if word.text.ends_with("ing") || word.text.ends_with("ed"));
    let ends = before.last().is_some_and(|last| {
        last.as_phrase().is_some()
            || matches!(
                last.concept(),
                Some(Concept::There | Concept::BesideIt | Concept::Outside)
            )
    });
    let tells = |item: &Item| item.is_verb(Verb::Exist) || item.is_verb(Verb::See);
    let wishes = |item: &Item| item.is_verb(Verb::Should) || item.is_verb(Verb::Want);
    let is_told = before.iter().any(tells) && !before.iter().any(wishes);
    let is_conditional =
        |item: &Item| item.has_concept(&Concept::If) || item.has_concept(&Concept::Unless);
    is_verb
        && is_plain
        && ends
        && !before.last().is_some_and(wishes)
        && !before.iter().any(is_conditional)
        && object.is_some_and(|phrase| {
            phrase.pronoun.is_some() && before.first().is_some_and(is_command_verb)
                || is_told
                || names_object_and_place(before)
        })
}

/// Whether items say by themselves what is to be put where.
pub(super) fn names_object_and_place(items: &[Item]) -> bool {
    let phrases = items
        .iter()
        .filter(|item| item.as_phrase().is_some())
        .count();
    let has_place = items.iter().any(is_preposition_or_side);
    phrases >= 2 && has_place
        || phrases >= 1
            && items
                .iter()
                .any(|item| matches!(item.concept(), Some(Concept::There)))
}

pub(super) fn is_preposition_or_side(item: &Item) -> bool {
    matches!(item.concept(), Some(Concept::Place(_) | Concept::Side(_)))
}

pub(super) fn is_command_verb(item: &Item) -> bool {
    matches!(
        item.concept(),
        Some(
            Concept::Verb(
                Verb::Put
                    | Verb::Take
                    | Verb::Remove
                    | Verb::Empty
                    | Verb::Push
                    | Verb::Point
                    | Verb::Stack
                    | Verb::Row
                    | Verb::Sort
                    | Verb::Swap
                    | Verb::Clear
                    | Verb::Home
            ) | Concept::Cannot(_)
        )
    )
}

pub(super) fn trim_conjunctions_and_punctuation(items: &[Item]) -> &[Item] {
    let is_loose = |item: &Item| {
        item.is_punctuation_mark()
            || item.has_concept(&Concept::And)
            || item.has_concept(&Concept::Then)
            || item.has_concept(&Concept::But)
    };
    let begin = items
        .iter()
        .position(|item| !is_loose(item))
        .unwrap_or(items.len());
    let end = items
        .iter()
        .rposition(|item| !is_loose(item))
        .map_or(begin, |last| last + 1);
    &items[begin..end]
}

/// “At its left side”, “to the left”: the side that a word says.
pub(super) fn side_of(concept: &Concept) -> Option<Relation> {
    match concept {
        Concept::Side(relation) => Some(*relation),
        Concept::Direction(Direction::Left) => Some(Relation::LeftOf),
        Concept::Direction(Direction::Right) => Some(Relation::RightOf),
        _ => None,
    }
}

/// Returns the place that an item's word means, if it means one by itself.
pub(super) fn preposition_of(item: &Item) -> Option<SpatialPreposition> {
    match item.concept() {
        Some(Concept::Place(place)) => Some(*place),
        _ => None,
    }
}

/// “They are too close together”.
fn is_crowd(rest: &[Item]) -> bool {
    let end = rest
        .iter()
        .position(Item::is_punctuation_mark)
        .unwrap_or(rest.len());
    rest.first().is_some_and(|item| item.as_phrase().is_some())
        && rest.get(1).is_some_and(|item| item.is_verb(Verb::Be))
        && rest[..end]
            .iter()
            .any(|item| item.has_concept(&Concept::Apart))
}

/// “… it is left of the bowl”.
fn tells_where(rest: &[Item]) -> bool {
    let end = rest
        .iter()
        .position(Item::is_punctuation_mark)
        .unwrap_or(rest.len());
    rest.first().is_some_and(|item| item.as_phrase().is_some())
        && rest[..end]
            .windows(2)
            .any(|pair| is_preposition_or_side(&pair[0]) && pair[1].as_phrase().is_some())
}
