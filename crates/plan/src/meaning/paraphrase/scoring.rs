//! How many sentences are understood, with and without plain wordings.

use std::collections::BTreeMap;

use super::classifier::Classifier;
use super::corpus::{Corpus, MeaningMatchCriterion, SeededRng, Table};
use super::training::train_without_voice;
use super::wording::{fill_placeholders, mention_in_form};
use super::{CLASSIFIER, choose_rules_or_paraphrase};
use crate::intent::{Action, Intent};
use crate::meaning::Meaning;

/// How sentences were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As is meant: carried out, or left alone.
    pub right: usize,
    /// Answered or asked about.
    pub asked: usize,
    /// For something else, which is done.
    pub wrong: usize,
}

impl Tally {
    fn count(&mut self, is_right: Option<bool>) {
        match is_right {
            Some(true) => self.right += 1,
            Some(false) => self.wrong += 1,
            None => self.asked += 1,
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.asked += other.asked;
        self.wrong += other.wrong;
    }
}

/// What came of the sentences of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RulesAndWordingsScore {
    /// By rules alone.
    pub rules: Tally,
    /// With plain wordings.
    pub both: Tally,
}

impl std::ops::AddAssign for RulesAndWordingsScore {
    fn add_assign(&mut self, other: Self) {
        self.rules += other.rules;
        self.both += other.both;
    }
}

/// Scores sentences with the weights that ship; `tell` is called with each that is taken for
/// something else.
pub fn score(
    corpus: &Corpus,
    tell: impl FnMut(&str, &str),
) -> BTreeMap<String, RulesAndWordingsScore> {
    scored(corpus, CLASSIFIER.as_ref(), None, tell)
}

/// Scores the sentences of each voice with weights from all others.
pub fn cross_validated(
    corpus: &Corpus,
    mut tell: impl FnMut(&str, &str),
) -> BTreeMap<String, RulesAndWordingsScore> {
    let mut tallies: BTreeMap<String, RulesAndWordingsScore> = BTreeMap::new();
    for voice in 0..corpus.voices {
        let classifier = train_without_voice(corpus, Some(voice));
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
) -> BTreeMap<String, RulesAndWordingsScore> {
    let mut tallies: BTreeMap<String, RulesAndWordingsScore> = BTreeMap::new();
    for (index, sentence) in corpus.sentences.iter().enumerate() {
        if voice.is_some_and(|voice| voice != sentence.voice) {
            continue;
        }
        let kind = &corpus.kinds[sentence.kind];
        let tally = tallies.entry(kind.name.clone()).or_default();
        let Some(variant) = kind.variants.first() else {
            continue;
        };
        let table = Table::random_table(variant, &mut SeededRng(1000 + index as u64));
        let Some(text) = table.fill_sentence(&sentence.text) else {
            continue;
        };
        let wanted: Vec<Intent> = variant
            .plain
            .iter()
            .filter_map(|plain| {
                fill_placeholders(plain, |role, form| {
                    mention_in_form(&table.mention_of_role(role)?, form)
                })
            })
            .map(|plain| Meaning::by_rules(&table.situation_with_instruction(plain)).intent)
            .collect();
        let situation = table.situation_with_instruction(text);
        let is_right = |intent: &Intent| {
            let Intent::Act(actions) = intent else {
                return (kind.judge == MeaningMatchCriterion::Still).then_some(true);
            };
            let is_wanted = |wanted: &Intent| matches!(wanted, Intent::Act(wanted) if alike(wanted, kind.judge) == alike(actions, kind.judge));
            Some(wanted.iter().any(is_wanted))
        };
        let rules = Meaning::read(&situation);
        tally.rules.count(is_right(&rules.meaning.intent));
        let meaning = match classifier {
            Some(classifier) => choose_rules_or_paraphrase(rules, classifier, &situation),
            None => rules.meaning,
        };
        let taken = is_right(&meaning.intent);
        tally.both.count(taken);
        if taken != Some(true) {
            let how = meaning.taken_for.as_deref().unwrap_or("by rules");
            let word = if taken.is_none() { "asks" } else { "wrong" };
            tell(
                &situation.instruction,
                &format!("{word}, {how}: {:?}", meaning.intent),
            );
        }
    }
    tallies
}

/// Actions as short texts that are equal where the same is meant.
fn alike(actions: &[Action], judge: MeaningMatchCriterion) -> Vec<String> {
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
                    _ if judge == MeaningMatchCriterion::Near => "near",
                    one => one.name(),
                };
                match judge {
                    MeaningMatchCriterion::Any => format!("put {relation}"),
                    MeaningMatchCriterion::Near if relation == "near" => format!("{object} near"),
                    _ => format!("{object} {relation} {target}"),
                }
            }
            action => format!("{action:?}"),
        })
        .collect();
    told.sort();
    told
}
