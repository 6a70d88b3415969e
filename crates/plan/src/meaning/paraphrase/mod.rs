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
//! | `corpus` | the sentences of `wordings/`, on tables drawn by a seed |
//! | `training` | weights from the sentences |
//! | `scoring` | how many sentences are understood, with and without it |

mod classifier;
mod corpus;
mod features;
mod mention;
mod scoring;
mod training;
mod wording;

use std::sync::LazyLock;

use super::scene::Scene;
use super::{Meaning, words};
use crate::expert;
use crate::intent::{Action, Intent};
use crate::situation::Situation;
use classifier::Classifier;
pub use corpus::{Corpus, CorpusError};
pub use scoring::{Tally, cross_validated, score};
pub use training::train;

/// The weights that ship; `cargo run -p enact-plan --example wordings train` makes them.
const WEIGHTS: &[u8] = include_bytes!("weights.bin");

static CLASSIFIER: LazyLock<Option<Classifier>> = LazyLock::new(|| Classifier::read(WEIGHTS));

/// What the instruction of `situation` means if it is put plainly; `None` where that is not sure.
pub(super) fn meaning(situation: &Situation) -> Option<Meaning> {
    meaning_by(CLASSIFIER.as_ref()?, situation)
}

fn meaning_by(classifier: &Classifier, situation: &Situation) -> Option<Meaning> {
    let scene = Scene::new(situation);
    let words = words::read(&situation.instruction, &situation.objects);
    let wording = classifier.paraphrase(&mention::read(&words, &scene))?;
    let plain = Situation {
        instruction: wording.clone(),
        ..situation.clone()
    };
    let meaning = Meaning::by_rules(&plain);
    // Nobody asks for what is so.
    let is_open = |action: &Action| !expert::is_done(action, situation);
    let is_wanted = matches!(&meaning.intent, Intent::Act(actions) if actions.iter().any(is_open));
    (is_wanted && meaning.remark.is_none()).then_some(Meaning {
        taken_for: Some(wording),
        ..meaning
    })
}

#[cfg(test)]
mod tests;
