//! What a perceiver finds on pictures that people have labeled.
//!
//! A thing is *found* if a point lies within its box, grown by 1.5 % of the picture; with its *color*,
//! or with *color and shape*, if the label of such a point begins and ends so. A point is *on a thing*
//! if it lies within the grown box of any labeled thing, in the vocabulary or not.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use enact_plan::Detection;
use enact_sim::{Color, ObjectShape};
use enact_types::{NormalizedPoint, Reason, text};
use serde::{Deserialize, Serialize};

use crate::wilson::Proportion;

/// By how much a box is grown, thousandths of the picture.
const MARGIN: f64 = 15.0;

/// Labels of one picture.
#[derive(Clone, Debug, Deserialize)]
pub struct LabeledPicture {
    /// File of the picture, beside the labels.
    pub file: PathBuf,
    /// Table, things and camera, which several pictures share.
    pub setup: String,
    /// Kind of picture; `A`, the default, is of simple colored things.
    #[serde(default = "default_picture_kind")]
    pub kind: String,
    /// Everything labeled in it.
    #[serde(default)]
    pub objects: Vec<LabeledThing>,
}

/// The kind of pictures of simple colored things.
pub fn default_picture_kind() -> String {
    "A".to_owned()
}

/// A labeled thing.
#[derive(Clone, Debug, Deserialize)]
pub struct LabeledThing {
    /// Its color.
    pub color: String,
    /// Other fair names of its color.
    #[serde(default)]
    pub color_alt: AlternativeNames,
    /// Its shape, or `other:` and what it is.
    pub shape: String,
    /// Its box: top, left, bottom and right, in thousandths of the picture.
    #[serde(rename = "box")]
    pub bounds: [f64; 4],
}

/// No name, one or several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub enum AlternativeNames {
    /// Several names.
    Many(Vec<String>),
    /// One name.
    One(String),
    /// No name.
    #[default]
    None,
}

impl LabeledThing {
    fn colors(&self) -> Vec<&str> {
        let others = match &self.color_alt {
            AlternativeNames::Many(names) => names.as_slice(),
            AlternativeNames::One(name) => std::slice::from_ref(name),
            AlternativeNames::None => &[],
        };
        let others = others.iter().map(String::as_str);
        std::iter::once(self.color.as_str()).chain(others).collect()
    }

    /// Whether a model that names the usual shapes and colors can name it.
    fn is_nameable(&self) -> bool {
        let is_shape = |shape: &ObjectShape| shape.to_string() == self.shape;
        let is_color = |color: &Color| self.colors().contains(&color.to_string().as_str());
        ObjectShape::DEFAULT_SHAPES.iter().any(is_shape) && Color::ALL_COLORS.iter().any(is_color)
    }

    fn contains(&self, point: NormalizedPoint) -> bool {
        let [top, left, bottom, right] = self.bounds;
        let within = |low: f64, value: u16, high: f64| {
            (low - MARGIN..=high + MARGIN).contains(&f64::from(value))
        };
        within(top, point.y, bottom) && within(left, point.x, right)
    }
}

/// Reads the labels of pictures.
///
/// # Errors
/// If the file cannot be read or is no list of labeled pictures.
pub fn load(path: &Path) -> Result<Vec<LabeledPicture>, Reason> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read(path)
        .and_then(text::decode)
        .map_err(|error| Reason::from_text_and_source(named(&error), error))?;
    serde_json::from_str(&text).map_err(|error| {
        Reason::from_text_and_source(
            named(&format!("it is no list of labeled pictures: {error}")),
            error,
        )
    })
}

/// What was found on the pictures of a set-up, or on all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhotoCounts {
    pictures: u64,
    things: u64,
    found: u64,
    color: u64,
    color_and_shape: u64,
    points: u64,
    on_a_thing: u64,
}

impl PhotoCounts {
    /// Counts what was found on a picture.
    pub fn count_detections(&mut self, picture: &LabeledPicture, detections: &[Detection]) {
        self.pictures += 1;
        for thing in picture.objects.iter().filter(|thing| thing.is_nameable()) {
            let hits: Vec<&Detection> = detections
                .iter()
                .filter(|detection| thing.contains(detection.point))
                .collect();
            let colors = thing.colors();
            let has_color = |label: &str| {
                label
                    .split_whitespace()
                    .next()
                    .is_some_and(|word| colors.contains(&word))
            };
            let has_shape =
                |label: &str| label.split_whitespace().next_back() == Some(thing.shape.as_str());
            let any = |is: &dyn Fn(&str) -> bool| u64::from(hits.iter().any(|hit| is(&hit.label)));
            self.things += 1;
            self.found += any(&|_| true);
            self.color += any(&has_color);
            self.color_and_shape += any(&|label| has_color(label) && has_shape(label));
        }
        let is_on_a_thing = |detection: &&Detection| {
            let mut things = picture.objects.iter();
            things.any(|thing| thing.contains(detection.point))
        };
        self.points += detections.len() as u64;
        self.on_a_thing += detections.iter().filter(is_on_a_thing).count() as u64;
    }
}

