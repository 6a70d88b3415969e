//! A request as a whole: what is taken back, left out, only wanted on a condition, or wanted one after the other.

use super::aside::{is_remark, is_topic, note_mentioned_things, tells_what_thing_does};
use super::clause::{Deed, asks_to_leave_alone, exclude_named_objects, read_clause};
use super::clauses::{
    clauses, in_execution_order, is_command_verb, is_preposition_or_side, preposition_of, side_of,
};
use super::condition::{move_condition_into_phrase, read_conditional};
use super::correction::{apply_corrections, mark_lone_no_as_correction};
use super::ellipsis::without_ellipsis;
use super::exclusion::{without_exceptions, without_negated};
use super::lexicon::{Concept, Extreme, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase};
use super::plain_order::in_plain_order;
use super::reply::Reply;
use super::scene::Scene;
use crate::spatial_relations::Relation;

/// The deeds that a request asks for, in order.
pub(super) fn read(items: Vec<Item>, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let mut items = mark_lone_no_as_correction(items);
    // “The cube. The bowl. Now.”
    let is_verb = |item: &Item| {
        matches!(item.concept(), Some(Concept::Verb(verb)) if *verb != Verb::Go)
            || is_preposition_or_side(item)
            || matches!(
                item.concept(),
                Some(Concept::There | Concept::If | Concept::Correction)
            )
    };
    if items
        .iter()
        .filter(|item| item.as_phrase().is_some())
        .count()
        == 2
        && !items.iter().any(is_verb)
    {
        for item in &mut items {
            if let Item::Word(word) = item
                && word.concept == Concept::Mark('.')
            {
                word.concept = Concept::Mark(',');
            }
        }
    }
    // “See the cube? Put it in the bowl.”
    let is_asked = items
        .iter()
        .any(|item| item.has_concept(&Concept::Mark('?')));
    if is_asked
        && let Some(Item::Word(word)) = items.first_mut()
        && word.text == "see"
    {
        word.concept = Concept::Verb(Verb::See);
    }
    // “No, the red one”: what was before is not known.
    if items
        .first()
        .is_some_and(|item| item.has_concept(&Concept::None))
    {
        items.remove(0);
    }
    let is_free = |item: &Item| matches!(item.concept(), Some(Concept::Free | Concept::Any(_)));
    scene.is_free = items.iter().any(is_free);
    let mut items: Vec<Item> = items.into_iter().filter(|item| !is_free(item)).collect();
    items = without_ellipsis(items, scene);
    items = in_plain_order(items, scene);
    items = apply_corrections(items, scene)?;
    move_condition_into_phrase(&mut items);
    let items = without_negated(items, scene)?;
    let items = without_exceptions(items, scene)?;
    read_conditional(&items, scene)
}

/// Reads clause after clause.
pub(super) fn read_clause_sequence(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let mut deeds = Vec::new();
    let sorts = |item: &Item| {
        matches!(
            item.concept(),
            Some(Concept::Kind | Concept::EachOwn | Concept::ByShape | Concept::ByColor)
        )
    };
    let read = if items.iter().any(sorts) || is_split_up(items, scene) {
        vec![items.to_vec()]
    } else {
        with_sides(in_execution_order(clauses(items)))
    };
    // “Put all of them in the bowl, well, leave the red one out.”
    let names = |clause: &&Vec<Item>| {
        clause
            .iter()
            .filter_map(Item::as_phrase)
            .all(|phrase| phrase.pronoun.is_none() && !phrase.other)
    };
    for clause in read.iter().filter(names) {
        if asks_to_leave_alone(clause) {
            exclude_named_objects(clause, scene);
        }
    }
    let asks: Vec<bool> = read.iter().map(|clause| is_asking(clause)).collect();
    for (index, clause) in read.iter().enumerate() {
        let others_ask = asks
            .iter()
            .enumerate()
            .any(|(other, asks)| other != index && *asks);
        if others_ask
            && (tells_what_thing_does(clause)
                || is_remark(clause)
                || index + 1 < read.len() && is_topic(clause))
        {
            note_mentioned_things(clause, scene);
            continue;
        }
        // “Make room near the cube: move the ball somewhere else”, “swap them: the cube goes …”.
        let is_heading = others_ask
            && index + 1 < read.len()
            && (is_room_alone(clause, &read[index + 1..]) || is_swap_alone(clause, scene));
        if is_heading {
            note_mentioned_things(clause, scene);
            continue;
        }
        match read_clause(clause, scene) {
            Ok(more) => deeds.extend(more),
            // What cannot be done at all says more than what was not made out beside it.
            Err(_) if deeds.iter().any(|deed| matches!(deed, Deed::Unable(_))) => break,
            Err(reply) => return Err(reply),
        }
    }
    Ok(deeds)
}

