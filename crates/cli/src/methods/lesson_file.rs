//! Lessons in a file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use enact_plan::strategy::lessons::{Lesson, LessonBook};

use crate::json_lines;
use crate::out::error_message_with_sources;
use crate::recordings::run_recorder::ActiveRecording;

/// Most lessons in a file; the oldest go first.
const MAX_LESSONS: usize = 1000;

/// A file of lessons, one JSON object a line.
#[derive(Debug)]
pub struct LessonFile {
    path: PathBuf,
    lessons: Vec<Lesson>,
    /// The recording of the run that teaches, once it is begun.
    recording: Arc<OnceLock<ActiveRecording>>,
}

impl LessonFile {
    /// Reads a file; one that does not exist yet is empty.
    ///
    /// # Errors
    /// If it cannot be read, or a line is no lesson.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            lessons: load(path)?,
            recording: Arc::default(),
        })
    }

    /// Has each lesson noted in this recording, too.
    #[must_use]
    pub fn noting_in_recording(self, recording: Arc<OnceLock<ActiveRecording>>) -> Self {
        Self { recording, ..self }
    }

    fn add(&mut self, lesson: Lesson) -> Result<()> {
        // Another run may have learned something meanwhile.
        self.lessons = load(&self.path)?;
        let is_known = |it: &Lesson| {
            (&it.lesson, &it.instruction, &it.robot, &it.scene)
                == (
                    &lesson.lesson,
                    &lesson.instruction,
                    &lesson.robot,
                    &lesson.scene,
                )
        };
        self.lessons.retain(|it| !is_known(it));
        self.lessons.push(lesson);
        self.lessons
            .drain(..self.lessons.len().saturating_sub(MAX_LESSONS));
        json_lines::write(&self.path, &self.lessons)
    }
}

/// Reads the lessons of a file; one that does not exist yet has none.
///
/// # Errors
/// If it cannot be read, or a line is no lesson.
pub fn load(path: &Path) -> Result<Vec<Lesson>> {
    json_lines::read(path, Lesson::parse)
}

impl LessonBook for LessonFile {
    fn lessons(&self) -> Vec<Lesson> {
        self.lessons.clone()
    }

    fn keep(&mut self, lesson: Lesson) {
        errln!("{:>9}  {}", "lesson", lesson.lesson);
        if let Some(recording) = self.recording.get() {
            recording.outcomes.note_lesson(&lesson.lesson);
        }
        if let Err(error) = self.add(lesson) {
            errln!(
                "enact: the lesson is not kept: {}",
                error_message_with_sources(&error)
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(text: &str, date: &str) -> Lesson {
        Lesson {
            lesson: text.to_owned(),
            robot: "so101".to_owned(),
            scene: "tabletop".to_owned(),
            instruction: "tidy up".to_owned(),
            outcome: "pick mug: no".to_owned(),
            date: date.to_owned(),
            run: None,
        }
    }

    #[test]
    fn lessons_are_kept_once_and_beside_what_others_keep() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lessons.jsonl");
        let mut one = LessonFile::open(&path).unwrap();
        let mut other = LessonFile::open(&path).unwrap();
        one.keep(lesson("Ask first.", "2026-12-01"));
        other.keep(lesson("Look twice.", "2026-12-02"));
        one.keep(lesson("Ask first.", "2026-12-03"));
        let kept = load(&path).unwrap();
        let dates: Vec<&str> = kept.iter().map(|it| it.date.as_str()).collect();
        assert_eq!(dates, ["2026-12-02", "2026-12-03"]);
        assert_eq!(one.lessons(), kept);
        for number in 0..MAX_LESSONS {
            one.lessons
                .push(lesson(&format!("Number {number}."), "then"));
        }
        json_lines::write(&path, &one.lessons).unwrap();
        one.keep(lesson("The last.", "now"));
        let kept = load(&path).unwrap();
        assert_eq!(kept.len(), MAX_LESSONS);
        assert_eq!(kept.last().unwrap().lesson, "The last.");
    }
}
