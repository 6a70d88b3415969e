//! `robot.toml`: what a URDF does not say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use crate::collision::Clearance;
use crate::error::LoadError;
use crate::hint::did_you_mean;
use crate::mesh::Fineness;
use crate::source::Source;
use crate::tool_speed::ToolSpeed;
use crate::workspace::Workspace;

/// A value with its place in the file.
pub type At<T> = Spanned<T>;

/// The whole file; everything in it is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Link that is the tool frame.
    pub tool: Option<At<String>>,
    /// Commands per second.
    pub control_rate_hz: Option<At<f64>>,
    /// See [`Robot::following_error`](crate::Robot::following_error).
    pub following_error: Option<At<f64>>,
    /// See [`Robot::contact_effort`](crate::Robot::contact_effort).
    pub contact_effort: Option<At<f64>>,
    /// How far things must stay apart.
    pub clearance: Option<At<Clearance>>,
    /// How fast the tool may be near things.
    pub tool_speed: Option<At<ToolSpeed>>,
    /// Folders of packages that the URDF's meshes are in, relative to this file.
    #[serde(default)]
    pub packages: BTreeMap<String, PathBuf>,
    /// How finely meshes are kept clear.
    pub meshes: Option<At<Fineness>>,
    /// Where scenes are laid out before the arm.
    pub workspace: Option<At<Workspace>>,
    /// By joint name.
    #[serde(default)]
    pub joints: BTreeMap<String, At<JointSettings>>,
    /// How the gripper opens.
    pub gripper: Option<At<GripperSettings>>,
}

/// What is known of one joint. Keys without `_deg` are in rad or m.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointSettings {
    /// Bus id.
    pub servo: Option<u8>,
    /// Position at home.
    pub home: Option<At<f64>>,
    /// Position at home, degrees.
    pub home_deg: Option<At<f64>>,
    /// Lowest position; may tighten the URDF's.
    pub min: Option<At<f64>>,
    /// Lowest position, degrees.
    pub min_deg: Option<At<f64>>,
    /// Highest position; may tighten the URDF's.
    pub max: Option<At<f64>>,
    /// Highest position, degrees.
    pub max_deg: Option<At<f64>>,
    /// Largest speed; may tighten the URDF's.
    pub velocity: Option<At<f64>>,
    /// Largest acceleration.
    pub acceleration: Option<At<f64>>,
    /// Largest jerk.
    pub jerk: Option<At<f64>>,
    /// Largest torque or force; may tighten the URDF's.
    pub effort: Option<At<f64>>,
}

/// Fields of [`Gripper`](crate::Gripper) as a file gives them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GripperSettings {
    /// Joint that opens it.
    pub joint: At<String>,
    /// Shut, metres.
    pub closed: Option<f64>,
    /// Shut, degrees.
    pub closed_deg: Option<f64>,
    /// Wide open, metres.
    pub open: Option<f64>,
    /// Wide open, degrees.
    pub open_deg: Option<f64>,
    /// Joint position in metres, opening in metres.
    pub openings: Option<Vec<(f64, f64)>>,
    /// Joint position in degrees, opening in metres.
    pub openings_deg: Option<Vec<(f64, f64)>>,
    /// Grasp point in the tool frame.
    #[serde(default)]
    pub tool_from_grasp: [f64; 3],
    /// Where the moving finger goes, in the tool frame.
    pub opening_axis: [f64; 3],
    /// Where the hand points, in the tool frame.
    pub approach_axis: [f64; 3],
    /// Whether both fingers move.
    pub parallel: bool,
    /// Fingertips beyond the grasp point, metres.
    pub fingertip_reach: f64,
}

impl Settings {
    /// Reads the file.
    pub fn read(source: &Source) -> Result<Self, LoadError> {
        toml::from_str(source.text()).map_err(|error| {
            let message = error.message().trim().replace('\n', ", ");
            let place = error.span().map_or(0, |span| span.start);
            source
                .error_at(place, &message)
                .hint(unknown_field_hint(&message))
        })
    }
}

/// From "unknown field `a`, expected one of `b`, `c`": did you mean `b`?
fn unknown_field_hint(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field ")?;
    let mut words = rest.split('`').skip(1).step_by(2);
    let unknown = words.next()?;
    did_you_mean(unknown, words).filter(|hint| hint.starts_with("did"))
}
