//! Episodes into a data set, one recording after another.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::{ArrayRef, BooleanArray, Float32Array, Int64Array, StructArray};
use arrow_schema::{DataType, Field};
use serde_json::{Map, Value, json};

use super::camera_writer::{CameraWriter, EpisodeVideo, SpoolRange};
use super::data::{DATA_FILE_BYTES, DataFileWriter, FILES_PER_CHUNK, FileNumber, VIDEO_FILE_BYTES};
use super::episodes::{self, EpisodeRow};
use super::existing::{self, ExistingDataset};
use super::feature::{ACTION, BOOKKEEPING, DatasetSpec, STATE, SUCCESS};
use super::staging::Staging;
use super::stats::Stats;
use super::table::{self, Columns as Table};
use super::tasks::TaskTable;
use crate::error::ExportError;
use crate::histogram::DistributionSummary;
use crate::recorded_episodes::Episode;
use crate::sample_picture::SamplePicture;
use crate::units::JointColumns;

/// Number of rows written at a time…
const ROWS: usize = 4096;
/// …unless their pictures exceed this size, bytes.
const BYTES: usize = 32 << 20;

/// A data set being written. Nothing of it is visible until it is finished, and nothing remains if
/// it is dropped before.
pub struct DatasetWriter<'a> {
    staging: Staging,
    existing: Option<ExistingDataset>,
    spec: DatasetSpec,
    tasks: TaskTable,
    films: Vec<CameraWriter>,
    data: DataFileWriter,
    rows: Vec<EpisodeRow>,
    samples: usize,
    /// Length of each episode of the current recording, samples.
    lengths: Vec<usize>,
    notes: Vec<String>,
    stop: &'a dyn Fn() -> bool,
}

/// Summary of a written data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetSummary {
    /// Number of added episodes.
    pub episodes: usize,
    /// Number of their samples.
    pub samples: usize,
    /// Number of all episodes of the data set.
    pub total: usize,
}

