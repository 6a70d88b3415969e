//! Requests that name an object by its position, by half of its name, or not at all, or that name a
//! missing object.

use enact_plan::{ConversationTurn, Direction, Relation, Situation};
use enact_sim::{Color, ObjectShape};
use rand::RngExt;
use rand::seq::IndexedRandom;

use super::{container, movable, names, put_action, worded};
use crate::episode::natural_relation;
use crate::referring_expression;
use crate::vocabulary::{
    CONTAINER_SHAPES, MOVABLE_SHAPES, color_of, is_movable, noun_of, random_object_name, shape_of,
};
use crate::wording::{SentenceTemplate, Speaker, chinese, english};
use enact_plan::intent::{Action, Intent};
use enact_plan::replies;
use enact_plan::replies::Language;

type Drawn = Option<(String, Intent)>;

/// Draws a request such as “Put the leftmost cube in the blue bowl.”
pub fn draw_spatial_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let target = container(speaker, situation)?;
    let at_target = speaker.rng.random_bool(0.2);
    let like = if at_target {
        target.clone()
    } else {
        movable(speaker, situation)?
    };
    let meant = referring_expression::draw_spatial_expression(speaker, situation, &like, &target)?;
    let other = if at_target {
        movable(speaker, situation)?
    } else {
        target
    };
    if meant.fits.contains(&other) {
        return None;
    }
    let other_phrase = speaker.phrase_for_object(&other);
    let only = |speaker: &Speaker<'_>, action: Action| match meant.fits.as_slice() {
        [] => Intent::Say(replies::no_such_object(speaker.language, &meant.noun)),
        [_] => Intent::Act(vec![action]),
        _ => Intent::Ask(replies::ask_which(speaker.language, &meant.noun)),
    };
    let name = meant.fits.first().cloned().unwrap_or_default();
    let (sentence, goal) = match speaker.rng.random_range(0..10) {
        0 => (
            speaker.sentence_from_template(SentenceTemplate::Pick, &meant.phrase, ""),
            only(speaker, Action::Pick(name)),
        ),
        1 => (
            speaker.sentence_from_template(SentenceTemplate::Point, &meant.phrase, ""),
            only(speaker, Action::Point(name)),
        ),
        _ if at_target => (
            speaker.put_sentence(
                &other_phrase,
                natural_relation(&name),
                &meant.phrase,
                shape_of(&name),
            ),
            only(speaker, put_action(&other, &name)),
        ),
        _ => (
            speaker.put_sentence(
                &meant.phrase,
                natural_relation(&other),
                &other_phrase,
                shape_of(&other),
            ),
            only(speaker, put_action(&name, &other)),
        ),
    };
    let moves_container = matches!(&goal, Intent::Act(actions) if matches!(&actions[0], Action::Pick(name) if !is_movable(name)));
    (!moves_container).then(|| (speaker.add_courtesies_and_typos(&sentence), goal))
}

/// Draws a task about an object that is not on the table; half the time one that differs from a
/// visible object by color or shape alone.
pub fn draw_request_for_missing_object(
    speaker: &mut Speaker<'_>,
    situation: &mut Situation,
) -> Drawn {
    let there = names(situation);
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let absent_target = speaker.rng.random_bool(0.35);
    let shapes: &[ObjectShape] = if absent_target {
        &CONTAINER_SHAPES
    } else {
        &MOVABLE_SHAPES
    };
    let near = if absent_target { &target } else { &object };
    let absent = match speaker.rng.random_range(0..4) {
        0 => format!(
            "{} {}",
            Color::ALL_COLORS.choose(speaker.rng)?,
            noun_of(near)
        ),
        1 => format!("{} {}", color_of(near), shapes.choose(speaker.rng)?),
        _ => random_object_name(speaker.rng, shapes),
    };
    if there.contains(&absent) {
        return None;
    }
    let action = match speaker.rng.random_range(0..9) {
        0 if !absent_target => Action::Pick(absent),
        1 if !absent_target => Action::Point(absent),
        2 if !absent_target => {
            Action::Push(absent, *Direction::ALL_DIRECTIONS.choose(speaker.rng)?)
        }
        3 if absent != object => Action::Put {
            object: if absent_target {
                object
            } else {
                absent.clone()
            },
            relation: *Relation::BESIDE_RELATIONS.choose(speaker.rng)?,
            target: if absent_target { absent } else { target },
        },
        _ if absent_target => put_action(&object, &absent),
        _ => put_action(&absent, &target),
    };
    Some(worded(speaker, vec![action]))
}

/// Draws “the cube” or “the red one”: clear if only one object fits, otherwise a reason to ask.
pub fn draw_short_reference_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
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
        speaker.phrase_for_object(&target)
    };
    let goal = if fitting > 1 {
        let noun = if by_shape { word } else { "one" };
        Intent::Ask(replies::ask_which(speaker.language, noun))
    } else if short_target && targets > 1 {
        Intent::Ask(replies::ask_which(speaker.language, noun_of(&target)))
    } else {
        Intent::Act(vec![put_action(&object, &target)])
    };
    let sentence = speaker.put_sentence(
        &phrase,
        natural_relation(&target),
        &whither,
        shape_of(&target),
    );
    Some((speaker.add_courtesies_and_typos(&sentence), goal))
}

fn the_shape(speaker: &mut Speaker<'_>, shape: &str) -> String {
    match speaker.language {
        Language::English => {
            let article = if speaker.rng.random_bool(0.25) {
                "a"
            } else {
                "the"
            };
            format!("{article} {}", english::word_for_shape(speaker, shape))
        }
        Language::Chinese => chinese::word_for_shape(speaker, shape),
    }
}

fn the_colored(speaker: &mut Speaker<'_>, color: &str) -> String {
    match speaker.language {
        Language::English => {
            let pattern = "the {colour} (one|thing|object)";
            speaker.choose_wording(&[pattern], &[("{colour}", color)])
        }
        Language::Chinese => {
            let pattern = "{colour}色的(那个|东西|)";
            speaker.choose_wording(
                &[pattern],
                &[("{colour}", chinese::color_in_chinese(color))],
            )
        }
    }
}

/// Draws “put it in …” after a task that named the object.
pub fn draw_pronoun_request(speaker: &mut Speaker<'_>, situation: &mut Situation) -> Drawn {
    let object = movable(speaker, situation)?;
    let target = container(speaker, situation)?;
    let before = match speaker.rng.random_range(0..3) {
        0 => Action::Pick(object.clone()),
        1 => Action::Point(object.clone()),
        _ => put_action(&object, &container(speaker, situation)?),
    };
    situation.conversation = vec![ConversationTurn {
        instruction: speaker.request_for_actions(std::slice::from_ref(&before)),
        replies: Vec::new(),
        handled: None,
    }];
    if matches!(before, Action::Pick(_)) && speaker.rng.random_bool(0.7) {
        situation.holding = Some(object.clone());
        situation.objects.retain(|seen| seen.name != object);
    }
    let (it, whither) = (
        speaker.in_language("it", "它").to_owned(),
        speaker.phrase_for_object(&target),
    );
    let sentence =
        speaker.put_sentence(&it, natural_relation(&target), &whither, shape_of(&target));
    Some((
        speaker.add_courtesies_and_typos(&sentence),
        Intent::Act(vec![put_action(&object, &target)]),
    ))
}
