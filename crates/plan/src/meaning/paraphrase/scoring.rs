//! How many sentences are understood, with and without plain wordings.

use std::collections::BTreeMap;

use super::classifier::Classifier;
use super::corpus::{Corpus, Draw, Judge, Table};
use super::training::trained;
use super::wording::{filled, said};
use super::{CLASSIFIER, meaning_by};
use crate::intent::{Action, Intent};
use crate::meaning::Meaning;

/// What came of the sentences of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Read by the rules as is meant, or left alone as is meant.
    pub right: usize,
    /// Answered or asked about.
    pub asked: usize,
    /// Something else is done.
    pub wrong: usize,
    /// Read as is meant only with a plain wording.
    pub more_right: usize,
    /// Something else is done only because of a plain wording.
    pub more_wrong: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.asked += other.asked;
        self.wrong += other.wrong;
        self.more_right += other.more_right;
        self.more_wrong += other.more_wrong;
    }
}

/// Scores sentences with the weights that ship; `tell` is called with each that is taken for
/// something else.
pub fn score(corpus: &Corpus, tell: impl FnMut(&str, &str)) -> BTreeMap<String, Tally> {
    scored(corpus, CLASSIFIER.as_ref(), None, tell)
}

/// Scores the sentences of each voice with weights from all others.
pub fn cross_validated(
    corpus: &Corpus,
    mut tell: impl FnMut(&str, &str),
) -> BTreeMap<String, Tally> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for voice in 0..corpus.voices {
        let classifier = trained(corpus, Some(voice));
        for (kind, tally) in scored(corpus, Some(&classifier), Some(voice), &mut tell) {
            *tallies.entry(kind).or_default() += tally;
        }
    }
    tallies
}

fn scored(
    corpus: &Corpus,
    classifier: Option<&Classifier>,
    voice: Option<usize>,
    mut tell: impl FnMut(&str, &str),
) -> BTreeMap<String, Tally> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for (index, sentence) in corpus.sentences.iter().enumerate() {
        if voice.is_some_and(|voice| voice != sentence.voice) {
            continue;
        }
        let kind = &corpus.kinds[sentence.kind];
        let tally = tallies.entry(kind.name.clone()).or_default();
        let Some(variant) = kind.variants.first() else {
            continue;
        };
        let table = Table::drawn(variant, &mut Draw(1000 + index as u64));
        let Some(text) = table.said(&sentence.text) else {
            continue;
        };
        let wanted: Vec<Intent> = variant
            .plain
            .iter()
            .filter_map(|plain| filled(plain, |role, form| said(&table.mention(role)?, form)))
            .map(|plain| Meaning::by_rules(&table.situation(plain)).intent)
            .collect();
        let situation = table.situation(text);
        let is_right = |intent: &Intent| {
            let Intent::Act(actions) = intent else {
                return (kind.judge == Judge::Still).then_some(true);
            };
            let is_wanted = |wanted: &Intent| matches!(wanted, Intent::Act(wanted) if alike(wanted, kind.judge) == alike(actions, kind.judge));
            Some(wanted.iter().any(is_wanted))
        };
        let (by_rules, is_lost) = Meaning::read(&situation);
        match is_right(&by_rules.intent) {
            Some(true) => tally.right += 1,
            Some(false) => {
                tally.wrong += 1;
                tell(
                    &situation.instruction,
                    &format!("rules: {:?}", by_rules.intent),
                );
            }
            None => tally.asked += 1,
        }
        let plain = classifier.filter(|_| is_lost);
        let Some(plain) = plain.and_then(|plain| meaning_by(plain, &situation)) else {
            continue;
        };
        match is_right(&plain.intent) {
            Some(true) => tally.more_right += 1,
            _ => {
                tally.more_wrong += 1;
                tell(&situation.instruction, &plain.taken_for.unwrap_or_default());
            }
        }
    }
    tallies
}

/// Actions as short texts that are equal where the same is meant.
fn alike(actions: &[Action], judge: Judge) -> Vec<String> {
    let mut told: Vec<String> = actions
        .iter()
        .map(|action| match action {
            Action::Put {
                object,
                relation,
                target,
            } => {
                let relation = match relation {
                    one if !one.is_beside() => "at",
                    _ if judge == Judge::Near => "near",
                    one => one.name(),
                };
                match judge {
                    Judge::Any => format!("put {relation}"),
                    Judge::Near if relation == "near" => format!("{object} near"),
                    _ => format!("{object} {relation} {target}"),
                }
            }
            action => format!("{action:?}"),
        })
        .collect();
    told.sort();
    told
}