/// “… next to the bowl, on the left of it”, “… but on the right”: a side by itself belongs to the place
/// before it.
fn with_sides(clauses: Vec<Vec<Item>>) -> Vec<Vec<Item>> {
    let is_next_to =
        |item: &Item| preposition_of(item) == Some(SpatialPreposition::At(Relation::NextTo));
    let mut joined: Vec<Vec<Item>> = Vec::new();
    for clause in clauses {
        match (side_alone(&clause), joined.last_mut()) {
            (Some(side), Some(before)) if before.iter().any(is_next_to) => {
                before.push(Item::from_word("aside", Concept::Side(side)));
            }
            _ => joined.push(clause),
        }
    }
    joined
}

/// The side that is all a clause says.
fn side_alone(clause: &[Item]) -> Option<Relation> {
    let mut side = None;
    for item in clause {
        match item.concept()? {
            Concept::Extreme(Extreme::Left) => side = Some(Relation::LeftOf),
            Concept::Extreme(Extreme::Right) => side = Some(Relation::RightOf),
            Concept::But | Concept::And | Concept::Mark(_) => {}
            other => side = Some(side_of(other)?),
        }
    }
    side
}

/// Whether a clause only asks for room, which another says how to make.
fn is_room_alone(clause: &[Item], later: &[Vec<Item>]) -> bool {
    let clears = clause.iter().any(|item| item.is_verb(Verb::Clear));
    let moves = later
        .iter()
        .flatten()
        .any(|item| item.has_concept(&Concept::Apart));
    clears
        && moves
        && clause
            .iter()
            .filter(|item| item.as_phrase().is_some())
            .count()
            == 1
}

/// Whether a clause only says that some things change places, and others say where each goes.
fn is_swap_alone(clause: &[Item], scene: &Scene) -> bool {
    let is_pronoun = |item: &Item| {
        item.as_phrase()
            .is_none_or(|phrase| phrase.pronoun.is_some())
    };
    scene.it.is_empty()
        && clause.iter().any(|item| item.is_verb(Verb::Swap))
        && clause.iter().all(is_pronoun)
}

/// Whether a clause says that something is to be done.
fn is_asking(clause: &[Item]) -> bool {
    !tells_what_thing_does(clause)
        && !is_remark(clause)
        && clause.iter().any(|item| {
            is_command_verb(item)
                || is_preposition_or_side(item)
                || matches!(
                    item.concept(),
                    Some(
                        Concept::There
                            | Concept::Verb(Verb::Should | Verb::Want | Verb::Go)
                            | Concept::TradePlaces
                    )
                )
        })
}

/// “Split them up: balls in one container, cubes in the other”.
fn is_split_up(items: &[Item], scene: &Scene) -> bool {
    let is_any_container =
        |phrase: &Phrase| phrase.alike && scene.phrase_means_container(phrase) != Some(false);
    items.iter().any(|item| item.is_verb(Verb::Sort))
        && items
            .iter()
            .filter_map(Item::as_phrase)
            .any(is_any_container)
}
