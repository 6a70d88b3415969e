//! Requests that name an object by its position, by half of its name, or not at all, or that name a
//! missing object.

use enact_plan::{ConversationTurn, Direction, Relation, Situation};
use enact_sim::{Color, ObjectShape};
use rand::RngExt;
use rand::seq::IndexedRandom;

use super::{container, movable, names, put_action, worded};
use crate::episode::natural_relation;
use crate::referring_expression;
use crate::vocabulary::{CONTAINERS, MOVABLE, any_name, color_of, is_movable, noun_of, shape_of};
use crate::wording::{SentenceTemplate, Speaker, chinese, english};
use enact_plan::intent::{Action, Intent};
use enact_plan::replies;
use enact_plan::replies::Language;

type Drawn = Option<(String, Intent)>;

/// Draws a request such as “Put the leftmost cube in the blue bowl.”
pub fn spatial(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let target = container(speaker, situation)?;
    let at_target = speaker.rng.random_bool(0.2);
    let like = if at_target {
        target.clone()
    } else {
        movable(speaker, situation)?
    };
    let meant = referring_expression::spatial(speaker, situation, &like, &target)?;
    let other = if at_target {
        movable(speaker, situation)?
    } else {
        target
    };
    if meant.fits.contains(&other) {
        return None;
    }
    let other_phrase = speaker.name(&other);
    let only = |speaker: &Speaker<'_>, action: Action| match meant.fits.as_slice() {
        [] => Intent::Say(replies::none_of(speaker.language, &meant.noun)),
        [_] => Intent::Act(vec![action]),
        _ => Intent::Ask(replies::which(speaker.language, &meant.noun)),
    };
    let name = meant.fits.first().cloned().unwrap_or_default();
    let (sentence, goal) = match speaker.rng.random_range(0..10) {
        0 => (
            speaker.saying(SentenceTemplate::Pick, &meant.phrase, ""),
            only(speaker, Action::Pick(name)),
        ),
        1 => (
            speaker.saying(SentenceTemplate::Point, &meant.phrase, ""),
            only(speaker, Action::Point(name)),
        ),
        _ if at_target => (
            speaker.put(
                &other_phrase,
                natural_relation(&name),
                &meant.phrase,
                shape_of(&name),
            ),
            only(speaker, put_action(&other, &name)),
        ),
        _ => (
            speaker.put(
                &meant.phrase,
                natural_relation(&other),
                &other_phrase,
                shape_of(&other),
            ),
            only(speaker, put_action(&name, &other)),
        ),
    };
    let moves_container = matches!(&goal, Intent::Act(actions) if matches!(&actions[0], Action::Pick(name) if !is_movable(name)));
    (!moves_container).then(|| (speaker.polite(&sentence), goal))
}

/// Draws a task about an object that is not on the table; half the time one that differs from a
/// visible object by color or shape alone.
pub fn missing(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let there = names(situation);
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let absent_target = speaker.rng.random_bool(0.35);
    let shapes: &[ObjectShape] = if absent_target { &CONTAINERS } else { &MOVABLE };
    let near = if absent_target { &target } else { &object };
    let absent = match speaker.rng.random_range(0..4) {
        0 => format!("{} {}", Color::ALL.choose(speaker.rng)?, noun_of(near)),
        1 => format!("{} {}", color_of(near), shapes.choose(speaker.rng)?),
        _ => any_name(speaker.rng, shapes),
    };
    if there.contains(&absent) {
        return None;
    }
    let action = match speaker.rng.random_range(0..9) {
        0 if !absent_target => Action::Pick(absent),
        1 if !absent_target => Action::Point(absent),
        2 if !absent_target => Action::Push(absent, *Direction::ALL.choose(speaker.rng)?),
        3 if absent != object => Action::Put {
            object: if absent_target {
                object
            } else {
                absent.clone()
            },
            relation: *Relation::BESIDE.choose(speaker.rng)?,
            target: if absent_target { absent } else { target },
        },
        _ if absent_target => put_action(&object, &absent),
        _ => put_action(&absent, &target),
    };
    Some(worded(speaker, vec![action]))
}

/// Draws “the cube” or “the red one”: clear if only one object fits, otherwise a reason to ask.
pub fn short(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let by_shape = speaker.rng.random_bool(0.7);
    let word = if by_shape {
        noun_of(&object)
    } else {
        color_of(&object)
    };
    let phrase = if by_shape {
        the_shape(speaker, word)
    } else {
        the_colored(speaker, word)
    };
    let fitting = names(situation)
        .iter()
        .filter(|name| name.split(' ').any(|part| part == word))
        .filter(|name| is_movable(name))
        .count();
    // Clear cases are common by themselves; doubtful ones are not.
    if fitting < 2 && speaker.rng.random_bool(0.6) {
        return None;
    }
    let targets = names(situation)
        .iter()
        .filter(|name| shape_of(name) == shape_of(&target))
        .count();
    let short_target = speaker.rng.random_bool(0.5);
    let whither = if short_target {
        the_shape(speaker, noun_of(&target))
    } else {
        speaker.name(&target)
    };
    let goal = if fitting > 1 {
        let noun = if by_shape { word } else { "one" };
        Intent::Ask(replies::which(speaker.language, noun))
    } else if short_target && targets > 1 {
        Intent::Ask(replies::which(speaker.language, noun_of(&target)))
    } else {
        Intent::Act(vec![put_action(&object, &target)])
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

fn the_colored(speaker: &mut Speaker<'_>, color: &str) -> String {
    match speaker.language {
        Language::English => {
            let pattern = "the {colour} (one|thing|object)";
            speaker.say(&[pattern], &[("{colour}", color)])
        }
        Language::Chinese => {
            let pattern = "{colour}色的(那个|东西|)";
            speaker.say(&[pattern], &[("{colour}", chinese::color(color))])
        }
    }
}

/// Draws “put it in …” after a task that named the object.
pub fn pronoun(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let before = match speaker.rng.random_range(0..3) {
        0 => Action::Pick(object.clone()),
        1 => Action::Point(object.clone()),
        _ => put_action(&object, &container(speaker, situation)?),
    };
    situation.conversation = vec![ConversationTurn {
        instruction: speaker.ask_for(std::slice::from_ref(&before)),
        replies: Vec::new(),
        handled: None,
    }];
    if matches!(before, Action::Pick(_)) && speaker.rng.random_bool(0.7) {
        situation.holding = Some(object.clone());
        situation.objects.retain(|seen| seen.name != object);
    }
    let (it, whither) = (speaker.either("it", "它").to_owned(), speaker.name(&target));
    let sentence = speaker.put(&it, natural_relation(&target), &whither, shape_of(&target));
    Some((
        speaker.polite(&sentence),
        Intent::Act(vec![put_action(&object, &target)]),
    ))
}
