//! What is to be said.

use enact_types::Reason;
use regex::{Regex, RegexBuilder};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::reply_kind::ReplyKind;

/// A reply without an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedReply {
    /// The robot says something.
    Said,
    /// The robot asks.
    Asked,
    /// Either.
    Any,
    /// Nothing moves, whatever is said, if anything.
    Nothing,
}

/// A kind of reply that is wanted, as `missing` or `missing ball|cube`.
#[derive(Clone, Debug)]
pub struct WantedReply {
    kind: ReplyKind,
    /// What it must say, too.
    about: Option<Regex>,
}

impl WantedReply {
    /// Returns whether a sentence is such a reply.
    pub fn is_met_by(&self, said: &str) -> bool {
        let names = |about: &Regex| about.is_match(said);
        ReplyKind::classify(said) == self.kind && self.about.as_ref().is_none_or(names)
    }
}

impl<'de> Deserialize<'de> for WantedReply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (kind, about) = match text.split_once(' ') {
            Some((kind, about)) => (
                kind,
                Some(compile_pattern(about).map_err(D::Error::custom)?),
            ),
            None => (text.as_str(), None),
        };
        let kind = ReplyKind::deserialize(serde::de::value::StrDeserializer::new(kind))?;
        Ok(Self { kind, about })
    }
}

/// Compiles a pattern of a suite, in which capital letters do not matter.
///
/// # Errors
/// What is wrong with it.
pub fn compile_pattern(text: &str) -> Result<Regex, Reason> {
    let built = RegexBuilder::new(text).case_insensitive(true).build();
    built.map_err(Reason::from_error)
}
