//! The library of solved tasks, and what a recording adds to it.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use enact_plan::examples::{Example, ExampleObject, SeededScene};
use enact_plan::{Plan, Situation, Step, Verdict};
use enact_recording::message::{OutcomeMessage, ResponseMessage, TaskMessage};
use enact_recording::{Recording, Topic};
use enact_runtime::TaskReport;

use crate::json_lines;

/// The file in the user's data folder.
const FILE: &str = "examples.jsonl";

/// Returns the path of the library: this one, or the user's.
///
/// # Errors
/// If there is no data folder.
pub fn example_library_path(chosen: Option<&Path>) -> Result<PathBuf> {
    match chosen {
        Some(path) => Ok(path.to_owned()),
        None => json_lines::path_in_data_folder(FILE, "--example-library"),
    }
}

/// Reads the library; without one of this path there are no examples yet.
///
/// # Errors
/// If it cannot be read, or a line is no example.
pub fn load(path: &Path) -> Result<Vec<Example>> {
    json_lines::read(path, Example::parse)
}

/// Returns an episode by the name or path of its scene.
pub fn episode_of_scene(scene: &str, seed: u64) -> SeededScene {
    let stem = Path::new(scene).file_stem();
    let name = stem.map_or_else(|| scene.to_owned(), |it| it.to_string_lossy().into_owned());
    SeededScene { scene: name, seed }
}

/// A task of a recording, as far as it was read.
#[derive(Debug, Default)]
struct RecordedTask {
    instruction: String,
    is_dry: bool,
    /// What the first plan rests on.
    situation: Option<Situation>,
    report: Option<TaskReport>,
}

/// Returns the tasks of a recording whose goal was reached by motion, each with the steps that
/// worked.
///
/// # Errors
/// If the recording cannot be read, or holds no such task.
pub fn solved_tasks(recording: &Recording, run: &Path) -> Result<Vec<Example>> {
    let info = recording.run_info()?;
    let scene = info.scene.as_ref();
    let episode = scene.map(|scene| episode_of_scene(&scene.name, info.seed));
    let mut examples = Vec::new();
    let mut task = RecordedTask::default();
    for record in recording.messages() {
        match record.topic {
            Topic::Task => {
                let begun: TaskMessage = record.deserialize_message()?;
                task = RecordedTask {
                    instruction: begun.instruction,
                    is_dry: begun.options.dry_run,
                    ..RecordedTask::default()
                };
            }
            Topic::Plan if task.situation.is_none() => {
                task.situation = record.deserialize_message::<ResponseMessage>()?.situation;
            }
            Topic::Report => task.report = Some(record.deserialize_message()?),
            Topic::Outcome if record.deserialize_message::<OutcomeMessage>()?.reached => {
                let found = example(std::mem::take(&mut task));
                examples.extend(found.map(|example| Example {
                    robot: Some(info.robot.name.clone()),
                    episode: episode.clone(),
                    run: Some(run.display().to_string()),
                    ..example
                }));
            }
            _ => {}
        }
    }
    if examples.is_empty() {
        bail!(
            "{} holds no task whose goal was reached by motion",
            run.display()
        );
    }
    // What is written can be read again.
    for example in &examples {
        let line = serde_json::to_string(example)?;
        Example::parse(&line).map_err(|why| anyhow!("{}: {why}", run.display()))?;
    }
    Ok(examples)
}

/// Returns the example that a task is whose goal was reached.
fn example(task: RecordedTask) -> Option<Example> {
    let (situation, report) = (task.situation?, task.report.filter(|_| !task.is_dry)?);
    let worked = report.steps.into_iter();
    let worked = worked.filter(|it| it.verdict == Verdict::Yes && it.step.moves_arm());
    let mut steps: Vec<Step> = worked.map(|it| it.step).collect();
    if steps.is_empty() {
        return None;
    }
    steps.push(Step::done_step());
    Some(Example {
        instruction: task.instruction,
        objects: situation.objects.iter().map(ExampleObject::from).collect(),
        plan: Plan { steps }.without_repeated_placements(),
        robot: None,
        episode: None,
        run: None,
    })
}
