//! A search for a better text of a prompt.
//!
//! A model proposes texts, given the best so far with their scores; each is tried in the same
//! trials. The best is then judged by other trials, against the present text, trial by trial: only
//! what beats it there, and not by chance, takes its place.
//!
//! Chengrun Yang and others, “Large Language Models as Optimizers”, 2023, arXiv 2309.03409.
//!
//! | module | idea |
//! |---|---|
//! | this one | the search |
//! | [`split`] | which trials search, and which judge |
//! | [`state`] | how far a search has come, on disk |

pub mod split;
pub mod state;

use std::path::Path;

use enact_types::Reason;
use serde::Serialize;
use thiserror::Error;

use crate::paired::PairedTest;

pub use split::Half;
pub use state::{ScoredText, SearchState, StateError, TrialResult};

/// Proposes texts.
pub trait Proposer {
    /// Returns new texts, `count` at most, given the best so far, the worst of them first.
    ///
    /// # Errors
    /// The reason why nothing can be proposed any more.
    fn propose(&mut self, best: &[&ScoredText], count: usize) -> Result<Vec<String>, Reason>;
}

/// Tries texts.
pub trait Scorer {
    /// Returns whether a text can be tried at all.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check(&self, text: &str) -> Result<(), Reason>;

    /// Tries a text in all trials of a half, which are the same for each text.
    ///
    /// # Errors
    /// The reason why the trials could not be made.
    fn score(&mut self, text: &str, half: Half) -> Result<Vec<TrialResult>, Reason>;
}

/// Bounds of a search.
#[derive(Clone, Copy, Debug)]
pub struct SearchBounds {
    /// Number of times that texts are proposed.
    pub rounds: u32,
    /// Number of texts that are proposed each time.
    pub candidates: usize,
    /// Number of texts that whoever proposes is shown.
    pub shown: usize,
    /// Most characters of a text.
    pub longest: usize,
}

/// What a search tells on its way.
#[derive(Clone, Copy, Debug)]
pub enum SearchEvent<'a> {
    /// A text was tried in training.
    Tried(&'a ScoredText),
    /// A proposal is not tried, and why.
    Dropped(&'a str, &'a str),
    /// The best text and the present one are judged.
    Judging,
}

/// What came of a search.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The present text in training.
    pub present: ScoredText,
    /// The best text in training; the present one if none is better.
    pub best: ScoredText,
    /// How the best text did against the present one in the trials that judge; none if it is that.
    pub judged: Option<Judgment>,
}

/// How two texts did in the trials that judge.
#[derive(Clone, Debug, Serialize)]
pub struct Judgment {
    /// The present text.
    pub present: ScoredText,
    /// The best text.
    pub best: ScoredText,
    /// The best text against the present one.
    pub test: PairedTest,
}

impl Finding {
    /// Returns the text that should take the place of the present one, if any should.
    pub fn winner(&self) -> Option<&str> {
        let judged = self.judged.as_ref()?;
        judged
            .test
            .is_significantly_better()
            .then_some(&*self.best.text)
    }
}

