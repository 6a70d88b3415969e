//! Episodes as a LeRobot data set, version 3: tables in parquet, pictures within them,
//! and what the tables mean in JSON. The format is that of
//! <https://huggingface.co/docs/lerobot/lerobot-dataset-v3>.
//!
//! | module | idea |
//! |---|---|
//! | `meta` | what the tables mean, in JSON |
//! | `stats` | range, mean and spread of each feature |
//! | `table` | rows in parquet |

mod meta;
mod stats;
mod table;

use std::fs;
use std::path::Path;

use enact_robot::Robot;

use crate::episode::Episode;
use crate::error::ExportError;

/// The name that LeRobot's pictures get.
pub(crate) const PICTURES: &str = "observation.images.front";

/// Episodes of one robot.
pub struct Dataset<'a> {
    /// Who acted.
    pub robot: &'a Robot,
    /// Samples per second.
    pub fps: u32,
    /// At least one, each with at least one sample.
    pub episodes: &'a [Episode],
}

impl Dataset<'_> {
    /// Writes the data set into a new folder.
    ///
    /// # Errors
    /// If there is nothing to write, the folder is not empty, or a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), ExportError> {
        let frames: usize = self.episodes.iter().map(|e| e.samples.len()).sum();
        if frames == 0 {
            return Err(ExportError::Unfit(
                "the arm was not read in any task: there is nothing to export".to_owned(),
            ));
        }
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(ExportError::file(
                folder,
                "there is something in it already",
            ));
        }
        let tasks = self.tasks();
        let write = |name: &str, text: String| write_text(&folder.join(name), &text);
        write("meta/info.json", meta::info(self, &tasks, frames))?;
        write("meta/stats.json", stats::of(self))?;
        table::tasks(&folder.join("meta/tasks.parquet"), &tasks)?;
        table::episodes(
            &folder.join("meta/episodes/chunk-000/file-000.parquet"),
            self,
        )?;
        table::data(
            &folder.join("data/chunk-000/file-000.parquet"),
            self,
            &tasks,
        )
    }

    /// Each task once, in the order in which they come.
    fn tasks(&self) -> Vec<&str> {
        let mut tasks: Vec<&str> = Vec::new();
        for episode in self.episodes {
            if !tasks.contains(&episode.task.as_str()) {
                tasks.push(&episode.task);
            }
        }
        tasks
    }

    /// Width and height of the pictures, if every sample has one.
    pub(crate) fn picture_size(&self) -> Option<(u32, u32)> {
        let mut samples = self.episodes.iter().flat_map(|episode| &episode.samples);
        let size = samples.clone().next()?.picture.as_ref()?.rgb.dimensions();
        let alike = |picture: &crate::episode::Picture| picture.rgb.dimensions() == size;
        samples
            .all(|sample| sample.picture.as_deref().is_some_and(alike))
            .then_some(size)
    }
}

fn write_text(path: &Path, text: &str) -> Result<(), ExportError> {
    make_folder_of(path)?;
    fs::write(path, text).map_err(|error| ExportError::file(path, error))
}

fn make_folder_of(path: &Path) -> Result<(), ExportError> {
    match path.parent() {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|error| ExportError::file(folder, error))
        }
        None => Ok(()),
    }
}