impl<'a> DatasetWriter<'a> {
    /// Starts a data set that will become `folder`; with `append` that may be an existing one.
    /// `stop` is polled to abort the export.
    ///
    /// # Errors
    /// If the folder contains something that must not be appended to or does not match `spec`, or
    /// if nothing can be written next to it.
    pub fn begin(
        folder: &Path,
        mut spec: DatasetSpec,
        append: bool,
        stop: &'a dyn Fn() -> bool,
    ) -> Result<Self, ExportError> {
        let failed = |error| ExportError::caused(folder, error);
        let is_empty = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => return Err(failed(error)),
        };
        let mut notes = Vec::new();
        let existing = match (is_empty, append) {
            (true, _) => None,
            (false, true) => Some(ExistingDataset::load(folder)?),
            (false, false) => {
                let text = "there is something in it already; --append adds to a data set";
                return Err(ExportError::file(folder, text));
            }
        };
        if let Some(existing) = &existing {
            notes = existing.adapt_spec(&mut spec)?;
        }
        let staging = Staging::begin(folder)?;
        let next = |within: &str| {
            let existing = existing.as_ref();
            existing.map_or(FileNumber::default(), |existing| {
                existing.next_file_number(within)
            })
        };
        let film = |camera: &super::CameraFeature| {
            let number = next(&format!("videos/{}", camera.key()));
            CameraWriter::new(camera.clone(), spec.fps, number, &staging)
        };
        let films = spec.cameras.iter().map(film).collect::<Result<_, _>>()?;
        let metadata = HashMap::from([("huggingface".to_owned(), hugging_face(&spec))]);
        let data = DataFileWriter::new(next("data"), metadata);
        let there = existing.as_ref();
        Ok(Self {
            staging,
            films,
            data,
            tasks: there.map_or(TaskTable::default(), |it| it.tasks.clone()),
            samples: there.map_or(0, |it| it.samples),
            existing,
            spec,
            rows: Vec::new(),
            lengths: Vec::new(),
            notes,
            stop,
        })
    }

    /// Returns its specification, which may differ from the requested one when appending.
    pub fn spec(&self) -> &DatasetSpec {
        &self.spec
    }

    /// Returns the differences in words.
    pub fn spec_differences(&self) -> &[String] {
        &self.notes
    }

    /// Sets the columns that convert the numbers of the following recordings, because each arm has
    /// its own calibration. Their names must match.
    ///
    /// # Errors
    /// If the columns have another meaning.
    pub fn set_joint_columns(&mut self, columns: JointColumns) -> Result<(), ExportError> {
        let own = &self.spec.columns;
        if (&own.robot_type, own.units, &own.names)
            != (&columns.robot_type, columns.units, &columns.names)
        {
            return Err(ExportError::Unfit(format!(
                "a data set is of one kind of arm in the same units, not of {} in {} and {} in {}",
                own.robot_type, own.units, columns.robot_type, columns.units
            )));
        }
        self.spec.columns = columns;
        Ok(())
    }

    /// Announces the episodes whose pictures follow.
    pub fn announce_episodes(&mut self, episodes: &[&Episode]) {
        self.lengths = episodes.iter().map(|it| it.samples.len()).collect();
    }

    /// Takes a camera's picture of the next sample. Cameras do not wait for each other.
    ///
    /// # Errors
    /// If there are more than announced, its size differs from the others, or it cannot be written.
    pub fn push_picture(&mut self, camera: usize, shot: &SamplePicture) -> Result<(), ExportError> {
        self.go_on()?;
        let film = &mut self.films[camera];
        match self.lengths.get(film.untaken_episode_count()) {
            Some(length) => film.push(shot, *length, &self.staging),
            None => Err(ExportError::Unfit("pictures are too many".to_owned())),
        }
    }

    /// Writes the episodes whose pictures are complete.
    ///
    /// # Errors
    /// If pictures are missing, or something cannot be written.
    pub fn write_episodes(&mut self, episodes: &[&Episode]) -> Result<(), ExportError> {
        for film in &self.films {
            if film.untaken_episode_count() != episodes.len() {
                let name = &film.camera().name;
                return Err(ExportError::Unfit(format!(
                    "camera `{name}`: pictures are missing"
                )));
            }
        }
        for episode in episodes {
            self.go_on()?;
            self.add_one(episode)?;
        }
        for film in &mut self.films {
            let rewound = film.clear_spool();
            rewound.map_err(|error| ExportError::caused(self.staging.folder(), error))?;
        }
        Ok(())
    }

    fn add_one(&mut self, episode: &Episode) -> Result<(), ExportError> {
        let number = self.existing.as_ref().map_or(0, |it| it.episodes) + self.rows.len();
        let task = self.tasks.find_or_add_task(&episode.task);
        let from = self.samples;
        let file = self.data.begin_episode()?;
        let reels: Vec<EpisodeVideo> = self
            .films
            .iter_mut()
            .filter_map(CameraWriter::take_oldest_episode)
            .collect();
        let values = EpisodeValues::of(&self.spec, episode, number as i64, from as i64, task);
        let length = values.length;
        let mut begin = 0;
        while begin < length {
            let end = begin + rows_in_a_group(&reels, begin, length);
            let rows = self.group(&values, &reels, begin, end)?;
            self.data.write(&self.staging, rows)?;
            begin = end;
        }
        let cameras = || {
            self.films
                .iter()
                .map(|film| film.camera().key())
                .zip(&reels)
        };
        let clips = cameras().filter_map(|(key, reel)| Some((key, reel.clip?)));
        let pictures = cameras().map(|(key, reel)| (key, reel.stats.clone()));
        self.rows.push(EpisodeRow {
            index: number as i64,
            task: episode.task.clone(),
            length: length as i64,
            data: file,
            from: from as i64,
            clips: clips.collect(),
            stats: values.stats().into_iter().chain(pictures).collect(),
        });
        self.samples += length;
        Ok(())
    }

    /// Returns some rows of an episode.
    fn group(
        &mut self,
        values: &EpisodeValues,
        reels: &[EpisodeVideo],
        begin: usize,
        end: usize,
    ) -> Result<Table, ExportError> {
        let mut columns = values.vectors(begin, end);
        for (film, reel) in self.films.iter_mut().zip(reels) {
            if film.camera().codec.is_none() {
                let files = files(film, &reel.files[begin..end]);
                let files =
                    files.map_err(|error| ExportError::caused(self.staging.folder(), error));
                columns.push((film.camera().key(), files?));
            }
        }
        columns.extend(values.scalars(begin, end));
        Ok(columns)
    }

    /// Publishes the data set as a whole.
    ///
    /// # Errors
    /// If there is nothing to write, or something cannot be written.
    pub fn finish(mut self) -> Result<DatasetSummary, ExportError> {
        if self.rows.is_empty() {
            let text = "there is nothing to export: the arm moved in no task";
            return Err(ExportError::Unfit(text.to_owned()));
        }
        self.data.finish()?;
        for film in &mut self.films {
            film.finish()?;
        }
        let own = ["meta/info.json", "meta/stats.json", "meta/tasks.parquet"];
        let mut number = FileNumber::default();
        if let Some(existing) = &self.existing {
            self.staging.link_or_copy_files(existing.folder(), &own)?;
            number = existing.next_file_number("meta/episodes");
        }
        let path = self
            .staging
            .prepare_path(&number.path("meta/episodes", "parquet"))?;
        let like = self.existing.as_ref().map(|it| it.schema.as_ref());
        episodes::write(&path, &self.rows, number, like)?;
        self.tasks.write(&self.staging.prepare_path(own[2])?)?;
        let stats = self.stats()?;
        self.staging.write(own[1], &format!("{stats:#}\n"))?;
        let total = self.existing.as_ref().map_or(0, |it| it.episodes) + self.rows.len();
        self.staging.write(own[0], &self.info(total))?;
        self.go_on()?;
        self.staging.commit()?;
        let samples = self.samples - self.existing.as_ref().map_or(0, |it| it.samples);
        Ok(DatasetSummary {
            episodes: self.rows.len(),
            samples,
            total,
        })
    }

    /// Returns the text of `meta/info.json`.
    fn info(&self, total: usize) -> String {
        let mut info = match &self.existing {
            Some(existing) => existing.info.clone(),
            None => {
                let videos = self.spec.cameras.iter().any(|it| it.codec.is_some());
                let info = json!({
                    "codebase_version": "v3.0",
                    "fps": self.spec.fps,
                    "features": self.spec.features(),
                    "total_episodes": 0,
                    "total_frames": 0,
                    "total_tasks": 0,
                    "chunks_size": FILES_PER_CHUNK,
                    "data_files_size_in_mb": DATA_FILE_BYTES >> 20,
                    "video_files_size_in_mb": VIDEO_FILE_BYTES >> 20,
                    "data_path": existing::DATA_PATH_PATTERN,
                    "video_path": videos.then_some(existing::VIDEO_PATH_PATTERN),
                    "robot_type": self.spec.columns.robot_type,
                    "splits": {},
                });
                match info {
                    Value::Object(info) => info,
                    _ => Map::new(),
                }
            }
        };
        let mut set = |key: &str, value: Value| info.insert(key.to_owned(), value);
        set("total_episodes", json!(total));
        set("total_frames", json!(self.samples));
        set("total_tasks", json!(self.tasks.len()));
        set("splits", json!({"train": format!("0:{total}")}));
        format!("{:#}\n", Value::Object(info))
    }

    /// Returns `meta/stats.json`: numbers are aggregated over all files, pictures over the
    /// statistics of episodes.
    fn stats(&self) -> Result<Value, ExportError> {
        let mut stats = Map::new();
        let mut files = Vec::new();
        parquet_files(&self.staging.folder().join("data"), &mut files)
            .map_err(|error| ExportError::caused(self.staging.folder(), error))?;
        for (name, feature) in self.spec.features() {
            let is_picture = feature["shape"].as_array().is_some_and(|it| it.len() > 1);
            let spread = if is_picture {
                let there = self.existing.as_ref();
                let there = there.and_then(|it| Stats::parse_picture_stats(&it.stats[&name]));
                let rows = self.rows.iter().filter_map(|row| {
                    let found = row.stats.iter().find(|(key, _)| *key == name);
                    found.map(|(_, stats)| stats.clone())
                });
                there
                    .into_iter()
                    .chain(rows)
                    .reduce(|all, it| all.join(&it))
            } else {
                let entries = feature["shape"][0].as_u64().unwrap_or(1) as usize;
                Some(spread_of(&files, &name, entries, self.stop)?)
            };
            if let Some(spread) = spread {
                stats.insert(name, spread.json());
            }
        }
        Ok(Value::Object(stats))
    }

    fn go_on(&self) -> Result<(), ExportError> {
        if (self.stop)() {
            return Err(ExportError::Stopped);
        }
        Ok(())
    }
}

