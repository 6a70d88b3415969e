//! A text file and the places in it.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use enact_types::text;

use crate::error::LoadError;
use crate::urdf::decode;

/// A text file that has been read.
pub struct SourceText {
    path: PathBuf,
    text: String,
    /// What is odd about its bytes.
    note: Option<String>,
    lines: OnceCell<HashMap<(&'static str, String), usize>>,
}

impl SourceText {
    /// Reads a file of UTF-8.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let text = std::fs::read(path)
            .and_then(text::decode)
            .map_err(|error| unreadable(path, &error))?;
        Ok(Self::new(path, &text))
    }

    /// Reads an XML file of whatever encoding it declares.
    pub fn read_xml(path: &Path) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        match decode(&bytes) {
            Ok((text, note)) => Ok(Self {
                note,
                ..Self::new(path, &text)
            }),
            Err(unknown) => Err(Self::new(path, "")
                .error_line(1, unknown.to_string())
                .hint(Some("save it as UTF-8".to_owned()))),
        }
    }

    /// A file whose text is already at hand; `path` is for messages only.
    pub fn new(path: &Path, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            note: None,
            lines: OnceCell::new(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text alone.
    pub fn into_text(self) -> String {
        self.text
    }

    /// What is odd about its bytes, if anything is.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Keeps the lines of its XML elements by tag and name.
    pub fn know_lines(&self, lines: HashMap<(&'static str, String), usize>) {
        // Whoever reads it twice finds the same.
        let _ = self.lines.set(lines);
    }

    /// The line of the XML element `<tag … name="name"`.
    pub fn line_of(&self, tag: &'static str, name: &str) -> Option<usize> {
        self.lines.get()?.get(&(tag, name.to_owned())).copied()
    }

    /// An error about the whole file.
    pub fn error(&self, what: impl Into<String>) -> LoadError {
        LoadError {
            file: self.path.clone(),
            line: None,
            what: what.into(),
            hint: None,
        }
    }

    /// An error about a line, counted from 1.
    pub fn error_line(&self, line: usize, what: impl Into<String>) -> LoadError {
        LoadError {
            line: Some(line),
            ..self.error(what)
        }
    }

    /// An error about what begins at a byte offset.
    pub fn error_at(&self, offset: usize, what: impl Into<String>) -> LoadError {
        self.error_line(text::line_at(&self.text, offset), what)
    }

    /// An error about the XML element `<tag … name="name"`.
    pub fn error_about(&self, tag: &'static str, name: &str, what: impl Into<String>) -> LoadError {
        LoadError {
            line: self.line_of(tag, name),
            ..self.error(what)
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> LoadError {
    LoadError {
        file: path.to_owned(),
        line: None,
        what: format!("cannot be read: {error}"),
        hint: None,
    }
}
