//! Rows in parquet.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, FixedSizeListBuilder, Float32Builder, ListBuilder, StringBuilder,
};
use arrow_array::{ArrayRef, Float32Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::json;

use super::{Dataset, PICTURES, make_folder_of};
use crate::episode::Sample;
use crate::error::ExportError;

/// A picture that stays for many samples is stored once if it finds room here, bytes.
const DICTIONARY: usize = 256 * 1024 * 1024;

type Columns = Vec<(String, ArrayRef)>;

/// Every task with its number. The tasks are the index of the table, as pandas writes one.
pub(super) fn tasks(path: &Path, tasks: &[&str]) -> Result<(), ExportError> {
    let numbers = Int64Array::from_iter_values(0..tasks.len() as i64);
    let columns: Columns = vec![
        ("task_index".to_owned(), Arc::new(numbers)),
        (
            "task".to_owned(),
            Arc::new(StringArray::from(tasks.to_vec())),
        ),
    ];
    let column = |name: &str, kind: &str, numpy: &str| json!({"name": name, "field_name": name, "pandas_type": kind, "numpy_type": numpy, "metadata": null});
    let pandas = json!({
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [column("task_index", "int64", "int64"), column("task", "unicode", "object")],
        "creator": {"library": "enact", "version": env!("CARGO_PKG_VERSION")},
        "pandas_version": "2.2.0",
    });
    let metadata = HashMap::from([("pandas".to_owned(), pandas.to_string())]);
    write(path, columns, metadata)
}

/// An episode per row: its tasks, its length, and where its samples are.
pub(super) fn episodes(path: &Path, dataset: &Dataset<'_>) -> Result<(), ExportError> {
    let mut tasks = ListBuilder::new(StringBuilder::new());
    let (mut lengths, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    for episode in dataset.episodes {
        tasks.values().append_value(&episode.task);
        tasks.append(true);
        let length = episode.samples.len() as i64;
        lengths.push(length);
        from.push(at);
        at += length;
        to.push(at);
    }
    let count = dataset.episodes.len();
    let whole = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    let zeros = || whole(vec![0; count]);
    let columns = [
        ("episode_index", whole((0..count as i64).collect())),
        ("tasks", Arc::new(tasks.finish()) as ArrayRef),
        ("length", whole(lengths)),
        ("data/chunk_index", zeros()),
        ("data/file_index", zeros()),
        ("dataset_from_index", whole(from)),
        ("dataset_to_index", whole(to)),
        ("meta/episodes/chunk_index", zeros()),
        ("meta/episodes/file_index", zeros()),
    ];
    let columns = columns.map(|(name, array)| (name.to_owned(), array));
    write(path, columns.to_vec(), HashMap::new())
}

/// A sample per row.
pub(super) fn data(path: &Path, dataset: &Dataset<'_>, tasks: &[&str]) -> Result<(), ExportError> {
    let samples: Vec<&Sample> = dataset
        .episodes
        .iter()
        .flat_map(|episode| &episode.samples)
        .collect();
    let mut columns: Columns = vec![
        (
            "action".to_owned(),
            vectors(&samples, |sample| &sample.action),
        ),
        (
            "observation.state".to_owned(),
            vectors(&samples, |sample| &sample.state),
        ),
    ];
    if dataset.picture_size().is_some() {
        columns.push((PICTURES.to_owned(), pictures(&samples)));
    }
    columns.extend(numbers(dataset, tasks));
    write(path, columns, HashMap::new())
}

/// When and where in the data set each sample is.
fn numbers(dataset: &Dataset<'_>, tasks: &[&str]) -> Columns {
    let mut times = Vec::new();
    let (mut frames, mut episodes, mut task_numbers) = (Vec::new(), Vec::new(), Vec::new());
    for (number, episode) in dataset.episodes.iter().enumerate() {
        let task = tasks.iter().position(|task| *task == episode.task);
        for frame in 0..episode.samples.len() {
            times.push((frame as f64 / f64::from(dataset.fps)) as f32);
            frames.push(frame as i64);
            episodes.push(number as i64);
            task_numbers.push(task.unwrap_or_default() as i64);
        }
    }
    let index: Vec<i64> = (0..times.len() as i64).collect();
    let whole = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    vec![
        ("timestamp".to_owned(), Arc::new(Float32Array::from(times))),
        ("frame_index".to_owned(), whole(frames)),
        ("episode_index".to_owned(), whole(episodes)),
        ("index".to_owned(), whole(index)),
        ("task_index".to_owned(), whole(task_numbers)),
    ]
}

fn vectors(samples: &[&Sample], of: impl Fn(&Sample) -> &[f32]) -> ArrayRef {
    let length = samples.first().map_or(0, |sample| of(sample).len());
    let mut builder = FixedSizeListBuilder::new(Float32Builder::new(), length as i32);
    for sample in samples {
        builder.values().append_slice(of(sample));
        builder.append(true);
    }
    Arc::new(builder.finish())
}

/// Bytes and path, as Hugging Face's `Image` has them.
fn pictures(samples: &[&Sample]) -> ArrayRef {
    let mut bytes = BinaryBuilder::new();
    let mut paths = StringBuilder::new();
    for sample in samples {
        bytes.append_option(sample.picture.as_ref().map(|picture| &picture.png));
        paths.append_null();
    }
    let field = |name: &str, kind| Arc::new(Field::new(name, kind, true));
    Arc::new(StructArray::from(vec![
        (
            field("bytes", DataType::Binary),
            Arc::new(bytes.finish()) as ArrayRef,
        ),
        (field("path", DataType::Utf8), Arc::new(paths.finish())),
    ]))
}

fn write(
    path: &Path,
    columns: Columns,
    metadata: HashMap<String, String>,
) -> Result<(), ExportError> {
    make_folder_of(path)?;
    let failed = |error: &dyn ToString| ExportError::file(path, error.to_string());
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(name, array.data_type().clone(), true))
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|error| failed(&error))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_page_size_limit(DICTIONARY)
        .build();
    let file = File::create(path).map_err(|error| failed(&error))?;
    let mut writer =
        ArrowWriter::try_new(file, schema, Some(properties)).map_err(|error| failed(&error))?;
    writer.write(&batch).map_err(|error| failed(&error))?;
    writer.close().map_err(|error| failed(&error))?;
    Ok(())
}
