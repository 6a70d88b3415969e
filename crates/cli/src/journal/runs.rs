//! `enact runs`: what is kept, and the story of a run.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Local};
use enact_bridge::Ending;
use enact_journal::message::Answer;
use enact_journal::{End, Journal, Log, Topic};
use serde_json::json;

use super::args::{RunsArgs, RunsQuestion};
use super::open;

/// So many characters of the begin and of the end of a long answer are shown.
const SHOWN: usize = 600;

/// Answers.
pub fn runs(args: &RunsArgs, sink: &mut impl Write) -> Result<()> {
    match &args.question {
        Some(RunsQuestion::Show { file }) => tell(&open(file)?, sink),
        None => list(args, sink),
    }
}

fn list(args: &RunsArgs, sink: &mut impl Write) -> Result<()> {
    let files = recordings(&args.dir)?;
    if files.is_empty() {
        eprintln!("nothing is kept in {}", args.dir.display());
    }
    for file in files {
        // One that cannot be read is listed as such.
        let journal = Journal::open(&file);
        if args.json {
            writeln!(sink, "{}", line_of_json(&file, journal.as_ref().ok()))?;
            continue;
        }
        let line = match &journal {
            Ok(journal) => {
                let seconds = journal.duration().as_secs_f64();
                let outcome = outcome(journal);
                format!(
                    "{outcome:<12} {seconds:>7.1} s  {}",
                    journal.tasks().join("; ")
                )
            }
            Err(error) => error.to_string(),
        };
        writeln!(sink, "{}  {line}", file.display())?;
    }
    Ok(())
}

fn line_of_json(file: &Path, journal: Option<&Journal>) -> serde_json::Value {
    json!({
        "file": file,
        "tasks": journal.map(Journal::tasks),
        "outcome": journal.map_or("unreadable".to_owned(), outcome),
        "reached": journal.and_then(Journal::is_reached),
        "seconds": journal.map(|journal| journal.duration().as_secs_f64()),
        "unix_seconds": journal.and_then(Journal::wall).map(|wall| wall.unix_seconds),
    })
}

fn recordings(folder: &Path) -> Result<Vec<PathBuf>> {
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

/// How a run came out, in a word or two.
fn outcome(journal: &Journal) -> String {
    match (journal.is_reached(), journal.end()) {
        (Some(true), _) => "reached".to_owned(),
        (Some(false), _) => "not reached".to_owned(),
        (None, End::Broke(broke)) => broke.how,
        (None, End::Ended(report)) => in_words(&report.ending),
        (None, End::Cut) => "cut off".to_owned(),
    }
}

/// A text in one line, with its begin and its end where it is long.
fn shortened(text: &str) -> String {
    let line = text.trim().escape_debug().to_string().replace("\\\"", "\"");
    let letters: Vec<char> = line.chars().collect();
    let left_out = letters.len().saturating_sub(2 * SHOWN);
    if left_out == 0 {
        return line;
    }
    let begin: String = letters[..SHOWN].iter().collect();
    let end: String = letters[letters.len() - SHOWN..].iter().collect();
    format!("{begin} … {left_out} characters … {end}")
}

fn in_words(ending: &Ending) -> String {
    let name = json!(ending);
    name.as_str().unwrap_or_default().replace('_', " ")
}

fn tell(journal: &Journal, sink: &mut impl Write) -> Result<()> {
    let info = journal.info()?;
    let mut say = |what: &str, text: &str| writeln!(sink, "{what:>10}  {text}");
    if let Some(wall) = journal.wall() {
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
    let sum = model.sha256.as_deref().map_or(String::new(), |sum| {
        let begin: String = sum.chars().take(12).collect();
        format!(", SHA-256 {begin}…")
    });
    let who = match (model.perception.as_str(), model.planning.as_str()) {
        ("model", "model") => model.name.clone(),
        (sees, plans) => format!("{} (seen by {sees}, planned by {plans})", model.name),
    };
    say("model", &format!("{who}{sum}"))?;
    say("enact", &info.enact)?;
    let mut wrote = None;
    for record in journal.records() {
        match record.topic {
            Topic::Perception | Topic::Plan => {
                let answer: Answer = record.read()?;
                wrote = answer.rejected.map(|_| answer.completion);
            }
            Topic::Log => {
                let line: Log = record.read()?;
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
    let how = match journal.end() {
        End::Ended(_) => outcome(journal),
        End::Broke(broke) => format!("given up ({}): {}", broke.how, broke.reason),
        End::Cut if journal.is_whole() => "no task was carried out".to_owned(),
        End::Cut => "the recording ends here: the program was killed".to_owned(),
    };
    writeln!(sink, "{:>10}  {how}", "outcome")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_shown_in_one_line_with_begin_and_end() {
        assert_eq!(shortened("{\"steps\":\n[]} "), "{\"steps\":\\n[]}");
        assert_eq!(shortened(""), "");
        let long = format!("begin{}end", "的".repeat(2 * SHOWN));
        let line = shortened(&long);
        assert!(
            line.starts_with("begin的") && line.ends_with("的end"),
            "{line}"
        );
        assert!(line.contains(" … 8 characters … "), "{line}");
    }
}