/// The numeric values of an episode.
struct EpisodeValues {
    length: usize,
    width: usize,
    states: Vec<f32>,
    actions: Vec<f32>,
    names: Vec<&'static str>,
    /// Values of each scalar feature.
    scalars: Vec<Vec<f64>>,
}

impl EpisodeValues {
    fn of(spec: &DatasetSpec, episode: &Episode, number: i64, from: i64, task: i64) -> Self {
        let samples = &episode.samples;
        let length = samples.len();
        let row = |of: &[f64]| spec.columns.convert_to_row(of).collect::<Vec<f32>>();
        let last = |frame: usize| frame + 1 == length;
        let reached = episode.reached == Some(true);
        let mut names = Vec::new();
        let mut scalars: Vec<Vec<f64>> = Vec::new();
        let mut add = |name, of: &dyn Fn(usize) -> f64| {
            names.push(name);
            scalars.push((0..length).map(of).collect());
        };
        if spec.outcome {
            add(SUCCESS, &|frame| {
                f64::from(u8::from(reached && last(frame)))
            });
        }
        let fps = f64::from(spec.fps);
        add("timestamp", &|frame| f64::from((frame as f64 / fps) as f32));
        add("frame_index", &|frame| frame as f64);
        add("episode_index", &|_| number as f64);
        add("index", &|frame| (from + frame as i64) as f64);
        add("task_index", &|_| task as f64);
        Self {
            length,
            width: spec.columns.names.len(),
            states: (0..length)
                .flat_map(|it| row(samples.state_of_sample(it)))
                .collect(),
            actions: (0..length)
                .flat_map(|it| row(samples.action_of_sample(it)))
                .collect(),
            names,
            scalars,
        }
    }

