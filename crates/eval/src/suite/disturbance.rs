//! What happens to the table during a run.

use serde::Deserialize;

/// A disturbance during the run, unknown to the robot.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disturbance {
    /// Role of the object that is moved.
    pub moves: Option<String>,
    /// Distance from the object's initial place, meters.
    #[serde(default)]
    pub by: f64,
    /// Role of an object that is out of sight until the trigger.
    pub appears: Option<String>,
    /// Moment of the disturbance.
    #[serde(default)]
    pub when: Trigger,
    /// Change of light, table top and camera noise.
    #[serde(default)]
    pub light: Lighting,
    /// Number of pictures lost after the first.
    #[serde(default)]
    pub lost_frames: u32,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The plan is made and nothing has moved.
    #[default]
    Planned,
    /// The arm is on its way to the object.
    OnTheWay,
    /// The object is in the hand, and the arm sets out to place it.
    Lifted,
}

/// Light, table top and camera noise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lighting {
    /// The default look.
    #[default]
    Usual,
    /// Random.
    Other,
    /// The default at the first look, random afterwards.
    Changes,
}
