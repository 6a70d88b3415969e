//! How a person may say it.

use enact_plan::{Direction, Relation};
use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::goal::Deed;

/// A sentence that asks for `deeds`; one template for deeds alike in kind and target.
pub fn ask_for(rng: &mut impl RngExt, deeds: &[Deed]) -> String {
    let sentence = match shared_target(deeds) {
        Some((objects, relation, target)) => put(rng, &list(&objects), relation, &the(&target)),
        None => deeds
            .iter()
            .map(|deed| clause(rng, deed))
            .collect::<Vec<_>>()
            .join(pick(rng, &[" and then ", ", then ", " and "])),
    };
    polite(rng, &sentence)
}

/// A sentence that asks to put what `what` says in or on what `whither` says.
pub fn put(rng: &mut impl RngExt, what: &str, relation: Relation, whither: &str) -> String {
    // People say “in the tray” and “on the bowl” too.
    let loose = (whither.ends_with("tray") || whither.ends_with("bowl")) && rng.random_bool(0.12);
    let relation = match (relation, loose) {
        (Relation::In, false) | (Relation::On, true) => pick(rng, &["in", "in", "into", "inside"]),
        _ => pick(rng, &["on", "on", "onto", "on top of"]),
    };
    match rng.random_range(0..9) {
        0..=3 => format!("put {what} {relation} {whither}"),
        4 => format!("place {what} {relation} {whither}"),
        5 => format!("drop {what} {relation} {whither}"),
        6 => format!("move {what} {relation} {whither}"),
        7 => format!("pick up {what} and put it {relation} {whither}"),
        _ => format!("i want {what} {relation} {whither}"),
    }
}

/// Wraps a sentence in the courtesies and punctuation that people use.
pub fn polite(rng: &mut impl RngExt, sentence: &str) -> String {
    let before = pick(
        rng,
        &[
            "",
            "",
            "",
            "",
            "please ",
            "can you ",
            "could you please ",
            "now ",
            "robot, ",
            "hey, ",
        ],
    );
    let after = pick(
        rng,
        &["", "", "", "", " please", ".", "!", " now", " for me"],
    );
    format!("{before}{sentence}{after}")
}

fn clause(rng: &mut impl RngExt, deed: &Deed) -> String {
    match deed {
        Deed::Put {
            object,
            relation,
            target,
        } if *relation == Relation::On && rng.random_bool(0.4) => {
            format!("stack {} on {}", the(object), the(target))
        }
        Deed::Put {
            object,
            relation,
            target,
        } => put(rng, &the(object), *relation, &the(target)),
        Deed::Pick(object) => {
            let verb = pick(
                rng,
                &["pick up", "pick", "grab", "take", "lift", "grasp", "hold"],
            );
            format!("{verb} {}", the(object))
        }
        Deed::Point(object) => {
            let verb = pick(
                rng,
                &["point to", "point at", "show me", "where is", "find"],
            );
            format!("{verb} {}", the(object))
        }
        Deed::Push(object, direction) => push(rng, object, *direction),
        Deed::Home => pick(
            rng,
            &[
                "go home",
                "move home",
                "go to your home position",
                "return home",
                "go back home",
            ],
        )
        .to_owned(),
    }
}

fn push(rng: &mut impl RngExt, object: &str, direction: Direction) -> String {
    let verb = pick(rng, &["push", "slide", "shove", "nudge"]);
    let whither = match direction {
        Direction::Left => pick(rng, &["left", "to the left", "leftwards"]),
        Direction::Right => pick(rng, &["right", "to the right", "rightwards"]),
        Direction::Away => pick(rng, &["away", "away from me", "back"]),
        Direction::Closer => pick(rng, &["closer", "towards me", "closer to me", "forward"]),
    };
    format!("{verb} {} {whither}", the(object))
}

fn shared_target(deeds: &[Deed]) -> Option<(Vec<String>, Relation, String)> {
    let mut objects = Vec::new();
    let mut place: Option<(Relation, &String)> = None;
    for deed in deeds {
        let Deed::Put {
            object,
            relation,
            target,
        } = deed
        else {
            return None;
        };
        if place.is_some_and(|place| place != (*relation, target)) {
            return None;
        }
        place = Some((*relation, target));
        objects.push(the(object));
    }
    let (relation, target) = place.filter(|_| objects.len() > 1)?;
    Some((objects, relation, target.clone()))
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// “the red cube”.
pub fn the(name: &str) -> String {
    format!("the {name}")
}

/// One of these words.
pub fn pick<'a>(rng: &mut impl RngExt, words: &[&'a str]) -> &'a str {
    words.choose(rng).expect("words are given")
}
