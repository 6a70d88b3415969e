//! A search among texts of known worth.

use std::collections::HashMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

const PRESENT: &str = "You plan for a robot arm.";
const PLANTED: &str = "You plan for a robot arm. Look twice before you grasp.";
/// How often the present text succeeds.
const USUAL: f64 = 0.5;

const BOUNDS: SearchBounds = SearchBounds {
    rounds: 4,
    candidates: 4,
    shown: 3,
    longest: 200,
};

/// Proposes texts from a list, and notes what it was shown.
struct Listed {
    texts: Vec<String>,
    shown: Vec<Vec<u64>>,
}

impl Listed {
    fn new(texts: impl IntoIterator<Item = String>) -> Self {
        Self {
            texts: texts.into_iter().collect(),
            shown: Vec::new(),
        }
    }
}

impl Proposer for Listed {
    fn propose(&mut self, best: &[&ScoredText], count: usize) -> Result<Vec<String>, Reason> {
        self.shown
            .push(best.iter().map(|it| it.successes()).collect());
        let count = count.min(self.texts.len());
        Ok(self.texts.drain(..count).collect())
    }
}

/// Succeeds as often as a text is worth; `fails_at` breaks off at that call, once.
struct Worth {
    worth: HashMap<String, f64>,
    seed: u64,
    calls: Vec<(String, Half)>,
    fails_at: Option<usize>,
}

impl Worth {
    fn new(seed: u64) -> Self {
        Self {
            worth: HashMap::new(),
            seed,
            calls: Vec::new(),
            fails_at: None,
        }
    }

    fn with(mut self, text: &str, worth: f64) -> Self {
        self.worth.insert(text.to_owned(), worth);
        self
    }
}

impl Scorer for Worth {
    fn check(&self, text: &str) -> Result<(), Reason> {
        match text.contains("{{") {
            true => Err("it is no template".into()),
            false => Ok(()),
        }
    }

    fn score(&mut self, text: &str, half: Half) -> Result<Vec<TrialResult>, Reason> {
        if self.fails_at == Some(self.calls.len()) {
            self.fails_at = None;
            return Err("the power fails".into());
        }
        self.calls.push((text.to_owned(), half));
        let worth = self.worth.get(text).copied().unwrap_or(USUAL);
        let sum = text.bytes().fold(0_u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        let trials = match half {
            Half::Training => 20,
            Half::HeldOut => 60,
        };
        let seed = half.seed(self.seed) ^ sum;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let trial = |number| TrialResult {
            number,
            success: rng.random_bool(worth),
            refusals: 0,
        };
        Ok((0..trials).map(trial).collect())
    }
}

fn proposals(seed: u64) -> Vec<String> {
    (0..16)
        .map(|number| format!("Text {number} of {seed}."))
        .collect()
}

fn searched(
    proposer: &mut Listed,
    scorer: &mut Worth,
    path: &Path,
) -> Result<Finding, SearchError> {
    search_for_better_text(PRESENT, &BOUNDS, "s", path, (proposer, scorer), &mut |_| {})
}

#[test]
fn a_planted_better_text_is_found() {
    for seed in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let mut texts = proposals(seed);
        texts[9] = PLANTED.to_owned();
        let mut proposer = Listed::new(texts);
        let mut scorer = Worth::new(seed).with(PLANTED, 0.95);
        let path = folder.path().join("state.json");
        let finding = searched(&mut proposer, &mut scorer, &path).unwrap();
        assert_eq!(finding.winner(), Some(PLANTED), "{seed}: {finding:?}");
        // The worst of the best comes first, and the planted one is among them once it was tried.
        assert_eq!(proposer.shown[0].len(), 1);
        assert_eq!(proposer.shown[3].len(), 3);
        assert!(proposer.shown.iter().all(|shown| shown.is_sorted()));
        assert!(proposer.shown[3][2] >= 15, "{:?}", proposer.shown);
    }
}

#[test]
fn a_text_inside_the_noise_is_rejected() {
    let mut led = 0;
    let mut won = 0;
    for seed in 0..60 {
        let folder = tempfile::tempdir().unwrap();
        let mut scorer = Worth::new(seed);
        let path = folder.path().join("state.json");
        let finding = searched(&mut Listed::new(proposals(seed)), &mut scorer, &path).unwrap();
        // Of sixteen texts of equal worth, one is nearly always ahead by luck.
        led += u32::from(finding.best.successes() > finding.present.successes() + 1);
        won += u32::from(finding.winner().is_some());
    }
    assert!(led > 45, "{led}");
    // At most one in forty is taken for better by chance.
    assert!(won <= 3, "{won}");
}

