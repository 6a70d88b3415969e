//! A text file with locations in it.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use enact_types::{Reason, text};

use crate::error::LoadError;
use crate::urdf::decode;

/// A text file that has been read.
pub struct SourceText {
    path: PathBuf,
    text: String,
    /// Note about an oddity of the bytes.
    note: Option<String>,
    lines: OnceCell<HashMap<(&'static str, String), usize>>,
}

impl SourceText {
    /// Reads a UTF-8 file.
    ///
    /// # Errors
    /// [`LoadError`] if the file cannot be read or is not text.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let text = std::fs::read(path)
            .and_then(text::decode)
            .map_err(|error| unreadable(path, error))?;
        Ok(Self::new(path, &text))
    }

    /// Reads an XML file in whatever encoding it declares.
    ///
    /// # Errors
    /// [`LoadError`] if the file cannot be read or declares an unknown encoding.
    pub fn read_xml(path: &Path) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, error))?;
        match decode(&bytes) {
            Ok((text, note)) => Ok(Self {
                note,
                ..Self::new(path, &text)
            }),
            Err(unknown) => Err(Self::new(path, "")
                .error_on_line(1, Reason::from_error(unknown))
                .with_hint(Some("save it as UTF-8".to_owned()))),
        }
    }

    /// Creates a file from text at hand; `path` is for messages only.
    pub fn new(path: &Path, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            note: None,
            lines: OnceCell::new(),
        }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Converts to the text alone.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Returns the note about an oddity of the bytes, if there is one.
    pub fn encoding_note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Stores the lines of the XML elements by tag and name.
    pub fn store_element_lines(&self, lines: HashMap<(&'static str, String), usize>) {
        // A second reading finds the same lines.
        let _ = self.lines.set(lines);
    }

    /// Returns the line of the XML element `<tag … name="name"`.
    pub fn line_of_element(&self, tag: &'static str, name: &str) -> Option<usize> {
        self.lines.get()?.get(&(tag, name.to_owned())).copied()
    }

    /// Returns an error about the whole file.
    pub fn error_about_file(&self, what: impl Into<Reason>) -> LoadError {
        LoadError {
            file: self.path.clone(),
            line: None,
            what: what.into(),
            hint: None,
        }
    }

    /// Returns an error about a line, counted from 1.
    pub fn error_on_line(&self, line: usize, what: impl Into<Reason>) -> LoadError {
        LoadError {
            line: Some(line),
            ..self.error_about_file(what)
        }
    }

    /// Returns an error about the text at a byte offset.
    pub fn error_at_offset(&self, offset: usize, what: impl Into<Reason>) -> LoadError {
        self.error_on_line(text::line_number_at(&self.text, offset), what)
    }

    /// Returns an error about the XML element `<tag … name="name"`.
    pub fn error_about_element(
        &self,
        tag: &'static str,
        name: &str,
        what: impl Into<Reason>,
    ) -> LoadError {
        LoadError {
            line: self.line_of_element(tag, name),
            ..self.error_about_file(what)
        }
    }
}

fn unreadable(path: &Path, error: std::io::Error) -> LoadError {
    LoadError {
        file: path.to_owned(),
        line: None,
        what: Reason::from_text_and_source(format!("cannot be read: {error}"), error),
        hint: None,
    }
}
