//! How things come to lie as they are wanted: in a row, sorted, stacked, between others, taken out.

use super::clause::Deed;
use super::phrase::{Phrase, Quantity};
use super::placing::natural_relation;
use super::reply::{Reply, replies};
use super::scene::{Role, Scene, kind_of};
use crate::intent::Action;
use crate::spatial_relations::Relation;

/// The deed of putting something somewhere, after which it lies there.
pub(super) fn put(object: &str, relation: Relation, target: &str, scene: &mut Scene) -> Deed {
    if let Some(seen) = scene.objects.iter_mut().find(|seen| seen.name == object) {
        seen.rests = (!relation.is_beside()).then(|| (relation, target.to_owned()));
    }
    scene.last = Some((object.to_owned(), target.to_owned()));
    scene.moved.push(object.to_owned());
    Deed::Do(Action::Put {
        object: object.to_owned(),
        relation,
        target: target.to_owned(),
    })
}

/// Takes things out of what they lie in.
pub(super) fn taken_out(
    names: &[String],
    sources: &[String],
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let mut deeds = Vec::new();
    for name in names {
        let rests = scene.object(name).and_then(|seen| seen.rests.clone());
        match rests {
            Some((_, host)) if sources.is_empty() || sources.contains(&host) => {
                deeds.push(put(name, Relation::NextTo, &host, scene));
                scene.there = vec![host];
            }
            _ if sources.is_empty() => {}
            _ => {
                return Err(Reply::Say(format!(
                    "The {name} is not in the {}.",
                    sources[0]
                )));
            }
        }
    }
    Ok(deeds)
}

/// Takes everything out of a container.
pub(super) fn emptied(host: &str, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let contents: Vec<String> = scene
        .contents(host)
        .into_iter()
        .filter(|name| !scene.excluded.contains(name))
        .collect();
    if contents.is_empty() {
        // “Empty it, I want it to have nothing in it.”
        if scene.last.as_ref().is_some_and(|(_, from)| from == host) {
            return Ok(Vec::new());
        }
        return Err(Reply::Say(format!("I do not see anything in the {host}.")));
    }
    scene.it.clone_from(&contents);
    taken_out(&contents, &[host.to_owned()], scene)
}

/// Stacks things, in the order in which they are named.
pub(super) fn tower(phrases: &[Phrase], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let mut names = all_of(phrases, scene)?;
    // A ball carries nothing.
    let carries = |name: &String| {
        scene
            .object(name)
            .is_some_and(|seen| !seen.reachable || seen.receives.contains(&Relation::On))
    };
    names.sort_by_key(|name| !carries(name));
    if names.iter().filter(|name| !carries(name)).count() > 1 {
        return Err(Reply::Say(
            "I cannot stack things that carry nothing, such as balls.".to_owned(),
        ));
    }
    if names.len() < 2 {
        return Err(replies::ask_what_to_do(&names));
    }
    let pairs: Vec<(String, String)> = names
        .windows(2)
        .map(|pair| (pair[1].clone(), pair[0].clone()))
        .collect();
    Ok(pairs
        .iter()
        .map(|(upper, lower)| put(upper, Relation::On, lower, scene))
        .collect())
}

/// Lines things up beside the one in their middle.
pub(super) fn row(phrases: &[Phrase], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    if let [first, second] = phrases
        && first.quantity == Quantity::Only
        && second.quantity == Quantity::Only
    {
        let mover = scene.resolve_one(first, Role::Mover)?;
        let mark = scene.resolve_one(second, Role::Any)?;
        return Ok(vec![put(&mover, Relation::NextTo, &mark, scene)]);
    }
    let mut names = all_of(phrases, scene)?;
    if names.len() < 2 {
        return Err(replies::ask_what_to_do(&names));
    }
    let x = |name: &String| scene.object(name).map_or(0, |seen| seen.point.x);
    names.sort_by_key(|name| x(name));
    let middle = names.len() / 2;
    let left: Vec<(String, String)> = (0..middle)
        .rev()
        .map(|at| (names[at].clone(), names[at + 1].clone()))
        .collect();
    let right: Vec<(String, String)> = (middle + 1..names.len())
        .map(|at| (names[at].clone(), names[at - 1].clone()))
        .collect();
    let mut deeds = Vec::new();
    for (object, target) in left {
        deeds.push(put(&object, Relation::LeftOf, &target, scene));
    }
    for (object, target) in right {
        deeds.push(put(&object, Relation::RightOf, &target, scene));
    }
    Ok(deeds)
}

