//! `enact examples`: the library of solved tasks.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};
use enact_plan::examples::Example;
use serde_json::json;

use crate::json_lines;
use crate::methods::library;
use crate::out::error_message_with_sources;
use crate::recordings;

/// `enact examples`.
#[derive(Debug, Args)]
pub struct ExamplesArgs {
    /// What to do with the library.
    #[command(subcommand)]
    pub command: ExamplesCommand,
    /// The library [default: examples.jsonl in enact's folder of the user's data]
    #[arg(long, value_name = "FILE", global = true)]
    pub example_library: Option<PathBuf>,
    /// Print one JSON object per example
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do with the library.
#[derive(Debug, Subcommand)]
pub enum ExamplesCommand {
    /// Add the tasks of recordings whose goal was reached
    Add {
        /// Recordings
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<PathBuf>,
    },
    /// List the examples with their numbers
    List,
    /// Remove examples by their numbers in the list
    Remove {
        /// Numbers
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<usize>,
    },
}

/// Adds, lists or removes examples; returns `false` if a recording has none to add.
///
/// # Errors
/// If the library cannot be read or written, a recording cannot be read, or a number is wrong.
pub fn run_examples_command(args: &ExamplesArgs, sink: &mut impl Write) -> Result<bool> {
    let path = library::example_library_path(args.example_library.as_deref())?;
    let library = library::load(&path)?;
    match &args.command {
        ExamplesCommand::Add { runs } => add(&path, library, runs, args.json, sink),
        ExamplesCommand::List => {
            if library.is_empty() {
                errln!("nothing is kept in {}", path.display());
            }
            for (at, example) in library.iter().enumerate() {
                show(Some(at + 1), example, args.json, sink)?;
            }
            Ok(true)
        }
        ExamplesCommand::Remove { numbers } => {
            json_lines::write(
                &path,
                &json_lines::remove_numbered_entries(library, numbers)?,
            )?;
            Ok(true)
        }
    }
}

fn add(
    path: &Path,
    mut library: Vec<Example>,
    runs: &[PathBuf],
    as_json: bool,
    sink: &mut impl Write,
) -> Result<bool> {
    let mut all = true;
    let mut added = Vec::new();
    for run in runs {
        let recording = recordings::open(run)?;
        let found = match library::solved_tasks(&recording, run) {
            Ok(found) => found,
            Err(error) => {
                errln!("enact: {}", error_message_with_sources(&error));
                all = false;
                continue;
            }
        };
        for example in found {
            let is_same = |it: &Example| {
                (&it.instruction, &it.objects, &it.plan)
                    == (&example.instruction, &example.objects, &example.plan)
            };
            if library.iter().any(is_same) {
                errln!("enact: {} is in the library already", run.display());
                continue;
            }
            library.push(example.clone());
            added.push(example);
        }
    }
    if !added.is_empty() {
        json_lines::write(path, &library)?;
    }
    for example in &added {
        show(None, example, as_json, sink)?;
    }
    Ok(all)
}

fn show(
    number: Option<usize>,
    example: &Example,
    as_json: bool,
    sink: &mut impl Write,
) -> Result<()> {
    if as_json {
        let mut object = json!(example);
        if let Some(number) = number {
            object["number"] = json!(number);
        }
        return Ok(writeln!(sink, "{object}")?);
    }
    let number = number.map_or_else(|| "added".to_owned(), |number| number.to_string());
    let of = example.episode.as_ref().map_or(String::new(), |episode| {
        format!(" ({}, seed {})", episode.scene, episode.seed)
    });
    let instruction = example.instruction.escape_debug();
    Ok(writeln!(
        sink,
        "{number:>5}  {instruction}{of}: {}",
        example.plan
    )?)
}
