//! Examples of plans.
//!
//! | module | idea |
//! |---|---|
//! | `single` | requests for one action |
//! | `sequence` | requests for several actions |
//! | `ambiguous` | requests that name nothing, too much, or a missing object |
//! | `no_action` | words that ask for no action, and words that must be ignored |

mod ambiguous;
pub(crate) mod no_action;
mod sequence;
mod single;

use enact_plan::{Situation, prompt};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::episode::{natural_relation, random_initial_situation, simulate_expert_steps};
use crate::vocabulary::is_movable;
use crate::wording::{Speaker, WordingSplit};
use enact_plan::expert;
use enact_plan::intent::{Action, Intent};
use enact_plan::replies::Language;

/// Share of requests in Chinese.
const CHINESE: f64 = 0.27;

/// A prompt and the desired completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanExample {
    /// Prompt as `enact-plan` writes it, compact style.
    pub prompt: String,
    /// Plan as JSON.
    pub completion: String,
    /// Kind of situation practiced.
    pub kind: &'static str,
}

type Draw = fn(&mut Speaker<'_>, &mut Situation) -> Option<(String, Intent)>;

/// Kinds of situations with their weights.
const KINDS: &[(&str, u32, Draw)] = &[
    ("put", 20, single::draw_put_request),
    ("stack", 5, single::draw_stack_request),
    ("beside", 6, single::draw_put_beside_request),
    ("pick", 3, single::draw_pick_request),
    ("point", 3, single::draw_point_request),
    ("push", 3, single::draw_push_request),
    ("home", 1, single::draw_go_home_request),
    ("several", 6, sequence::draw_request_for_two_puts),
    ("all", 14, sequence::draw_put_all_request),
    ("sort", 9, sequence::draw_sort_by_color_request),
    ("tower", 5, sequence::draw_tower_request),
    ("swap", 30, sequence::draw_swap_contents_request),
    ("reference", 26, ambiguous::draw_spatial_request),
    ("missing", 13, ambiguous::draw_request_for_missing_object),
    ("short", 14, ambiguous::draw_short_reference_request),
    ("pronoun", 3, ambiguous::draw_pronoun_request),
    ("talk", 9, no_action::draw_small_talk_or_question),
    (
        "hostile",
        5,
        no_action::draw_instruction_containing_hostile_demand,
    ),
];

/// Returns the `index`th example of a data set, which depends only on the seed.
pub fn generate_plan_example(seed: u64, index: u64, wordings: WordingSplit) -> PlanExample {
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
        let mut situation = random_initial_situation(&mut rng);
        let mut speaker = Speaker {
            rng: &mut rng,
            language,
            wordings,
        };
        if let Some((instruction, goal)) = draw(&mut speaker, &mut situation) {
            situation.instruction = instruction;
            break (situation, goal);
        }
    };
    simulate_expert_steps(&mut rng, &goal, &mut situation);
    let plan = expert::plan(&goal, &situation);
    PlanExample {
        prompt: prompt::compact_plan_prompt(&situation),
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

fn put_action(object: &str, target: &str) -> Action {
    Action::Put {
        object: object.to_owned(),
        relation: natural_relation(target),
        target: target.to_owned(),
    }
}

fn worded(speaker: &mut Speaker<'_>, actions: Vec<Action>) -> (String, Intent) {
    (speaker.request_for_actions(&actions), Intent::Act(actions))
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
            let made = generate_plan_example(7, index, WordingSplit::Training);
            Plan::parse(&made.completion).unwrap();
            assert_eq!(
                made,
                generate_plan_example(7, index, WordingSplit::Training)
            );
            kinds.insert(made.kind);
        }
        assert_eq!(kinds.len(), KINDS.len(), "{kinds:?}");
        assert_ne!(
            generate_plan_example(7, 1, WordingSplit::Training),
            generate_plan_example(8, 1, WordingSplit::Training)
        );
    }
}
