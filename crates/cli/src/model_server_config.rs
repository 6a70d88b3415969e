//! How models behind servers are asked: `[server]` of a launch file.

use std::time::Duration;

use enact_model::{PictureFormat, RequestOptions, ServerOptions};
use serde::{Deserialize, Serialize};

/// `[server]` of a launch file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Environment variable that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_env: Option<String>,
    /// Format of the pictures that are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_format: Option<PictureFormat>,
    /// Longest side of the pictures that are sent, pixels. Pictures are never enlarged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_side: Option<u32>,
    /// Most tokens of an answer, thoughts included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<usize>,
    /// Longest wait for an answer, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit_s: Option<u64>,
    /// Longest time that is spent on asking again, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_time_s: Option<u64>,
}

impl ServerConfig {
    /// Returns whether it is empty.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the first invalid value, if there is one.
    pub fn find_config_fault(&self) -> Option<&'static str> {
        if self.picture_side.is_some_and(|side| side < 16) {
            Some("picture_side must be at least 16 pixels")
        } else if self.max_tokens == Some(0) {
            Some("max_tokens must be at least 1")
        } else if self.time_limit_s == Some(0) {
            Some("time_limit_s must be at least 1")
        } else {
            None
        }
    }

    /// This table with what another one says instead.
    pub fn with_overrides(&self, by: &Self) -> Self {
        Self {
            key_env: by.key_env.clone().or_else(|| self.key_env.clone()),
            picture_format: by.picture_format.or(self.picture_format),
            picture_side: by.picture_side.or(self.picture_side),
            max_tokens: by.max_tokens.or(self.max_tokens),
            time_limit_s: by.time_limit_s.or(self.time_limit_s),
            retry_time_s: by.retry_time_s.or(self.retry_time_s),
        }
    }

    /// The bounds of requests by this table.
    pub fn request_options(&self) -> RequestOptions {
        let usual = RequestOptions::default();
        let seconds = |value: Option<u64>, usual| value.map_or(usual, Duration::from_secs);
        RequestOptions {
            time_limit: seconds(self.time_limit_s, usual.time_limit),
            max_tokens: self.max_tokens,
            server: ServerOptions {
                key_env: self.key_env.clone(),
                picture_format: self.picture_format.unwrap_or_default(),
                picture_side: self.picture_side.unwrap_or(usual.server.picture_side),
                retry_time: seconds(self.retry_time_s, usual.server.retry_time),
                ..usual.server
            },
            ..usual
        }
    }
}