    fn vectors(&self, begin: usize, end: usize) -> Table {
        let part = |values: &[f32]| {
            table::vector_column(&values[begin * self.width..end * self.width], self.width)
        };
        vec![
            (ACTION.to_owned(), part(&self.actions)),
            (STATE.to_owned(), part(&self.states)),
        ]
    }

    fn scalars(&self, begin: usize, end: usize) -> Table {
        let column = |(name, values): (&&str, &Vec<f64>)| {
            let values = &values[begin..end];
            let array: ArrayRef = match *name {
                SUCCESS => {
                    let values: Vec<bool> = values.iter().map(|value| *value > 0.0).collect();
                    Arc::new(BooleanArray::from(values))
                }
                "timestamp" => {
                    let values = values.iter().map(|value| *value as f32);
                    Arc::new(Float32Array::from_iter_values(values))
                }
                _ => {
                    let values = values.iter().map(|value| *value as i64);
                    Arc::new(Int64Array::from_iter_values(values))
                }
            };
            ((*name).to_owned(), array)
        };
        self.names.iter().zip(&self.scalars).map(column).collect()
    }

    fn stats(&self) -> Vec<(String, Stats)> {
        let stats = |spreads| Stats {
            picture: false,
            spreads,
            count: self.length as u64,
        };
        let vector = |values: &[f32]| {
            let entry = |entry: usize| {
                let values = values.iter().skip(entry).step_by(self.width);
                DistributionSummary::summarize_values(
                    &mut values.map(|value| f64::from(*value)).collect::<Vec<_>>(),
                )
            };
            stats((0..self.width).map(entry).collect())
        };
        let scalars = self.names.iter().zip(&self.scalars).map(|(name, values)| {
            let spread = DistributionSummary::summarize_values(&mut values.clone());
            ((*name).to_owned(), stats(vec![spread]))
        });
        [
            (ACTION.to_owned(), vector(&self.actions)),
            (STATE.to_owned(), vector(&self.states)),
        ]
        .into_iter()
        .chain(scalars)
        .collect()
    }
}

