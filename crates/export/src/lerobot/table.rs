//! Columns to parquet and back.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{FixedSizeListBuilder, Float32Builder, Float64Builder, ListBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{Array, ArrayRef, ListArray, RecordBatch};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::ExportError;

/// Size of the dictionary in which a picture shared by many samples is stored once, bytes.
const DICTIONARY: usize = 64 << 20;

/// Named columns.
pub(super) type Columns = Vec<(String, ArrayRef)>;

/// A file of rows.
pub(super) struct ParquetTable {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<File>,
}

impl ParquetTable {
    /// Creates a file with columns like these.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub(super) fn begin(
        path: &Path,
        columns: &Columns,
        metadata: HashMap<String, String>,
    ) -> Result<Self, ExportError> {
        let field =
            |(name, array): &(String, ArrayRef)| Field::new(name, array.data_type().clone(), true);
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_dictionary_page_size_limit(DICTIONARY)
            .build();
        let failed =
            |error: Box<dyn std::error::Error + Send + Sync>| ExportError::caused(path, error);
        let file = File::create(path).map_err(|error| failed(error.into()))?;
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        Ok(Self {
            path: path.to_owned(),
            schema,
            writer: writer.map_err(|error| failed(error.into()))?,
        })
    }

    /// Writes rows as a row group.
    ///
    /// # Errors
    /// If the rows do not match the columns or cannot be written.
    pub(super) fn write(&mut self, columns: Columns) -> Result<(), ExportError> {
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays);
        let batch = batch.map_err(|error| ExportError::caused(&self.path, error))?;
        let written = self.writer.write(&batch).and_then(|()| self.writer.flush());
        written.map_err(|error| ExportError::caused(&self.path, error))
    }

    /// Returns the number of bytes written so far.
    pub(super) fn bytes_written(&self) -> usize {
        self.writer.bytes_written()
    }

    /// Completes the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn finish(self) -> Result<(), ExportError> {
        let file = self.writer.into_inner();
        let file = file.map_err(|error| ExportError::caused(&self.path, error))?;
        let synced = file.sync_all();
        synced.map_err(|error| ExportError::caused(&self.path, error))
    }
}

/// Writes a file of all rows at once.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn write(
    path: &Path,
    columns: Columns,
    metadata: HashMap<String, String>,
) -> Result<(), ExportError> {
    let mut table = ParquetTable::begin(path, &columns, metadata)?;
    table.write(columns)?;
    table.finish()
}

/// Passes some or all columns of a file to `take`, some rows at a time.
///
/// # Errors
/// If the file cannot be read, or `take` fails.
pub(super) fn read_batches(
    path: &Path,
    names: Option<&[&str]>,
    take: &mut dyn FnMut(&RecordBatch) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| ExportError::caused(path, error);
    let file = File::open(path).map_err(|error| failed(error.into()))?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(error.into()))?;
    // By index, because names contain dots.
    let fields = builder.schema().fields().iter().enumerate();
    let wanted = fields
        .filter(|(_, field)| names.is_none_or(|names| names.contains(&field.name().as_str())));
    let roots: Vec<usize> = wanted.map(|(number, _)| number).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let reader = builder.with_projection(mask).with_batch_size(4096).build();
    for batch in reader.map_err(|error| failed(error.into()))? {
        take(&batch.map_err(|error| failed(error.into()))?)?;
    }
    Ok(())
}

/// Returns the columns of a file.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn read_schema(path: &Path) -> Result<SchemaRef, ExportError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| ExportError::caused(path, error);
    let file = File::open(path).map_err(|error| failed(error.into()))?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(error.into()))?;
    Ok(Arc::clone(builder.schema()))
}

/// Returns a column of vectors of one length.
pub(super) fn vector_column(values: &[f32], length: usize) -> ArrayRef {
    let field = Field::new("element", DataType::Float32, true);
    let mut builder =
        FixedSizeListBuilder::new(Float32Builder::new(), length as i32).with_field(field);
    for vector in values.chunks(length) {
        builder.values().append_slice(vector);
        builder.append(true);
    }
    Arc::new(builder.finish())
}

/// Returns a column of lists of numbers.
pub(super) fn list_column(rows: impl Iterator<Item = Vec<f64>>) -> ArrayRef {
    let field = Field::new("element", DataType::Float64, true);
    let mut builder = ListBuilder::new(Float64Builder::new()).with_field(field);
    for row in rows {
        builder.values().append_slice(&row);
        builder.append(true);
    }
    Arc::new(builder.finish())
}

/// Returns each number in a list of its own.
pub(super) fn wrap_each_in_list(numbers: ArrayRef) -> ArrayRef {
    let field = Arc::new(Field::new("element", numbers.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(1, numbers.len()));
    Arc::new(ListArray::new(field, offsets, numbers, None))
}

/// Returns numbers nested three lists deep, the shape in which LeRobot stores channels.
pub(super) fn channel_column(rows: impl Iterator<Item = Vec<f64>>) -> ArrayRef {
    let element = |of: DataType| Arc::new(Field::new("element", of, true));
    let number = element(DataType::Float64);
    let pixel = element(DataType::List(Arc::clone(&number)));
    let row = element(DataType::List(Arc::clone(&pixel)));
    let values = ListBuilder::new(Float64Builder::new()).with_field(number);
    let values = ListBuilder::new(values).with_field(pixel);
    let mut builder = ListBuilder::new(values).with_field(row);
    for channels in rows {
        for value in channels {
            let line = builder.values();
            line.values().values().append_value(value);
            line.values().append(true);
            line.append(true);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}

/// Returns entry `entry` of each row of a column of vectors or numbers, if it is such a column.
pub(super) fn extract_entry_of_rows(array: &dyn Array, entry: usize) -> Option<Vec<f64>> {
    let single = |array: &dyn Array| -> Option<Vec<f64>> {
        if let Some(values) = array.as_primitive_opt::<Float32Type>() {
            return Some(values.values().iter().map(|v| f64::from(*v)).collect());
        }
        if let Some(values) = array.as_primitive_opt::<Int64Type>() {
            return Some(values.values().iter().map(|v| *v as f64).collect());
        }
        let values = array.as_boolean_opt()?;
        let values = values.values().iter();
        Some(values.map(|value| f64::from(u8::from(value))).collect())
    };
    let every = |values: Vec<f64>, length: usize| values.into_iter().skip(entry).step_by(length);
    match array.data_type() {
        DataType::FixedSizeList(_, length) => {
            let values = single(array.as_fixed_size_list_opt()?.values())?;
            Some(every(values, *length as usize).collect())
        }
        DataType::List(_) => {
            let lists = array.as_list_opt::<i32>()?;
            let row = |row: usize| single(&lists.value(row))?.get(entry).copied();
            (0..lists.len()).map(row).collect()
        }
        _ => single(array),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{BooleanArray, Int64Array};

    use super::*;

    #[test]
    fn entries_of_vectors_come_back() {
        let array = vector_column(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3);
        assert_eq!(extract_entry_of_rows(&array, 1).unwrap(), [2.0, 5.0]);
        let array = BooleanArray::from(vec![true, false]);
        assert_eq!(extract_entry_of_rows(&array, 0).unwrap(), [1.0, 0.0]);
        let array = Int64Array::from(vec![7]);
        assert_eq!(extract_entry_of_rows(&array, 0).unwrap(), [7.0]);
    }
}
