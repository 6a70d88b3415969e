//! Reason that something was not done, as data for the next prompt.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A motion, step or command that was not admitted. It is not an error: an error is broken input or
/// output, a refusal is the system working.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case", tag = "refusal", content = "with")]
pub enum Refusal {
    /// A joint would leave one of its limits.
    #[error("joint `{joint}`: {} {unit} is outside [{}, {}] {unit}", beyond(*value, *min, *max), short(*min), short(*max), unit = quantity.unit(*prismatic))]
    JointLimit {
        /// Name of the joint in the URDF.
        joint: String,
        /// Quantity that is limited.
        quantity: Quantity,
        /// Requested value.
        value: f64,
        /// Lowest permitted value.
        min: f64,
        /// Highest permitted value.
        max: f64,
        /// True if the joint is prismatic (meters) rather than revolute (radians).
        prismatic: bool,
    },
    /// A number is NaN or infinite.
    #[error("{what} is not finite ({value})")]
    NotFinite {
        /// Name of the number.
        what: String,
        /// Text of the number, because JSON has no such number.
        value: String,
    },
    /// The motion has the wrong number of joints or samples.
    #[error("malformed motion: {0}")]
    Malformed(String),
    /// The motion does not start at the arm's position.
    #[error(
        "joint `{joint}`: the motion starts {distance:.4} rad from the measured position (limit {limit:.4} rad)"
    )]
    StartsElsewhere {
        /// Name of the joint in the URDF.
        joint: String,
        /// Distance between first sample and measurement.
        distance: f64,
        /// Largest permitted distance.
        limit: f64,
    },
    /// The arm is not at its commanded position.
    #[error("joint `{joint}`: {distance:.4} rad behind its command (limit {limit:.4} rad)")]
    FollowingError {
        /// Name of the joint in the URDF.
        joint: String,
        /// Distance between command and measurement.
        distance: f64,
        /// Largest permitted distance.
        limit: f64,
    },
    /// No joint positions put the tool at the target.
    #[error("{what} at ({x:.3}, {y:.3}, {z:.3}) m is out of reach; {}", nearest(*distance))]
    Unreachable {
        /// Name of what was to be reached.
        what: String,
        /// Target in the base frame, meters.
        x: f64,
        /// Target in the base frame, meters.
        y: f64,
        /// Target in the base frame, meters.
        z: f64,
        /// Remaining distance at the best pose found, meters.
        distance: f64,
    },
    /// Two bodies would come closer than their margin.
    #[error("`{first}` would {} (margin {margin:.4} m)", meet(second, *distance))]
    Collision {
        /// First body.
        first: String,
        /// Second body.
        second: String,
        /// Distance, negative when penetrating, meters.
        distance: f64,
        /// Smallest permitted distance, meters.
        margin: f64,
    },
    /// The tool would be too fast near something.
    #[error("the tool would move at {speed:.3} m/s near `{near}` (limit {limit:.3} m/s)")]
    ToolSpeed {
        /// Name of what it is near to.
        near: String,
        /// Speed of the tool, m/s.
        speed: f64,
        /// Largest permitted speed there, m/s.
        limit: f64,
    },
    /// The step names something that is not visible.
    #[error("no `{name}` is seen{}", seen_list(seen))]
    NotSeen {
        /// Name used in the step.
        name: String,
        /// Names of what is visible.
        seen: Vec<String>,
    },
    /// The step makes no sense in the current situation.
    #[error("{0}")]
    NotApplicable(String),
}

/// Says how two bodies would meet, the second of which has this name.
fn meet(second: &str, distance: f64) -> String {
    /// Half of what is shown at least, meters.
    const HALF_SHOWN_STEP: f64 = 5e-5;
    if distance < -HALF_SHOWN_STEP {
        format!("overlap `{second}` by {:.1} mm", -1000.0 * distance)
    } else if distance < HALF_SHOWN_STEP {
        format!("touch `{second}`")
    } else {
        format!("come within {distance:.4} m of `{second}`")
    }
}

/// Formats with at most four decimals, without trailing zeros.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Formats a refused value, in full if rounding would make it look permitted.
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

/// A limited quantity of a joint.
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
    /// Returns the SI unit for a revolute or a prismatic joint.
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

/// Describes the best pose that was found for an unreachable target, `distance` meters away.
fn nearest(distance: f64) -> String {
    if distance < 5e-4 {
        "the tool gets there only with the hand in another direction".to_owned()
    } else {
        format!("the closest the tool gets is {distance:.3} m away")
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
    fn bodies_that_would_overlap_are_not_said_to_be_a_negative_distance_apart() {
        let told = |distance| {
            let refusal = Refusal::Collision {
                first: "gripper".to_owned(),
                second: "blue bowl".to_owned(),
                distance,
                margin: 0.005,
            };
            refusal.to_string()
        };
        for (distance, meets) in [
            (-0.00204, "overlap `blue bowl` by 2.0 mm"),
            (-0.000_02, "touch `blue bowl`"),
            (0.0, "touch `blue bowl`"),
            (0.0038, "come within 0.0038 m of `blue bowl`"),
        ] {
            let expected = format!("`gripper` would {meets} (margin 0.0050 m)");
            assert_eq!(told(distance), expected);
        }
    }

    #[test]
    fn a_value_just_beyond_a_limit_does_not_look_admitted() {
        assert_eq!(beyond(1.69f64.next_up(), -1.69, 1.69), "1.6900000000000002");
    }

    #[test]
    fn a_place_that_only_the_direction_keeps_from_being_reached_is_told_apart() {
        let refusal = |distance| Refusal::Unreachable {
            what: "red cube".to_owned(),
            x: 0.1,
            y: 0.0,
            z: 0.02,
            distance,
        };
        let far = refusal(0.082).to_string();
        assert!(
            far.ends_with("the closest the tool gets is 0.082 m away"),
            "{far}"
        );
        let turned = refusal(1e-6).to_string();
        assert!(
            turned.ends_with("only with the hand in another direction"),
            "{turned}"
        );
    }

    #[test]
    fn a_refusal_is_written_down_and_read_back() {
        let joint = "elbow_flex".to_owned();
        for refusal in [
            Refusal::FollowingError {
                joint,
                distance: 0.25,
                limit: 0.125,
            },
            Refusal::Malformed("it has no samples".to_owned()),
            Refusal::NotApplicable("the gripper is empty".to_owned()),
        ] {
            let text = serde_json::to_string(&refusal).unwrap();
            assert_eq!(serde_json::from_str::<Refusal>(&text).unwrap(), refusal);
        }
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
