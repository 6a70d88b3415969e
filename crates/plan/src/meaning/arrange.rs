//! How things come to lie as they are wanted: in a row, sorted, swapped, stacked, taken out.

use super::clause::Deed;
use super::phrase::{Phrase, Pronoun, Quantity};
use super::placing::natural;
use super::reply::{Reply, replies};
use super::scene::{Role, Scene, kind_of};
use crate::intent::Action;
use crate::situation::ObjectView;
use crate::skills::Skill;
use crate::space::Relation;

/// Distance of centers below which something is in the way, meters.
const TOO_CLOSE: f64 = 0.11;

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
        return Err(replies::what_to_do(&names));
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
        return Err(replies::what_to_do(&names));
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
            .movers()
            .into_iter()
            .filter(|name| !scene.excluded.contains(name))
            .collect();
    }
    scene.it.clone_from(&names);
    Ok(names)
}

/// Puts things of one kind, or one color, together.
pub(super) fn sorted(
    phrases: &[Phrase],
    by_color: bool,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let mut named: Vec<String> = Vec::new();
    for phrase in phrases {
        let is_things = phrase.kinds.is_empty() && phrase.modifiers.is_empty();
        if is_things || scene.names_container(phrase) != Some(false) {
            continue;
        }
        named.extend(scene.resolve(phrase, Role::Mover)?);
    }
    let movers = if named.is_empty() {
        scene.movers()
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
    hosts.sort_by_key(|host| scene.object(host).map(natural) != Some(Relation::In));
    let mut deeds = Vec::new();
    for (kind, host) in kinds.iter().zip(&hosts) {
        for name in &movers {
            let is_kind = scene.object(name).map(kind_of) == Some(kind);
            let relation = scene.object(host).map(natural);
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
        if let Some(relation) = scene.object(&host).map(natural) {
            deeds.push(put(mover, relation, &host, scene));
        }
    }
    Ok(deeds)
}

/// Has the contents of two containers change places; one thing waits on the table.
pub(super) fn swapped(phrases: &[Phrase], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let mut names: Vec<String> = Vec::new();
    for phrase in phrases {
        // “Each into the other's bowl.”
        if phrase.other && names.len() > 1 {
            continue;
        }
        // “Each one goes where the other was.”
        if phrase.kinds.is_empty()
            && phrase.modifiers.is_empty()
            && phrase.unknown.is_empty()
            && phrase.pronoun.is_none()
        {
            continue;
        }
        let many = match phrase.pronoun {
            Some(Pronoun::Contents) => {
                let mut found = Vec::new();
                for (_, _, hosts) in &phrase.at {
                    for host in hosts {
                        let hosts = scene.resolve(host, Role::Host)?;
                        found.extend(hosts.iter().flat_map(|host| scene.contents(host)));
                    }
                }
                found
            }
            _ => scene.resolve(phrase, Role::Any)?,
        };
        names.extend(many);
    }
    names.dedup();
    // “Swap the bowls' contents”.
    if names.len() == 2 && names.iter().any(|name| scene.is_container(name)) {
        let contents = |name: &String| match scene.is_container(name) {
            true => scene.contents(name),
            false => vec![name.clone()],
        };
        names = names.iter().flat_map(contents).collect();
    }
    // “Each goes where the other was” says it once more.
    let is_done = |name: &String| scene.moved.contains(name);
    if scene.swapped.is_some() && names.len() < 2 || !names.is_empty() && names.iter().all(is_done)
    {
        return Ok(Vec::new());
    }
    match names.as_slice() {
        [one, other] => exchange(&one.clone(), &other.clone(), scene),
        _ => Err(replies::what_to_do(&names)),
    }
}

fn exchange(one: &str, other: &str, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let host = |name: &str| {
        scene
            .object(name)
            .and_then(|seen| seen.rests.clone())
            .map(|(_, host)| host)
    };
    let (Some(first), Some(second)) = (host(one), host(other)) else {
        return Err(Reply::Say(
            "I cannot swap things that do not lie in or on two others.".to_owned(),
        ));
    };
    scene.swapped = Some([one.to_owned(), other.to_owned()]);
    let natural_at = |host: &str| scene.object(host).map_or(Relation::In, natural);
    let (at_first, at_second) = (natural_at(&first), natural_at(&second));
    Ok(vec![
        put(one, Relation::NextTo, &first, scene),
        put(other, at_first, &first, scene),
        put(one, at_second, &second, scene),
    ])
}

/// “Where the ball is”: into what it lies in; both ways round it is a swap.
pub(super) fn in_place_of(
    movers: &[String],
    name: &str,
    scene: &mut Scene,
) -> Result<Vec<Deed>, Reply> {
    let [mover] = movers else {
        return Err(Reply::Unclear);
    };
    let host = |name: &str| scene.object(name).and_then(|seen| seen.rests.clone());
    // “… and the other where the first was” says it once more.
    let again = scene
        .swapped
        .as_ref()
        .is_some_and(|pair| pair.contains(mover) && pair.iter().any(|one| one == name));
    if again {
        return Ok(Vec::new());
    }
    match (host(mover), host(name)) {
        (Some(_), Some(_)) => exchange(mover, name, scene),
        _ => Err(Reply::Say(
            "I cannot put something where another thing is.".to_owned(),
        )),
    }
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

/// Moves away what stands close to `mark`.
pub(super) fn cleared(mark: &str, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let Some(at) = scene.object(mark).cloned() else {
        return Err(Reply::Unclear);
    };
    let close: Vec<String> = scene
        .objects
        .iter()
        .filter(|seen| {
            seen.name != mark
                && seen.rests.is_none()
                && !scene.is_container(&seen.name)
                && distance(seen, &at) < TOO_CLOSE
        })
        .map(|seen| seen.name.clone())
        .collect();
    if close.is_empty() {
        return Err(Reply::Say(format!(
            "I do not see anything close to the {mark}."
        )));
    }
    let mut deeds = Vec::new();
    for name in close {
        deeds.extend(parted(&name, mark, scene)?);
    }
    Ok(deeds)
}

/// Moves `object` to another thing that is far from `mark`.
pub(super) fn parted(object: &str, mark: &str, scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
    let Some(at) = scene.object(mark).cloned() else {
        return Err(Reply::Unclear);
    };
    if scene
        .object(object)
        .is_some_and(|seen| seen.reachable && !seen.affords.contains(&Skill::Pick))
    {
        return Err(Reply::Say(format!("I cannot pick up the {object}.")));
    }
    let others = scene.objects.iter().filter(|seen| {
        seen.name != object && seen.name != mark && seen.reachable && seen.rests.is_none()
    });
    let far = others
        .max_by(|a, b| distance(a, &at).total_cmp(&distance(b, &at)))
        .filter(|seen| distance(seen, &at) > 2.0 * TOO_CLOSE);
    match far.map(|seen| seen.name.clone()) {
        Some(far) => {
            scene.it = vec![object.to_owned()];
            Ok(vec![put(object, Relation::NextTo, &far, scene)])
        }
        None => Err(replies::where_to(&[object.to_owned()])),
    }
}

fn distance(a: &ObjectView, b: &ObjectView) -> f64 {
    (a.position - b.position).xy().norm()
}
