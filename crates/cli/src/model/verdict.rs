//! The conclusion from all trials.

use enact_plan::{Convention, Pointing};

use super::trial::{Score, Trial};

/// Minimum number of objects that proves a reading.
const MIN_THINGS: usize = 2;
/// Advantage in precision that outweighs the preference for the model's own convention, pixels.
const MUCH_CLOSER: f64 = 2.0;

/// The pointing convention of a model, as found by trials.
#[derive(Clone, Debug)]
pub enum ConventionVerdict<'a> {
    /// By this one.
    Speaks(&'a Trial, Score),
    /// By one of these: its answers fit all of them.
    Ambiguous(Vec<Pointing>),
    /// By none that is known: it points at nothing in particular.
    Unknown,
}

/// Returns the convention in which the model answers rightly when it is asked in it. `own`, from
/// its name or settings, is preferred among equals.
pub fn judge_convention(trials: &[Trial], own: Pointing) -> ConventionVerdict<'_> {
    let mut doubts: Vec<Pointing> = Vec::new();
    let mut spoken: Vec<(&Trial, Score)> = Vec::new();
    for trial in trials {
        let asked = trial.asked.convention;
        let (same, others): (Vec<&Score>, Vec<&Score>) = trial
            .readings
            .iter()
            .partition(|score| means_the_same(score.pointing.convention, asked));
        let best = same.into_iter().reduce(|best, other| {
            if other.is_better_than(best) {
                other
            } else {
                best
            }
        });
        let Some(best) = best.filter(|best| best.things > 0) else {
            continue;
        };
        let rivals = others
            .into_iter()
            .filter(|other| other.things >= best.things);
        let rivals: Vec<Pointing> = rivals.map(|other| other.pointing).collect();
        if rivals.is_empty() && best.things >= MIN_THINGS && best.stray <= best.things {
            spoken.push((trial, *best));
        } else {
            doubts.push(best.pointing);
            doubts.extend(rivals);
        }
    }
    let is_own = |score: &Score| score.pointing.convention == own.convention;
    let found = spoken.into_iter().reduce(|best, other| {
        let error = |score: &Score| score.error_px.unwrap_or(f64::INFINITY);
        // A form that it keeps to is its own.
        let rank = |(trial, score): &(&Trial, Score)| (score.things, trial.obeys);
        let (more, less) = (rank(&other) > rank(&best), rank(&other) < rank(&best));
        let margin = if is_own(&best.1) { MUCH_CLOSER } else { 0.0 };
        if more || (!less && error(&other.1) < error(&best.1) - margin) {
            other
        } else {
            best
        }
    });
    match found {
        Some((trial, score)) => ConventionVerdict::Speaks(trial, score),
        None => {
            doubts.dedup();
            let several = doubts.iter().any(|one| *one != doubts[0]);
            if several {
                ConventionVerdict::Ambiguous(doubts)
            } else {
                ConventionVerdict::Unknown
            }
        }
    }
}

/// Returns whether numbers mean the same in both, apart from resizing: points and boxes, JSON and
/// tags.
fn means_the_same(a: Convention, b: Convention) -> bool {
    let plain = |convention: Convention| match convention {
        Convention::Yx1000 | Convention::Yx1000Box | Convention::LocYx1024 => 0,
        Convention::Xy1000 | Convention::Xy1000Box | Convention::Molmo2 | Convention::LocXy1000 => {
            1
        }
        Convention::XyPixels | Convention::XyPixelsBox => 2,
        Convention::XyPercent => 3,
        Convention::XyUnit | Convention::XyUnitBox => 4,
    };
    plain(a) == plain(b)
}
