//! What came of recorded runs, for the tool `recall`.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use enact_plan::similarity::{BySpelling, TextSimilarity};
use enact_plan::strategy::tools::Recall;
use enact_recording::{Recording, RunEnd};

use crate::recordings::run_recorder::FOLDER;
use crate::recordings::runs;

/// Number of runs that are remembered, the newest.
const REMEMBERED: usize = 50;
/// Number of runs that are told.
const TOLD: usize = 3;

/// The recordings of a folder.
#[derive(Debug)]
pub struct PastRuns {
    folder: PathBuf,
    /// By file: its instructions and what came of the last, once read; nothing of what cannot be
    /// read.
    read: HashMap<PathBuf, Option<PastRun>>,
}

/// A run.
#[derive(Clone, Debug)]
struct PastRun {
    task: String,
    told: String,
}

impl Default for PastRuns {
    fn default() -> Self {
        Self::in_folder(Path::new(FOLDER))
    }
}

impl PastRuns {
    /// Remembers the runs that are kept in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            read: HashMap::new(),
        }
    }
}

impl Recall for PastRuns {
    fn recall(&mut self, task: &str) -> Vec<String> {
        // Files are named after their time. A folder that cannot be read holds no memories.
        let mut files = runs::recordings(&self.folder).unwrap_or_default();
        files.sort_by_key(|file| Reverse(file.clone()));
        files.truncate(REMEMBERED);
        let mut known: Vec<PastRun> = files
            .into_iter()
            .filter_map(|file| {
                let read = || Recording::read_outline(&file).ok().and_then(|it| past(&it));
                self.read.entry(file.clone()).or_insert_with(read).clone()
            })
            .collect();
        let mut told = Vec::new();
        while told.len() < TOLD {
            let tasks: Vec<&str> = known.iter().map(|run| run.task.as_str()).collect();
            match BySpelling.find(&tasks, task) {
                Some((found, likeness)) if likeness >= BySpelling.threshold() => {
                    told.push(known.remove(found).told);
                }
                _ => break,
            }
        }
        told
    }
}

/// Returns what is remembered of a run that has ended: its last instruction, what was tried, and
/// what came of it.
fn past(recording: &Recording) -> Option<PastRun> {
    let task = recording.task_instructions().pop()?;
    let RunEnd::Ended(report) = recording.run_end() else {
        return None;
    };
    let outcome = runs::outcome(recording);
    let steps: Vec<String> = report.steps.iter().map(ToString::to_string).collect();
    let steps = match steps.as_slice() {
        [] => String::new(),
        steps => format!(" ({})", steps.join("; ")),
    };
    Some(PastRun {
        told: format!("“{task}”: {outcome}{steps}"),
        task,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_recordings_nothing_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            PastRuns::in_folder(folder.path())
                .recall("pick up the cube")
                .is_empty()
        );
        std::fs::write(folder.path().join("a.mcap"), "no recording").unwrap();
        assert!(
            PastRuns::in_folder(folder.path())
                .recall("pick up the cube")
                .is_empty()
        );
        let nowhere = folder.path().join("nowhere");
        assert!(
            PastRuns::in_folder(&nowhere)
                .recall("pick up the cube")
                .is_empty()
        );
    }
}
