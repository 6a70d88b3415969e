//! Settings from TOML, with the line of what is wrong.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::text::line_at;

/// What is wrong with a TOML text, without the drawing of the place that `toml` makes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {message}")]
pub struct TomlError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, in one line.
    pub message: String,
}

/// Reads settings.
///
/// # Errors
/// If it is no TOML, or not what `T` is made of.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    toml::from_str(text).map_err(|error| TomlError::new(text, &error))
}

impl TomlError {
    /// Returns the error with its line in `text`.
    pub fn new(text: &str, error: &toml::de::Error) -> Self {
        Self {
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            message: error.message().trim().replace('\n', ", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        baud: u32,
    }

    #[test]
    fn the_line_of_what_is_wrong_is_named() {
        assert_eq!(parse::<File>("baud = 9600").unwrap().baud, 9600);
        let wrong = parse::<File>("# bus\nbaud = \"fast\"").unwrap_err();
        assert_eq!(wrong.line, 2);
        let said = wrong.to_string();
        assert!(said.starts_with("line 2: invalid type"), "{said}");
        let unknown = parse::<File>("baud = 9600\nbuad = 1").unwrap_err();
        assert!(unknown.message.contains("`buad`"), "{unknown}");
    }
}
