//! One clause: what it asks to be done.

use super::arrange;
use super::lexicon::{Concept, Place, Verb};
use super::phrase::{Item, Phrase, Pronoun, Quantity};
use super::reply::{Reply, replies};
use super::request::{is_inert, place_of};
use super::scene::{Role, Scene};
use crate::intent::Action;
use crate::situation::ObjectView;
use crate::skills::Skill;
use crate::space::{Direction, Relation};

/// Something that a clause asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Do(Action),
    /// What the robot cannot do, in words.
    Unable(String),
    /// Something is told to be so, which may be how it is wanted.
    Told(Action),
    /// These are to be put somewhere that is yet to be said.
    Open(Vec<String>),
}

/// Where something is to go.
#[derive(Clone, Debug)]
enum Destination {
    At(Place, Vec<Phrase>),
    There,
    BesideIt,
    Outside,
    Table,
    /// Where the thing of this phrase is.
    PlaceOf(Phrase),
}

/// Reads one clause.
pub(super) fn read_clause(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let items = without_asides(items);
    let items = &items[..];
    if let Some(deed) = unable(items, scene) {
        return Ok(vec![deed]);
    }
    if is_inert(items) {
        return Ok(Vec::new());
    }
    if is_aside(items) {
        note(items, scene);
        return Ok(Vec::new());
    }
    if let Some(word) = unknown(items) {
        return Err(replies::not_known(word, &[]));
    }
    let verb = main_verb(items);
    if items.iter().any(|item| item.is(&Concept::Or)) && phrases(items).len() > 1 && !scene.is_free
    {
        return Err(Reply::Ask("Which one of them do you mean?".to_owned()));
    }
    let has = |concept: &Concept| items.iter().any(|item| item.is(concept));
    if has(&Concept::EachOwn)
        || has(&Concept::ByShape)
        || has(&Concept::ByColor)
        || verb == Some(Verb::Sort)
        || has(&Concept::Kind)
    {
        return arrange::sorted(&phrases(items), has(&Concept::ByColor), scene);
    }
    if has(&Concept::TradePlaces) && verb != Some(Verb::Home) && !has(&Concept::Where)
        || verb == Some(Verb::Swap)
    {
        return arrange::swapped(&phrases(items), scene);
    }
    let has_destination = items
        .iter()
        .any(|item| matches!(place_of(item), Some(Place::At(_))));
    if has(&Concept::Tower)
        || has(&Concept::OnEachOther)
        || verb == Some(Verb::Stack) && !has_destination
    {
        return arrange::tower(&phrases(items), scene);
    }
    if verb == Some(Verb::Row) || has(&Concept::Row) {
        return arrange::row(&phrases(items), scene);
    }
    if verb == Some(Verb::Clear) || has(&Concept::Apart) {
        return clear(items, scene);
    }
    if let Some(host) = emptied(items, verb, scene)? {
        return arrange::emptied(&host, scene);
    }
    match verb {
        Some(Verb::Home) => return Ok(vec![Deed::Do(Action::Home)]),
        Some(Verb::Point) => return point(items, scene),
        Some(Verb::Push) => {
            if let Some(direction) = direction(items) {
                return push(items, direction, scene);
            }
        }
        _ => {}
    }
    if !has_destination
        && let Some(direction) = direction(items)
        && matches!(verb, Some(Verb::Put | Verb::Go | Verb::Want))
    {
        return push(items, direction, scene);
    }
    place(items, verb, scene)
}

fn phrases(items: &[Item]) -> Vec<Phrase> {
    items.iter().filter_map(Item::phrase).cloned().collect()
}

/// Parts between commas that say nothing that matters.
fn without_asides(items: &[Item]) -> Vec<Item> {
    let parts: Vec<&[Item]> = items.split(|item| item.is_mark()).collect();
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
            kept.push(comma());
        }
        kept.extend(part.iter().cloned());
    }
    kept
}

