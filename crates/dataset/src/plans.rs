//! Examples of plans.

use enact_plan::{Direction, Exchange, PromptStyle, Relation, Situation, Skill, prompt};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::episode::{advance, any_table, natural_relation};
use crate::goal::{Deed, Goal};
use crate::teacher;
use crate::vocabulary::{COLOURS, CONTAINERS, MOVABLE, any_name, colour_of, is_movable, shape_of};
use crate::wording::{ask_for, pick, polite, put, the};

/// A prompt and the completion that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanExample {
    /// As `enact-plan` writes it, compact style.
    pub prompt: String,
    /// The plan as JSON.
    pub completion: String,
    /// What is practised.
    pub kind: &'static str,
}

type Draw = fn(&mut ChaCha8Rng, &mut Situation) -> Option<(String, Goal)>;

/// What is practised, and how often.
const KINDS: &[(&str, u32, Draw)] = &[
    ("put", 26, put_one),
    ("stack", 10, stack),
    ("pick", 8, pick_one),
    ("point", 8, point),
    ("push", 6, push),
    ("home", 1, home),
    ("missing", 14, missing),
    ("several", 8, several),
    ("all", 8, all),
    ("short", 10, short_reference),
    ("pronoun", 4, pronoun),
    ("talk", 3, talk),
];

/// The `index`th example of a data set; the same for the same seed.
pub fn example(seed: u64, index: u64) -> PlanExample {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    let (kind, _, draw) = KINDS
        .choose_weighted(&mut rng, |(_, weight, _)| *weight)
        .expect("weights are positive");
    let (situation, goal) = loop {
        let mut situation = any_table(&mut rng);
        if let Some((task, goal)) = draw(&mut rng, &mut situation) {
            situation.task = task;
            break (situation, goal);
        }
    };
    finish(&mut rng, kind, situation, &goal)
}

fn finish(
    rng: &mut ChaCha8Rng,
    kind: &'static str,
    mut situation: Situation,
    goal: &Goal,
) -> PlanExample {
    advance(rng, goal, &mut situation);
    let plan = teacher::plan(goal, &situation);
    PlanExample {
        prompt: prompt::plan(PromptStyle::Compact, &situation, &Skill::ALL),
        completion: serde_json::to_string(&plan).expect("a plan is always valid JSON"),
        kind,
    }
}

fn names(situation: &Situation) -> Vec<String> {
    situation
        .objects
        .iter()
        .map(|seen| seen.name.clone())
        .collect()
}

fn movable(rng: &mut ChaCha8Rng, situation: &Situation) -> Option<String> {
    let movable: Vec<String> = names(situation)
        .into_iter()
        .filter(|name| is_movable(name))
        .collect();
    movable.choose(rng).cloned()
}

fn container(rng: &mut ChaCha8Rng, situation: &Situation) -> Option<String> {
    let containers: Vec<String> = names(situation)
        .into_iter()
        .filter(|name| !is_movable(name))
        .collect();
    containers.choose(rng).cloned()
}

fn put_deed(object: &str, target: &str) -> Deed {
    Deed::Put {
        object: object.to_owned(),
        relation: natural_relation(target),
        target: target.to_owned(),
    }
}

fn worded(rng: &mut ChaCha8Rng, deeds: Vec<Deed>) -> (String, Goal) {
    (ask_for(rng, &deeds), Goal::Act(deeds))
}

fn put_one(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let deed = put_deed(&movable(rng, situation)?, &container(rng, situation)?);
    Some(worded(rng, vec![deed]))
}

fn stack(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let object = movable(rng, situation)?;
    let hosts: Vec<String> = names(situation)
        .into_iter()
        .filter(|name| *name != object && ["cube", "cylinder"].contains(&shape_of(name)))
        .collect();
    let deed = Deed::Put {
        object,
        relation: Relation::On,
        target: hosts.choose(rng)?.clone(),
    };
    Some(worded(rng, vec![deed]))
}

fn pick_one(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let object = movable(rng, situation)?;
    Some(worded(rng, vec![Deed::Pick(object)]))
}

fn point(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let object = names(situation).choose(rng)?.clone();
    Some(worded(rng, vec![Deed::Point(object)]))
}

fn push(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let object = movable(rng, situation)?;
    let direction = *Direction::ALL.choose(rng)?;
    Some(worded(rng, vec![Deed::Push(object, direction)]))
}

fn home(rng: &mut ChaCha8Rng, _situation: &mut Situation) -> Option<(String, Goal)> {
    Some(worded(rng, vec![Deed::Home]))
}

/// The task names something that is not on the table; half the time something
/// that differs from a seen object by colour or shape alone.
fn missing(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let there = names(situation);
    let object = movable(rng, situation)?;
    let target = container(rng, situation)?;
    let absent_target = rng.random_bool(0.35);
    let shapes: &[&str] = if absent_target { &CONTAINERS } else { &MOVABLE };
    let near = if absent_target { &target } else { &object };
    let absent = match rng.random_range(0..4) {
        0 => format!("{} {}", COLOURS.choose(rng)?, shape_of(near)),
        1 => format!("{} {}", colour_of(near), shapes.choose(rng)?),
        _ => any_name(rng, shapes),
    };
    if there.contains(&absent) {
        return None;
    }
    let deed = match rng.random_range(0..8) {
        0 if !absent_target => Deed::Pick(absent),
        1 if !absent_target => Deed::Point(absent),
        2 if !absent_target => Deed::Push(absent, *Direction::ALL.choose(rng)?),
        _ if absent_target => put_deed(&object, &absent),
        _ => put_deed(&absent, &target),
    };
    Some(worded(rng, vec![deed]))
}

