//! Tokens with names and roles.

use std::fmt;

use enact_types::{TomlError, toml_text};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;

use super::{Client, Role};

/// Fewest letters of a token that a person chose.
const MIN_TOKEN_CHARS: usize = 24;
/// Name of the only client where there is no file of tokens.
const OWNER: &str = "owner";

/// The tokens that are known, as checksums: no token can be printed by mistake.
#[derive(Clone)]
pub struct Tokens(Vec<([u8; 32], Client)>);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clients()).finish()
    }
}

/// What is wrong with a file of tokens.
#[derive(Debug, Error)]
pub enum TokenError {
    /// It is no such file.
    #[error(transparent)]
    Syntax(#[from] TomlError),
    /// It lets nobody in.
    #[error("there is no [[token]]: nobody could come in")]
    Empty,
    /// A name that cannot be shown, or is empty.
    #[error("token {0}: its name must have 1 to 40 letters, digits, `-`, `_` or `.`")]
    Name(usize),
    /// A token that can be guessed, or not be sent.
    #[error(
        "the token of `{0}` must have at least {MIN_TOKEN_CHARS} visible ASCII characters, none \
         of them `;`, `,` or `\"`"
    )]
    Weak(String),
    /// Two clients that nobody could tell apart.
    #[error("two tokens have the name `{0}`")]
    NamedTwice(String),
    /// Two clients with one token.
    #[error("the token of `{0}` is another client's, too")]
    Shared(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    #[serde(default)]
    token: Vec<TokenEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    name: String,
    role: Role,
    token: String,
}

impl Tokens {
    /// Creates the tokens of a server with a single one, which may do everything.
    pub fn from_single_token(token: &str) -> Self {
        let owner = Client {
            name: OWNER.to_owned(),
            role: Role::Admin,
        };
        Self(vec![(checksum(token), owner)])
    }

    /// Reads a file of tokens.
    ///
    /// # Errors
    /// What is wrong with it; no token is in the message.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        // The text of a line that is wrong may be a token.
        let file: TokenFile = toml_text::parse(text).map_err(|error| TomlError {
            line: error.line,
            message: "expected [[token]] with name, role (watch, ask, drive or admin) and token"
                .to_owned(),
        })?;
        let mut known: Vec<([u8; 32], Client)> = Vec::new();
        for (index, entry) in file.token.into_iter().enumerate() {
            let TokenEntry { name, role, token } = entry;
            if !is_name(&name) {
                return Err(TokenError::Name(index + 1));
            }
            if !is_strong(&token) {
                return Err(TokenError::Weak(name));
            }
            let sum = checksum(&token);
            if known.iter().any(|(_, client)| client.name == name) {
                return Err(TokenError::NamedTwice(name));
            }
            if known.iter().any(|(other, _)| *other == sum) {
                return Err(TokenError::Shared(name));
            }
            known.push((sum, Client { name, role }));
        }
        if known.is_empty() {
            return Err(TokenError::Empty);
        }
        Ok(Self(known))
    }

    /// Returns whose token it is. The time it takes tells nothing of the tokens.
    pub fn find_client(&self, token: &str) -> Option<&Client> {
        let sum = checksum(token);
        let mut found = u32::MAX;
        for (index, (known, _)) in (0u32..).zip(&self.0) {
            let is_it: Choice = known.as_slice().ct_eq(sum.as_slice());
            found = u32::conditional_select(&found, &index, is_it);
        }
        self.0.get(found as usize).map(|(_, client)| client)
    }

    /// Returns all clients.
    pub fn clients(&self) -> impl Iterator<Item = &Client> {
        self.0.iter().map(|(_, client)| client)
    }

    /// Returns the client of this name.
    pub fn client_named(&self, name: &str) -> Option<&Client> {
        self.clients().find(|client| client.name == name)
    }
}

fn checksum(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn is_name(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    (1..=40).contains(&name.chars().count()) && name.chars().all(is_plain)
}

/// Returns whether a token is long enough, and can stand in a header and a cookie.
fn is_strong(token: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !b";,\"".contains(&byte);
    token.len() >= MIN_TOKEN_CHARS && token.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "0123456789abcdefghijklmn";
    const LIN: &str = "nmlkjihgfedcba9876543210";

    fn file(entries: &[(&str, &str, &str)]) -> String {
        let entry = |(name, role, token): &(&str, &str, &str)| {
            format!("[[token]]\nname = \"{name}\"\nrole = \"{role}\"\ntoken = \"{token}\"\n")
        };
        entries.iter().map(entry).collect()
    }

    #[test]
    fn whoever_has_a_token_comes_in_under_its_name() {
        let text = file(&[("ada", "drive", ADA), ("lin", "watch", LIN)]);
        let tokens = Tokens::parse(&text).unwrap();
        assert_eq!(tokens.find_client(ADA).unwrap().name, "ada");
        assert_eq!(tokens.find_client(LIN).unwrap().role, Role::Watch);
        for wrong in ["", "ada", &ADA[1..], &format!("{ADA}x")] {
            assert_eq!(tokens.find_client(wrong), None, "{wrong}");
        }
        assert!(!format!("{tokens:?}").contains(ADA));
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_and_tells_no_token() {
        let secret = "secret-secret-secret-secret";
        for (text, part) in [
            (file(&[]), "nobody could come in"),
            (file(&[("ada", "drive", "short")]), "`ada`"),
            (file(&[("ada", "boss", secret)]), "line 3"),
            (file(&[("", "drive", secret)]), "token 1"),
            (
                file(&[("a", "ask", secret), ("a", "ask", ADA)]),
                "the name `a`",
            ),
            (
                file(&[("a", "ask", secret), ("b", "ask", secret)]),
                "the token of `b`",
            ),
            (format!("[[token]]\ntoken = {secret}\n"), "line"),
        ] {
            let error = Tokens::parse(&text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
            assert!(!error.contains("secret-"), "{error}");
        }
    }

    #[test]
    fn roles_are_in_order() {
        assert!(Role::Watch < Role::Ask && Role::Ask < Role::Drive && Role::Drive < Role::Admin);
    }
}