#[test]
fn a_search_goes_on_where_it_was_interrupted() {
    let texts = || {
        let mut texts = proposals(1);
        texts[5] = PLANTED.to_owned();
        texts
    };
    let scorer = || Worth::new(1).with(PLANTED, 0.95);
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.json");
    let mut at_once = scorer();
    let expected = searched(&mut Listed::new(texts()), &mut at_once, &whole).unwrap();
    // One for the present text, one for each proposal, and two that judge.
    assert_eq!(at_once.calls.len(), 19);
    for fails_at in 0..at_once.calls.len() {
        let path = folder.path().join(format!("{fails_at}.json"));
        let mut interrupted = scorer();
        interrupted.fails_at = Some(fails_at);
        let mut proposer = Listed::new(texts());
        let error = searched(&mut proposer, &mut interrupted, &path).unwrap_err();
        assert_eq!(error.to_string(), "the power fails");
        let finding = searched(&mut proposer, &mut interrupted, &path).unwrap();
        assert_eq!(finding.winner(), expected.winner());
        assert_eq!(finding.best, expected.best);
        // Nothing was tried twice.
        assert_eq!(interrupted.calls, at_once.calls, "{fails_at}");
    }
    assert!(!folder.path().join("whole.json.new").exists());
    // Once it is over, nothing is tried again.
    let mut over = scorer();
    searched(&mut Listed::new(Vec::new()), &mut over, &whole).unwrap();
    assert!(over.calls.is_empty());
}

#[test]
fn a_state_of_another_search_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let mut scorer = Worth::new(1);
    searched(&mut Listed::new(Vec::new()), &mut scorer, &path).unwrap();
    let mut proposer = Listed::new(Vec::new());
    let parts: (&mut dyn Proposer, &mut dyn Scorer) = (&mut proposer, &mut scorer);
    let error =
        search_for_better_text(PRESENT, &BOUNDS, "t", &path, parts, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("other settings"), "{error}");
    std::fs::write(&path, "{\"settings\"").unwrap();
    let error = searched(&mut proposer, &mut scorer, &path).unwrap_err();
    assert!(
        error.to_string().contains("no state of a search"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_tried_or_was_tried_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["  ", "{{ nothing }}", "A.", "A. "].map(str::to_owned);
    let long = "x".repeat(201);
    let mut proposer = Listed::new(texts.into_iter().chain([long, PRESENT.to_owned()]));
    let mut scorer = Worth::new(1);
    let mut dropped = Vec::new();
    let parts: (&mut dyn Proposer, &mut dyn Scorer) = (&mut proposer, &mut scorer);
    let path = folder.path().join("state.json");
    let finding = search_for_better_text(PRESENT, &BOUNDS, "s", &path, parts, &mut |event| {
        if let SearchEvent::Dropped(_, why) = event {
            dropped.push(why.to_owned());
        }
    });
    let parts = ["empty", "no template", "before", "201 characters", "before"];
    assert_eq!(dropped.len(), parts.len(), "{dropped:?}");
    for (why, part) in dropped.iter().zip(parts) {
        assert!(why.contains(part), "{part}: {why}");
    }
    let tried: Vec<&str> = scorer.calls.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(tried[..2], [PRESENT, "A."]);
    assert!(finding.is_ok());
}

#[test]
fn of_texts_that_succeed_alike_the_one_with_fewer_refusals_is_better() {
    let text = |name: &str, successes: u64, refusals: u64| ScoredText {
        text: name.to_owned(),
        round: 1,
        trials: (0..4)
            .map(|number| TrialResult {
                number,
                success: number < successes,
                refusals,
            })
            .collect(),
    };
    let tried = [
        text("a", 2, 1),
        text("b", 2, 0),
        text("c", 3, 9),
        text("d", 2, 0),
    ];
    let names: Vec<&str> = best(&tried, 3).iter().map(|it| it.text.as_str()).collect();
    assert_eq!(names, ["d", "b", "c"]);
}