fn several(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let first = movable(rng, situation)?;
    let second = movable(rng, situation)?;
    let target = container(rng, situation)?;
    let other = container(rng, situation)?;
    if first == second {
        return None;
    }
    let target_of_second = if rng.random_bool(0.5) {
        &target
    } else {
        &other
    };
    let deeds = vec![
        put_deed(&first, &target),
        put_deed(&second, target_of_second),
    ];
    Some(worded(rng, deeds))
}

fn all(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let like = movable(rng, situation)?;
    let target = container(rng, situation)?;
    type Filter = fn(&str, &str) -> bool;
    let (phrase, belongs): (String, Filter) = match rng.random_range(0..3) {
        0 => (
            format!(
                "{} {}s",
                pick(rng, &["all the", "all", "every one of the"]),
                shape_of(&like)
            ),
            |name, like| shape_of(name) == shape_of(like),
        ),
        1 => (
            format!(
                "{} {}",
                pick(rng, &["everything", "all things"]),
                colour_of(&like)
            ),
            |name, like| colour_of(name) == colour_of(like),
        ),
        _ => ("everything".to_owned(), |_, _| true),
    };
    let deeds: Vec<Deed> = names(situation)
        .iter()
        .filter(|name| is_movable(name) && belongs(name, &like))
        .map(|name| put_deed(name, &target))
        .collect();
    let sentence = put(rng, &phrase, natural_relation(&target), &the(&target));
    Some((polite(rng, &sentence), Goal::Act(deeds)))
}

/// “the cube”, “the red one”: clear if only one fits, otherwise a reason to ask.
fn short_reference(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let object = movable(rng, situation)?;
    let target = container(rng, situation)?;
    let by_shape = rng.random_bool(0.7);
    let (word, phrase) = if by_shape {
        (shape_of(&object), the(shape_of(&object)))
    } else {
        (
            colour_of(&object),
            format!("the {} one", colour_of(&object)),
        )
    };
    let fitting = names(situation)
        .iter()
        .filter(|name| name.split(' ').any(|part| part == word))
        .filter(|name| is_movable(name))
        .count();
    let targets = names(situation)
        .iter()
        .filter(|name| shape_of(name) == shape_of(&target))
        .count();
    let short_target = rng.random_bool(0.5);
    let target_phrase = the(if short_target {
        shape_of(&target)
    } else {
        &target
    });
    let sentence = put(rng, &phrase, natural_relation(&target), &target_phrase);
    let goal = if fitting > 1 {
        Goal::Ask(format!(
            "Which {} do you mean?",
            if by_shape { word } else { "one" }
        ))
    } else if short_target && targets > 1 {
        Goal::Ask(format!("Which {} do you mean?", shape_of(&target)))
    } else {
        Goal::Act(vec![put_deed(&object, &target)])
    };
    Some((polite(rng, &sentence), goal))
}

/// “put it in …” after a task that named the object.
fn pronoun(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let object = movable(rng, situation)?;
    let target = container(rng, situation)?;
    let before = match rng.random_range(0..3) {
        0 => Deed::Pick(object.clone()),
        1 => Deed::Point(object.clone()),
        _ => put_deed(&object, &container(rng, situation)?),
    };
    situation.conversation = vec![Exchange {
        task: ask_for(rng, std::slice::from_ref(&before)),
        replies: Vec::new(),
    }];
    if matches!(before, Deed::Pick(_)) && rng.random_bool(0.7) {
        situation.holding = Some(object.clone());
        situation.objects.retain(|seen| seen.name != object);
    }
    let sentence = put(rng, "it", natural_relation(&target), &the(&target));
    Some((
        polite(rng, &sentence),
        Goal::Act(vec![put_deed(&object, &target)]),
    ))
}

fn talk(rng: &mut ChaCha8Rng, situation: &mut Situation) -> Option<(String, Goal)> {
    let help = "I can pick, place, stack, push and point to things on the table.";
    let greeting = [
        "hello",
        "hi there",
        "how are you?",
        "who are you?",
        "good morning",
        "thank you",
    ];
    let request = [
        "what can you do?",
        "help",
        "make me a coffee",
        "sing a song",
        "throw it at the wall",
        "tell me a joke",
    ];
    Some(match rng.random_range(0..3) {
        0 => (
            pick(rng, &greeting).to_owned(),
            Goal::Say("Hello.".to_owned()),
        ),
        1 => (pick(rng, &request).to_owned(), Goal::Say(help.to_owned())),
        _ => {
            let question = pick(
                rng,
                &[
                    "what do you see?",
                    "what is on the table?",
                    "list the objects",
                    "look at the table",
                ],
            );
            let seen = names(situation).join(", ");
            (question.to_owned(), Goal::Say(format!("I see: {seen}.")))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::Plan;

    #[test]
    fn examples_are_valid_varied_and_repeatable() {
        let mut kinds = std::collections::BTreeSet::new();
        for index in 0..500 {
            let made = example(7, index);
            Plan::parse(&made.completion).unwrap();
            assert_eq!(made, example(7, index));
            kinds.insert(made.kind);
        }
        assert_eq!(kinds.len(), KINDS.len(), "{kinds:?}");
        assert_ne!(example(7, 1), example(8, 1));
    }
}
