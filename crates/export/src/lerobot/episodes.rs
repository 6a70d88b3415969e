//! Episodes as rows, with their location and statistics.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Float64Array, Int64Array, new_null_array};
use arrow_schema::{DataType, Field, Schema};

use super::camera_writer::VideoClip;
use super::data::FileNumber;
use super::stats::{NAMES, Stats};
use super::table::{self, Columns};
use enact_types::Reason;

use crate::error::ExportError;

/// Description of an episode.
pub(super) struct EpisodeRow {
    pub(super) index: i64,
    pub(super) task: String,
    pub(super) length: i64,
    /// File of its samples, and the index of the first of them in the whole data set.
    pub(super) data: FileNumber,
    pub(super) from: i64,
    /// For each camera whose pictures are video: its feature and its clip.
    pub(super) clips: Vec<(String, VideoClip)>,
    /// Statistics of each feature.
    pub(super) stats: Vec<(String, Stats)>,
}

/// Writes rows into the file of this number, with the columns of `like` if other files already
/// exist.
///
/// # Errors
/// If the columns do not match those of `like`, or the file cannot be written.
pub(super) fn write(
    path: &Path,
    rows: &[EpisodeRow],
    number: FileNumber,
    like: Option<&Schema>,
) -> Result<(), ExportError> {
    let mut columns = columns(rows, number);
    if let Some(like) = like {
        columns = alike(columns, like, rows.len(), path)?;
    }
    table::write(path, columns, HashMap::new())
}

fn columns(rows: &[EpisodeRow], number: FileNumber) -> Columns {
    let Some(first) = rows.first() else {
        return Vec::new();
    };
    let whole = |of: &dyn Fn(&EpisodeRow) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(of)))
    };
    let text = Field::new("element", DataType::Utf8, true);
    let mut tasks = ListBuilder::new(StringBuilder::new()).with_field(text);
    for row in rows {
        tasks.values().append_value(&row.task);
        tasks.append(true);
    }
    let mut columns: Columns = Vec::new();
    let mut add = |name: String, array: ArrayRef| columns.push((name, array));
    add("episode_index".to_owned(), whole(&|row| row.index));
    add("tasks".to_owned(), Arc::new(tasks.finish()));
    add("length".to_owned(), whole(&|row| row.length));
    add(
        "data/chunk_index".to_owned(),
        whole(&|row| row.data.chunk.into()),
    );
    add(
        "data/file_index".to_owned(),
        whole(&|row| row.data.file.into()),
    );
    add("dataset_from_index".to_owned(), whole(&|row| row.from));
    add(
        "dataset_to_index".to_owned(),
        whole(&|row| row.from + row.length),
    );
    for (camera, (key, _)) in first.clips.iter().enumerate() {
        let clip = |row: &EpisodeRow| row.clips[camera].1;
        let seconds = |of: &dyn Fn(&EpisodeRow) -> f64| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(rows.iter().map(of)))
        };
        let name = |what: &str| format!("videos/{key}/{what}");
        add(
            name("chunk_index"),
            whole(&|row| clip(row).number.chunk.into()),
        );
        add(
            name("file_index"),
            whole(&|row| clip(row).number.file.into()),
        );
        add(name("from_timestamp"), seconds(&|row| clip(row).from));
        add(name("to_timestamp"), seconds(&|row| clip(row).to));
    }
    for (feature, (key, stats)) in first.stats.iter().enumerate() {
        let of = |row: &EpisodeRow| row.stats[feature].1.clone();
        for name in NAMES {
            let values = rows.iter().map(|row| of(row).named(name));
            let array = match stats.picture {
                true => table::channel_column(values),
                false => table::list_column(values),
            };
            add(format!("stats/{key}/{name}"), array);
        }
        let counts = whole(&|row| of(row).count as i64);
        add(
            format!("stats/{key}/count"),
            table::wrap_each_in_list(counts),
        );
    }
    add(
        "meta/episodes/chunk_index".to_owned(),
        whole(&|_| number.chunk.into()),
    );
    add(
        "meta/episodes/file_index".to_owned(),
        whole(&|_| number.file.into()),
    );
    columns
}

/// Returns the columns of `like`, in its order and with its types, because readers concatenate the
/// files.
fn alike(
    columns: Columns,
    like: &Schema,
    rows: usize,
    path: &Path,
) -> Result<Columns, ExportError> {
    let mut columns: HashMap<String, ArrayRef> = columns.into_iter().collect();
    let of = |field: &Arc<Field>| {
        let array = match columns.remove(field.name()) {
            Some(array) if array.data_type() == field.data_type() => array,
            Some(array) => arrow_cast::cast(&array, field.data_type()).map_err(|error| {
                let text = format!(
                    "`{}` does not fit the episodes there: {error}",
                    field.name()
                );
                ExportError::file(path, Reason::from_text_and_source(text, error))
            })?,
            None => new_null_array(field.data_type(), rows),
        };
        Ok((field.name().clone(), array))
    };
    like.fields().iter().map(of).collect()
}
