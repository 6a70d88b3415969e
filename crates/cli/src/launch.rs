//! Launch files: about ten lines that choose robot, scene, camera and model.

use std::path::Path;

use anyhow::{Context, Result};
use enact_model::ServerPool;
use enact_plan::{MeaningMode, Pointing};
use enact_types::{text, toml_text};
use serde::{Deserialize, Serialize};

use crate::arm::arm_config::ArmConfig;
use crate::camera::config::{CameraConfig, CameraSource, Cameras};
use crate::data_dir::DataDir;
use crate::file_kind::{self, FileKind};
use crate::local_model_config::LocalConfig;
use crate::methods::ToolsConfig;
use crate::model_choice::{ModelsConfig, RoleConfig};
use crate::model_server_config::ServerConfig;

/// Configuration of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// Name in `robots/`, or path of a robot folder.
    pub robot: String,
    /// Name in `scenes/`, or path of a TOML file.
    pub scene: String,
    /// The arm.
    #[serde(default)]
    pub arm: ArmConfig,
    /// The cameras.
    #[serde(default, rename = "camera")]
    pub cameras: Cameras,
    /// Pictures a second that are kept while the arm moves; if left out, as suits the arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_fps: Option<u32>,
    /// True to record depth with streamed pictures.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub record_depth: bool,
    /// Model folder, file, hub id or address that sees and plans, where nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How the model points, where its files and its name do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointing: Option<Pointing>,
    /// Whether instructions are read before the model is asked, if its files do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<MeaningMode>,
    /// Settings for seeing alone.
    #[serde(default, skip_serializing_if = "RoleConfig::is_empty")]
    pub perception: RoleConfig,
    /// Settings for planning alone.
    #[serde(default, skip_serializing_if = "RoleConfig::is_empty")]
    pub planning: RoleConfig,
    /// Settings of requests, for models behind servers.
    #[serde(default, skip_serializing_if = "ServerConfig::is_empty")]
    pub server: ServerConfig,
    /// How models in this process are run.
    #[serde(default, skip_serializing_if = "LocalConfig::is_empty")]
    pub local: LocalConfig,
    /// Tools of other programs, for the planner.
    #[serde(default, skip_serializing_if = "ToolsConfig::is_empty")]
    pub tools: ToolsConfig,
    /// Turns of the loop at most.
    pub turns: u32,
    /// Random seed.
    #[serde(default)]
    pub seed: u64,
}

impl Launch {
    /// Largest number of pictures per second: more than any arm has commands.
    const MAX_FPS: u32 = 200;

    /// Returns the number of pictures per second to record while the arm moves. A simulated run can
    /// be rendered later at any rate; what a real arm saw is gone.
    pub fn stream_fps(&self) -> u32 {
        self.record_fps.unwrap_or(match self.arm {
            // A replay renders the main camera's pictures only.
            ArmConfig::Sim if self.cameras.other_cameras().next().is_some() => 10,
            // Motions elsewhere are filmed there, if at all.
            ArmConfig::Sim | ArmConfig::Zenoh(_) => 0,
            ArmConfig::Servos(_) | ArmConfig::Emulated(_) | ArmConfig::Ros2(_) => 30,
        })
    }

    /// What it says of models.
    pub fn models_config(&self) -> ModelsConfig {
        ModelsConfig {
            model: self.model.clone(),
            pointing: self.pointing,
            perception: self.perception.clone(),
            planning: self.planning.clone(),
            server: self.server.clone(),
            local: self.local.clone(),
            pool: ServerPool::default(),
        }
    }

    /// Has it say this of models.
    pub fn set_models_config(&mut self, models: ModelsConfig) {
        let ModelsConfig {
            model,
            pointing,
            perception,
            planning,
            server,
            local,
            pool: _,
        } = models;
        (self.model, self.pointing) = (model, pointing);
        (self.perception, self.planning) = (perception, planning);
        (self.server, self.local) = (server, local);
    }

    /// Loads the launch file of a path, or of a name in `launch/`.
    ///
    /// # Errors
    /// If it is not found, invalid, or a file of another kind.
    pub fn find(data_dir: &DataDir, name: &str) -> Result<Self> {
        let path = data_dir.find_toml_file(name, &data_dir.launch_folder())?;
        file_kind::load_expecting_kind(path, FileKind::Launch, Self::load)
    }

    /// Reads the launch file at `path`.
    ///
    /// # Errors
    /// If the file cannot be read, or its values are invalid or do not go together.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read(path)
            .and_then(text::decode)
            .with_context(|| format!("cannot read the launch file {}", path.display()))?;
        let mut launch: Self = toml_text::parse(&text)
            .map_err(|error| anyhow::anyhow!("{}, {error}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        launch.cameras.resolve_paths(folder);
        launch.planning.methods.resolve_paths(folder);
        launch.tools.resolve_program_paths(folder);
        if let ArmConfig::Emulated(emulated) = &mut launch.arm
            && let Some(faults) = &mut emulated.faults
        {
            *faults = folder.join(&*faults);
        }
        if let ArmConfig::Zenoh(remote) = &mut launch.arm {
            remote.resolve_path(folder);
        }
        let is_real = matches!(
            launch.arm,
            ArmConfig::Servos(_) | ArmConfig::Ros2(_) | ArmConfig::Zenoh(_)
        );
        let is_simulated = |camera: &&CameraConfig| camera.source == CameraSource::Sim;
        if is_real && let Some(camera) = launch.cameras.all().find(is_simulated) {
            anyhow::bail!(
                "{}: the simulator's camera does not see a real arm; choose another source for the camera `{}`",
                path.display(),
                camera.name
            );
        }
        if launch.record_fps.is_some_and(|fps| fps > Self::MAX_FPS) {
            anyhow::bail!(
                "{}: record_fps must be at most {}",
                path.display(),
                Self::MAX_FPS
            );
        }
        if let Some(fault) = launch.models_config().find_config_fault() {
            anyhow::bail!("{}: {fault}", path.display());
        }
        if let Some(fault) = launch.tools.find_config_fault() {
            anyhow::bail!("{}: {fault}", path.display());
        }
        if launch.turns == 0 {
            anyhow::bail!("{}: turns must be at least 1", path.display());
        }
        Ok(launch)
    }
}
