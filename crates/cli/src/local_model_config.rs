//! How models in this process are run: `[local]` of a launch file.

use std::time::Duration;

use enact_model::{Device, Dtype, Isq, LocalOptions, RequestOptions};
use serde::{Deserialize, Serialize};

/// `[local]` of a launch file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalConfig {
    /// What computes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// In which precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtype: Option<Dtype>,
    /// To what weights are quantized while they are loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isq: Option<Isq>,
    /// Longest wait for an answer, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit_s: Option<u64>,
}

impl LocalConfig {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it.
    pub fn find_config_fault(&self) -> Option<&'static str> {
        (self.time_limit_s == Some(0)).then_some("time_limit_s must be at least 1")
    }

    /// This table with what another one says instead.
    pub fn with_overrides(&self, by: &Self) -> Self {
        Self {
            device: by.device.or(self.device),
            dtype: by.dtype.or(self.dtype),
            isq: by.isq.clone().or_else(|| self.isq.clone()),
            time_limit_s: by.time_limit_s.or(self.time_limit_s),
        }
    }

    /// The bounds of requests by this table, and how the model is run.
    pub fn request_options(&self) -> RequestOptions {
        let usual = RequestOptions::default();
        RequestOptions {
            time_limit: self
                .time_limit_s
                .map_or(usual.time_limit, Duration::from_secs),
            local: LocalOptions {
                device: self.device.unwrap_or_default(),
                dtype: self.dtype,
                isq: self.isq.clone(),
            },
            ..usual
        }
    }
}
