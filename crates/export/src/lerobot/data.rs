//! Samples as rows of numbered files.

use std::collections::HashMap;
use std::path::PathBuf;

use super::staging::Staging;
use super::table::{Columns, ParquetTable};
use crate::error::ExportError;

/// Number of files per folder, LeRobot's default.
pub(super) const FILES_PER_CHUNK: u32 = 1000;
/// Size beyond which a file of rows takes no further episode, bytes; LeRobot's default.
pub(super) const DATA_FILE_BYTES: u64 = 100 << 20;
/// Size beyond which a video takes no further episode, bytes; LeRobot's default.
pub(super) const VIDEO_FILE_BYTES: u64 = 200 << 20;

/// Position of a file among its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileNumber {
    pub(super) chunk: u32,
    pub(super) file: u32,
}

impl FileNumber {
    /// Returns the number of the next file.
    pub(super) fn next(self) -> Self {
        if self.file + 1 < FILES_PER_CHUNK {
            Self {
                file: self.file + 1,
                ..self
            }
        } else {
            Self {
                chunk: self.chunk + 1,
                file: 0,
            }
        }
    }

    /// Returns the path within the data set.
    pub(super) fn path(self, folder: &str, end: &str) -> String {
        let Self { chunk, file } = self;
        format!("{folder}/chunk-{chunk:03}/file-{file:03}.{end}")
    }
}

/// A writer of rows into numbered files.
pub(super) struct DataFileWriter {
    number: FileNumber,
    metadata: HashMap<String, String>,
    table: Option<ParquetTable>,
}

impl DataFileWriter {
    /// Creates a writer that begins with this file; each file carries `metadata`.
    pub(super) fn new(number: FileNumber, metadata: HashMap<String, String>) -> Self {
        Self {
            number,
            metadata,
            table: None,
        }
    }

    /// Returns the file that takes all of the next episode, however long it is.
    ///
    /// # Errors
    /// If the previous file cannot be completed.
    pub(super) fn begin_episode(&mut self) -> Result<FileNumber, ExportError> {
        let full = |table: &ParquetTable| table.bytes_written() as u64 >= DATA_FILE_BYTES;
        if self.table.as_ref().is_some_and(full) {
            self.finish()?;
            self.number = self.number.next();
        }
        Ok(self.number)
    }

    /// Writes some rows.
    ///
    /// # Errors
    /// If the file cannot be created or written.
    pub(super) fn write(&mut self, staging: &Staging, rows: Columns) -> Result<(), ExportError> {
        let table = match &mut self.table {
            Some(table) => table,
            None => {
                let path: PathBuf = staging.prepare_path(&self.number.path("data", "parquet"))?;
                let table = ParquetTable::begin(&path, &rows, self.metadata.clone())?;
                self.table.insert(table)
            }
        };
        table.write(rows)
    }

    /// Completes the current file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn finish(&mut self) -> Result<(), ExportError> {
        self.table.take().map_or(Ok(()), ParquetTable::finish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_as_lerobot_does() {
        let last = FileNumber {
            chunk: 2,
            file: 999,
        };
        assert_eq!(last.next(), FileNumber { chunk: 3, file: 0 });
        let path = FileNumber::default().next().path("data", "parquet");
        assert_eq!(path, "data/chunk-000/file-001.parquet");
    }
}
