//! What of a clause is to be moved, and what says where.

use super::clauses::{preposition_of, side_of};
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Pronoun, Quantity};
use super::reply::Reply;
use super::scene::{Role, Scene};
use super::words::Word;
use crate::spatial_relations::Relation;

/// Where something is to go.
#[derive(Clone, Debug)]
pub(super) enum Destination {
    At(SpatialPreposition, Vec<Phrase>),
    There,
    BesideIt,
    Outside,
    Table,
    /// Where the thing of this phrase is.
    PlaceOf(Phrase),
}

/// What is to be moved, from where, and to where.
#[derive(Debug, Default)]
pub(super) struct MoveParts {
    pub movers: Vec<Phrase>,
    pub sources: Vec<Phrase>,
    pub destinations: Vec<Destination>,
    /// Into how many lists the movers fall.
    pub groups: usize,
    /// How the last destination is worded.
    pub wording: InOrOnWording,
}

/// How the words for in and on are meant, where things go in one thing and on another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum InOrOnWording {
    #[default]
    Plain,
    /// “On”.
    On,
    /// “On top of”, “over”.
    Above,
    /// “In the middle of”: in or on, whichever holds things there.
    Middle,
}

impl InOrOnWording {
    fn of(word: &Word) -> Self {
        let has = |some: &[&str]| word.text.split(' ').any(|one| some.contains(&one));
        let is_on = matches!(
            word.concept,
            Concept::Place(SpatialPreposition::At(Relation::On)) | Concept::There
        );
        if word.concept != Concept::There && has(&["middle", "center", "centre"]) {
            Self::Middle
        } else if is_on && has(&["top", "atop", "over", "above"]) && !has(&["there", "here"]) {
            Self::Above
        } else if is_on
            && has(&[
                "on", "onto", "upon", "thereon", "上", "上面", "上边", "顶上", "上头", "上方",
            ])
        {
            Self::On
        } else {
            Self::Plain
        }
    }
}

/// Every word must say something about what goes where.
pub(super) fn require_placing_words_only(items: &[Item]) -> Result<(), Reply> {
    let says = |item: &Item| match item {
        Item::Phrase(_) => true,
        Item::Word(word) => matches!(
            word.concept,
            Concept::Verb(_)
                | Concept::Place(_)
                | Concept::There
                | Concept::BesideIt
                | Concept::Outside
                | Concept::Down
                | Concept::Back
                | Concept::Side(_)
                | Concept::And
                | Concept::Mark(_)
                | Concept::Somebody
                | Concept::Where
                | Concept::That
                | Concept::Not
                | Concept::After
                | Concept::TradePlaces
                | Concept::Or
                | Concept::Cannot(_)
                | Concept::Direction(_)
        ),
    };
    if items.iter().all(says) {
        Ok(())
    } else {
        Err(Reply::Unclear)
    }
}

