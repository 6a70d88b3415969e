//! What the robot cannot do.

use super::clause::Deed;
use super::clauses::preposition_of;
use super::lexicon::{Concept, SpatialPreposition, Verb};
use super::phrase::Item;
use super::scene::{Role, Scene};
use super::words::Word;
use crate::spatial_relations::Relation;

/// Verbs of hitting that are also said for putting: “whack it in the bowl”.
const SLANG: [&str; 12] = [
    "squeeze", "squash", "whack", "slap", "slam", "smack", "thump", "wham", "bash", "thwack",
    "shoot", "knock",
];

/// What is asked for by those who want limits to be broken.
const BREAK_THE_RULES: &str = "break the rules";

fn breaks_rules(item: &Item) -> bool {
    matches!(item.concept(), Some(Concept::Cannot(deed)) if deed == BREAK_THE_RULES)
}

/// Whether nothing of a request is done that asks for this, too.
pub(super) fn is_unsafe(deed: &str) -> bool {
    deed == BREAK_THE_RULES
}

/// Whether what is named lies already where it says: “smack the cube in the bowl” is no putting.
fn lies_there(items: &[Item], scene: &Scene) -> bool {
    let mut phrases = items.iter().filter_map(Item::as_phrase);
    let (Some(object), Some(host)) = (phrases.next(), phrases.next()) else {
        return false;
    };
    let hosts = scene
        .names_fitting_phrase(host, Role::Host)
        .unwrap_or_default();
    let objects = scene
        .names_fitting_phrase(object, Role::Mover)
        .unwrap_or_default();
    let lies = |name: &String| {
        scene
            .object(name)
            .and_then(|seen| seen.rests.as_ref())
            .is_some_and(|(_, at)| hosts.contains(at))
    };
    objects.iter().any(lies)
}

/// Whether a verb is in a form that tells what somebody or something does: “touches”, “touching”.
pub(super) fn is_inflected(word: &Word) -> bool {
    let verb = word.text.split(' ').next().unwrap_or_default();
    let is_third = verb.ends_with('s') && !verb.ends_with("ss");
    is_third || verb.ends_with("ing") || verb.ends_with("ed")
}

/// A deed that the robot cannot do, where the clause asks for one.
pub(super) fn impossible_deed(items: &[Item], scene: &mut Scene) -> Option<Deed> {
    // “Slam it in the bowl at full speed”: how is not allowed, whatever the rest says.
    let at = items.iter().position(breaks_rules).or_else(|| {
        let is_impossible = |item: &Item| matches!(item.concept(), Some(Concept::Cannot(_)));
        items.iter().position(is_impossible)
    })?;
    let Item::Word(word) = &items[at] else {
        return None;
    };
    let Concept::Cannot(deed) = &word.concept else {
        return None;
    };
    let before = at.checked_sub(1).map(|before| &items[before]);
    if before.is_some_and(|item| item.has_concept(&Concept::Somebody)) {
        return None;
    }
    // “The cube keeps rolling off” tells what it does.
    let is_wished = items[..at]
        .iter()
        .any(|item| item.is_verb(Verb::Want) || item.is_verb(Verb::Should));
    if !is_wished && is_inflected(word) && items[..at].iter().any(|item| item.as_phrase().is_some())
    {
        return None;
    }
    // “Throw the cube in the bowl”, “press it in the bowl”, “give it to the bowl”.
    let pushes = items[at..].iter().any(|item| item.is_verb(Verb::Push));
    let clears = items[at..].iter().any(|item| item.is_verb(Verb::Clear));
    if deed == "hand over" && (pushes || clears) {
        return None;
    }
    let is_slang = ["hit", "break"].contains(&deed.as_str())
        && SLANG.iter().any(|verb| word.text.starts_with(verb))
        && !lies_there(&items[at..], scene);
    let places = ["throw", "hand over", "press"].contains(&deed.as_str()) || is_slang;
    let into = items[at..].windows(2).any(|pair| {
        matches!(
            preposition_of(&pair[0]),
            Some(SpatialPreposition::At(Relation::In | Relation::On) | SpatialPreposition::To)
        ) && pair[1].as_phrase().is_some_and(|phrase| {
            phrase.unknown.is_empty() && scene.phrase_means_container(phrase) == Some(true)
        })
    });
    // “Squeeze it in between the bowls”.
    let between = is_slang
        && items[at..]
            .iter()
            .any(|item| preposition_of(item) == Some(SpatialPreposition::Between));
    if places && into || between {
        return None;
    }
    let takes_object = !deed.contains(' ') && deed != "swing" || deed == "hand over";
    let object = items[at + 1..]
        .iter()
        .find_map(Item::as_phrase)
        .filter(|_| takes_object);
    let object = object.map(|phrase| format!(" {}", phrase.text));
    Some(Deed::Unable(format!(
        "{deed}{}",
        object.unwrap_or_default()
    )))
}
