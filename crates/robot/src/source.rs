//! A text file and the places in it.

use std::path::{Path, PathBuf};

use crate::error::LoadError;

/// A text file that has been read.
pub struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let text = std::fs::read_to_string(path).map_err(|error| LoadError {
            file: path.to_owned(),
            line: None,
            what: format!("cannot be read: {error}"),
            hint: None,
        })?;
        Ok(Self {
            path: path.to_owned(),
            text,
        })
    }

    /// A file whose text is already at hand; `path` is for messages only.
    pub fn new(path: &Path, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
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

    /// An error about the whole file.
    pub fn error(&self, what: impl Into<String>) -> LoadError {
        LoadError {
            file: self.path.clone(),
            line: None,
            what: what.into(),
            hint: None,
        }
    }

    /// An error about what begins at a byte offset.
    pub fn error_at(&self, offset: usize, what: impl Into<String>) -> LoadError {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        LoadError {
            line: Some(1 + before.iter().filter(|byte| **byte == b'\n').count()),
            ..self.error(what)
        }
    }

    /// An error about the XML element `<tag … name="name"`.
    pub fn error_about(&self, tag: &str, name: &str, what: impl Into<String>) -> LoadError {
        match self.element(tag, name) {
            Some(offset) => self.error_at(offset, what),
            None => self.error(what),
        }
    }

    fn element(&self, tag: &str, name: &str) -> Option<usize> {
        let opening = format!("<{tag}");
        let named = [format!("name=\"{name}\""), format!("name='{name}'")];
        self.text
            .match_indices(&opening)
            .map(|(offset, _)| offset)
            .find(|offset| {
                let element = &self.text[*offset..];
                let head = &element[..element.find('>').unwrap_or(element.len())];
                head[opening.len()..].starts_with(char::is_whitespace)
                    && named.iter().any(|attribute| head.contains(attribute))
            })
    }
}
