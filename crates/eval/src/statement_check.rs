//! Whether what is said is so.

use std::sync::LazyLock;

use enact_plan::ObjectView;
use enact_plan::replies::Language;
use enact_sim::{Color, ObjectShape};
use regex::Regex;

use crate::reply_kind::ReplyKind;
use crate::synonyms::mentions_of_shape_and_label;

/// What is so, and what was said to the robot.
pub struct Truth<'a> {
    /// Labels of what is on the table.
    pub labels: &'a [String],
    /// What was seen at the first look.
    pub first_seen: &'a [ObjectView],
    /// Instruction of the person.
    pub instruction: &'a str,
}

impl Truth<'_> {
    /// Returns why a sentence of the robot is false; `None` if it is not known to be.
    ///
    /// False is to deny what is there, or what nobody spoke of; to see what is not there; and not to
    /// reach what is not there or was seen within reach.
    pub fn reason_why_false(&self, said: &str) -> Option<String> {
        let names = names(said);
        match ReplyKind::classify(said) {
            ReplyKind::Missing => self.wrongly_missing(said, &names),
            ReplyKind::Sees => self.not_there(&names),
            ReplyKind::OutOfReach => self.not_there(&names).or_else(|| {
                let is_near = |name: &&String| {
                    let seen = |seen: &&ObjectView| seen.name == **name;
                    self.first_seen
                        .iter()
                        .find(seen)
                        .is_some_and(|seen| seen.reachable)
                };
                let near = names.iter().find(is_near)?;
                Some(format!("the {near} is within reach"))
            }),
            // “Yes, I see a red cube.”
            _ => seen_in(said).and_then(|seen| self.not_there(&names_in(&seen))),
        }
    }

    fn wrongly_missing(&self, said: &str, names: &[String]) -> Option<String> {
        if let Some(there) = names.iter().find(|name| self.labels.contains(name)) {
            return Some(format!("a {there} is there"));
        }
        let is_english = Language::detect_language(self.instruction) == Language::English
            && self.instruction.is_ascii();
        let unasked = |name: &&String| {
            let (of_shape, of_thing) = mentions_of_shape_and_label(self.instruction, name);
            let is_none_such = !self.labels.iter().any(|label| kind(label) == kind(name));
            !(of_thing || of_shape && is_none_such)
        };
        if let Some(stray) = names.iter().find(unasked).filter(|_| is_english) {
            return Some(format!("nobody spoke of a {stray}"));
        }
        if !names.is_empty() {
            return None;
        }
        let denied = denied_kind(said)?;
        let there = self.labels.iter().find(|label| kind(label) == denied)?;
        Some(format!("a {there} is there"))
    }

    fn not_there(&self, names: &[String]) -> Option<String> {
        let stray = names.iter().find(|name| !self.labels.contains(name))?;
        Some(format!("there is no {stray}"))
    }
}

/// The shape in a label.
fn kind(label: &str) -> &str {
    label.split(' ').next_back().unwrap_or(label)
}

/// Returns the things that a sentence names as scenes do, in English or Chinese.
fn names(said: &str) -> Vec<String> {
    match Language::detect_language(said) {
        Language::English => names_in(said),
        Language::Chinese => {
            use enact_plan::replies::chinese;
            let mut names = Vec::new();
            for color in Color::ALL_COLORS.map(|color| color.to_string()) {
                for shape in ObjectShape::DEFAULT_SHAPES.map(|shape| shape.to_string()) {
                    let (word, noun) = (
                        chinese::color_in_chinese(&color),
                        chinese::shape_in_chinese(&shape),
                    );
                    let is_said = [format!("{word}色的{noun}"), format!("{word}色{noun}")]
                        .iter()
                        .any(|name| said.contains(name.as_str()));
                    if is_said {
                        names.push(format!("{color} {shape}"));
                    }
                }
            }
            names
        }
    }
}

fn names_in(said: &str) -> Vec<String> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        let words = |words: Vec<String>| words.join("|");
        let colors = words(Color::ALL_COLORS.iter().map(Color::to_string).collect());
        let shapes = words(
            ObjectShape::ALL_SHAPES
                .iter()
                .map(ObjectShape::to_string)
                .collect(),
        );
        pattern(&format!(r"\b(?:{colors}) (?:{shapes})\b"))
    });
    let said = said.to_lowercase();
    NAME.find_iter(&said)
        .map(|name| name.as_str().to_owned())
        .collect()
}

/// Returns what a sentence says it sees, if it says so after other words.
fn seen_in(said: &str) -> Option<String> {
    static SEES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(?:I see|there is|there are):? (.*)"));
    let seen = SEES.captures(said)?.get(1)?.as_str();
    // “There is no red cube.”
    (!seen.starts_with("no ")).then(|| seen.to_owned())
}

/// Returns the kind of thing that a sentence says is not to be seen: “I do not see any bowl.”
fn denied_kind(said: &str) -> Option<String> {
    static DENIES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\b(?:see|find|is no|are no)(?: an?| any| the)? ([a-z]+?)s?\.?$")
    });
    let kind = DENIES.captures(said.trim())?.get(1)?.as_str();
    Some(kind.to_lowercase())
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are valid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::{NormalizedPoint, Point3};

    const ASKED: &str = "put the red cube and the green cube in a bowl or on a tray";

    fn is_false(said: &str, instruction: &str) -> bool {
        let labels = ["red cube".to_owned(), "blue bowl".to_owned()];
        let near = ObjectView {
            name: "red cube".to_owned(),
            point: NormalizedPoint { y: 1, x: 2 },
            position: Point3::origin(),
            size: 0.03,
            reachable: true,
            rests: None,
            affords: Vec::new(),
            receives: Vec::new(),
        };
        let truth = Truth {
            labels: &labels,
            first_seen: &[near],
            instruction,
        };
        truth.reason_why_false(said).is_some()
    }

    #[test]
    fn denying_what_is_there_and_seeing_what_is_not_are_false() {
        for said in [
            "I do not see a red cube.",
            "I don't see any bowl.",
            "There is no bowl.",
            "I see a green ball.",
            "There is a yellow tray.",
            "Yes, I see a red cube and a green cube.",
            "I cannot reach the red cube.",
            "I cannot reach the green cube.",
            "我没有看到红色的方块。",
            // Nobody spoke of a ball.
            "I do not see a purple ball.",
        ] {
            assert!(is_false(said, ASKED), "{said}");
        }
        for said in [
            "I do not see a green cube.",
            "I do not see a banana.",
            "I do not see any tray.",
            "I do not see a yellow tray.",
            "I see 1 cube.",
            "I see: red cube, blue bowl.",
            "No, there is no green cube.",
            "I cannot reach the blue bowl.",
            "Which cube do you mean: the red cube or the green cube?",
            "我没有看到绿色的方块。",
        ] {
            assert!(!is_false(said, ASKED), "{said}");
        }
    }

    #[test]
    fn what_was_said_in_another_language_is_not_judged_by_english_words() {
        assert!(!is_false(
            "I do not see a green ball.",
            "把绿色的球放进碗里"
        ));
    }
}
