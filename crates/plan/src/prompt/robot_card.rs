//! What the robot can do, and its limits, for templates that tell it.

use serde::Serialize;

/// What the robot can do, and its limits.
#[derive(Clone, Debug, PartialEq)]
pub struct RobotCard {
    /// Name of the robot.
    pub name: String,
    /// Number of the arm's joints.
    pub joints: usize,
    /// Distance from the base up to which the stretched arm reaches on the table, meters.
    pub reach: f64,
    /// Largest opening of the gripper, meters; `None` without one.
    pub opening: Option<f64>,
}

/// The same as templates show it.
#[derive(Debug, Serialize)]
pub(super) struct ShownCard {
    name: String,
    joints: usize,
    reach_cm: String,
    opening_cm: Option<String>,
}

impl From<&RobotCard> for ShownCard {
    fn from(card: &RobotCard) -> Self {
        Self {
            name: card.name.clone(),
            joints: card.joints,
            reach_cm: format!("{:.0}", 100.0 * card.reach),
            opening_cm: card.opening.map(|opening| format!("{:.1}", 100.0 * opening)),
        }
    }
}