/// A search that cannot go on. What it has found so far is kept.
#[derive(Debug, Error)]
pub enum SearchError {
    /// Its state cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// Nothing can be proposed or tried.
    #[error("{0}")]
    Failed(#[source] Reason),
}

/// Searches for a text that is better than the `present` one. `path` keeps the state after each
/// step; a search with the same `settings` goes on where it stands.
///
/// # Errors
/// If the state cannot be kept or is of another search, the present text cannot be tried, or
/// nothing can be proposed or tried any more.
pub fn search_for_better_text(
    present: &str,
    bounds: &SearchBounds,
    settings: &str,
    path: &Path,
    participants: (&mut dyn Proposer, &mut dyn Scorer),
    tell: &mut dyn FnMut(SearchEvent<'_>),
) -> Result<Finding, SearchError> {
    let (proposer, scorer) = participants;
    let mut state = SearchState::load(path, settings)?;
    let failed = SearchError::Failed;
    if state.tried.is_empty() {
        scorer.check(present).map_err(failed)?;
        attempt(&mut state, present.to_owned(), scorer, tell)?;
        state.save(path)?;
    }
    loop {
        while let Some(text) = state.pending.first().cloned() {
            attempt(&mut state, text, scorer, tell)?;
            state.pending.remove(0);
            state.save(path)?;
        }
        if state.round >= bounds.rounds {
            break;
        }
        let shown = best(&state.tried, bounds.shown);
        let proposed = proposer.propose(&shown, bounds.candidates);
        let proposed = proposed.map_err(SearchError::Failed)?;
        let mut pending: Vec<String> = Vec::new();
        for text in proposed.into_iter().take(bounds.candidates) {
            let text = text.trim().to_owned();
            let is_known = state.tried.iter().any(|it| it.text.trim() == text);
            match fault(&text, is_known || pending.contains(&text), bounds, scorer) {
                Some(why) => tell(SearchEvent::Dropped(&text, &why)),
                None => pending.push(text),
            }
        }
        state.pending = pending;
        state.round += 1;
        state.save(path)?;
    }
    judge(state, path, scorer, tell)
}

/// Tries a text in training.
fn attempt(
    state: &mut SearchState,
    text: String,
    scorer: &mut dyn Scorer,
    tell: &mut dyn FnMut(SearchEvent<'_>),
) -> Result<(), SearchError> {
    let trials = scorer.score(&text, Half::Training);
    let scored = ScoredText {
        round: state.round,
        trials: trials.map_err(SearchError::Failed)?,
        text,
    };
    tell(SearchEvent::Tried(&scored));
    state.tried.push(scored);
    Ok(())
}

/// Returns why a proposal is not tried.
fn fault(text: &str, is_known: bool, bounds: &SearchBounds, scorer: &dyn Scorer) -> Option<String> {
    let length = text.chars().count();
    if text.is_empty() {
        Some("it is empty".to_owned())
    } else if is_known {
        Some("it was proposed before".to_owned())
    } else if length > bounds.longest {
        let longest = bounds.longest;
        Some(format!(
            "it has {length} characters, {longest} at most are taken"
        ))
    } else {
        scorer.check(text).err().map(|why| why.to_string())
    }
}

/// Returns the best texts, `count` at most, the worst of them first. Of equals the earlier is the
/// better.
fn best(tried: &[ScoredText], count: usize) -> Vec<&ScoredText> {
    let mut sorted: Vec<&ScoredText> = Vec::new();
    for text in tried {
        let place = sorted.iter().position(|it| text.is_better_than(it));
        sorted.insert(place.unwrap_or(sorted.len()), text);
    }
    sorted.truncate(count);
    sorted.reverse();
    sorted
}

/// Tries the best text and the present one in the trials that nothing was chosen by.
fn judge(
    mut state: SearchState,
    path: &Path,
    scorer: &mut dyn Scorer,
    tell: &mut dyn FnMut(SearchEvent<'_>),
) -> Result<Finding, SearchError> {
    let present = state.tried[0].clone();
    let best = best(&state.tried, 1)[0].clone();
    if best == present {
        return Ok(Finding {
            present,
            best,
            judged: None,
        });
    }
    tell(SearchEvent::Judging);
    let mut held_out = |kept: Option<ScoredText>, text: &ScoredText| match kept {
        Some(kept) => Ok(kept),
        None => {
            let trials = scorer.score(&text.text, Half::HeldOut);
            Ok::<_, SearchError>(ScoredText {
                trials: trials.map_err(SearchError::Failed)?,
                ..text.clone()
            })
        }
    };
    let present_held_out = held_out(state.present_held_out.take(), &present)?;
    state.present_held_out = Some(present_held_out.clone());
    state.save(path)?;
    let best_held_out = held_out(state.best_held_out.take(), &best)?;
    state.best_held_out = Some(best_held_out.clone());
    state.save(path)?;
    let successes = |text: &ScoredText| -> Vec<(u64, bool)> {
        let trials = text.trials.iter();
        trials.map(|trial| (trial.number, trial.success)).collect()
    };
    let test = PairedTest::new(successes(&best_held_out), successes(&present_held_out));
    Ok(Finding {
        present,
        best,
        judged: Some(Judgment {
            present: present_held_out,
            best: best_held_out,
            test,
        }),
    })
}

#[cfg(test)]
mod tests;
