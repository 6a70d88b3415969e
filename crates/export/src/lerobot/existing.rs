//! An existing data set to append to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;
use serde_json::{Map, Value};

use super::data::{FILES_PER_CHUNK, FileNumber};
use super::feature::{DatasetSpec, SUCCESS};
use super::table;
use super::tasks::TaskTable;
use super::video::VideoCodec;
use crate::error::ExportError;

/// Path pattern of data files in `meta/info.json`.
pub(super) const DATA_PATH_PATTERN: &str =
    "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet";
pub(super) const VIDEO_PATH_PATTERN: &str =
    "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4";

/// An existing data set.
pub(super) struct ExistingDataset {
    folder: PathBuf,
    /// Content of `meta/info.json`.
    pub(super) info: Map<String, Value>,
    /// Content of `meta/stats.json`.
    pub(super) stats: Value,
    pub(super) tasks: TaskTable,
    pub(super) episodes: usize,
    pub(super) samples: usize,
    /// Columns of its episodes.
    pub(super) schema: SchemaRef,
}

impl ExistingDataset {
    /// Reads the metadata of a data set.
    ///
    /// # Errors
    /// If it is not a data set of version 3, or its layout differs from LeRobot's.
    pub(super) fn load(folder: &Path) -> Result<Self, ExportError> {
        let wrong = |what: String| {
            ExportError::file(folder, format!("nothing can be appended to it: {what}"))
        };
        let json = |name: &str| -> Result<Value, ExportError> {
            let text = fs::read_to_string(folder.join(name));
            let text = text.map_err(|error| wrong(format!("{name} cannot be read: {error}")))?;
            serde_json::from_str(&text).map_err(|error| wrong(format!("{name}: {error}")))
        };
        let Value::Object(info) = json("meta/info.json")? else {
            return Err(wrong("meta/info.json is no object".to_owned()));
        };
        let version = info.get("codebase_version").and_then(Value::as_str);
        if !version.is_some_and(|version| version.starts_with("v3.")) {
            let version = version.unwrap_or("unknown");
            return Err(wrong(format!(
                "it is a LeRobot data set of version {version}, not v3; LeRobot's own script converts it"
            )));
        }
        let path = |key: &str| info.get(key).and_then(Value::as_str);
        if path("data_path") != Some(DATA_PATH_PATTERN)
            || path("video_path").is_some_and(|it| it != VIDEO_PATH_PATTERN)
        {
            return Err(wrong(
                "its files are not where LeRobot puts them".to_owned(),
            ));
        }
        let count = |key: &str| {
            let count = info.get(key).and_then(Value::as_u64);
            count.ok_or_else(|| wrong(format!("meta/info.json: `{key}` is no count")))
        };
        let (episodes, samples) = (count("total_episodes")?, count("total_frames")?);
        if info.get("chunks_size").and_then(Value::as_u64) != Some(FILES_PER_CHUNK.into()) {
            return Err(wrong(format!("`chunks_size` is not {FILES_PER_CHUNK}")));
        }
        let first = folder.join(FileNumber::default().path("meta/episodes", "parquet"));
        Ok(Self {
            tasks: TaskTable::load(&folder.join("meta/tasks.parquet"))?,
            stats: json("meta/stats.json")?,
            schema: table::read_schema(&first)?,
            folder: folder.to_owned(),
            episodes: episodes as usize,
            samples: samples as usize,
            info,
        })
    }

    /// Returns the folder of the data set.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the first unused file number in a folder.
    pub(super) fn next_file_number(&self, within: &str) -> FileNumber {
        let chunks = fs::read_dir(self.folder.join(within));
        let files = chunks.into_iter().flatten().flatten().flat_map(|chunk| {
            let number = |name: &str, begin: &str| -> Option<u32> {
                name.strip_prefix(begin)?.split('.').next()?.parse().ok()
            };
            let of = number(&chunk.file_name().to_string_lossy(), "chunk-");
            let files = fs::read_dir(chunk.path()).into_iter().flatten().flatten();
            let names = files.filter_map(move |file| {
                let file = number(&file.file_name().to_string_lossy(), "file-")?;
                Some(FileNumber { chunk: of?, file })
            });
            names.collect::<Vec<_>>()
        });
        files.max().map_or(FileNumber::default(), FileNumber::next)
    }

