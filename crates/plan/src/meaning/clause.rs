//! One clause: what it asks to be done.

use super::arrange;
use super::aside::{is_about_other_people, is_inert, note_mentioned_things, without_asides};
use super::clauses::preposition_of;
use super::clearing::read_make_room_clause;
use super::giving;
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Pronoun, Quantity};
use super::placing::read_placing_clause;
use super::pointing::{is_sought, point};
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};
use super::swapping;
use super::unable::impossible_deed;
use crate::intent::Action;
use crate::skills::Skill;
use crate::spatial_relations::{Direction, Relation};

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

/// Reads one clause.
pub(super) fn read_clause(items: &[Item], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let items = giving::rewrite_giving_clause(without_asides(items), scene);
    let items = &items[..];
    if let Some(deed) = impossible_deed(items, scene) {
        return Ok(vec![deed]);
    }
    if is_inert(items) {
        return Ok(Vec::new());
    }
    if is_about_other_people(items) {
        note_mentioned_things(items, scene);
        return Ok(Vec::new());
    }
    if let Some(word) = unknown(items) {
        return Err(replies::word_not_known(word, &[]));
    }
    let verb = main_verb(items);
    let is_repeated = phrases_except_table(items)
        .iter()
        .any(|phrase| phrase.pronoun == Some(Pronoun::Contents))
        && (scene.swapped.is_some()
            || scene.last.is_some()
                && items.iter().any(|item| {
                    item.has_concept(&Concept::Outside)
                        || preposition_of(item) == Some(SpatialPreposition::OutOf)
                }));
    // “Empty it: whatever is inside goes outside”, “swap them: what is in the one goes in the other”.
    if is_repeated {
        return Ok(Vec::new());
    }
    // “The tray has nothing on it”; “where is the ball?”
    let is_where = has_where(items)
        && phrases_except_table(items).len() < 2
        && verb.is_none_or(|verb| verb == Verb::Be);
    if is_where || tells_of_nothing(items) {
        note_mentioned_things(items, scene);
        return Ok(Vec::new());
    }
    if items.iter().any(|item| item.has_concept(&Concept::Or))
        && phrases_except_table(items).len() > 1
        && !scene.is_free
    {
        return Err(Reply::Ask("Which one of them do you mean?".to_owned()));
    }
    let has = |concept: &Concept| items.iter().any(|item| item.has_concept(concept));
    if verb == Some(Verb::Sort) && separates_one_from_another(items) {
        return read_make_room_clause(items, scene);
    }
    if has(&Concept::EachOwn)
        || has(&Concept::ByShape)
        || has(&Concept::ByColor)
        || verb == Some(Verb::Sort) && !has(&Concept::Row)
        || has(&Concept::Kind)
    {
        return arrange::grouped_by_kind_or_color(
            &phrases_except_table(items),
            has(&Concept::ByColor),
            scene,
        );
    }
    if has(&Concept::TradePlaces) && verb != Some(Verb::Home) && !has(&Concept::Where)
        || verb == Some(Verb::Swap) && !is_moved_over(items)
    {
        return swapping::swap_objects(&phrases_except_table(items), scene);
    }
    let has_destination = items.windows(2).any(|pair| {
        matches!(preposition_of(&pair[0]), Some(SpatialPreposition::At(_)))
            && pair[1].as_phrase().is_some()
    });
    if has(&Concept::Tower)
        || has(&Concept::OnEachOther)
        || verb == Some(Verb::Stack) && !has_destination
    {
        return arrange::tower(&phrases_except_table(items), scene);
    }
    // “Tidy them into a line” is a row, too.
    if verb == Some(Verb::Row) || has(&Concept::Row) {
        // A row stands on the table; who wants one in a bowl means something else.
        let is_within = items.windows(2).any(|pair| {
            matches!(
                preposition_of(&pair[0]),
                Some(SpatialPreposition::At(Relation::In))
            ) && pair[1].as_phrase().is_some()
        });
        if is_within {
            return Err(Reply::Unclear);
        }
        return arrange::row(&phrases_except_table(items), scene);
    }
    if asks_to_leave_alone(items) {
        exclude_named_objects(items, scene);
        return Ok(Vec::new());
    }
    let is_kept_off = items.iter().any(|item| {
        matches!(item, Item::Word(word) if word.text == "away from" || word.text == "far from")
    }) && phrases_except_table(items)
        .last()
        .is_none_or(|mark| scene.phrase_means_container(mark) != Some(true));
    if verb == Some(Verb::Clear) || has(&Concept::Apart) || is_kept_off {
        return read_make_room_clause(items, scene);
    }
    if let Some(host) = emptied(items, verb, scene)? {
        return arrange::emptied(&host, scene);
    }
    match verb {
        Some(Verb::Home) => return Ok(vec![Deed::Do(Action::Home)]),
        // “Look for a ball to put in the bowl.”
        Some(Verb::Point) if is_sought(items) && has_destination && has_put(items) => {
            let put: Vec<Item> = items
                .iter()
                .filter(|item| !item.is_verb(Verb::Point))
                .cloned()
                .collect();
            return read_placing_clause(&put, Some(Verb::Put), scene);
        }
        Some(Verb::Point) => return point(items, scene),
        Some(Verb::Push) => {
            if is_said_again(items, has_destination, scene) {
                return Ok(Vec::new());
            }
            if !has_destination && let Some(direction) = direction(items) {
                return push(items, direction, scene);
            }
        }
        _ => {}
    }
    if !has_destination
        && let Some(direction) = direction(items)
        && matches!(verb, Some(Verb::Put | Verb::Go | Verb::Want))
    {
        if is_said_again(items, has_destination, scene) {
            return Ok(Vec::new());
        }
        return push(items, direction, scene);
    }
    read_placing_clause(items, verb, scene)
}

