//! Requests that name something by where it is, by half its name, not at all, or
//! though it is not there.

use enact_plan::{Direction, Exchange, Relation, Situation};
use rand::RngExt;
use rand::seq::IndexedRandom;

use super::{container, movable, names, put_deed, worded};
use crate::episode::natural_relation;
use crate::goal::{Deed, Goal};
use crate::reference;
use crate::speech;
use crate::vocabulary::{COLOURS, CONTAINERS, MOVABLE, any_name, colour_of, is_movable, shape_of};
use crate::wording::{Language, Saying, Speaker, chinese, english};

type Drawn = Option<(String, Goal)>;

/// “Put the leftmost cube in the blue bowl.”
pub fn spatial(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let target = container(speaker, situation)?;
    let at_target = speaker.rng.random_bool(0.2);
    let like = if at_target {
        target.clone()
    } else {
        movable(speaker, situation)?
    };
    let meant = reference::spatial(speaker, situation, &like, &target)?;
    let other = if at_target {
        movable(speaker, situation)?
    } else {
        target
    };
    if meant.fits.contains(&other) {
        return None;
    }
    let other_phrase = speaker.name(&other);
    let only = |speaker: &Speaker<'_>, deed: Deed| match meant.fits.as_slice() {
        [] => Goal::Say(speech::none_of(speaker.language, &meant.noun)),
        [_] => Goal::Act(vec![deed]),
        _ => Goal::Ask(speech::which(speaker.language, &meant.noun)),
    };
    let name = meant.fits.first().cloned().unwrap_or_default();
    let (sentence, goal) = match speaker.rng.random_range(0..10) {
        0 => (
            speaker.saying(Saying::Pick, &meant.phrase, ""),
            only(speaker, Deed::Pick(name)),
        ),
        1 => (
            speaker.saying(Saying::Point, &meant.phrase, ""),
            only(speaker, Deed::Point(name)),
        ),
        _ if at_target => (
            speaker.put(
                &other_phrase,
                natural_relation(&name),
                &meant.phrase,
                shape_of(&name),
            ),
            only(speaker, put_deed(&other, &name)),
        ),
        _ => (
            speaker.put(
                &meant.phrase,
                natural_relation(&other),
                &other_phrase,
                shape_of(&other),
            ),
            only(speaker, put_deed(&name, &other)),
        ),
    };
    let moves_container = matches!(&goal, Goal::Act(deeds) if matches!(&deeds[0], Deed::Pick(name) if !is_movable(name)));
    (!moves_container).then(|| (speaker.polite(&sentence), goal))
}

/// The task names something that is not on the table; half the time something
/// that differs from a seen object by colour or shape alone.
pub fn missing(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let there = names(situation);
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let absent_target = speaker.rng.random_bool(0.35);
    let shapes: &[&str] = if absent_target { &CONTAINERS } else { &MOVABLE };
    let near = if absent_target { &target } else { &object };
    let absent = match speaker.rng.random_range(0..4) {
        0 => format!("{} {}", COLOURS.choose(speaker.rng)?, shape_of(near)),
        1 => format!("{} {}", colour_of(near), shapes.choose(speaker.rng)?),
        _ => any_name(speaker.rng, shapes),
    };
    if there.contains(&absent) {
        return None;
    }
    let deed = match speaker.rng.random_range(0..9) {
        0 if !absent_target => Deed::Pick(absent),
        1 if !absent_target => Deed::Point(absent),
        2 if !absent_target => Deed::Push(absent, *Direction::ALL.choose(speaker.rng)?),
        3 if absent != object => Deed::Put {
            object: if absent_target {
                object
            } else {
                absent.clone()
            },
            relation: *Relation::BESIDE.choose(speaker.rng)?,
            target: if absent_target { absent } else { target },
        },
        _ if absent_target => put_deed(&object, &absent),
        _ => put_deed(&absent, &target),
    };
    Some(worded(speaker, vec![deed]))
}

/// “the cube”, “the red one”: clear if only one fits, otherwise a reason to ask.
pub fn short(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let by_shape = speaker.rng.random_bool(0.7);
    let word = if by_shape {
        shape_of(&object)
    } else {
        colour_of(&object)
    };
    let phrase = if by_shape {
        the_shape(speaker, word)
    } else {
        the_coloured(speaker, word)
    };
    let fitting = names(situation)
        .iter()
        .filter(|name| name.split(' ').any(|part| part == word))
        .filter(|name| is_movable(name))
        .count();
    // Clear cases are common by themselves, doubtful ones are not.
    if fitting < 2 && speaker.rng.random_bool(0.6) {
        return None;
    }
    let targets = names(situation)
        .iter()
        .filter(|name| shape_of(name) == shape_of(&target))
        .count();
    let short_target = speaker.rng.random_bool(0.5);
    let whither = if short_target {
        the_shape(speaker, shape_of(&target))
    } else {
        speaker.name(&target)
    };
    let goal = if fitting > 1 {
        let noun = if by_shape { word } else { "one" };
        Goal::Ask(speech::which(speaker.language, noun))
    } else if short_target && targets > 1 {
        Goal::Ask(speech::which(speaker.language, shape_of(&target)))
    } else {
        Goal::Act(vec![put_deed(&object, &target)])
    };
    let sentence = speaker.put(
        &phrase,
        natural_relation(&target),
        &whither,
        shape_of(&target),
    );
    Some((speaker.polite(&sentence), goal))
}

fn the_shape(speaker: &mut Speaker<'_>, shape: &str) -> String {
    match speaker.language {
        Language::English => {
            let article = if speaker.rng.random_bool(0.25) {
                "a"
            } else {
                "the"
            };
            format!("{article} {}", english::shape(speaker, shape))
        }
        Language::Chinese => chinese::shape(speaker, shape),
    }
}

fn the_coloured(speaker: &mut Speaker<'_>, colour: &str) -> String {
    match speaker.language {
        Language::English => {
            let pattern = "the {colour} (one|thing|object)";
            speaker.say(&[pattern], &[("{colour}", colour)])
        }
        Language::Chinese => {
            let pattern = "{colour}色的(那个|东西|)";
            speaker.say(&[pattern], &[("{colour}", chinese::colour(colour))])
        }
    }
}

/// “put it in …” after a task that named the object.
pub fn pronoun(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let before = match speaker.rng.random_range(0..3) {
        0 => Deed::Pick(object.clone()),
        1 => Deed::Point(object.clone()),
        _ => put_deed(&object, &container(speaker, situation)?),
    };
    situation.conversation = vec![Exchange {
        task: speaker.ask_for(std::slice::from_ref(&before)),
        replies: Vec::new(),
    }];
    if matches!(before, Deed::Pick(_)) && speaker.rng.random_bool(0.7) {
        situation.holding = Some(object.clone());
        situation.objects.retain(|seen| seen.name != object);
    }
    let (it, whither) = (speaker.either("it", "它").to_owned(), speaker.name(&target));
    let sentence = speaker.put(&it, natural_relation(&target), &whither, shape_of(&target));
    Some((
        speaker.polite(&sentence),
        Goal::Act(vec![put_deed(&object, &target)]),
    ))
}
