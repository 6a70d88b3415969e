//! A message for a person, with its source error.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A complete sentence and its source error, for programs that need more detail. Two reasons with
/// the same text are equal.
#[derive(Clone)]
pub struct Reason {
    text: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Reason {
    /// Creates a reason from an error, with the error's message as its text.
    pub fn from_error(error: impl Error + Send + Sync + 'static) -> Self {
        Self::from_text_and_source(error.to_string(), error)
    }

    /// Creates a reason with a text of its own about an error.
    pub fn from_text_and_source(
        text: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            text: text.into(),
            source: Some(Arc::from(source.into())),
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the reason with another text and the same source error.
    pub fn reworded(self, text: impl FnOnce(&str) -> String) -> Self {
        Self {
            text: text(&self.text),
            ..self
        }
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text, source: None }
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl PartialEq for Reason {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Reason {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            None => write!(f, "{:?}", self.text),
            Some(source) => write!(f, "{:?} ({source:?})", self.text),
        }
    }
}

impl Error for Reason {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

/// Joins the messages of an error and its sources, down to a [`Reason`], omitting repeated ones.
pub fn join_error_messages(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    let mut last = error;
    while !last.is::<Reason>()
        && let Some(source) = last.source()
    {
        let text = source.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        last = source;
    }
    told
}

/// Returns the message of the innermost source, which says what happened: "connection refused".
pub fn innermost_message(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn the_error_behind_a_reason_is_kept_and_told_once() {
        let lost = || io::Error::new(io::ErrorKind::NotFound, "no such file");
        let reason =
            Reason::from_text_and_source(format!("`a.json` cannot be read: {}", lost()), lost());
        let source = reason
            .source()
            .and_then(|it| it.downcast_ref::<io::Error>());
        assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::NotFound));
        assert_eq!(
            join_error_messages(&reason),
            "`a.json` cannot be read: no such file"
        );
        assert_eq!(
            join_error_messages(&Reason::from_text_and_source("it is gone", lost())),
            "it is gone"
        );
        assert_eq!(
            innermost_message(&Reason::from_text_and_source("it is gone", lost())),
            "no such file"
        );
        assert_eq!(innermost_message(&lost()), "no such file");
        let outer = io::Error::other(reason.clone());
        assert_eq!(join_error_messages(&outer), reason.text());
        assert_eq!(Reason::from_error(lost()), Reason::from("no such file"));
        let worded = reason.reworded(|text| format!("the model: {text}"));
        assert!(worded.to_string().starts_with("the model: `a.json`"));
        assert!(worded.source().is_some());
    }
}
