//! Finds the key of `robot.toml` behind a refusal, for the person beside the arm. A model is not
//! told: it cannot change the file.

use enact_types::{Quantity, Refusal};

/// Returns a line that names the key to change; `None` if none would help.
pub fn hint_for_refusal(refusal: &Refusal) -> Option<String> {
    let key = match refusal {
        Refusal::JointLimit {
            joint, quantity, ..
        } => {
            let keys = match quantity {
                Quantity::Position => "`min` and `max` (or `min_deg` and `max_deg`)",
                Quantity::Velocity => "`velocity`",
                Quantity::Acceleration => "`acceleration`",
                Quantity::Jerk => "`jerk`",
            };
            format!("{keys} of `{joint}` in [joints]")
        }
        Refusal::StartsElsewhere { .. } | Refusal::FollowingError { .. } => {
            "`following_error`".to_owned()
        }
        Refusal::Collision { first, second, .. } => format!(
            "[clearance], where `pairs = [{{ between = [\"{first}\", \"{second}\"], margin = 0.0 }}]` is for these two"
        ),
        Refusal::ToolSpeed { .. } => "`near` and `within` in [tool_speed]".to_owned(),
        Refusal::NotFinite { .. }
        | Refusal::Malformed(_)
        | Refusal::Unreachable { .. }
        | Refusal::NotSeen { .. }
        | Refusal::NotApplicable(_) => return None,
    };
    Some(format!("hint: in robot.toml this is {key}"))
}

/// Converts a refusal to an error with its hint.
pub fn error_with_hint(refusal: &Refusal) -> anyhow::Error {
    match hint_for_refusal(refusal) {
        Some(hint) => anyhow::anyhow!("{refusal}\n{hint}"),
        None => anyhow::anyhow!("{refusal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_a_limit_comes_from_is_named() {
        let limit = |quantity| Refusal::JointLimit {
            joint: "elbow_flex".to_owned(),
            quantity,
            value: 3.0,
            min: -1.0,
            max: 1.0,
            prismatic: false,
        };
        let said = hint_for_refusal(&limit(Quantity::Velocity)).unwrap();
        assert_eq!(
            said,
            "hint: in robot.toml this is `velocity` of `elbow_flex` in [joints]"
        );
        assert!(
            hint_for_refusal(&limit(Quantity::Position))
                .unwrap()
                .contains("min_deg")
        );
        let behind = Refusal::FollowingError {
            joint: "elbow_flex".to_owned(),
            distance: 0.2,
            limit: 0.15,
        };
        assert!(
            hint_for_refusal(&behind)
                .unwrap()
                .contains("following_error")
        );
        assert!(
            error_with_hint(&behind)
                .to_string()
                .contains("behind its command")
        );
        assert_eq!(
            hint_for_refusal(&Refusal::NotApplicable("no".to_owned())),
            None
        );
    }
}