fn comma() -> Item {
    Item::Word(super::words::Word {
        text: ",".to_owned(),
        concept: Concept::Mark(','),
    })
}

/// The verb that says what is to be done: the first that names a deed.
fn main_verb(items: &[Item]) -> Option<Verb> {
    let mut verbs = items.iter().filter_map(|item| match item.concept() {
        Some(Concept::Verb(verb)) => Some(*verb),
        _ => None,
    });
    let is_deed = |verb: &Verb| {
        !matches!(
            verb,
            Verb::Want
                | Verb::Be
                | Verb::Should
                | Verb::See
                | Verb::Exist
                | Verb::Count
                | Verb::Stay
        )
    };
    // “Let them change places”, “go back to your starting position”: the more exact says what.
    let is_plain = |verb: &Verb| matches!(verb, Verb::Put | Verb::Go | Verb::Take);
    verbs
        .clone()
        .find(|verb| is_deed(verb) && !is_plain(verb))
        .or_else(|| verbs.clone().find(is_deed))
        .or_else(|| verbs.next())
}

/// A deed that the robot cannot do, where the clause asks for one.
fn unable(items: &[Item], scene: &mut Scene) -> Option<Deed> {
    let at = items
        .iter()
        .position(|item| matches!(item.concept(), Some(Concept::Cannot(_))))?;
    let Item::Word(word) = &items[at] else {
        return None;
    };
    let Concept::Cannot(deed) = &word.concept else {
        return None;
    };
    let before = at.checked_sub(1).map(|before| &items[before]);
    if before.is_some_and(|item| item.is(&Concept::Somebody)) {
        return None;
    }
    // “Throw the cube in the bowl”, “give it to the bowl”.
    let pushes = items[at..].iter().any(|item| item.is_verb(Verb::Push));
    if deed == "hand over" && pushes {
        return None;
    }
    let places = deed == "throw" || deed == "hand over";
    let into = items[at..].windows(2).any(|pair| {
        matches!(
            place_of(&pair[0]),
            Some(Place::At(Relation::In | Relation::On) | Place::To)
        ) && pair[1].phrase().is_some_and(|phrase| {
            phrase.unknown.is_empty() && scene.names_container(phrase) == Some(true)
        })
    });
    if places && into {
        return None;
    }
    let takes_object = !deed.contains(' ') && deed != "swing" || deed == "hand over";
    let object = items[at + 1..]
        .iter()
        .find_map(Item::phrase)
        .filter(|_| takes_object);
    let object = object.map(|phrase| format!(" {}", phrase.text));
    Some(Deed::Unable(format!(
        "{deed}{}",
        object.unwrap_or_default()
    )))
}

