//! Tasks with their numbers.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, Int64Array, StringArray};
use serde_json::json;

use super::table::{self, Columns};
use crate::error::ExportError;

/// Tasks of a data set, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TaskTable {
    tasks: Vec<String>,
}

impl TaskTable {
    /// Reads the tasks of an existing data set.
    ///
    /// # Errors
    /// If the file cannot be read or is not a table of tasks.
    pub(super) fn load(path: &Path) -> Result<Self, ExportError> {
        let mut numbered: Vec<(i64, String)> = Vec::new();
        let unknown = || ExportError::file(path, "this is not a table of tasks");
        table::read_batches(path, None, &mut |batch| {
            let numbers = batch.column_by_name("task_index").ok_or_else(unknown)?;
            let numbers = numbers.as_primitive_opt::<Int64Type>();
            let numbers = numbers.ok_or_else(unknown)?;
            // The index of the table, regardless of its name.
            let text = |array: &Arc<dyn Array>| -> Option<Vec<String>> {
                if let Some(texts) = array.as_string_opt::<i32>() {
                    return Some(texts.iter().flatten().map(str::to_owned).collect());
                }
                let texts = array.as_string_opt::<i64>()?;
                Some(texts.iter().flatten().map(str::to_owned).collect())
            };
            let texts = batch.columns().iter().find_map(text).ok_or_else(unknown)?;
            if texts.len() != batch.num_rows() {
                return Err(unknown());
            }
            numbered.extend(numbers.values().iter().copied().zip(texts));
            Ok(())
        })?;
        numbered.sort();
        if !(0..)
            .zip(&numbered)
            .all(|(number, (own, _))| number == *own)
        {
            return Err(unknown());
        }
        let tasks = numbered.into_iter().map(|(_, task)| task).collect();
        Ok(Self { tasks })
    }

    /// Returns the number of tasks.
    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Returns the number of a task, which is added if it is new.
    pub(super) fn find_or_add_task(&mut self, task: &str) -> i64 {
        let known = self.tasks.iter().position(|known| known == task);
        let number = known.unwrap_or_else(|| {
            self.tasks.push(task.to_owned());
            self.tasks.len() - 1
        });
        number as i64
    }

    /// Writes the tasks as the index of the table, in the form of pandas.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<(), ExportError> {
        let numbers = Int64Array::from_iter_values(0..self.tasks.len() as i64);
        let columns: Columns = vec![
            ("task_index".to_owned(), Arc::new(numbers)),
            (
                "task".to_owned(),
                Arc::new(StringArray::from(self.tasks.clone())),
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
        table::write(path, columns, metadata)
    }
}
