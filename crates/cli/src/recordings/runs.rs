//! `enact runs`: the list of recorded runs, and the story of one.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Local};
use enact_recording::message::ResponseMessage;
use enact_recording::{Log, Recording, RecordingError, RunEnd, Topic};
use enact_runtime::TaskEnd;
use serde_json::{Value, json};

use super::args::{RunsArgs, RunsCommand};
use super::open;

/// Number of characters shown of each end of a long answer.
const SHOWN_CHARS: usize = 600;

/// Lists the recordings of a folder, or tells the story of one.
///
/// # Errors
/// If the folder or the recording cannot be read, or the answer cannot be written.
pub fn list_or_describe_runs(args: &RunsArgs, sink: &mut impl Write) -> Result<()> {
    match &args.question {
        Some(RunsCommand::Show { file }) => {
            let recording = open(file)?;
            if args.json {
                return Ok(writeln!(sink, "{}", run_details_json(file, &recording)?)?);
            }
            tell(&recording, sink)
        }
        None => list(args, sink),
    }
}

fn list(args: &RunsArgs, sink: &mut impl Write) -> Result<()> {
    let files = recordings(&args.dir)?;
    if files.is_empty() {
        errln!("nothing is kept in {}", args.dir.display());
    }
    for file in files {
        // One that cannot be read is listed as such.
        let recording = Recording::read_outline(&file);
        if args.json {
            writeln!(sink, "{}", run_summary_json(&file, recording.as_ref()))?;
            continue;
        }
        let line = match &recording {
            Ok(recording) => {
                let seconds = recording.duration().as_secs_f64();
                let outcome = outcome(recording);
                format!(
                    "{outcome:<13} {seconds:>7.1} s  {}",
                    recording.task_instructions().join("; ")
                )
            }
            Err(error) => error.to_string(),
        };
        writeln!(sink, "{}  {line}", file.display())?;
    }
    Ok(())
}

pub(crate) fn run_summary_json(
    file: &Path,
    recording: Result<&Recording, &RecordingError>,
) -> Value {
    match recording {
        Ok(recording) => json!({
            "file": file,
            "tasks": recording.task_instructions(),
            "outcome": outcome(recording),
            // What came of a task is not what comes of the run.
            "reached": recording.is_goal_reached().filter(|_| !recording.is_growing()),
            "seconds": recording.duration().as_secs_f64(),
            "unix_seconds": recording.run_start().map(|wall| wall.unix_seconds),
            "error": recording.damage().map(|damage| damage.to_string()),
        }),
        Err(error) => json!({
            "file": file,
            "tasks": null,
            "outcome": "unreadable",
            "reached": null,
            "seconds": null,
            "unix_seconds": null,
            "error": error.to_string(),
        }),
    }
}

/// Tells the story of a run for a program.
pub(crate) fn run_details_json(file: &Path, recording: &Recording) -> Result<Value> {
    let info = recording.run_info()?;
    let log: Vec<Value> = recording
        .log_lines()
        .map(|line| {
            let seconds = enact_types::Stamp::from(line.timestamp).seconds();
            json!({
                "seconds": seconds,
                "level": line.level,
                "name": line.name,
                "message": line.message,
            })
        })
        .collect();
    let mut story = run_summary_json(file, Ok(recording));
    let more = json!({
        "how": how(recording),
        "command": recording.run_start().map(|wall| wall.command),
        "robot": info.robot.name,
        "scene": info.scene.map(|scene| scene.name),
        "seed": info.seed,
        "model": info.model,
        "enact": info.enact,
        "log": log,
    });
    if let (Value::Object(story), Value::Object(more)) = (&mut story, more) {
        story.extend(more);
    }
    Ok(story)
}

/// Returns the recordings in a folder, by name.
pub(crate) fn recordings(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "mcap"))
        .collect();
    files.sort();
    Ok(files)
}

/// Returns the outcome of a run in a word or two.
pub(crate) fn outcome(recording: &Recording) -> String {
    if recording.is_growing() {
        return "still running".to_owned();
    }
    match (recording.is_goal_reached(), recording.run_end()) {
        (Some(false), RunEnd::Ended(report)) if report.ending == TaskEnd::Said => {
            "declined".to_owned()
        }
        (Some(_), RunEnd::Ended(report)) if report.ending == TaskEnd::Answered => {
            in_words(&report.ending)
        }
        (Some(false), RunEnd::Ended(report)) if report.ending == TaskEnd::Asked => {
            in_words(&report.ending)
        }
        (Some(true), _) => "reached".to_owned(),
        (Some(false), _) => "not reached".to_owned(),
        (None, RunEnd::Failed(broke)) => broke.how,
        (None, RunEnd::Ended(report)) => in_words(&report.ending),
        (None, RunEnd::Truncated) if recording.is_whole() => "no task".to_owned(),
        (None, RunEnd::Truncated) if recording.damage().is_some() => "damaged".to_owned(),
        (None, RunEnd::Truncated) => "cut off".to_owned(),
    }
}

