//! The key of a server, which is never shown.

use std::env::{self, VarError};
use std::fmt;

use enact_types::Reason;

/// Variable that holds the key by default.
const USUAL: &str = "OPENAI_API_KEY";

/// Maximum length of the name of a variable.
const MAX_NAME_BYTES: usize = 64;

/// Replacement for a key that a server repeats.
const HIDDEN: &str = "[key]";

/// A key and the environment variable that holds it.
#[derive(Clone)]
pub(crate) struct ApiKey {
    variable: String,
    value: Option<String>,
}

impl ApiKey {
    /// Reads the key from this variable, which must be set, or else from `OPENAI_API_KEY`, if that
    /// is set.
    ///
    /// # Errors
    /// Says what is wrong with the variable.
    pub(crate) fn read(variable: Option<&str>) -> Result<Self, Reason> {
        let name = variable.unwrap_or(USUAL);
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if name.is_empty() || !name.chars().all(is_name) || name.len() > MAX_NAME_BYTES {
            // It may be the key itself.
            return Err(
                "--key-env wants the name of the variable that holds the key, such as OPENAI_API_KEY"
                    .into(),
            );
        }
        match env::var(name) {
            Ok(text) => Self::of(name, &text, variable.is_some()),
            Err(VarError::NotUnicode(_)) => Err(format!("the key in `{name}` is not text").into()),
            Err(VarError::NotPresent) => Self::of(name, "", variable.is_some()),
        }
    }

    fn of(variable: &str, text: &str, is_wanted: bool) -> Result<Self, Reason> {
        let value = text.trim();
        if value.is_empty() && is_wanted {
            return Err(format!("there is no key: the variable `{variable}` is not set").into());
        }
        if value.contains(['\n', '\r']) {
            return Err(format!("the key in `{variable}` has a line break in it").into());
        }
        if value.contains(char::is_whitespace) {
            return Err(format!("the key in `{variable}` has a space in it").into());
        }
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                format!("the key in `{variable}` has a letter in it that no key has").into(),
            );
        }
        Ok(Self {
            variable: variable.to_owned(),
            value: Some(value.to_owned()).filter(|value| !value.is_empty()),
        })
    }

    /// Returns the key itself, for the request.
    pub(crate) fn expose(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Returns the variable that holds it.
    pub(crate) fn variable(&self) -> &str {
        &self.variable
    }

    /// Removes the key from a server's text.
    pub(crate) fn redact(&self, text: String) -> String {
        match &self.value {
            // What is shorter is no secret, but may be part of a word.
            Some(key) if key.len() >= 6 && text.contains(key) => text.replace(key, HIDDEN),
            _ => text,
        }
    }
}

/// Reads the key in this variable, which must be set.
///
/// # Errors
/// Says what is wrong with the variable, never its value.
pub fn read_key(variable: &str) -> Result<String, Reason> {
    let key = ApiKey::read(Some(variable))?;
    Ok(key.value.unwrap_or_default())
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({})", self.variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_trimmed_or_refused_and_never_shown() {
        let key = ApiKey::of("K", " sk-secret\r\n", false).unwrap();
        assert_eq!(key.expose(), Some("sk-secret"));
        assert_eq!(format!("{key:?}"), "ApiKey(K)");
        let said = key.redact("wrong key sk-secret, see".to_owned());
        assert_eq!(said, "wrong key [key], see");
        for (text, named) in [
            ("sk-sec\nret", "line break"),
            ("Bearer sk-secret", "space"),
            ("sk-sécret", "letter"),
            ("sk-\u{1}secret", "letter"),
        ] {
            let reason = ApiKey::of("MY_KEY", text, false).unwrap_err().to_string();
            assert!(
                reason.contains(named) && reason.contains("`MY_KEY`"),
                "{reason}"
            );
            assert!(!reason.contains("secret"), "{reason}");
        }
    }

    #[test]
    fn only_a_key_that_was_named_must_be_there() {
        assert_eq!(ApiKey::of("K", "", false).unwrap().expose(), None);
        assert!(
            ApiKey::of("K", " ", true)
                .unwrap_err()
                .text()
                .contains("`K` is not set")
        );
        let reason = ApiKey::read(Some("ENACT_NO_SUCH_KEY"))
            .unwrap_err()
            .to_string();
        assert!(
            reason.contains("`ENACT_NO_SUCH_KEY` is not set"),
            "{reason}"
        );
        for key in ["", "sk-proj-1234", "A=B"] {
            let reason = ApiKey::read(Some(key)).unwrap_err().to_string();
            assert!(reason.contains("name of the variable") && !reason.contains("1234"));
        }
    }
}
