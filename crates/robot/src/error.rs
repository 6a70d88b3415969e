//! Errors in a robot's files.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use enact_types::Reason;

/// One error in a robot's files, with its location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The file or folder.
    pub file: PathBuf,
    /// Line in the file, counted from 1, if known.
    pub line: Option<usize>,
    /// Description of the error, with the error that it comes from, if there is one.
    pub what: Reason,
    /// Suggested remedy.
    pub hint: Option<String>,
}

impl LoadError {
    /// Adds a hint, if there is one.
    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.what)
    }
}