/// Joins a text into one line, showing only both ends of a long one.
fn shortened(text: &str) -> String {
    let line = text.trim().escape_debug().to_string().replace("\\\"", "\"");
    let letters: Vec<char> = line.chars().collect();
    let left_out = letters.len().saturating_sub(2 * SHOWN_CHARS);
    if left_out == 0 {
        return line;
    }
    let begin: String = letters[..SHOWN_CHARS].iter().collect();
    let end: String = letters[letters.len() - SHOWN_CHARS..].iter().collect();
    format!("{begin} … {left_out} characters … {end}")
}

fn in_words(ending: &TaskEnd) -> String {
    let name = json!(ending);
    name.as_str().unwrap_or_default().replace('_', " ")
}

fn tell(recording: &Recording, sink: &mut impl Write) -> Result<()> {
    let info = recording.run_info()?;
    let mut say = |what: &str, text: &str| writeln!(sink, "{what:>10}  {text}");
    if let Some(wall) = recording.run_start() {
        let seconds = wall.unix_seconds as i64;
        let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let time = time.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S");
        say("when", &time.to_string())?;
        say("command", &wall.command.join(" "))?;
    }
    say("robot", &info.robot.name)?;
    if let Some(scene) = &info.scene {
        say("scene", &format!("{}, seed {}", scene.name, info.seed))?;
    }
    let model = &info.model;
    let summed = |sum: &Option<String>| {
        sum.as_deref().map_or(String::new(), |sum| {
            let begin: String = sum.chars().take(12).collect();
            format!(", SHA-256 {begin}…")
        })
    };
    let sum = summed(&model.sha256);
    let who = match (model.perception.as_str(), model.planning.as_str()) {
        ("model", "model") => model.name.clone(),
        (sees, plans) => format!("{} (seen by {sees}, planned by {plans})", model.name),
    };
    say("model", &format!("{who}{sum}"))?;
    if let Some(planner) = &model.planner {
        say(
            "planner",
            &format!("{}{}", planner.name, summed(&planner.sha256)),
        )?;
    }
    say("enact", &info.enact)?;
    let mut wrote = None;
    for record in recording.messages() {
        match record.topic {
            Topic::Perception | Topic::Plan => {
                let answer: ResponseMessage = record.deserialize_message()?;
                wrote = answer.rejected.map(|_| answer.completion);
            }
            Topic::Log => {
                let line: Log = record.deserialize_message()?;
                let seconds = enact_types::Stamp::from(line.timestamp).seconds();
                let mark = if line.level > 2 { "!" } else { " " };
                writeln!(
                    sink,
                    "{:>10} {mark}{seconds:>7.2} s  {}",
                    line.name, line.message
                )?;
                // What was rejected is told nowhere else.
                if let Some(text) = wrote.take() {
                    writeln!(sink, "{:>10}  {}", "it wrote", shortened(&text))?;
                }
            }
            _ => {}
        }
    }
    if let Some(damage) = recording.damage() {
        writeln!(sink, "{:>10} !{damage}", "damage")?;
    }
    writeln!(sink, "{:>10}  {}", "outcome", how(recording))?;
    Ok(())
}

/// Returns the outcome of a run in a sentence.
fn how(recording: &Recording) -> String {
    if recording.is_growing() {
        return "the run goes on, and is still being recorded".to_owned();
    }
    match recording.run_end() {
        RunEnd::Ended(_) => outcome(recording),
        RunEnd::Failed(broke) => format!("given up ({}): {}", broke.how, broke.reason),
        RunEnd::Truncated if recording.is_whole() => "no task was carried out".to_owned(),
        RunEnd::Truncated if recording.damage().is_some() => {
            "the rest of the recording cannot be read".to_owned()
        }
        RunEnd::Truncated => {
            "the recording ends here: the program was killed, or the file cut".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_shown_in_one_line_with_begin_and_end() {
        assert_eq!(shortened("{\"steps\":\n[]} "), "{\"steps\":\\n[]}");
        assert_eq!(shortened(""), "");
        let long = format!("begin{}end", "的".repeat(2 * SHOWN_CHARS));
        let line = shortened(&long);
        assert!(
            line.starts_with("begin的") && line.ends_with("的end"),
            "{line}"
        );
        assert!(line.contains(" … 8 characters … "), "{line}");
    }
}
