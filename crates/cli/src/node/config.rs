//! Nodes on other machines, as launch files name them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// An arm on another machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteArmConfig {
    /// Name of its node.
    pub node: String,
    /// Endpoints to connect to.
    #[serde(default)]
    pub connect: Vec<String>,
    /// Endpoints for heartbeats alone, which lose a packet instead of waiting for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heartbeat: Vec<String>,
    /// A file of Zenoh's settings, relative to the launch file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zenoh_config: Option<PathBuf>,
    /// Time after which a node that is not heard of is given up, seconds.
    #[serde(default = "patience")]
    pub patience_s: f64,
}

/// A camera on another machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteCameraConfig {
    /// Name of its node.
    pub name: String,
    /// Endpoints to connect to.
    pub connect: Vec<String>,
    /// A file of Zenoh's settings, relative to the launch file.
    pub zenoh_config: Option<PathBuf>,
}

fn patience() -> f64 {
    10.0
}

impl RemoteArmConfig {
    /// Makes the path relative to the folder of the launch file absolute.
    pub fn resolve_path(&mut self, folder: &Path) {
        if let Some(file) = &mut self.zenoh_config {
            *file = folder.join(&*file);
        }
    }
}

impl RemoteCameraConfig {
    /// Makes the path relative to the folder of the launch file absolute.
    pub fn resolve_path(&mut self, folder: &Path) {
        if let Some(file) = &mut self.zenoh_config {
            *file = folder.join(&*file);
        }
    }
}
