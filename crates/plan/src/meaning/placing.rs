//! Puts, takes and takes out.

use super::arrange;
use super::aside::note_mentioned_things;
use super::clause::{Deed, require_affordance};
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::{Item, Phrase, Pronoun, Quantity};
use super::putting_down::{asks_to_put_down, held_if_only_name, put_down};
use super::reply::{Reply, replies};
use super::roles::{
    Destination, InOrOnWording, MoveParts, narrow_mover_by_places, read_move_parts,
    require_placing_words_only,
};
use super::scene::{Role, Scene, kind_of};
use super::swapping;
use crate::intent::Action;
use crate::situation::ObjectView;
use crate::skills::Skill;
use crate::spatial_relations::{Direction, Relation};

/// What a container does with what is put in it.
const RECEIVING: [&str; 8] = [
    "have",
    "has",
    "get",
    "gets",
    "hold",
    "take",
    "house",
    "accommodate",
];

/// Puts, takes and takes out.
pub(super) fn read_placing_clause(
    items: &[Item],
    verb: Option<Verb>,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let is_negated = items.iter().any(|item| item.has_concept(&Concept::Not));
    let is_wish = items
        .iter()
        .any(|item| item.is_verb(Verb::Should) || item.is_verb(Verb::Go));
    let mut parts = read_move_parts(items, scene)?;
    if is_negated {
        // “The cube should not be in the bowl”: out of it. “It is not in the bowl yet”: in.
        if is_wish || verb == Some(Verb::Remove) {
            let hosts = parts
                .destinations
                .drain(..)
                .filter_map(|place| match place {
                    Destination::At(SpatialPreposition::At(Relation::In | Relation::On), hosts) => {
                        Some(hosts)
                    }
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
        note_mentioned_things(items, scene);
        return Ok(Vec::new());
    }
    // “The cylinder is no good there”.
    let is_there = matches!(parts.destinations.as_slice(), [Destination::There]);
    if verb == Some(Verb::Be) && !is_wish && is_there && scene.there.is_empty() {
        note_mentioned_things(items, scene);
        return Ok(Vec::new());
    }
    if parts.movers.is_empty() && parts.destinations.is_empty() && parts.sources.is_empty() {
        return match scene.held.clone().filter(|_| asks_to_put_down(items)) {
            Some(held) => put_down(&held, scene),
            None => Ok(Vec::new()),
        };
    }
    require_placing_words_only(items)?;
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
        narrow_mover_by_places(&mut parts, scene);
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

fn without_destination(
    parts: &MoveParts,
    items: &[Item],
    verb: Option<Verb>,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let is_joined = items.iter().any(|item| item.has_concept(&Concept::And));
    // “The cube to the left, the bowl to the right”.
    let is_aimed = |item: &Item| matches!(item.concept(), Some(Concept::Direction(way)) if *way != Direction::Away);
    if parts.movers.len() > 1 && items.iter().any(is_aimed) {
        return Err(Reply::Unclear);
    }
    // “The cube, the bowl”.
    let at: Vec<usize> = (0..items.len())
        .filter(|at| items[*at].as_phrase().is_some())
        .collect();
    let says_how = |at: &[usize]| {
        items[at[0]..at[1]]
            .iter()
            .any(|item| matches!(item.concept(), Some(Concept::Verb(_))))
            && !items.iter().any(|item| item.has_concept(&Concept::Where))
    };
    if let [first, second] = parts.movers.as_slice()
        && !is_joined
    {
        // “The bowl should have the cube in it”, “the bowl gets the cube”.
        let receives = |item: &Item| {
            item.is_verb(Verb::Want)
                || item.is_verb(Verb::Should)
                || matches!(item, Item::Word(word) if RECEIVING.contains(&word.text.as_str()))
        };
        if at.len() == 2
            && at[1] > at[0] + 1
            && items[at[0] + 1..at[1]].iter().all(receives)
            && scene.phrase_means_container(first) == Some(true)
            && scene.phrase_means_container(second) == Some(false)
        {
            let parts = MoveParts {
                movers: vec![second.clone()],
                ..MoveParts::default()
            };
            let host = Destination::At(SpatialPreposition::To, vec![first.clone()]);
            return put(&parts, host, verb, scene);
        }
        // “The cube should leave the bowl”: what the verb says of both is not known.
        if at.len() == 2 && says_how(&at) {
            return Err(Reply::Unclear);
        }
        let (mover, host) = match (
            scene.phrase_means_container(first),
            scene.phrase_means_container(second),
        ) {
            (Some(true), Some(false)) => (second, first),
            (_, Some(true)) => (first, second),
            _ => return Err(Reply::Unclear),
        };
        let parts = MoveParts {
            movers: vec![mover.clone()],
            ..MoveParts::default()
        };
        return put(
            &parts,
            Destination::At(SpatialPreposition::To, vec![host.clone()]),
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
    if asks_to_put_down(items)
        && let Some(held) = held_if_only_name(&names, scene)
    {
        return put_down(&held, scene);
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
            require_affordance(scene, one, Skill::Pick, "pick up")?;
            Ok(vec![Deed::Do(Action::Pick(one.clone()))])
        }
        Some(Verb::Put | Verb::Go | Verb::Push) | None => Ok(vec![Deed::Open(names)]),
        _ => Ok(Vec::new()),
    }
}

fn put(
    parts: &MoveParts,
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
            phrase.at.push((
                true,
                SpatialPreposition::At(Relation::In),
                parts.sources.clone(),
            ));
        }
        let ambiguous = matches!(phrase.quantity, Quantity::Only)
            && !sources.is_empty()
            && phrase.pronoun.is_none();
        if ambiguous {
            let mut narrowed = phrase.clone();
            narrowed.at.push((
                true,
                SpatialPreposition::At(Relation::In),
                parts.sources.clone(),
            ));
            if scene
                .names_fitting_phrase(&narrowed, Role::Mover)
                .is_ok_and(|fitting| !fitting.is_empty())
            {
                phrase = narrowed;
            }
        }
        // “Empty it, put what is in it on the table”: it is out already.
        let is_out = phrase.pronoun == Some(Pronoun::Contents)
            && scene.last.is_some()
            && matches!(destination, Destination::Outside | Destination::Table);
        let named = match scene.resolve(&phrase, Role::Mover) {
            Err(Reply::Say(_)) if is_out => return Ok(Vec::new()),
            named => named?,
        };
        for name in named {
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
                // “Into the other bowl” is another than where it is.
                if host.other {
                    let rests = movers
                        .iter()
                        .filter_map(|name| scene.object(name)?.rests.clone());
                    known.mentioned.extend(rests.map(|(_, host)| host));
                }
                // “On top of that” is on what was put last.
                if matches!(
                    destination,
                    Destination::At(SpatialPreposition::At(Relation::On), _)
                ) {
                    known.there.clear();
                }
                named.extend(known.resolve(host, Role::Host)?);
            }
            named
        }
        Destination::There => match scene.there.as_slice() {
            [] => return Err(replies::ask_where_to_put(&movers)),
            there => there.to_vec(),
        },
        Destination::BesideIt => match scene.there.as_slice() {
            [] => return Err(replies::ask_where_to_put(&movers)),
            there => there.to_vec(),
        },
        Destination::PlaceOf(phrase) => {
            let name = scene.resolve_one(phrase, Role::Any)?;
            return swapping::put_where_object_is(&movers, &name, scene);
        }
        Destination::Outside | Destination::Table => Vec::new(),
    };
    if movers.len() > 1 && movers.iter().any(|name| hosts.contains(name)) {
        movers.retain(|name| !hosts.contains(name));
    }
    let set_down = held_if_only_name(&movers, scene)
        .filter(|_| sources.is_empty() && matches!(verb, Some(Verb::Put | Verb::Go) | None));
    // “On top of it” where it is a container.
    let wording = match (verb, parts.wording) {
        (Some(Verb::Stack), InOrOnWording::On) => InOrOnWording::Above,
        (_, wording) => wording,
    };
    let deeds = match destination {
        Destination::Outside | Destination::Table if set_down.is_some() => {
            put_down(&set_down.unwrap_or_default(), scene)?
        }
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
        Destination::At(SpatialPreposition::Between, _) => {
            arrange::between(&movers, &hosts, scene)?
        }
        Destination::At(place, _) => put_all(&movers, place, &hosts, wording, scene)?,
        // “… there is room for it, put it there”.
        Destination::There if matches!((movers.as_slice(), hosts.as_slice(), &scene.last), ([mover], [host], Some((object, target))) if mover == object && host == target) => {
            Vec::new()
        }
        Destination::There => put_all(&movers, SpatialPreposition::To, &hosts, wording, scene)?,
        Destination::BesideIt => {
            let place = SpatialPreposition::At(Relation::NextTo);
            put_all(&movers, place, &hosts, InOrOnWording::Plain, scene)?
        }
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
    place: SpatialPreposition,
    hosts: &[String],
    wording: InOrOnWording,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let [host] = hosts else {
        return Err(replies::ask_which("one", hosts));
    };
    let place = match place {
        SpatialPreposition::At(Relation::In)
            if wording == InOrOnWording::Middle && !scene.is_container(host) =>
        {
            SpatialPreposition::At(Relation::On)
        }
        place => place,
    };
    let mut deeds = Vec::new();
    for mover in movers {
        if mover == host {
            return Err(Reply::Unclear);
        }
        require_affordance(scene, mover, Skill::Pick, "pick up")?;
        let relation = relation(place, host, scene)?;
        match wording {
            InOrOnWording::Above if relation == Relation::In => {
                return Err(replies::ask_in_or_beside(movers, host));
            }
            InOrOnWording::On if relation == Relation::In => {
                scene.put_in.push((mover.clone(), host.clone()));
            }
            _ => {}
        }
        deeds.push(arrange::put(mover, relation, host, scene));
    }
    Ok(deeds)
}

/// How something is put where the person says with these words.
fn relation(place: SpatialPreposition, host: &str, scene: &Scene) -> Result<Relation, Reply> {
    let Some(seen) = scene.object(host) else {
        return Err(Reply::Unclear);
    };
    let is_container = scene.is_container(host);
    let relation = match place {
        SpatialPreposition::At(Relation::In | Relation::On) | SpatialPreposition::To
            if is_container =>
        {
            natural_relation(seen)
        }
        SpatialPreposition::At(relation) => relation,
        SpatialPreposition::To | SpatialPreposition::NearestTo => Relation::NextTo,
        SpatialPreposition::FarthestFrom
        | SpatialPreposition::Between
        | SpatialPreposition::OutOf
        | SpatialPreposition::From => {
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
pub(super) fn natural_relation(host: &ObjectView) -> Relation {
    if kind_of(host) == "tray" {
        Relation::On
    } else {
        Relation::In
    }
}