/// Tells what of a clause is to be moved and what says where.
pub(super) fn read_move_parts(items: &[Item], scene: &mut Scene) -> Result<MoveParts, Reply> {
    let mut parts = MoveParts::default();
    let mut index = 0;
    let list = |from: usize| {
        let mut list = Vec::new();
        let mut at = from;
        let mut has_and = false;
        while let Some(Item::Phrase(phrase)) = items.get(at) {
            list.push(phrase.clone());
            at += 1;
            let joined = items.get(at).is_some_and(|item| {
                item.has_concept(&Concept::And)
                    || item.has_concept(&Concept::Mark(','))
                    || item.has_concept(&Concept::Or)
            });
            let next = items.get(at + 1).and_then(Item::as_phrase);
            // “The cube, the bowl”: what goes where, not a list.
            let alike = next.is_some_and(|next| {
                scene.phrase_means_container(next) == scene.phrase_means_container(&list[0])
                    || items[at].has_concept(&Concept::And)
            });
            if joined && alike {
                has_and |= !items[at].has_concept(&Concept::Mark(','));
                at += 1;
            } else {
                break;
            }
        }
        // “The ball, the cube in the bowl”: which is taken back?
        let is_list = list.len() < 2 || has_and;
        (list, at, is_list)
    };
    while let Some(item) = items.get(index) {
        match item {
            Item::Phrase(phrase) => {
                if items
                    .get(index + 1)
                    .is_some_and(|next| matches!(next.concept(), Some(Concept::Side(_))))
                {
                    if let Some(Concept::Side(relation)) = items[index + 1].concept() {
                        // “The bowl with the cube to its left” against “the cube at the bowl's left”.
                        let is_possessive = items[index + 1].concept().is_some()
                            && matches!(&items[index + 1], Item::Word(word) if word.text.starts_with("'s"));
                        let landmark = if is_possessive || parts.movers.is_empty() {
                            phrase.clone()
                        } else {
                            let landmark = parts.movers.remove(0);
                            parts.movers.insert(0, phrase.clone());
                            landmark
                        };
                        parts.destinations.push(Destination::At(
                            SpatialPreposition::At(*relation),
                            vec![landmark],
                        ));
                    }
                    index += 2;
                    continue;
                }
                if items[index + 1..]
                    .first()
                    .is_some_and(|next| next.is_verb(Verb::Be))
                    && index > 0
                    && items[index - 1].has_concept(&Concept::Where)
                {
                    parts
                        .destinations
                        .push(Destination::PlaceOf(phrase.clone()));
                    index += 2;
                    continue;
                }
                // “I need that bit of table”.
                let is_table = phrase.kinds.first().is_some_and(|kind| kind == "table");
                let moves = |item: &Item| matches!(item.concept(), Some(Concept::Verb(verb)) if verb.is_deed());
                if is_table && !items.iter().any(moves) {
                    index += 1;
                    continue;
                }
                let (phrases, after, is_list) = list(index);
                // “The cube it goes in the bowl”.
                let repeats = matches!(phrase.pronoun, Some(Pronoun::It | Pronoun::Them))
                    && !parts.movers.is_empty();
                // “Put the cube in the bowl, the one that is not red.”
                let is_apposed = is_apposed(phrase) && parts.movers.len() == 1;
                if is_apposed {
                    narrow(&mut parts.movers[0], phrase);
                } else if !repeats {
                    parts.groups += if is_list { 1 } else { 2 };
                    parts.movers.extend(phrases);
                }
                index = after;
                continue;
            }
            Item::Word(word) => match &word.concept {
                Concept::Place(place @ (SpatialPreposition::OutOf | SpatialPreposition::From)) => {
                    if let Some(phrase) = items.get(index + 1).and_then(Item::as_phrase) {
                        parts.sources.push(phrase.clone());
                        index += 1;
                    } else if *place == SpatialPreposition::OutOf {
                        parts.destinations.push(Destination::Outside);
                    }
                }
                Concept::Place(SpatialPreposition::Between) => {
                    let (mut hosts, mut after, _) = list(index + 1);
                    if let (Some(SpatialPreposition::To), Some(end)) = (
                        items.get(after).and_then(preposition_of),
                        items.get(after + 1).and_then(Item::as_phrase),
                    ) {
                        hosts.push(end.clone());
                        after += 2;
                    }
                    // “In the center of the tray” is not between two things.
                    let wording = InOrOnWording::of(word);
                    let is_one = matches!(hosts.as_slice(), [host] if host.quantity == Quantity::Only && !host.plural);
                    let is_middle = wording == InOrOnWording::Middle && is_one;
                    let is_table =
                        |host: &Phrase| host.kinds.first().is_some_and(|kind| kind == "table");
                    parts.wording = wording;
                    parts.destinations.push(match is_middle {
                        true if hosts.iter().any(is_table) => Destination::Table,
                        true => Destination::At(SpatialPreposition::At(Relation::In), hosts),
                        false => Destination::At(SpatialPreposition::Between, hosts),
                    });
                    index = after;
                    continue;
                }
                Concept::Place(place) => {
                    let side = items.get(index + 2).and_then(|item| match item.concept() {
                        Some(Concept::Side(relation)) => Some(*relation),
                        _ => None,
                    });
                    match items.get(index + 1).and_then(Item::as_phrase) {
                        Some(phrase)
                            if phrase.kinds.first().is_some_and(|kind| kind == "table") =>
                        {
                            parts.destinations.push(Destination::Table);
                            index += 1;
                        }
                        // “There is room for the ball”.
                        Some(phrase)
                            if word.text == "for"
                                && !parts.destinations.is_empty()
                                && scene.phrase_means_container(phrase) == Some(false) =>
                        {
                            parts.movers.push(phrase.clone());
                            index += 1;
                        }
                        // “Set it down next to it.”
                        Some(phrase)
                            if phrase.pronoun == Some(Pronoun::It)
                                && matches!(place, SpatialPreposition::At(relation) if relation.is_beside())
                                && side.is_none()
                                && !scene.there.is_empty()
                                && parts
                                    .movers
                                    .iter()
                                    .any(|mover| mover.pronoun == Some(Pronoun::It)) =>
                        {
                            match place {
                                SpatialPreposition::At(Relation::NextTo) => {
                                    parts.destinations.push(Destination::BesideIt);
                                }
                                _ => return Err(Reply::Unclear),
                            }
                            index += 1;
                        }
                        Some(phrase) => {
                            parts.wording = InOrOnWording::of(word);
                            let place = side.map_or(*place, SpatialPreposition::At);
                            parts
                                .destinations
                                .push(Destination::At(place, vec![phrase.clone()]));
                            index += 1 + usize::from(side.is_some());
                        }
                        // “Bring it to the bowl and leave it alongside.”
                        None if matches!(place, SpatialPreposition::At(relation) if relation.is_beside())
                            && !scene.there.is_empty()
                            && parts.destinations.is_empty() =>
                        {
                            parts.destinations.push(Destination::BesideIt);
                        }
                        // “The bowl. Put the cube in.”
                        None if matches!(
                            place,
                            SpatialPreposition::At(Relation::In | Relation::On)
                        ) && index + 1 == items.len()
                            && !scene.there.is_empty()
                            && parts.destinations.is_empty() =>
                        {
                            parts.wording = InOrOnWording::of(word);
                            parts.destinations.push(Destination::There);
                        }
                        None => {}
                    }
                }
                Concept::There => {
                    parts.wording = InOrOnWording::of(word);
                    parts.destinations.push(Destination::There);
                }
                Concept::BesideIt => parts.destinations.push(Destination::BesideIt),
                Concept::Outside => parts.destinations.push(Destination::Outside),
                Concept::Side(relation) => {
                    let it = scene.there.clone();
                    if let [landmark] = it.as_slice() {
                        let phrase = Phrase {
                            pronoun: None,
                            modifiers: landmark.split(' ').map(str::to_owned).collect(),
                            ..Phrase::default()
                        };
                        parts.destinations.push(Destination::At(
                            SpatialPreposition::At(*relation),
                            vec![phrase],
                        ));
                    }
                }
                _ => {}
            },
        }
        index += 1;
    }
    // “In the middle, between the bowls”, “in the middle, with the bowls on both sides”.
    let is_open = |place: &Destination| matches!(place, Destination::At(SpatialPreposition::Between, hosts) if hosts.is_empty());
    if parts.destinations.len() > 1 {
        parts.destinations.retain(|place| !is_open(place));
    } else if parts.destinations.iter().any(is_open) && parts.movers.len() == 3 {
        let hosts = parts.movers.drain(1..).collect();
        parts.destinations = vec![Destination::At(SpatialPreposition::Between, hosts)];
        parts.groups = 1;
    }
    // “In the middle, with one bowl on either side.”
    if parts.destinations.iter().any(is_open)
        && let [_, host] = parts.movers.as_slice()
        && scene.phrase_means_container(host) == Some(true)
    {
        parts.movers.pop();
        parts.groups = 1;
    }
    say_side(&mut parts.destinations, items);
    // “Next to the bowl, outside it” is beside it.
    let is_beside = |place: &Destination| {
        matches!(place, Destination::At(SpatialPreposition::At(relation), _) if relation.is_beside())
            || matches!(place, Destination::BesideIt)
    };
    if parts.sources.is_empty() && parts.destinations.iter().any(is_beside) {
        parts
            .destinations
            .retain(|place| !matches!(place, Destination::Outside));
    }
    // “In between the bowls, on the table” is one place.
    let is_by = |place: &Destination| {
        is_beside(place) || matches!(place, Destination::At(SpatialPreposition::Between, _))
    };
    if parts.destinations.iter().any(is_by) {
        parts
            .destinations
            .retain(|place| !matches!(place, Destination::Table));
    }
    // “Out of the bowl and back on the table” is one place.
    if parts
        .destinations
        .iter()
        .any(|place| matches!(place, Destination::Table))
        && parts.destinations.len() > 1
    {
        let is_out = !parts.sources.is_empty()
            || parts
                .destinations
                .iter()
                .any(|place| matches!(place, Destination::Outside));
        if is_out {
            parts
                .destinations
                .retain(|place| !matches!(place, Destination::Outside));
        }
    }
    Ok(parts)
}

