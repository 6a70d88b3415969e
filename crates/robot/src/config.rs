//! `robot.toml`: what a URDF does not specify.

use std::collections::BTreeMap;
use std::path::PathBuf;

use enact_types::{Reason, TomlError, hint, toml_text};
use serde::Deserialize;
use toml::Spanned;

use crate::base::Base;
use crate::collision::Clearance;
use crate::error::LoadError;
use crate::mesh::DecompositionOptions;
use crate::source_text::SourceText;
use crate::tool_speed::ToolSpeed;
use crate::workspace::Workspace;

/// A value with its location in the file.
pub type Located<T> = Spanned<T>;

/// The whole file; every key is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RobotConfig {
    /// Link of the tool frame.
    pub tool: Option<Located<String>>,
    /// The part of the URDF that is the arm.
    pub chain: Option<Located<ChainConfig>>,
    /// Commands per second.
    pub control_rate_hz: Option<Located<f64>>,
    /// See [`Robot::max_following_error`](crate::Robot::max_following_error).
    pub following_error: Option<Located<f64>>,
    /// See [`Robot::contact_effort_ratio`](crate::Robot::contact_effort_ratio).
    pub contact_effort: Option<Located<f64>>,
    /// Minimum distances between bodies.
    pub clearance: Option<Located<Clearance>>,
    /// Tool speed limit near things.
    pub tool_speed: Option<Located<ToolSpeed>>,
    /// Package folders that contain the URDF's meshes, relative to this file.
    #[serde(default)]
    pub packages: BTreeMap<String, PathBuf>,
    /// Precision of the convex decomposition of meshes.
    pub meshes: Option<Located<DecompositionOptions>>,
    /// Placement of scenes in front of the arm.
    pub workspace: Option<Located<Workspace>>,
    /// The foot that the arm stands on.
    pub base: Option<Located<Base>>,
    /// Settings of joints, by joint name.
    #[serde(default)]
    pub joints: BTreeMap<String, Located<JointConfig>>,
    /// Settings of the gripper.
    pub gripper: Option<Located<GripperConfig>>,
}

/// The part of a URDF that is the arm, for a URDF with several chains of joints or a longer one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// Fixed link that carries the arm; its frame is the base frame.
    pub base: Option<Located<String>>,
    /// Link at the end of the arm, before the hand.
    pub tip: Option<Located<String>>,
    /// Joints that are held at a position, rad or m.
    #[serde(default)]
    pub fixed: BTreeMap<String, Located<f64>>,
    /// Joints that are held at a position, degrees.
    #[serde(default)]
    pub fixed_deg: BTreeMap<String, Located<f64>>,
}

/// Settings of one joint. Keys without `_deg` are in rad or m.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointConfig {
    /// Bus id of the servo.
    pub servo: Option<u8>,
    /// Position at home, rad or m.
    pub home: Option<Located<f64>>,
    /// Position at home, degrees.
    pub home_deg: Option<Located<f64>>,
    /// Lowest position; tightens the URDF's limit or replaces a missing one.
    pub min: Option<Located<f64>>,
    /// Lowest position, degrees.
    pub min_deg: Option<Located<f64>>,
    /// Highest position; tightens the URDF's limit or replaces a missing one.
    pub max: Option<Located<f64>>,
    /// Highest position, degrees.
    pub max_deg: Option<Located<f64>>,
    /// Largest speed; tightens the URDF's limit or replaces a missing one.
    pub velocity: Option<Located<f64>>,
    /// Largest acceleration.
    pub acceleration: Option<Located<f64>>,
    /// Largest jerk.
    pub jerk: Option<Located<f64>>,
    /// Largest torque or force; tightens the URDF's limit or replaces a missing one.
    pub effort: Option<Located<f64>>,
}

impl JointConfig {
    /// Returns whether no home position is given.
    pub fn gives_no_home(&self) -> bool {
        self.home.is_none() && self.home_deg.is_none()
    }
}

/// Fields of [`Gripper`](crate::Gripper) as given in a file; missing ones are guessed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GripperConfig {
    /// Joint that opens the gripper.
    pub joint: Located<String>,
    /// Closed position, rad or m.
    pub closed: Option<f64>,
    /// Closed position, degrees.
    pub closed_deg: Option<f64>,
    /// Fully open position, rad or m.
    pub open: Option<f64>,
    /// Fully open position, degrees.
    pub open_deg: Option<f64>,
    /// Pairs of joint position (rad or m) and opening (m).
    pub openings: Option<Vec<(f64, f64)>>,
    /// Pairs of joint position (degrees) and opening (m).
    pub openings_deg: Option<Vec<(f64, f64)>>,
    /// Grasp point in the tool frame; defaults to its origin if the axes are given.
    pub tool_from_grasp: Option<[f64; 3]>,
    /// Direction in which the moving finger opens, in the tool frame.
    pub opening_axis: Option<[f64; 3]>,
    /// Direction in which the hand points, in the tool frame.
    pub approach_axis: Option<[f64; 3]>,
    /// True if both fingers move.
    pub parallel: Option<bool>,
    /// Distance of the fingertips beyond the grasp point, meters.
    pub fingertip_reach: Option<f64>,
}

impl GripperConfig {
    /// Returns the names of the keys that are not given.
    pub fn missing_keys(&self) -> Vec<&'static str> {
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
    /// Parses the file.
    ///
    /// # Errors
    /// [`LoadError`] with the line if the text is no TOML or has an unknown key or a value of the
    /// wrong type.
    pub fn read(source: &SourceText) -> Result<Self, LoadError> {
        toml_text::parse(source.text()).map_err(|error: TomlError| {
            let hint = hint::did_you_mean_from_message(&error.message);
            let what = Reason::from_text_and_source(&error.message, error.clone());
            source.error_on_line(error.line, what).with_hint(hint)
        })
    }
}
