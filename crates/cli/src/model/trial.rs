//! One answer of a model about the test picture, read in every way.

use std::collections::BTreeSet;
use std::time::Duration;

use enact_plan::pointing::{Reading, read_in_all_conventions};
use enact_plan::{Convention, Detection, ModelResponse, PictureConvention, Pointing};
use serde::Serialize;
use serde_json::Value;

use super::picture::TestPicture;

/// Result of asking in one convention.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// The convention that was asked for.
    pub asked: Pointing,
    /// Readings of the answer, the requested convention first; empty if it has no numbers.
    pub readings: Vec<Score>,
    /// True if it has exactly the requested form.
    pub obeys: bool,
    /// Wall time of the answer, seconds.
    pub seconds: f64,
    /// Reason why there is no answer, or why it cannot be read.
    pub problem: Option<String>,
}

/// Score of a reading of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The reading.
    pub pointing: Pointing,
    /// Number of objects pointed at.
    pub things: usize,
    /// Number of points on nothing.
    pub stray: usize,
    /// Median distance from the things' middles, pixels.
    pub error_px: Option<f64>,
}

impl Trial {
    /// Judges an answer.
    pub fn new(
        picture: &TestPicture,
        asked: Pointing,
        answer: &ModelResponse<Vec<Detection>>,
        took: Duration,
    ) -> Self {
        let size = picture.frame.rgb.dimensions().into();
        let convention = answer.pointing.unwrap_or(asked.for_picture_size(size));
        let mut scores: Vec<Score> = read_in_all_conventions(&convention, &answer.completion)
            .iter()
            .map(|reading| score(picture, reading))
            .collect();
        if let Some(given) = scores.first_mut() {
            given.pointing = asked;
        }
        Self {
            asked,
            readings: scores,
            obeys: obeys(&convention, answer),
            seconds: took.as_secs_f64(),
            problem: answer.parsed.as_ref().err().map(ToString::to_string),
        }
    }

    /// Creates a trial without an answer.
    pub fn without_answer(asked: Pointing, problem: String, took: Duration) -> Self {
        Self {
            asked,
            readings: Vec::new(),
            obeys: false,
            seconds: took.as_secs_f64(),
            problem: Some(problem),
        }
    }

    /// Returns the best reading.
    pub fn best_score(&self) -> Option<&Score> {
        self.readings.iter().reduce(|best, other| {
            if other.is_better_than(best) {
                other
            } else {
                best
            }
        })
    }
}

impl Score {
    /// Returns whether it explains more, or as much more precisely.
    pub fn is_better_than(&self, other: &Self) -> bool {
        let error = |score: &Self| score.error_px.unwrap_or(f64::INFINITY);
        let explained = |score: &Self| (score.things, std::cmp::Reverse(score.stray));
        explained(self) > explained(other)
            || explained(self) == explained(other) && error(self) < error(other) - CLOSER
    }
}

/// Smallest difference of precision between readings that counts, pixels.
const CLOSER: f64 = 0.7;

fn score(picture: &TestPicture, reading: &Reading) -> Score {
    let (width, height) = picture.frame.rgb.dimensions();
    let mut seen = BTreeSet::new();
    let mut errors = Vec::new();
    for (point, _) in &reading.points {
        let pixel = point.map(|point| point.to_pixel(width, height));
        let thing = pixel.and_then(|pixel| Some((pixel, picture.thing_at(pixel)?)));
        if let Some(((x, y), thing)) = thing {
            let middle = picture.things[thing].point;
            seen.insert(thing);
            errors.push((x - middle.0).hypot(y - middle.1));
        }
    }
    errors.sort_by(f64::total_cmp);
    Score {
        pointing: reading.pointing,
        things: seen.len(),
        stray: reading.points.len() - errors.len(),
        error_px: errors.get(errors.len() / 2).copied(),
    }
}

/// Returns whether a text has the tags or tokens of a convention.
fn is_tagged(convention: Convention, text: &str) -> bool {
    match convention {
        Convention::XyPercent => text.contains("<point") && !text.contains("coords"),
        Convention::Molmo2 => text.contains("coords"),
        Convention::LocYx1024 => text.contains("<loc") && !text.contains("<loc_"),
        Convention::LocXy1000 => text.contains("<loc_"),
        _ => false,
    }
}

/// Returns whether an answer has exactly the requested form.
fn obeys(convention: &PictureConvention, answer: &ModelResponse<Vec<Detection>>) -> bool {
    if answer.parsed.is_err() || !answer.dropped.is_empty() {
        return false;
    }
    let text = answer.completion.trim();
    let Some(schema) = convention.schema() else {
        return is_tagged(convention.convention, text);
    };
    let wanted: BTreeSet<&String> = schema["items"]["properties"]
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
        .collect();
    let list: Option<Vec<Value>> = serde_json::from_str(text).ok();
    list.is_some_and(|list| {
        list.iter().all(|entry| {
            let fields = entry
                .as_object()
                .into_iter()
                .flat_map(|fields| fields.keys());
            fields.collect::<BTreeSet<_>>() == wanted
        })
    })
}