/// Whether a clause tells something about others than the robot.
pub(super) fn is_aside(items: &[Item]) -> bool {
    if items.first().is_some_and(|item| item.is(&Concept::Because)) {
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
    let Some(at) = items.iter().position(|item| item.is(&Concept::Somebody)) else {
        return false;
    };
    if at > 0 && items[..at].iter().any(|item| item.phrase().is_some()) {
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

/// Remembers what is spoken of.
fn note(items: &[Item], scene: &mut Scene) {
    for phrase in items.iter().filter_map(Item::phrase) {
        if !phrase.kinds.is_empty() {
            scene.kinds.clone_from(&phrase.kinds);
        }
        let mut trial = scene.clone();
        if let Ok(found) = trial.resolve(phrase, Role::Any) {
            *scene = trial;
            if found.iter().all(|name| scene.is_container(name)) {
                scene.there = found;
            } else {
                scene.it = found;
            }
        } else {
            // Two may be meant: neither is “it”.
            scene.it.clear();
        }
    }
}

/// A word that is not known, among those that matter.
fn unknown(items: &[Item]) -> Option<&str> {
    items.iter().find_map(|item| match item {
        Item::Word(word) if word.concept == Concept::Unknown => Some(word.text.as_str()),
        _ => None,
    })
}

fn direction(items: &[Item]) -> Option<Direction> {
    items.iter().rev().find_map(|item| match item.concept() {
        Some(Concept::Direction(direction)) => Some(*direction),
        _ => None,
    })
}

fn point(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let phrases = phrases(items);
    let it = Phrase {
        pronoun: Some(Pronoun::It),
        text: "it".to_owned(),
        ..Phrase::default()
    };
    // “Which cube is the biggest one? show it”: the last is the most exact.
    let phrase = match phrases.as_slice() {
        [] => &it,
        [.., last] => last,
    };
    let names = scene.resolve(phrase, Role::Any)?;
    scene.it.clone_from(&names);
    Ok(names
        .into_iter()
        .map(|name| Deed::Do(Action::Point(name)))
        .collect())
}

fn push(items: &[Item], direction: Direction, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let phrases = phrases(items);
    let [phrase] = phrases.as_slice() else {
        return Err(Reply::Unclear);
    };
    let names = scene.resolve(phrase, Role::Any)?;
    scene.it.clone_from(&names);
    for name in &names {
        affords(scene, name, Skill::Push, "push")?;
    }
    Ok(names
        .into_iter()
        .map(|name| Deed::Do(Action::Push(name, direction)))
        .collect())
}

/// The container that is to be emptied, if one is.
fn emptied(items: &[Item], verb: Option<Verb>, scene: &mut Scene) -> Result<Option<String>, Reply> {
    let phrases = phrases(items);
    if verb == Some(Verb::Empty) {
        let Some(phrase) = phrases.first() else {
            return Err(Reply::Unclear);
        };
        // “Empty the bowl onto the tray” has a place of its own.
        if phrases.len() == 1
            || phrases
                .iter()
                .skip(1)
                .all(|phrase| phrase.kinds.first().is_some_and(|kind| kind == "table"))
        {
            return scene.resolve_one(phrase, Role::Host).map(Some);
        }
        return Err(Reply::Unclear);
    }
    let is_empty = items.iter().any(|item| item.is(&Concept::Nothing));
    let is_wish = items.iter().any(|item| {
        item.is_verb(Verb::Should) || item.is_verb(Verb::Want) || item.is_verb(Verb::Put)
    });
    match phrases.as_slice() {
        [phrase] if is_empty && is_wish && scene.names_container(phrase) == Some(true) => {
            scene.resolve_one(phrase, Role::Host).map(Some)
        }
        _ => Ok(None),
    }
}

/// “Make room around the cube”, “move the ball away from the bowl”.
fn clear(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let phrases = phrases(items);
    match phrases.as_slice() {
        // “It is too close, take it away from there.”
        [it] if it.pronoun == Some(Pronoun::It)
            && scene
                .last
                .as_ref()
                .is_some_and(|(object, _)| scene.it == [object.clone()]) =>
        {
            Ok(Vec::new())
        }
        [mark] => {
            let names = scene.resolve(mark, Role::Any)?;
            match names.as_slice() {
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

/// What is to be moved, from where, and to where.
#[derive(Debug, Default)]
struct Parts {
    movers: Vec<Phrase>,
    sources: Vec<Phrase>,
    destinations: Vec<Destination>,
    /// Into how many lists the movers fall.
    groups: usize,
}

/// Puts, takes and takes out.
fn place(items: &[Item], verb: Option<Verb>, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let is_negated = items.iter().any(|item| item.is(&Concept::Not));
    let is_wish = items
        .iter()
        .any(|item| item.is_verb(Verb::Should) || item.is_verb(Verb::Go));
    let mut parts = parts(items, scene)?;
    if is_negated {
        // “The cube should not be in the bowl”: out of it. “It is not in the bowl yet”: in.
        if is_wish || verb == Some(Verb::Remove) {
            let hosts = parts
                .destinations
                .drain(..)
                .filter_map(|place| match place {
                    Destination::At(Place::At(Relation::In | Relation::On), hosts) => Some(hosts),
                    _ => None,
                });
            let hosts: Vec<Phrase> = hosts.flatten().collect();
            parts.sources.extend(hosts);
            parts.destinations.push(Destination::Outside);
        } else if verb != Some(Verb::Be) {
            return Err(Reply::Unclear);
        }
    }
    let is_told = verb == Some(Verb::Be) || verb == Some(Verb::See) || verb == Some(Verb::Exist);
    // “There is a cube in the bowl” tells where it is, “there is room for it” where it goes.
    let has_room = items
        .iter()
        .any(|item| matches!(item, Item::Word(word) if word.text == "for"));
    let is_seen = verb == Some(Verb::Exist)
        && !has_room
        && !items
            .iter()
            .any(|item| item.is_verb(Verb::Should) || item.is_verb(Verb::Want));
    if is_told && parts.destinations.is_empty() && parts.sources.is_empty() || is_seen {
        note(items, scene);
        return Ok(Vec::new());
    }
    if parts.movers.is_empty() && parts.destinations.is_empty() && parts.sources.is_empty() {
        return Ok(Vec::new());
    }
    accounted(items)?;
    if parts.movers.is_empty() {
        let it = Phrase {
            pronoun: Some(Pronoun::It),
            text: "it".to_owned(),
            ..Phrase::default()
        };
        if verb == Some(Verb::Remove) && !parts.sources.is_empty() || !scene.it.is_empty() {
            parts.movers.push(it);
        } else {
            return Err(Reply::Unclear);
        }
    }
    if parts.destinations.len() > 1 {
        restrict(&mut parts, scene);
    }
    if parts.destinations.len() > 1 {
        return Err(Reply::Unclear);
    }
    // “So it is behind it”: nobody can tell which is which.
    let is_it = |phrase: &Phrase| phrase.pronoun == Some(Pronoun::It);
    let hosts = match parts.destinations.first() {
        Some(Destination::At(_, hosts)) => hosts.as_slice(),
        _ => &[],
    };
    if parts.movers.iter().any(is_it) && hosts.iter().any(is_it) {
        return Err(Reply::Unclear);
    }
    let takes_out = verb == Some(Verb::Remove) || !parts.sources.is_empty();
    if parts.destinations.is_empty() && takes_out {
        parts.destinations.push(Destination::Outside);
    }
    // Things that no “and” joins are not moved alike.
    if parts.groups > 1 && !parts.destinations.is_empty() {
        return Err(Reply::Unclear);
    }
    let Some(destination) = parts.destinations.pop() else {
        return without_destination(&parts, items, verb, scene);
    };
    let deeds = put(&parts, destination, verb, scene)?;
    let told = |deed| match deed {
        Deed::Do(action) if verb == Some(Verb::Be) && !is_negated => Deed::Told(action),
        deed => deed,
    };
    Ok(deeds.into_iter().map(told).collect())
}

/// Every word must say something about what goes where.
fn accounted(items: &[Item]) -> Result<(), Reply> {
    let says = |item: &Item| match item {
        Item::Phrase(_) => true,
        Item::Word(word) => matches!(
            word.concept,
            Concept::Verb(_)
                | Concept::Place(_)
                | Concept::There
                | Concept::BesideIt
                | Concept::Outside
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
                | Concept::Direction(Direction::Away)
        ),
    };
    if items.iter().all(says) {
        Ok(())
    } else {
        Err(Reply::Unclear)
    }
}

/// Tells what of a clause is to be moved and what says where.
fn parts(items: &[Item], scene: &mut Scene) -> Result<Parts, Reply> {
    let mut parts = Parts::default();
    let mut index = 0;
    let list = |from: usize| {
        let mut list = Vec::new();
        let mut at = from;
        let mut has_and = false;
        while let Some(Item::Phrase(phrase)) = items.get(at) {
            list.push(phrase.clone());
            at += 1;
            let joined = items.get(at).is_some_and(|item| {
                item.is(&Concept::And) || item.is(&Concept::Mark(',')) || item.is(&Concept::Or)
            });
            let next = items.get(at + 1).and_then(Item::phrase);
            // “The cube, the bowl”: what goes where, not a list.
            let alike = next.is_some_and(|next| {
                scene.names_container(next) == scene.names_container(&list[0])
                    || items[at].is(&Concept::And)
            });
            if joined && alike {
                has_and |= !items[at].is(&Concept::Mark(','));
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
                        parts
                            .destinations
                            .push(Destination::At(Place::At(*relation), vec![landmark]));
                    }
                    index += 2;
                    continue;
                }
                if items[index + 1..]
                    .first()
                    .is_some_and(|next| next.is_verb(Verb::Be))
                    && index > 0
                    && items[index - 1].is(&Concept::Where)
                {
                    parts
                        .destinations
                        .push(Destination::PlaceOf(phrase.clone()));
                    index += 2;
                    continue;
                }
                let (phrases, after, is_list) = list(index);
                // “The cube it goes in the bowl”.
                let repeats = matches!(phrase.pronoun, Some(Pronoun::It | Pronoun::Them))
                    && index > 0
                    && items[index - 1].phrase().is_some();
                if !repeats {
                    parts.groups += if is_list { 1 } else { 2 };
                    parts.movers.extend(phrases);
                }
                index = after;
                continue;
            }
            Item::Word(word) => match &word.concept {
                Concept::Place(place @ (Place::OutOf | Place::From)) => {
                    if let Some(phrase) = items.get(index + 1).and_then(Item::phrase) {
                        parts.sources.push(phrase.clone());
                        index += 1;
                    } else if *place == Place::OutOf {
                        parts.destinations.push(Destination::Outside);
                    }
                }
                Concept::Place(Place::Between) => {
                    let (mut hosts, mut after, _) = list(index + 1);
                    if let (Some(Place::To), Some(end)) = (
                        items.get(after).and_then(place_of),
                        items.get(after + 1).and_then(Item::phrase),
                    ) {
                        hosts.push(end.clone());
                        after += 2;
                    }
                    parts
                        .destinations
                        .push(Destination::At(Place::Between, hosts));
                    index = after;
                    continue;
                }
                Concept::Place(place) => {
                    let side = items.get(index + 2).and_then(|item| match item.concept() {
                        Some(Concept::Side(relation)) => Some(*relation),
                        _ => None,
                    });
                    match items.get(index + 1).and_then(Item::phrase) {
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
                                && scene.names_container(phrase) == Some(false) =>
                        {
                            parts.movers.push(phrase.clone());
                            index += 1;
                        }
                        Some(phrase) => {
                            let place = side.map_or(*place, Place::At);
                            parts
                                .destinations
                                .push(Destination::At(place, vec![phrase.clone()]));
                            index += 1 + usize::from(side.is_some());
                        }
                        None => {}
                    }
                }
                Concept::There => parts.destinations.push(Destination::There),
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
                        parts
                            .destinations
                            .push(Destination::At(Place::At(*relation), vec![phrase]));
                    }
                }
                _ => {}
            },
        }
        index += 1;
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

/// Of several places the last is where it goes; those before tell what is meant.
fn restrict(parts: &mut Parts, scene: &Scene) {
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
            .fitting(&narrowed, Role::Mover)
            .is_ok_and(|fitting| !fitting.is_empty())
        {
            *mover = narrowed;
            parts.destinations.remove(0);
        } else {
            return;
        }
    }
}

fn without_destination(
    parts: &Parts,
    items: &[Item],
    verb: Option<Verb>,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let is_joined = items.iter().any(|item| item.is(&Concept::And));
    // “The cube, the bowl”.
    let at: Vec<usize> = (0..items.len())
        .filter(|at| items[*at].phrase().is_some())
        .collect();
    let says_how = |at: &[usize]| {
        items[at[0]..at[1]]
            .iter()
            .any(|item| matches!(item.concept(), Some(Concept::Verb(_))))
            && !items.iter().any(|item| item.is(&Concept::Where))
    };
    if let [first, second] = parts.movers.as_slice()
        && !is_joined
    {
        // “The cube should leave the bowl”: what the verb says of both is not known.
        if at.len() == 2 && says_how(&at) {
            return Err(Reply::Unclear);
        }
        let (mover, host) = match (scene.names_container(first), scene.names_container(second)) {
            (Some(true), Some(false)) => (second, first),
            (_, Some(true)) => (first, second),
            _ => return Err(Reply::Unclear),
        };
        let parts = Parts {
            movers: vec![mover.clone()],
            ..Parts::default()
        };
        return put(
            &parts,
            Destination::At(Place::To, vec![host.clone()]),
            verb,
            scene,
        );
    }
    let mut names = Vec::new();
    for mover in &parts.movers {
        names.extend(scene.resolve(mover, Role::Any)?);
    }
    if names.iter().all(|name| scene.is_container(name)) {
        scene.there.clone_from(&names);
    } else {
        scene.it.clone_from(&names);
    }
    // “Leave the cube”.
    if items
        .iter()
        .any(|item| matches!(item, Item::Word(word) if word.text.starts_with("leav")))
    {
        scene.excluded.extend(names);
        return Ok(Vec::new());
    }
    match verb {
        Some(Verb::Take) => {
            let [one] = names.as_slice() else {
                // Several are only taken to be put somewhere, which the next clause says.
                return Ok(names
                    .into_iter()
                    .map(|name| Deed::Do(Action::Pick(name)))
                    .collect());
            };
            affords(scene, one, Skill::Pick, "pick up")?;
            Ok(vec![Deed::Do(Action::Pick(one.clone()))])
        }
        Some(Verb::Put | Verb::Go) | None => Ok(vec![Deed::Open(names)]),
        _ => Ok(Vec::new()),
    }
}

/// Says so where a skill is not for a thing.
fn affords(scene: &Scene, name: &str, skill: Skill, verb: &str) -> Result<(), Reply> {
    match scene.object(name) {
        Some(seen) if seen.reachable && !seen.affords.contains(&skill) => {
            Err(Reply::Say(format!("I cannot {verb} the {name}.")))
        }
        _ => Ok(()),
    }
}

fn put(
    parts: &Parts,
    destination: Destination,
    verb: Option<Verb>,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    // Hosts first: “the other bowl” is another than the one it comes from.
    let mut sources = Vec::new();
    for source in &parts.sources {
        if source.kinds.first().is_none_or(|kind| kind != "table") {
            sources.push(scene.resolve_one(source, Role::Host)?);
        }
    }
    let mut movers = Vec::new();
    let before = scene.clone();
    for phrase in &parts.movers {
        let mut phrase = phrase.clone();
        if phrase.pronoun == Some(Pronoun::Everything) && !sources.is_empty() {
            phrase
                .at
                .push((true, Place::At(Relation::In), parts.sources.clone()));
        }
        let ambiguous = matches!(phrase.quantity, Quantity::Only)
            && !sources.is_empty()
            && phrase.pronoun.is_none();
        if ambiguous {
            let mut narrowed = phrase.clone();
            narrowed
                .at
                .push((true, Place::At(Relation::In), parts.sources.clone()));
            if scene
                .fitting(&narrowed, Role::Mover)
                .is_ok_and(|fitting| !fitting.is_empty())
            {
                phrase = narrowed;
            }
        }
        for name in scene.resolve(&phrase, Role::Mover)? {
            if !movers.contains(&name) {
                movers.push(name);
            }
        }
    }
    let hosts = match &destination {
        Destination::At(_, hosts) => {
            let mut named = Vec::new();
            for host in hosts {
                let mut known = before.clone();
                known.mentioned.extend(sources.iter().cloned());
                known.kinds.clone_from(&scene.kinds);
                // “On top of that” is on what was put last.
                if matches!(destination, Destination::At(Place::At(Relation::On), _)) {
                    known.there.clear();
                }
                named.extend(known.resolve(host, Role::Host)?);
            }
            named
        }
        Destination::There => match scene.there.as_slice() {
            [] => return Err(replies::where_to(&movers)),
            there => there.to_vec(),
        },
        Destination::BesideIt => match scene.there.as_slice() {
            [] => return Err(replies::where_to(&movers)),
            there => there.to_vec(),
        },
        Destination::PlaceOf(phrase) => {
            let name = scene.resolve_one(phrase, Role::Any)?;
            return arrange::in_place_of(&movers, &name, scene);
        }
        Destination::Outside | Destination::Table => Vec::new(),
    };
    if movers.len() > 1 && movers.iter().any(|name| hosts.contains(name)) {
        movers.retain(|name| !hosts.contains(name));
    }
    let deeds = match destination {
        Destination::Outside | Destination::Table => {
            let deeds = arrange::taken_out(&movers, &sources, scene)?;
            let from_table = sources.is_empty() && !parts.sources.is_empty();
            if deeds.is_empty() && verb == Some(Verb::Take) && from_table {
                movers
                    .iter()
                    .map(|name| Deed::Do(Action::Pick(name.clone())))
                    .collect()
            } else {
                deeds
            }
        }
        Destination::At(Place::Between, _) => arrange::between(&movers, &hosts, scene)?,
        Destination::At(place, _) => put_all(&movers, place, &hosts, scene)?,
        // “… there is room for it, put it there”.
        Destination::There if matches!((movers.as_slice(), hosts.as_slice(), &scene.last), ([mover], [host], Some((object, target))) if mover == object && host == target) => {
            Vec::new()
        }
        Destination::There => put_all(&movers, Place::To, &hosts, scene)?,
        Destination::BesideIt => put_all(&movers, Place::At(Relation::NextTo), &hosts, scene)?,
        Destination::PlaceOf(_) => Vec::new(),
    };
    scene.it.clone_from(&movers);
    if !hosts.is_empty() {
        scene.there = hosts;
    }
    Ok(deeds)
}

fn put_all(
    movers: &[String],
    place: Place,
    hosts: &[String],
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let [host] = hosts else {
        return Err(replies::which("one", hosts));
    };
    let mut deeds = Vec::new();
    for mover in movers {
        if mover == host {
            return Err(Reply::Unclear);
        }
        affords(scene, mover, Skill::Pick, "pick up")?;
        let relation = relation(place, host, scene)?;
        deeds.push(arrange::put(mover, relation, host, scene));
    }
    Ok(deeds)
}

/// How something is put where the person says with these words.
fn relation(place: Place, host: &str, scene: &Scene) -> Result<Relation, Reply> {
    let Some(seen) = scene.object(host) else {
        return Err(Reply::Unclear);
    };
    let is_container = scene.is_container(host);
    let relation = match place {
        Place::At(Relation::In | Relation::On) | Place::To if is_container => natural(seen),
        Place::At(relation) => relation,
        Place::To | Place::NearestTo => Relation::NextTo,
        Place::FarthestFrom | Place::Between | Place::OutOf | Place::From => {
            return Err(Reply::Unclear);
        }
    };
    if seen.reachable && !seen.receives.contains(&relation) {
        let at = relation.name();
        return Err(Reply::Say(format!(
            "I cannot put anything {at} the {host}."
        )));
    }
    Ok(relation)
}

/// In a bowl, on a tray.
pub(super) fn natural(host: &ObjectView) -> Relation {
    if super::scene::kind_of(host) == "tray" {
        Relation::On
    } else {
        Relation::In
    }
}