/// “It is too close to the bowl: move it away.”
fn is_said_again(items: &[Item], has_destination: bool, scene: &Scene) -> bool {
    let is_it = |phrase: &Phrase| phrase.pronoun == Some(Pronoun::It);
    !has_destination
        && direction(items) == Some(Direction::Away)
        && phrases_except_table(items).iter().all(is_it)
        && pronoun_it_was_moved(scene)
}

/// “Separate the cube from the ball”, which is no sorting: there is one of each.
fn separates_one_from_another(items: &[Item]) -> bool {
    let is_from = |item: &Item| preposition_of(item) == Some(SpatialPreposition::From);
    let is_one = |phrase: &Phrase| !phrase.plural && phrase.quantity == Quantity::Only;
    let phrases = phrases_except_table(items);
    phrases.len() == 2
        && phrases.iter().all(is_one)
        && items
            .windows(2)
            .any(|pair| is_from(&pair[0]) && pair[1].as_phrase() == phrases.last())
}

/// “Where is”.
fn has_where(items: &[Item]) -> bool {
    items.iter().any(
        |item| matches!(item, Item::Word(word) if word.text == "where" || word.text == "where is"),
    )
}

/// “The tray has nothing on it”, without a wish.
fn tells_of_nothing(items: &[Item]) -> bool {
    let has = |text: &str| {
        items
            .iter()
            .any(|item| matches!(item, Item::Word(word) if word.text == text))
    };
    let wishes = |item: &Item| {
        item.is_verb(Verb::Should) || item.is_verb(Verb::Want) || item.is_verb(Verb::Empty)
    };
    items.iter().any(|item| item.has_concept(&Concept::Nothing))
        && (has("has") || has("is"))
        && !items.iter().any(wishes)
        && !items.iter().any(|item| item.is_verb(Verb::Home))
}

/// What a clause names, but for the table.
pub(super) fn phrases_except_table(items: &[Item]) -> Vec<Phrase> {
    let is_table = |phrase: &&Phrase| phrase.kinds.first().is_some_and(|kind| kind == "table");
    let named = items.iter().filter_map(Item::as_phrase);
    named.filter(|phrase| !is_table(phrase)).cloned().collect()
}

