//! Objects that the model sees.

use enact_types::NormalizedPoint;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::planner::Rejection;
use crate::pointing::ParsedDetections;

/// An object that the model points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detection {
    /// Position in the picture.
    pub point: NormalizedPoint,
    /// Name of the object, in the model's words.
    pub label: String,
    /// Bounding box, if the model gives one.
    #[serde(skip)]
    pub bounds: Option<Bounds>,
}

/// A rectangle in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Its top left corner.
    pub low: NormalizedPoint,
    /// Its bottom right corner.
    pub high: NormalizedPoint,
}

/// A mark and the model's name for the object at it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    mark: usize,
    label: String,
}

impl Detection {
    /// Maximum number of objects in one picture; longer lists are rejected.
    pub const MAX_COUNT: usize = 32;
    /// Maximum length of a label, characters.
    pub const MAX_LABEL: usize = 60;

    /// Creates a detection of an object at a point.
    pub fn at_point(point: NormalizedPoint, label: impl Into<String>) -> Self {
        Self {
            point,
            label: label.into(),
            bounds: None,
        }
    }

    /// Reads what the model says is at each mark, numbered from 1, entry by entry: one that makes
    /// no sense is left out, and why is told.
    ///
    /// # Errors
    /// If it is no list, or none of its entries makes sense.
    pub fn parse_marked(
        text: &str,
        marks: &[NormalizedPoint],
    ) -> Result<ParsedDetections, Rejection> {
        let list: Vec<Value> = serde_json::from_str(text)
            .map_err(|error| Rejection(format!("the list of marks is not valid: {error}")))?;
        let mut named: Vec<usize> = Vec::new();
        let mut parsed = ParsedDetections::default();
        for (index, entry) in list.into_iter().enumerate() {
            match Self::at_mark(entry, marks, &named) {
                Ok((mark, detection)) => {
                    named.push(mark);
                    parsed.detections.push(detection);
                }
                Err(reason) => parsed
                    .dropped
                    .push(format!("entry {}: {reason}", index + 1)),
            }
        }
        parsed.unless_all_dropped()
    }

    /// Returns the number of a mark and the object at it; rejects marks that are listed already.
    fn at_mark(
        entry: Value,
        marks: &[NormalizedPoint],
        named: &[usize],
    ) -> Result<(usize, Self), String> {
        let Marked { mark, label } = serde_json::from_value(entry).map_err(|e| e.to_string())?;
        let point = mark.checked_sub(1).and_then(|index| marks.get(index));
        let point =
            point.ok_or_else(|| format!("there is no mark {mark}; there are {}", marks.len()))?;
        if named.contains(&mark) {
            return Err(format!("mark {mark} is listed twice"));
        }
        Ok((mark, Self::at_point(*point, clean_label(label)?)))
    }

    /// Writes a list as the model is taught to: compact, in reading order.
    pub fn write_list(list: &[Self]) -> String {
        let mut list = list.to_vec();
        list.sort_by_key(|detection| (detection.point.y, detection.point.x));
        serde_json::to_string(&list).expect("a list of points and strings is always valid JSON")
    }
}

/// Returns a label that can be shown and said: without the article, the full stop and the capital
/// letters of a sentence, in which some models write names. All-capital words stay.
pub(crate) fn clean_label(label: String) -> Result<String, String> {
    let words: Vec<String> = label.split_whitespace().map(in_running_text).collect();
    let articles = ["the", "a", "an"];
    let has_article = words.len() > 1 && articles.contains(&words[0].as_str());
    let name = words[usize::from(has_article)..].join(" ");
    let name = name.trim_end_matches(['.', ',', ';', ':']);
    if name.is_empty() || name.chars().count() > Detection::MAX_LABEL {
        return Err(format!(
            "a label must have 1 to {} characters",
            Detection::MAX_LABEL
        ));
    }
    Ok(name.to_owned())
}

/// Returns a word without the capital letter of a title or a sentence.
fn in_running_text(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) if !letters.as_str().chars().any(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_names_in_running_text() {
        for (given, name) in [
            ("red cube", "red cube"),
            ("The Red Cube.", "red cube"),
            ("  a  banana ", "banana"),
            ("LEGO Brick", "LEGO brick"),
            ("A", "a"),
            ("red cube 2", "red cube 2"),
            ("红色方块", "红色方块"),
        ] {
            assert_eq!(clean_label(given.to_owned()).unwrap(), name);
        }
        for none in ["", "  ", "."] {
            assert!(clean_label(none.to_owned()).is_err(), "{none:?}");
        }
    }

    #[test]
    fn a_list_is_written_in_reading_order() {
        let at = |y, x, label: &str| Detection::at_point(NormalizedPoint { y, x }, label);
        let text = Detection::write_list(&[at(700, 10, "blue bowl"), at(250, 500, "red cube")]);
        assert_eq!(
            text,
            r#"[{"point":[250,500],"label":"red cube"},{"point":[700,10],"label":"blue bowl"}]"#
        );
    }

    #[test]
    fn marks_stand_for_their_points() {
        let marks = [(250, 500), (700, 10)].map(|(y, x)| NormalizedPoint { y, x });
        let read = |text: &str| Detection::parse_marked(text, &marks);
        let list = read(r#"[{"mark":2,"label":"blue bowl"},{"mark":1,"label":"red cube"}]"#);
        let list = list.unwrap().detections;
        assert_eq!(
            (list[0].point, list[0].label.as_str()),
            (marks[1], "blue bowl")
        );
        assert_eq!(list[1].point, marks[0]);
        for text in [
            r#"[{"mark":3,"label":"a"}]"#,
            r#"[{"mark":0,"label":"a"}]"#,
            r#"[{"mark":1,"label":" "}]"#,
            r#"[{"point":[1,2],"label":"a"}]"#,
        ] {
            assert!(read(text).is_err(), "{text} was taken");
        }
        let twice = read(r#"[{"mark":1,"label":"a"},{"mark":1,"label":"b"}]"#).unwrap();
        assert_eq!((twice.detections.len(), twice.dropped.len()), (1, 1));
        assert!(twice.dropped[0].contains("mark 1 is listed twice"));
    }
}