/// The movable things that phrases mean; all, where nothing is named.
fn all_of(phrases: &[Phrase], scene: &mut Scene) -> Result<Vec<String>, Reply> {
    let mut names: Vec<String> = Vec::new();
    for phrase in phrases {
        // “The tallest thing you can”.
        if phrase.quantity == Quantity::Only
            && phrase.kinds.is_empty()
            && phrase.modifiers.is_empty()
            && phrase.unknown.is_empty()
            && phrase.pronoun.is_none()
        {
            continue;
        }
        // “A tower from the cubes”, “the cube” among several.
        let many = Phrase {
            quantity: match phrase.quantity {
                Quantity::Only if phrase.plural => Quantity::All(None),
                other => other,
            },
            ..phrase.clone()
        };
        for name in scene.resolve(&many, Role::Mover)? {
            if !names.contains(&name) && !scene.is_container(&name) {
                names.push(name);
            }
        }
    }
    if names.is_empty() {
        names = scene
            .movable_names()
            .into_iter()
            .filter(|name| !scene.excluded.contains(name))
            .collect();
    }
    scene.it.clone_from(&names);
    Ok(names)
}

/// Puts things of one kind, or one color, together.
pub(super) fn grouped_by_kind_or_color(
    phrases: &[Phrase],
    by_color: bool,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let mut named: Vec<String> = Vec::new();
    for phrase in phrases {
        let is_things = phrase.kinds.is_empty() && phrase.modifiers.is_empty();
        if is_things || scene.phrase_means_container(phrase) != Some(false) {
            continue;
        }
        named.extend(scene.resolve(phrase, Role::Mover)?);
    }
    let movers = if named.is_empty() {
        scene.movable_names()
    } else {
        named
    };
    let movers: Vec<String> = movers
        .into_iter()
        .filter(|name| !scene.excluded.contains(name))
        .collect();
    let containers = scene.containers();
    if by_color {
        return by_colors(&movers, &containers, scene);
    }
    let mut kinds: Vec<String> = Vec::new();
    for name in &movers {
        let kind = scene
            .object(name)
            .map(kind_of)
            .unwrap_or_default()
            .to_owned();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() || containers.len() < kinds.len() {
        return Err(Reply::Ask(
            "Which things do you mean to go where?".to_owned(),
        ));
    }
    // Balls fill a bowl so that its rim is hardly seen any more: they go on a tray, if there is one.
    kinds.sort_by_key(|kind| kind == "ball");
    let mut hosts = containers;
    hosts.sort_by_key(|host| scene.object(host).map(natural_relation) != Some(Relation::In));
    let mut deeds = Vec::new();
    for (kind, host) in kinds.iter().zip(&hosts) {
        for name in &movers {
            let is_kind = scene.object(name).map(kind_of) == Some(kind);
            let relation = scene.object(host).map(natural_relation);
            if let (true, Some(relation)) = (is_kind, relation) {
                deeds.push(put(name, relation, host, scene));
            }
        }
    }
    Ok(deeds)
}

fn by_colors(
    movers: &[String],
    containers: &[String],
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let color = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
    let mut deeds = Vec::new();
    for mover in movers {
        let host = containers
            .iter()
            .find(|host| color(host) == color(mover))
            .cloned();
        let Some(host) = host else {
            return Err(Reply::Ask(format!(
                "Which place do you mean for the {mover}? I do not see a {} one.",
                color(mover)
            )));
        };
        if let Some(relation) = scene.object(&host).map(natural_relation) {
            deeds.push(put(mover, relation, &host, scene));
        }
    }
    Ok(deeds)
}

/// Puts something between two others: beside the one, on the side of the other.
pub(super) fn between(
    movers: &[String],
    ends: &[String],
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let mut ends = ends.to_vec();
    ends.retain(|end| !movers.contains(end));
    if ends.len() != 2 {
        ends = scene.containers();
    }
    let ([mover], [first, second]) = (movers, ends.as_slice()) else {
        return Err(Reply::Ask(
            "Which two do you mean, between which it goes?".to_owned(),
        ));
    };
    let point = |name: &str| {
        scene.object(name).map_or((0.0, 0.0), |seen| {
            (f64::from(seen.point.x), f64::from(seen.point.y))
        })
    };
    let (from, to) = (point(first), point(second));
    let (right, down) = (to.0 - from.0, to.1 - from.1);
    let relation = match right.abs() >= down.abs() {
        true if right > 0.0 => Relation::RightOf,
        true => Relation::LeftOf,
        false if down > 0.0 => Relation::InFrontOf,
        false => Relation::Behind,
    };
    Ok(vec![put(mover, relation, first, scene)])
}
