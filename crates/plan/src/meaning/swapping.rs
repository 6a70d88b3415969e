//! Things that change places.

use super::arrange::put;
use super::clause::Deed;
use super::phrase::{Phrase, Pronoun};
use super::placing::natural_relation;
use super::reply::{Reply, replies};
use super::scene::{Role, Scene};
use crate::spatial_relations::Relation;

/// Has the contents of two containers change places; one thing waits on the table.
pub(super) fn swap_objects(phrases: &[Phrase], scene: &mut Scene) -> Result<Vec<Deed>, Reply> {
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
    // “The cube and the ball: trade places.”
    if phrases.is_empty() && scene.swapped.is_none() && scene.it.len() == 2 {
        names.clone_from(&scene.it);
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
        _ => Err(replies::ask_what_to_do(&names)),
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
    let natural_at = |host: &str| scene.object(host).map_or(Relation::In, natural_relation);
    let (at_first, at_second) = (natural_at(&first), natural_at(&second));
    Ok(vec![
        put(one, Relation::NextTo, &first, scene),
        put(other, at_first, &first, scene),
        put(one, at_second, &second, scene),
    ])
}

/// “Where the ball is”: into what it lies in; both ways round it is a swap.
pub(super) fn put_where_object_is(
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
