//! Why something was not done, as data for the next prompt.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A motion, step or command that was not admitted. Not an error: an error is
/// broken input or output, a refusal is the system working.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// A joint would leave one of its limits.
    #[error("joint `{joint}`: {} {unit} is outside [{}, {}] {unit}", beyond(*value, *min, *max), short(*min), short(*max), unit = quantity.unit(*prismatic))]
    JointLimit {
        /// Joint name as in the URDF.
        joint: String,
        /// Which of the joint's quantities.
        quantity: Quantity,
        /// The value asked for.
        value: f64,
        /// Lowest admitted value.
        min: f64,
        /// Highest admitted value.
        max: f64,
        /// Whether the joint slides (meters) rather than turns (radians).
        prismatic: bool,
    },
    /// A number is NaN or infinite.
    #[error("{what} is not finite ({value})")]
    NotFinite {
        /// What the number is.
        what: String,
        /// Its text, since JSON has no such number.
        value: String,
    },
    /// The motion has the wrong number of joints or samples.
    #[error("malformed motion: {0}")]
    Malformed(String),
    /// The motion does not start where the arm is.
    #[error(
        "joint `{joint}`: the motion starts {distance:.4} rad from the measured position (limit {limit:.4} rad)"
    )]
    StartsElsewhere {
        /// Joint name as in the URDF.
        joint: String,
        /// Distance between first sample and measurement.
        distance: f64,
        /// Largest admitted distance.
        limit: f64,
    },
    /// The arm is not where it was sent.
    #[error("joint `{joint}`: {distance:.4} rad behind its command (limit {limit:.4} rad)")]
    FollowingError {
        /// Joint name as in the URDF.
        joint: String,
        /// Distance between command and measurement.
        distance: f64,
        /// Largest admitted distance.
        limit: f64,
    },
    /// No joint position puts the tool there.
    #[error(
        "{what} at ({x:.3}, {y:.3}, {z:.3}) m is out of reach; the closest the tool gets is {distance:.3} m away"
    )]
    Unreachable {
        /// What was to be reached.
        what: String,
        /// Target in the base frame, meters.
        x: f64,
        /// Target in the base frame, meters.
        y: f64,
        /// Target in the base frame, meters.
        z: f64,
        /// Distance that remains at the best pose found, meters.
        distance: f64,
    },
    /// Two bodies would come closer than their margin.
    #[error("`{first}` would come within {distance:.4} m of `{second}` (margin {margin:.4} m)")]
    Collision {
        /// First body.
        first: String,
        /// Second body.
        second: String,
        /// Distance, negative when penetrating, meters.
        distance: f64,
        /// Smallest admitted distance, meters.
        margin: f64,
    },
    /// The tool would be too fast near something.
    #[error("the tool would move at {speed:.3} m/s near `{near}` (limit {limit:.3} m/s)")]
    ToolSpeed {
        /// What it is near to.
        near: String,
        /// Its speed, m/s.
        speed: f64,
        /// Largest admitted speed there, m/s.
        limit: f64,
    },
    /// The step names something that is not there.
    #[error("no `{name}` is seen{}", seen_list(seen))]
    NotSeen {
        /// What the step named.
        name: String,
        /// What is there.
        seen: Vec<String>,
    },
    /// The step makes no sense now.
    #[error("{0}")]
    NotApplicable(String),
}

/// At most four decimals, none of them trailing zeros.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A refused value, in full where rounding would make it look admitted.
fn beyond(value: f64, min: f64, max: f64) -> String {
    let text = short(value);
    if text == short(min) || text == short(max) {
        value.to_string()
    } else {
        text
    }
}

fn seen_list(seen: &[String]) -> String {
    if seen.is_empty() {
        "; nothing is seen at all".to_owned()
    } else {
        format!("; seen: {}", seen.join(", "))
    }
}

/// A quantity of a joint that has limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Position.
    Position,
    /// First derivative.
    Velocity,
    /// Second derivative.
    Acceleration,
    /// Third derivative.
    Jerk,
}

impl Quantity {
    /// The SI unit for a turning or a sliding joint.
    pub fn unit(self, prismatic: bool) -> &'static str {
        match (self, prismatic) {
            (Self::Position, false) => "rad",
            (Self::Velocity, false) => "rad/s",
            (Self::Acceleration, false) => "rad/s²",
            (Self::Jerk, false) => "rad/s³",
            (Self::Position, true) => "m",
            (Self::Velocity, true) => "m/s",
            (Self::Acceleration, true) => "m/s²",
            (Self::Jerk, true) => "m/s³",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_joint_value_limit_and_unit() {
        let refusal = Refusal::JointLimit {
            joint: "elbow_flex".to_owned(),
            quantity: Quantity::Position,
            value: 2.31,
            min: -1.69,
            max: 1.69,
            prismatic: false,
        };
        assert_eq!(
            refusal.to_string(),
            "joint `elbow_flex`: 2.31 rad is outside [-1.69, 1.69] rad"
        );
    }

    #[test]
    fn a_value_just_beyond_a_limit_does_not_look_admitted() {
        assert_eq!(beyond(1.69f64.next_up(), -1.69, 1.69), "1.6900000000000002");
    }

    #[test]
    fn a_missing_object_is_told_with_what_is_there() {
        let refusal = Refusal::NotSeen {
            name: "green ball".to_owned(),
            seen: vec!["red cube".to_owned()],
        };
        assert_eq!(
            refusal.to_string(),
            "no `green ball` is seen; seen: red cube"
        );
    }
}
