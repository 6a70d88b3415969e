//! What is meant, by what the rules read and by the plain wording.

use super::super::offer;
use super::{Classifier, Reading, reading};
use crate::intent::Intent;
use crate::meaning::{Meaning, Outcome, Read};
use crate::situation::Situation;
use crate::speech_act::SpeechAct;

/// Probability from which a wording is believed although the rules make out something else.
const SURER_THAN_RULES: f32 = 0.85;
/// Probability from which a wording is believed although the sentence sounds like news or a question.
const SURER_THAN_ACT: f32 = 0.9;
/// Probability from which a wording is offered in a question.
const LIKELY: f32 = 0.4;

/// Returns what the instruction of `situation` means, of which `rules` is what the rules read.
pub(super) fn chosen(rules: Read, classifier: &Classifier, situation: &Situation) -> Meaning {
    let Some(plain) = is_open(rules.act)
        .then(|| reading(classifier, situation))
        .flatten()
    else {
        return rules.meaning;
    };
    if is_part_of(&plain.meaning.intent, &rules.meaning.intent) {
        return rules.meaning;
    }
    if is_surer(&plain, &rules) {
        return plain.meaning;
    }
    let wording = &plain.wording;
    let is_lost = rules.outcome == Outcome::Lost;
    if is_lost && wording.is_possible && wording.likelihood >= LIKELY {
        return Meaning {
            intent: Intent::Ask(offer::question(&wording.text)),
            remark: None,
            ..rules.meaning
        };
    }
    rules.meaning
}

/// Whether a sentence of this sort may be a request in other words. What forbids stays forbidden.
fn is_open(act: SpeechAct) -> bool {
    act.is_request() || act.may_be_request()
}

/// Whether what the plain wording asks for is only what the rules made out, or a part of it.
fn is_part_of(plain: &Intent, rules: &Intent) -> bool {
    match (plain, rules) {
        (Intent::Act(plain), Intent::Act(rules)) => plain.iter().all(|one| rules.contains(one)),
        _ => false,
    }
}

/// Whether the plain wording says better what is meant than the rules.
fn is_surer(plain: &Reading, rules: &Read) -> bool {
    let wording = &plain.wording;
    let acts = matches!(rules.meaning.intent, Intent::Act(_));
    let least = match rules.outcome {
        Outcome::MadeOut if acts && wording.is_usual => SURER_THAN_RULES,
        Outcome::MadeOut | Outcome::Settled => return false,
        Outcome::Replied if !rules.act.is_request() => SURER_THAN_ACT,
        Outcome::Replied | Outcome::Lost => 0.0,
    };
    wording.is_sure && wording.likelihood >= least
}