/// “By the bowl, but on the left”, “next to the bowl, on the left of it”: the side is a part of the
/// place, not another one.
fn say_side(destinations: &mut Vec<Destination>, items: &[Item]) {
    let mut concepts = items.iter().rev().filter_map(Item::concept);
    let side = concepts.find_map(side_of);
    let is_same = |place: &Destination| matches!(place, Destination::At(SpatialPreposition::At(relation), _) if Some(*relation) == side);
    if let (Some(side), Some((Destination::At(place, _), more))) =
        (side, destinations.split_first_mut())
        && *place == SpatialPreposition::At(Relation::NextTo)
        && more.iter().all(is_same)
    {
        *place = SpatialPreposition::At(side);
        destinations.truncate(1);
    }
}

/// Of several places the last is where it goes; those before tell what is meant.
pub(super) fn narrow_mover_by_places(parts: &mut MoveParts, scene: &Scene) {
    while parts.destinations.len() > 1 {
        let Destination::At(place, hosts) = parts.destinations[0].clone() else {
            match parts.destinations[0] {
                // “Put the cube on the table in the bowl”, “that one over there in the bowl”.
                Destination::Table | Destination::There => {
                    parts.destinations.remove(0);
                    continue;
                }
                _ => return,
            }
        };
        let Some(mover) = parts.movers.first_mut() else {
            return;
        };
        let mut narrowed = mover.clone();
        narrowed.at.push((true, place, hosts));
        if scene
            .names_fitting_phrase(&narrowed, Role::Mover)
            .is_ok_and(|fitting| !fitting.is_empty())
        {
            *mover = narrowed;
            parts.destinations.remove(0);
        } else {
            return;
        }
    }
}

