//! `robot.toml`: what a URDF does not say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use enact_types::{TomlError, hint, toml_text};
use serde::Deserialize;
use toml::Spanned;

use crate::collision::Clearance;
use crate::error::LoadError;
use crate::mesh::DecompositionOptions;
use crate::source_text::SourceText;
use crate::tool_speed::ToolSpeed;
use crate::workspace::Workspace;

/// A value with its place in the file.
pub type Located<T> = Spanned<T>;

/// The whole file; everything in it is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RobotConfig {
    /// Link that is the tool frame.
    pub tool: Option<Located<String>>,
    /// Which part of the URDF is the arm.
    pub chain: Option<Located<ChainConfig>>,
    /// Commands per second.
    pub control_rate_hz: Option<Located<f64>>,
    /// See [`Robot::following_error`](crate::Robot::following_error).
    pub following_error: Option<Located<f64>>,
    /// See [`Robot::contact_effort`](crate::Robot::contact_effort).
    pub contact_effort: Option<Located<f64>>,
    /// How far things must stay apart.
    pub clearance: Option<Located<Clearance>>,
    /// How fast the tool may be near things.
    pub tool_speed: Option<Located<ToolSpeed>>,
    /// Folders of packages that the URDF's meshes are in, relative to this file.
    #[serde(default)]
    pub packages: BTreeMap<String, PathBuf>,
    /// How finely meshes are kept clear.
    pub meshes: Option<Located<DecompositionOptions>>,
    /// Where scenes are laid out before the arm.
    pub workspace: Option<Located<Workspace>>,
    /// By joint name.
    #[serde(default)]
    pub joints: BTreeMap<String, Located<JointConfig>>,
    /// How the gripper opens.
    pub gripper: Option<Located<GripperConfig>>,
}

/// Which part of a URDF is the arm, where this is not the only chain of joints, or not all of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// Link that stands still and bears the arm; the base frame is its frame.
    pub base: Option<Located<String>>,
    /// Link at the arm's end, before the hand.
    pub tip: Option<Located<String>>,
    /// Joints that are held where they are, rad or m.
    #[serde(default)]
    pub fixed: BTreeMap<String, Located<f64>>,
    /// The same, degrees.
    #[serde(default)]
    pub fixed_deg: BTreeMap<String, Located<f64>>,
}

/// What is known of one joint. Keys without `_deg` are in rad or m.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointConfig {
    /// Bus id.
    pub servo: Option<u8>,
    /// Position at home.
    pub home: Option<Located<f64>>,
    /// Position at home, degrees.
    pub home_deg: Option<Located<f64>>,
    /// Lowest position; may tighten the URDF's, or stand in for it.
    pub min: Option<Located<f64>>,
    /// Lowest position, degrees.
    pub min_deg: Option<Located<f64>>,
    /// Highest position; may tighten the URDF's, or stand in for it.
    pub max: Option<Located<f64>>,
    /// Highest position, degrees.
    pub max_deg: Option<Located<f64>>,
    /// Largest speed; may tighten the URDF's, or stand in for it.
    pub velocity: Option<Located<f64>>,
    /// Largest acceleration.
    pub acceleration: Option<Located<f64>>,
    /// Largest jerk.
    pub jerk: Option<Located<f64>>,
    /// Largest torque or force; may tighten the URDF's, or stand in for it.
    pub effort: Option<Located<f64>>,
}

impl JointConfig {
    /// Whether the position at home is left open.
    pub fn gives_no_home(&self) -> bool {
        self.home.is_none() && self.home_deg.is_none()
    }
}

/// Fields of [`Gripper`](crate::Gripper) as a file gives them; what is left out is guessed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GripperConfig {
    /// Joint that opens it.
    pub joint: Located<String>,
    /// Shut, meters.
    pub closed: Option<f64>,
    /// Shut, degrees.
    pub closed_deg: Option<f64>,
    /// Wide open, meters.
    pub open: Option<f64>,
    /// Wide open, degrees.
    pub open_deg: Option<f64>,
    /// Joint position in meters, opening in meters.
    pub openings: Option<Vec<(f64, f64)>>,
    /// Joint position in degrees, opening in meters.
    pub openings_deg: Option<Vec<(f64, f64)>>,
    /// Grasp point in the tool frame; its origin where the axes are given and this is not.
    pub tool_from_grasp: Option<[f64; 3]>,
    /// Where the moving finger goes, in the tool frame.
    pub opening_axis: Option<[f64; 3]>,
    /// Where the hand points, in the tool frame.
    pub approach_axis: Option<[f64; 3]>,
    /// Whether both fingers move.
    pub parallel: Option<bool>,
    /// Fingertips beyond the grasp point, meters.
    pub fingertip_reach: Option<f64>,
}

impl GripperConfig {
    /// What of it is left out, by the names of its keys.
    pub fn missing(&self) -> Vec<&'static str> {
        let has_range = self.closed.is_some() || self.closed_deg.is_some();
        let keys = [
            ("closed, open, openings", has_range),
            ("opening_axis", self.opening_axis.is_some()),
            ("approach_axis", self.approach_axis.is_some()),
            ("parallel", self.parallel.is_some()),
            ("fingertip_reach", self.fingertip_reach.is_some()),
        ];
        let missing = keys.into_iter().filter(|(_, is_given)| !is_given);
        missing.map(|(key, _)| key).collect()
    }
}

impl RobotConfig {
    /// Reads the file.
    pub fn read(source: &SourceText) -> Result<Self, LoadError> {
        toml_text::parse(source.text()).map_err(|TomlError { line, message }| {
            let hint = hint::from_message(&message);
            source.error_line(line, message).hint(hint)
        })
    }
}