/// Returns how many rows from `begin` on are written together.
fn rows_in_a_group(reels: &[EpisodeVideo], begin: usize, length: usize) -> usize {
    let mut bytes = 0;
    let most = ROWS.min(length - begin);
    for row in 0..most {
        let files = reels.iter().filter_map(|reel| reel.files.get(begin + row));
        bytes += files.map(|place| place.length).sum::<usize>();
        if bytes > BYTES {
            return row.max(1);
        }
    }
    most
}

/// Returns bytes and path, in the form of Hugging Face's `Image`.
fn files(film: &mut CameraWriter, places: &[SpoolRange]) -> std::io::Result<ArrayRef> {
    let mut bytes = BinaryBuilder::new();
    let mut paths = StringBuilder::new();
    for place in places {
        bytes.append_value(film.read_spooled_picture(*place)?);
        paths.append_null();
    }
    let field = |name: &str, kind| Arc::new(Field::new(name, kind, true));
    Ok(Arc::new(StructArray::from(vec![
        (
            field("bytes", DataType::Binary),
            Arc::new(bytes.finish()) as ArrayRef,
        ),
        (field("path", DataType::Utf8), Arc::new(paths.finish())),
    ])))
}

/// Returns the column types for Hugging Face's `datasets`.
fn hugging_face(spec: &DatasetSpec) -> String {
    let mut features = Map::new();
    let length = spec.columns.names.len();
    let value = |kind: &str| json!({"dtype": kind, "_type": "Value"});
    let vector = json!({"feature": value("float32"), "length": length, "_type": "List"});
    features.insert(ACTION.to_owned(), vector.clone());
    features.insert(STATE.to_owned(), vector);
    for camera in spec.cameras.iter().filter(|it| it.codec.is_none()) {
        features.insert(camera.key(), json!({"_type": "Image"}));
    }
    if spec.outcome {
        features.insert(SUCCESS.to_owned(), value("bool"));
    }
    for (name, kind) in BOOKKEEPING {
        features.insert(name.to_owned(), value(kind));
    }
    json!({"info": {"features": features}}).to_string()
}

fn parquet_files(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            parquet_files(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "parquet") {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

/// Returns the distribution of each entry of a column over all rows of these files, with one entry
/// in memory at a time.
fn spread_of(
    files: &[PathBuf],
    name: &str,
    entries: usize,
    stop: &dyn Fn() -> bool,
) -> Result<Stats, ExportError> {
    let mut spreads = Vec::new();
    let mut count = 0;
    for entry in 0..entries {
        let mut values: Vec<f64> = Vec::new();
        for file in files {
            if stop() {
                return Err(ExportError::Stopped);
            }
            table::read_batches(file, Some(&[name]), &mut |batch| {
                let column = batch.column_by_name(name);
                let numbers = column.and_then(|column| table::extract_entry_of_rows(column, entry));
                let missing = || ExportError::file(file, format!("`{name}` is missing"));
                values.extend(numbers.ok_or_else(missing)?);
                Ok(())
            })?;
        }
        count = values.len() as u64;
        spreads.push(DistributionSummary::summarize_values(&mut values));
    }
    Ok(Stats {
        picture: false,
        spreads,
        count,
    })
}