/// The verb that says what is to be done: the first that names a deed.
fn main_verb(items: &[Item]) -> Option<Verb> {
    // “It has been there”.
    let is_perfect = |at: usize| {
        matches!(&items[at], Item::Word(word) if ["has", "have", "had"].contains(&word.text.as_str()))
            && items.get(at + 1).is_some_and(|next| next.is_verb(Verb::Be))
    };
    let verbs = items.iter().enumerate();
    let mut verbs = verbs.filter_map(|(at, item)| match item.concept() {
        Some(Concept::Verb(verb)) if !is_perfect(at) => Some(*verb),
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

/// “Switch it from the one bowl to the other”: a swap of nothing.
fn is_moved_over(items: &[Item]) -> bool {
    let is_source = |item: &Item| {
        matches!(
            preposition_of(item),
            Some(SpatialPreposition::From | SpatialPreposition::OutOf)
        )
    };
    let is_target = |item: &Item| {
        matches!(
            preposition_of(item),
            Some(SpatialPreposition::At(_) | SpatialPreposition::To)
        )
    };
    items.iter().any(is_source) && items.iter().any(is_target)
}

/// “Leave the third one out”, “leave the others on the table”.
pub(super) fn asks_to_leave_alone(items: &[Item]) -> bool {
    let at = items
        .iter()
        .position(|item| matches!(item, Item::Word(word) if word.text.starts_with("leav")));
    let Some(at) = at else {
        return false;
    };
    // “That one you leave.”
    let is_behind = items[at + 1..].is_empty()
        && items[..at]
            .iter()
            .filter(|item| item.as_phrase().is_some())
            .count()
            == 1
        && !items[..at]
            .iter()
            .any(|item| preposition_of(item).is_some());
    if is_behind {
        return true;
    }
    let names = items[at + 1..]
        .iter()
        .find_map(Item::as_phrase)
        .is_some_and(|phrase| phrase.pronoun.is_none())
        || items
            .get(at + 1)
            .is_some_and(|next| next.has_concept(&Concept::One));
    let goes = items[at + 1..].windows(2).any(|pair| {
        matches!(
            preposition_of(&pair[0]),
            Some(SpatialPreposition::At(_) | SpatialPreposition::Between)
        ) && pair[1]
            .as_phrase()
            .is_some_and(|host| host.kinds.first().is_none_or(|kind| kind != "table"))
    });
    let is_place = |item: &Item| {
        matches!(
            item.concept(),
            Some(Concept::There | Concept::BesideIt | Concept::Side(_))
        )
    };
    let is_first = items[..at].iter().all(|item| item.as_phrase().is_none());
    is_first && names && !goes && !items[at + 1..].iter().any(is_place)
}

/// Leaves what is named as it is; what cannot be made out is not touched anyway.
pub(super) fn exclude_named_objects(items: &[Item], scene: &mut Scene) {
    for phrase in items.iter().filter_map(Item::as_phrase) {
        let many = Phrase {
            quantity: Quantity::All(None),
            ..phrase.clone()
        };
        if let Ok(names) = scene.clone().resolve(&many, Role::Mover) {
            scene.excluded.extend(names);
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

fn has_put(items: &[Item]) -> bool {
    items.iter().any(|item| item.is_verb(Verb::Put))
}

fn push(items: &[Item], direction: Direction, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let phrases = phrases_except_table(items);
    let [phrase] = phrases.as_slice() else {
        return Err(Reply::Unclear);
    };
    let names = scene.resolve(phrase, Role::Any)?;
    scene.it.clone_from(&names);
    for name in &names {
        require_affordance(scene, name, Skill::Push, "push")?;
    }
    Ok(names
        .into_iter()
        .map(|name| Deed::Do(Action::Push(name, direction)))
        .collect())
}

/// The container that is to be emptied, if one is.
fn emptied(items: &[Item], verb: Option<Verb>, scene: &mut Scene) -> Result<Option<String>, Reply> {
    let phrases = phrases_except_table(items);
    if verb == Some(Verb::Empty) {
        // “Make it empty, whatever is inside should come out.”
        let named: Vec<Phrase> = phrases
            .iter()
            .filter(|phrase| phrase.pronoun != Some(Pronoun::Contents))
            .cloned()
            .collect();
        let phrases = if named.is_empty() { phrases } else { named };
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
    let is_empty = items.iter().any(|item| item.has_concept(&Concept::Nothing));
    let is_wish = items.iter().any(|item| {
        item.is_verb(Verb::Should)
            || item.is_verb(Verb::Want)
            || item.is_verb(Verb::Put)
            || matches!(item, Item::Word(word) if word.text == "there should be")
    });
    match phrases.as_slice() {
        [phrase]
            if is_empty
                && is_wish
                && (scene.phrase_means_container(phrase) == Some(true)
                    || phrase.pronoun == Some(Pronoun::It) && !scene.there.is_empty()) =>
        {
            scene.resolve_one(phrase, Role::Host).map(Some)
        }
        _ => Ok(None),
    }
}

/// Whether “it” was moved in this request.
pub(super) fn pronoun_it_was_moved(scene: &Scene) -> bool {
    let last = scene.last.as_ref();
    last.is_some_and(|(object, _)| scene.it == [object.clone()])
}

/// Says so where a skill is not for a thing.
pub(super) fn require_affordance(
    scene: &Scene,
    name: &str,
    skill: Skill,
    verb: &str,
) -> Result<(), Reply> {
    match scene.object(name) {
        Some(seen) if seen.reachable && !seen.affords.contains(&skill) => {
            Err(Reply::Say(format!("I cannot {verb} the {name}.")))
        }
        _ => Ok(()),
    }
}
