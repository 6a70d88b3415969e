//! Settings from TOML, with the line of an error.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::text::line_number_at;

/// An error in a TOML text, without the source excerpt that `toml` adds.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {message}")]
pub struct TomlError {
    /// Line, counted from 1.
    pub line: usize,
    /// Description of the error, in one line.
    pub message: String,
}

/// Parses settings.
///
/// # Errors
/// [`TomlError`] if the text is not TOML, or does not fit `T`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    toml::from_str(text).map_err(|error| TomlError::new(text, &error))
}

impl TomlError {
    /// Converts an error of `toml`, with its line in `text`.
    pub fn new(text: &str, error: &toml::de::Error) -> Self {
        Self {
            line: error
                .span()
                .map_or(1, |span| line_number_at(text, span.start)),
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