/// “The one that is not red”, behind what it belongs to.
fn is_apposed(phrase: &Phrase) -> bool {
    let tells = !phrase.modifiers.is_empty()
        || !phrase.not_modifiers.is_empty()
        || phrase.extreme.is_some()
        || !phrase.at.is_empty();
    // “Just the two of them”.
    let is_count = matches!(phrase.quantity, Quantity::Any(_) | Quantity::All(Some(_)));
    phrase.kinds.is_empty()
        && phrase.pronoun.is_none()
        && phrase.unknown.is_empty()
        && (tells || is_count)
        && (is_count || phrase.text.contains("one"))
}

fn narrow(mover: &mut Phrase, phrase: &Phrase) {
    mover.modifiers.extend(phrase.modifiers.iter().cloned());
    mover
        .not_modifiers
        .extend(phrase.not_modifiers.iter().cloned());
    let count = |phrase: &Phrase| match phrase.quantity {
        Quantity::Any(count) | Quantity::All(Some(count)) => Some(count),
        _ => None,
    };
    // “Of these three cubes put any two there.”
    if let Some(some) = count(phrase)
        && (mover.quantity == Quantity::All(None) || count(mover).is_some_and(|all| some < all))
    {
        mover.quantity = Quantity::Any(some);
    }
    mover.extreme = mover.extreme.or(phrase.extreme);
    mover.at.extend(phrase.at.iter().cloned());
}
