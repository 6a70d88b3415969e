//! What the rules do not make out, in the plainest wording with the same meaning.
//!
//! A sentence is reduced to its words and to what it speaks of; a small classifier, trained on
//! sentences in many voices, tells which plain wording has the same meaning; the rules read that
//! wording. So what is seen, ambiguous, absent or forbidden is decided where it always is, and the
//! person is told what the sentence was taken for.
//!
//! This is the translation of free text to admissible wording of Huang et al., “Language Models as
//! Zero-Shot Planners” (2022), without a language model.
//!
//! | module | idea |
//! |---|---|
//! | `mention` | a sentence as words and numbered mentions of things |
//! | `wording` | plain wordings with places for mentions |
//! | `features` | what the classifier sees of a sentence |
//! | `classifier` | how likely each plain wording is |
//! | `choice` | what is meant, by what the rules read and by the plain wording |
//! | `corpus` | the sentences of `wordings/`, on tables drawn by a seed |
//! | `augmentation` | sentences with something unknown in them |
//! | `training` | weights from the sentences |
//! | `scoring` | how many sentences are understood, with and without it |

mod augmentation;
mod choice;
mod classifier;
mod corpus;
mod features;
mod mention;
mod scoring;
mod training;
mod wording;

use std::sync::LazyLock;

use super::scene::Scene;
use super::{Meaning, Read, words};
use crate::expert;
use crate::intent::{Action, Intent};
use crate::situation::Situation;
use choice::choose_rules_or_paraphrase;
use classifier::{Classifier, Wording};
pub use corpus::{Corpus, CorpusError};
pub use scoring::{RulesAndWordingsScore, Tally, cross_validated, score};
pub use training::train;

/// The weights that ship; `cargo run -p enact-plan --example wordings train` makes them.
const WEIGHTS: &[u8] = include_bytes!("weights.bin");

static CLASSIFIER: LazyLock<Option<Classifier>> =
    LazyLock::new(|| Classifier::from_file_bytes(WEIGHTS));

/// Returns what the instruction of `situation` means, of which `rules` is what the rules read.
pub(super) fn meaning(rules: Read, situation: &Situation) -> Meaning {
    match CLASSIFIER.as_ref() {
        Some(classifier) => choose_rules_or_paraphrase(rules, classifier, situation),
        None => rules.meaning,
    }
}

/// What an instruction is likely to mean.
#[derive(Clone, Debug)]
struct Reading {
    wording: Wording,
    /// What the rules make of the wording.
    meaning: Meaning,
}

/// Returns the likeliest plain wording of the instruction of `situation`; `None` where none fits, or
/// where all that it asks for is so already.
fn reading(classifier: &Classifier, situation: &Situation) -> Option<Reading> {
    let scene = Scene::new(situation);
    let words = words::read(&situation.instruction, &situation.objects);
    let wording = classifier.likeliest_wording(&mention::delexicalize_words(&words, &scene))?;
    let plain = Situation {
        instruction: wording.text.clone(),
        ..situation.clone()
    };
    let meaning = Meaning::by_rules(&plain);
    // Nobody asks for what is so.
    let is_open = |action: &Action| !expert::is_action_done(action, situation);
    let is_wanted = matches!(&meaning.intent, Intent::Act(actions) if actions.iter().any(is_open));
    (is_wanted && meaning.remark.is_none()).then(|| Reading {
        meaning: Meaning {
            taken_for: Some(wording.text.clone()),
            ..meaning
        },
        wording,
    })
}

#[cfg(test)]
mod tests;