/// Results on labeled pictures.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoReport {
    /// On all pictures together.
    pub all: PhotoSetScore,
    /// By set-up, because the pictures of one are much alike.
    pub by_setup: BTreeMap<String, PhotoSetScore>,
}

/// Results on the pictures of a set-up, or on all.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoSetScore {
    /// Number of pictures.
    pub pictures: u64,
    /// Number of things that can be named.
    pub things: u64,
    /// Number of points.
    pub points: u64,
    /// Share of the things that were found.
    pub found: Proportion,
    /// Share of the things that were found with their color.
    pub colour: Proportion,
    /// Share of the things that were found with color and shape.
    pub colour_and_shape: Proportion,
    /// Share of the points that lie on a labeled thing.
    pub on_a_thing: Proportion,
}

impl From<&PhotoCounts> for PhotoSetScore {
    fn from(counts: &PhotoCounts) -> Self {
        let of_things = |count| Proportion::new(count, counts.things);
        Self {
            pictures: counts.pictures,
            things: counts.things,
            points: counts.points,
            found: of_things(counts.found),
            colour: of_things(counts.color),
            colour_and_shape: of_things(counts.color_and_shape),
            on_a_thing: Proportion::new(counts.on_a_thing, counts.points),
        }
    }
}

impl PhotoReport {
    /// Scores what was found on each picture.
    pub fn new<'a>(found: impl IntoIterator<Item = (&'a LabeledPicture, &'a [Detection])>) -> Self {
        let mut all = PhotoCounts::default();
        let mut by_setup: BTreeMap<String, PhotoCounts> = BTreeMap::new();
        for (picture, detections) in found {
            all.count_detections(picture, detections);
            let counts = by_setup.entry(picture.setup.clone()).or_default();
            counts.count_detections(picture, detections);
        }
        let scored = by_setup
            .iter()
            .map(|(setup, counts)| (setup.clone(), counts.into()));
        Self {
            all: (&all).into(),
            by_setup: scored.collect(),
        }
    }

    /// Formats the report as a table.
    pub fn table(&self) -> String {
        let mut text = String::from(
            "| set-up | pictures | things | found | color | color and shape | points | on a thing |\n\
             |---|---|---|---|---|---|---|---|\n",
        );
        let all = "**all**".to_owned();
        for (setup, score) in self.by_setup.iter().chain([(&all, &self.all)]) {
            let percent = |share: &Proportion| format!("{:.1} %", 100.0 * share.value());
            let _ = writeln!(
                text,
                "| {setup} | {} | {} | {} | {} | {} | {} | {} |",
                score.pictures,
                score.things,
                percent(&score.found),
                percent(&score.colour),
                percent(&score.colour_and_shape),
                score.points,
                percent(&score.on_a_thing)
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: &str = r#"[{
        "file": "a.png", "setup": "one", "note": "ignored",
        "objects": [
            {"color": "red", "color_alt": "orange", "shape": "cube", "box": [100, 100, 200, 200]},
            {"color": "blue", "color_alt": ["purple"], "shape": "bowl", "box": [100, 500, 200, 600]},
            {"color": "black", "shape": "other:phone", "box": [500, 500, 600, 600]},
            {"color": "grey", "shape": "tray", "box": [700, 100, 800, 200]}
        ]
    }]"#;

    #[test]
    fn what_is_found_is_counted_as_it_is_labeled() {
        let pictures: Vec<LabeledPicture> = serde_json::from_str(LABELS).unwrap();
        let at = |y, x, label: &str| Detection::at_point(NormalizedPoint { y, x }, label);
        let seen = [
            at(86, 214, "orange ball"),
            at(150, 550, "purple bowl"),
            // On a thing that has no name here, and beside everything.
            at(550, 550, "red cube"),
            at(300, 300, "red cube"),
        ];
        let report = PhotoReport::new([(&pictures[0], &seen[..])]);
        let all = &report.all;
        let counts = [
            &all.found,
            &all.colour,
            &all.colour_and_shape,
            &all.on_a_thing,
        ];
        let counts = counts.map(|share| (share.successes, share.of));
        assert_eq!(counts, [(2, 2), (2, 2), (1, 2), (3, 4)]);
        let none = PhotoReport::new([(&pictures[0], &[at(84, 150, "red cube")][..])]);
        assert_eq!(
            (none.all.found.successes, none.by_setup["one"].points),
            (0, 1)
        );
    }
}
