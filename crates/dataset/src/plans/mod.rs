//! Examples of plans.
//!
//! | module | idea |
//! |---|---|
//! | [`one`] | requests for one deed |
//! | [`several`] | requests for several deeds |
//! | [`unclear`] | requests that name nothing, too much, or what is not there |
//! | [`talk`] | words that ask for no deed, and words that should not count |

mod one;
mod several;
pub(crate) mod talk;
mod unclear;

use enact_plan::{Situation, prompt};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::episode::{advance, any_table, natural_relation};
use crate::goal::{Deed, Goal};
use crate::teacher;
use crate::vocabulary::is_movable;
use crate::wording::{Language, Speaker, Wordings};

/// Share of requests in Chinese.
const CHINESE: f64 = 0.27;

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

type Draw = fn(&mut Speaker<'_>, &mut Situation) -> Option<(String, Goal)>;

/// What is practised, and how often.
const KINDS: &[(&str, u32, Draw)] = &[
    ("put", 20, one::put),
    ("stack", 5, one::stack),
    ("beside", 6, one::beside),
    ("pick", 3, one::pick),
    ("point", 3, one::point),
    ("push", 3, one::push),
    ("home", 1, one::home),
    ("several", 6, several::several),
    ("all", 14, several::all),
    ("sort", 9, several::sort),
    ("tower", 5, several::tower),
    ("swap", 30, several::swap),
    ("reference", 26, unclear::spatial),
    ("missing", 13, unclear::missing),
    ("short", 14, unclear::short),
    ("pronoun", 3, unclear::pronoun),
    ("talk", 9, talk::talk),
    ("hostile", 5, talk::hostile),
];

/// The `index`th example of a data set; the same for the same seed.
pub fn example(seed: u64, index: u64, wordings: Wordings) -> PlanExample {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    let (kind, _, draw) = KINDS
        .choose_weighted(&mut rng, |(_, weight, _)| *weight)
        .expect("weights are positive");
    let language = if rng.random_bool(CHINESE) {
        Language::Chinese
    } else {
        Language::English
    };
    let (mut situation, goal) = loop {
        let mut situation = any_table(&mut rng);
        let mut speaker = Speaker {
            rng: &mut rng,
            language,
            wordings,
        };
        if let Some((task, goal)) = draw(&mut speaker, &mut situation) {
            situation.task = task;
            break (situation, goal);
        }
    };
    advance(&mut rng, &goal, &mut situation);
    let plan = teacher::plan(&goal, &situation);
    PlanExample {
        prompt: prompt::compact(&situation),
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

fn one_of(
    speaker: &mut Speaker<'_>,
    situation: &Situation,
    fits: impl Fn(&str) -> bool,
) -> Option<String> {
    let fitting: Vec<String> = names(situation)
        .into_iter()
        .filter(|name| fits(name))
        .collect();
    fitting.choose(speaker.rng).cloned()
}

fn movable(speaker: &mut Speaker<'_>, situation: &Situation) -> Option<String> {
    one_of(speaker, situation, is_movable)
}

fn container(speaker: &mut Speaker<'_>, situation: &Situation) -> Option<String> {
    one_of(speaker, situation, |name| !is_movable(name))
}

fn put_deed(object: &str, target: &str) -> Deed {
    Deed::Put {
        object: object.to_owned(),
        relation: natural_relation(target),
        target: target.to_owned(),
    }
}

fn worded(speaker: &mut Speaker<'_>, deeds: Vec<Deed>) -> (String, Goal) {
    (speaker.ask_for(&deeds), Goal::Act(deeds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::Plan;
    use std::collections::BTreeSet;

    #[test]
    fn examples_are_valid_varied_and_repeatable() {
        let mut kinds = BTreeSet::new();
        for index in 0..1000 {
            let made = example(7, index, Wordings::Training);
            Plan::parse(&made.completion).unwrap();
            assert_eq!(made, example(7, index, Wordings::Training));
            kinds.insert(made.kind);
        }
        assert_eq!(kinds.len(), KINDS.len(), "{kinds:?}");
        assert_ne!(
            example(7, 1, Wordings::Training),
            example(8, 1, Wordings::Training)
        );
    }
}
