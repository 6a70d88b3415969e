//! What the model says it sees.

use enact_types::NormalizedPoint;
use serde::{Deserialize, Serialize};

use crate::planner::Rejection;

/// One object that the model points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// Where in the picture.
    pub point: NormalizedPoint,
    /// What it is, in the model's words.
    pub label: String,
}

/// What a model says is at a mark.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    mark: usize,
    label: String,
}

impl Detection {
    /// More objects than this in one picture are rejected.
    pub const MAX: usize = 32;
    /// Longer labels than this are rejected.
    pub const MAX_LABEL: usize = 60;

    /// Reads the model's list. One doubtful entry rejects the whole list.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, Rejection> {
        let list: Vec<Self> = serde_json::from_str(text)
            .map_err(|error| Rejection(format!("the list of objects is not valid: {error}")))?;
        Self::check(&list)?;
        Ok(list)
    }

    fn check(list: &[Self]) -> Result<(), Rejection> {
        if list.len() > Self::MAX {
            return Err(Rejection(format!(
                "{} objects are listed; at most {} are taken",
                list.len(),
                Self::MAX
            )));
        }
        for detection in list {
            let NormalizedPoint { y, x } = detection.point;
            if y > NormalizedPoint::MAX || x > NormalizedPoint::MAX {
                return Err(Rejection(format!(
                    "`{}` is at [{y}, {x}], outside the picture (0 to 1000)",
                    detection.label
                )));
            }
            let blank = detection.label.trim().is_empty();
            if blank || detection.label.chars().count() > Self::MAX_LABEL {
                return Err(Rejection(format!(
                    "a label must have 1 to {} characters",
                    Self::MAX_LABEL
                )));
            }
        }
        Ok(())
    }

    /// Reads what the model says is at each mark, numbered from 1. One doubtful entry rejects
    /// the whole list.
    pub fn parse_marked(text: &str, marks: &[NormalizedPoint]) -> Result<Vec<Self>, Rejection> {
        let list: Vec<Marked> = serde_json::from_str(text)
            .map_err(|error| Rejection(format!("the list of marks is not valid: {error}")))?;
        let mut detections = Vec::new();
        for (index, Marked { mark, label }) in list.iter().enumerate() {
            let point = mark.checked_sub(1).and_then(|index| marks.get(index));
            let Some(point) = point else {
                let text = format!("there is no mark {mark}; there are {}", marks.len());
                return Err(Rejection(text));
            };
            if list[..index].iter().any(|other| other.mark == *mark) {
                return Err(Rejection(format!("mark {mark} is listed twice")));
            }
            detections.push(Self {
                point: *point,
                label: label.clone(),
            });
        }
        Self::check(&detections)?;
        Ok(detections)
    }

    /// Writes a list as the model is taught to: compact, in reading order.
    pub fn write_list(list: &[Self]) -> String {
        let mut list = list.to_vec();
        list.sort_by_key(|detection| (detection.point.y, detection.point.x));
        serde_json::to_string(&list).expect("a list of points and strings is always valid JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_written_in_reading_order_and_read_back() {
        let at = |y, x, label: &str| Detection {
            point: NormalizedPoint { y, x },
            label: label.to_owned(),
        };
        let text = Detection::write_list(&[at(700, 10, "blue bowl"), at(250, 500, "red cube")]);
        assert_eq!(
            text,
            r#"[{"point":[250,500],"label":"red cube"},{"point":[700,10],"label":"blue bowl"}]"#
        );
        assert_eq!(Detection::parse_list(&text).unwrap().len(), 2);
    }

    #[test]
    fn doubtful_lists_are_rejected() {
        for text in [
            r#"[{"point":[1001,0],"label":"a"}]"#,
            r#"[{"point":[-1,0],"label":"a"}]"#,
            r#"[{"point":[1.5,0],"label":"a"}]"#,
            r#"[{"point":[1,2,3],"label":"a"}]"#,
            r#"[{"point":[1,2],"label":" "}]"#,
            r#"[{"point":[1,2],"label":"a","box":[]}]"#,
            "the red cube is on the left",
        ] {
            assert!(Detection::parse_list(text).is_err(), "{text} was taken");
        }
    }

    #[test]
    fn marks_stand_for_their_points() {
        let marks = [(250, 500), (700, 10)].map(|(y, x)| NormalizedPoint { y, x });
        let read = |text: &str| Detection::parse_marked(text, &marks);
        let list = read(r#"[{"mark":2,"label":"blue bowl"},{"mark":1,"label":"red cube"}]"#);
        let list = list.unwrap();
        assert_eq!(
            (list[0].point, list[0].label.as_str()),
            (marks[1], "blue bowl")
        );
        assert_eq!(list[1].point, marks[0]);
        for text in [
            r#"[{"mark":3,"label":"a"}]"#,
            r#"[{"mark":0,"label":"a"}]"#,
            r#"[{"mark":1,"label":"a"},{"mark":1,"label":"b"}]"#,
            r#"[{"mark":1,"label":" "}]"#,
            r#"[{"point":[1,2],"label":"a"}]"#,
        ] {
            assert!(read(text).is_err(), "{text} was taken");
        }
    }
}
