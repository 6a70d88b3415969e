//! A lesson: what to do otherwise, in a sentence or two, with its evidence.

use serde::{Deserialize, Serialize};

use crate::planner::Rejection;
use crate::strategy::model_words::shorten_to_one_line;

/// What a run taught. It is data: it is shown to planners and changes no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// What to do otherwise, in a sentence or two.
    pub lesson: String,
    /// Name of the robot.
    pub robot: String,
    /// Name of the scene.
    pub scene: String,
    /// The person's instruction.
    pub instruction: String,
    /// What went wrong.
    pub outcome: String,
    /// When.
    pub date: String,
    /// The recording of the run, if it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

impl Lesson {
    /// Longest lesson, characters.
    pub const MAX_LENGTH: usize = 200;
    /// Longest instruction and outcome, characters.
    const MAX_EVIDENCE: usize = 300;

    /// Reads a lesson from a line of JSON.
    ///
    /// # Errors
    /// [`Rejection`] if it is none, or longer than one is.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let lesson: Self = serde_json::from_str(text)
            .map_err(|error| Rejection(format!("it is not a lesson: {error}")))?;
        for (key, value, most) in [
            ("lesson", &lesson.lesson, Self::MAX_LENGTH),
            ("instruction", &lesson.instruction, Self::MAX_EVIDENCE),
            ("outcome", &lesson.outcome, Self::MAX_EVIDENCE),
        ] {
            let length = value.chars().count();
            if value.trim().is_empty() || length > most {
                return Err(Rejection(format!(
                    "`{key}` has {length} characters; 1 to {most} are taken"
                )));
            }
        }
        Ok(lesson)
    }

    /// Returns a lesson of bounded length, each part in one line.
    pub(super) fn bounded(self) -> Self {
        let evidence = |text: &str| shorten_to_one_line(text, Self::MAX_EVIDENCE);
        Self {
            lesson: shorten_to_one_line(&self.lesson, Self::MAX_LENGTH),
            instruction: evidence(&self.instruction),
            outcome: evidence(&self.outcome),
            ..self
        }
    }

    /// Returns the line by which a prompt shows it.
    pub(super) fn prompt_line(&self) -> String {
        format!(
            "- {} (after “{}”: {})",
            shorten_to_one_line(&self.lesson, Self::MAX_LENGTH),
            shorten_to_one_line(&self.instruction, Self::MAX_EVIDENCE),
            shorten_to_one_line(&self.outcome, Self::MAX_EVIDENCE)
        )
    }
}

/// Returns what of a model's answer is kept: all of it, or as many of its sentences as a lesson has
/// room for. `None` if it says nothing, or was cut within its first sentence.
pub(super) fn text_to_keep(answer: &str, is_cut: bool) -> Option<String> {
    let text = shorten_to_one_line(answer, usize::MAX);
    let text = text.trim_matches(['"', '“', '”', '*', '-', ' ']);
    let letters: Vec<char> = text.chars().collect();
    let ends = |at: &usize| {
        let after = letters.get(at + 1);
        match letters[*at] {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => after.is_none_or(|letter| letter.is_whitespace()),
            _ => false,
        }
    };
    let is_whole = letters.len() <= Lesson::MAX_LENGTH && !is_cut;
    let room = letters.len().min(Lesson::MAX_LENGTH);
    let kept = match (0..room).rev().find(ends) {
        _ if is_whole => text.to_owned(),
        Some(end) => letters[..=end].iter().collect(),
        None if is_cut => return None,
        None => shorten_to_one_line(text, Lesson::MAX_LENGTH),
    };
    kept.contains(char::is_alphabetic).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_sentences_are_kept_as_there_is_room_for() {
        let read = |answer: &str| text_to_keep(answer, false);
        assert_eq!(
            read("\"Move the tray\naway first. Then go on.\"").unwrap(),
            "Move the tray away first. Then go on."
        );
        assert_eq!(read("Grasp 1.5 cm lower").unwrap(), "Grasp 1.5 cm lower");
        assert_eq!(
            read("先移开托盘。然后继续。").unwrap(),
            "先移开托盘。然后继续。"
        );
        assert_eq!(read(" \n…"), None);
        assert_eq!(text_to_keep("Move the tray aw", true), None);
        assert_eq!(text_to_keep("Ask first. Then", true).unwrap(), "Ask first.");
        let two = format!("{}first. {}second.", "word ".repeat(15), "word ".repeat(15));
        assert_eq!(read(&two).unwrap(), two);
        let three = format!("{two} {}third.", "word ".repeat(15));
        assert_eq!(read(&three).unwrap(), two);
        let long = read(&"word ".repeat(200)).unwrap();
        assert!(long.chars().count() <= Lesson::MAX_LENGTH);
        assert!(long.ends_with("word word…"), "{long}");
    }

    #[test]
    fn a_lesson_of_any_length_is_not_read() {
        let lesson = Lesson {
            lesson: "Ask first.".to_owned(),
            robot: "so101".to_owned(),
            scene: "tabletop".to_owned(),
            instruction: "tidy up".to_owned(),
            outcome: "not done".to_owned(),
            date: "2026-12-01".to_owned(),
            run: None,
        };
        let read = |lesson: &Lesson| Lesson::parse(&serde_json::to_string(lesson).unwrap());
        assert_eq!(read(&lesson).unwrap(), lesson);
        let long = Lesson {
            lesson: "x".repeat(5000),
            ..lesson.clone()
        };
        assert!(read(&long).unwrap_err().0.contains("`lesson` has 5000"));
        assert_eq!(long.bounded().lesson.chars().count(), Lesson::MAX_LENGTH);
        assert!(Lesson::parse(r#"{"lesson":"x","limit":9}"#).is_err());
    }
}
