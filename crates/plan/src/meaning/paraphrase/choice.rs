//! What is meant, by what the rules read and by the plain wording.

use super::super::offer;
use super::classifier::Fit;
use super::{Classifier, Reading, reading};
use crate::intent::Intent;
use crate::meaning::{Meaning, Outcome, Read};
use crate::situation::Situation;
use crate::speech_act::SpeechAct;

/// Probability from which a wording is believed although the rules make out something else, and the
/// same where some of its words are unusual.
///
/// All of these are from leaving out one voice after the other (6,615 sentences): there, nothing that
/// forbids was put plainly, and what the rules had right was lost once or twice.
const SURER_THAN_RULES: f32 = 0.85;
const SURER_THAN_RULES_IF_UNUSUAL: f32 = 0.95;
/// Probability from which a wording is believed although the sentence sounds like news or a question,
/// and the same where some of its words are unusual.
const SURER_THAN_ACT: f32 = 0.8;
const SURER_THAN_ACT_IF_UNUSUAL: f32 = 0.9;
/// Probability from which a wording is believed although the sentence sounds as if it forbade
/// something or took it back; all words that do so must be usual where it is meant.
const SURER_THAN_NO: f32 = 0.95;
/// Probability from which a wording is offered in a question.
const LIKELY: f32 = 0.4;

/// Returns what the instruction of `situation` means, of which `rules` is what the rules read.
pub(super) fn choose_rules_or_paraphrase(
    rules: Read,
    classifier: &Classifier,
    situation: &Situation,
) -> Meaning {
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
    if is_lost && wording.fit < Fit::Impossible && wording.likelihood >= LIKELY {
        return Meaning {
            intent: Intent::Ask(offer::offer_question(&wording.text)),
            remark: None,
            ..rules.meaning
        };
    }
    rules.meaning
}

/// Whether a sentence of this sort may be a request in other words.
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
    let least = match (rules.outcome, wording.fit) {
        (Outcome::MadeOut, Fit::Usual) if acts => SURER_THAN_RULES,
        (Outcome::MadeOut, Fit::Unusual) if acts => SURER_THAN_RULES_IF_UNUSUAL,
        (Outcome::MadeOut | Outcome::Settled, _) => return false,
        (_, Fit::Usual) if forbids(rules.act) => SURER_THAN_NO,
        _ if forbids(rules.act) => return false,
        (_, Fit::Usual) if !rules.act.is_request() => SURER_THAN_ACT,
        _ if !rules.act.is_request() => SURER_THAN_ACT_IF_UNUSUAL,
        (Outcome::Replied | Outcome::Lost, _) => 0.0,
    };
    wording.is_sure && wording.likelihood >= least
}

/// Whether it says that something is not to be done, or not any more.
fn forbids(act: SpeechAct) -> bool {
    matches!(act, SpeechAct::Prohibition | SpeechAct::Cancellation)
}
