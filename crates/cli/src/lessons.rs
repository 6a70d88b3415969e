//! `enact lessons`: what failed runs taught.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use enact_plan::strategy::lessons::Lesson;
use serde_json::json;

use crate::json_lines;
use crate::methods::lesson_file;

/// `enact lessons`.
#[derive(Debug, Args)]
pub struct LessonsArgs {
    /// What to do with the lessons.
    #[command(subcommand)]
    pub command: LessonsCommand,
    /// Print one JSON object per lesson
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do with the lessons of a file.
#[derive(Debug, Subcommand)]
pub enum LessonsCommand {
    /// List the lessons with their numbers and their evidence
    List {
        /// File of `--lessons`
        file: PathBuf,
    },
    /// Remove lessons by their numbers in the list
    Remove {
        /// File of `--lessons`
        file: PathBuf,
        /// Numbers
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<usize>,
    },
    /// Remove all lessons
    Clear {
        /// File of `--lessons`
        file: PathBuf,
    },
}

/// Lists or removes lessons.
///
/// # Errors
/// If there is no such file, it cannot be read or written, or a number is wrong.
pub fn run_lessons_command(args: &LessonsArgs, sink: &mut impl Write) -> Result<()> {
    let (LessonsCommand::List { file }
    | LessonsCommand::Remove { file, .. }
    | LessonsCommand::Clear { file }) = &args.command;
    if !file.exists() {
        bail!("there are no lessons in {}: no such file", file.display());
    }
    let lessons = lesson_file::load(file)?;
    match &args.command {
        LessonsCommand::List { .. } => {
            for (at, lesson) in lessons.iter().enumerate() {
                show(at + 1, lesson, args.json, sink)?;
            }
            Ok(())
        }
        LessonsCommand::Remove { numbers, .. } => json_lines::write(
            file,
            &json_lines::remove_numbered_entries(lessons, numbers)?,
        ),
        LessonsCommand::Clear { .. } => json_lines::write::<Lesson>(file, &[]),
    }
}

fn show(number: usize, lesson: &Lesson, as_json: bool, sink: &mut impl Write) -> Result<()> {
    if as_json {
        let mut object = json!(lesson);
        object["number"] = json!(number);
        return Ok(writeln!(sink, "{object}")?);
    }
    let plain = |text: &str| text.escape_debug().to_string();
    let run = lesson
        .run
        .as_deref()
        .map_or(String::new(), |run| format!(", {run}"));
    writeln!(sink, "{number:>5}  {}", plain(&lesson.lesson))?;
    writeln!(
        sink,
        "       {}, {}, {}{run}: {}: {}",
        lesson.date,
        lesson.robot,
        lesson.scene,
        plain(&lesson.instruction),
        plain(&lesson.outcome)
    )?;
    Ok(())
}