    /// Adapts `spec` to this data set where it may differ: how pictures are stored, and whether
    /// samples record the outcome. Returns the changes in words.
    ///
    /// # Errors
    /// If anything else differs.
    pub(super) fn adapt_spec(&self, spec: &mut DatasetSpec) -> Result<Vec<String>, ExportError> {
        let wrong = |what: String| {
            ExportError::file(
                &self.folder,
                format!("nothing can be appended to it: {what}"),
            )
        };
        let mut notes = Vec::new();
        let kind = self.info.get("robot_type").and_then(Value::as_str);
        if kind != Some(spec.columns.robot_type.as_str()) {
            let (there, here) = (kind.unwrap_or("none"), &spec.columns.robot_type);
            return Err(wrong(format!("its robot_type is `{there}`, not `{here}`")));
        }
        let fps = self.info.get("fps").and_then(Value::as_f64);
        if fps != Some(spec.fps.into()) {
            let there = fps.unwrap_or_default();
            let text = format!(
                "it has {there} samples a second, not {}; try --fps {there}",
                spec.fps
            );
            return Err(wrong(text));
        }
        let nothing = Map::new();
        let there = self.info.get("features").and_then(Value::as_object);
        let there = there.unwrap_or(&nothing);
        if spec.outcome && !there.contains_key(SUCCESS) {
            spec.outcome = false;
            notes.push(format!(
                "`{SUCCESS}` is left out, which the data set does not have"
            ));
        }
        for camera in &mut spec.cameras {
            let Some(feature) = there.get(&camera.key()) else {
                continue;
            };
            camera.codec = None;
            if feature["dtype"] == "video" {
                let name = feature["info"]["video.codec"].as_str().unwrap_or_default();
                let codec =
                    VideoCodec::named(name).filter(|it| it.works(camera.width, camera.height));
                camera.codec = Some(codec.ok_or_else(|| {
                    wrong(format!(
                        "its videos are `{name}`, which no ffmpeg here writes"
                    ))
                })?);
            }
        }
        let here = spec.features();
        let names: BTreeSet<&String> = there.keys().chain(here.keys()).collect();
        for name in names {
            match (there.get(name), here.get(name)) {
                (Some(_), None) => {
                    let text = format!("it has `{name}`, which these recordings do not have");
                    return Err(wrong(text));
                }
                (None, Some(_)) => {
                    let hint = match name.strip_prefix("observation.images.") {
                        Some(_) => "; --cameras chooses",
                        None => "",
                    };
                    return Err(wrong(format!("it has no `{name}`{hint}")));
                }
                (Some(there), Some(here)) => {
                    if let Some(what) = difference(there, here) {
                        return Err(wrong(format!("`{name}`: {what}")));
                    }
                }
                (None, None) => {}
            }
        }
        Ok(notes)
    }
}

/// Returns how the meaning of a feature's values differs between two descriptions.
fn difference(there: &Value, here: &Value) -> Option<String> {
    let parsed = ["dtype", "shape", "names"].map(|key| (key, &there[key], &here[key]));
    let info = ["units", "is_depth_map", "depth_unit", "video.shift"]
        .map(|key| (key, &there["info"][key], &here["info"][key]));
    // Absent means false.
    let is_no = |value: &Value| matches!(value, Value::Null | Value::Bool(false));
    parsed
        .into_iter()
        .chain(info)
        .find(|(_, there, here)| there != here && !(is_no(there) && is_no(here)))
        .map(|(key, there, here)| format!("{key} is {there}, not {here}"))
}
