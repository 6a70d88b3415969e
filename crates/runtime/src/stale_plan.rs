//! Plans whose premises have changed.

use std::time::Duration;

use enact_arm::ArmState;
use enact_ground::scene::change::ObjectDisplacement;
use enact_plan::{Plan, Step};
use enact_types::Stamp;

/// Age of a look, on the arm's clock, beyond which no further plan rests on it, and beyond which the
/// objects that a plan of it names are checked again before anything moves.
const FRESH: Duration = Duration::from_secs(2);
/// Largest displacement of a joint, rad or m, of an arm that counts as standing where it stood.
const STANDING: f64 = 0.05;
/// Number of stale plans in a task after which the person is asked.
pub(crate) const MAX_STALE_PLANS: usize = 3;

/// Returns whether a look at `looked` is too old at `now` to move by, because the model or the
/// person took long.
pub(crate) fn is_old(looked: Stamp, now: Stamp) -> bool {
    now.since(looked) > FRESH
}

/// Returns whether a plan may rest on a look that was taken with the arm as it was `then`: it is not
/// old, and nobody has moved the arm since.
pub(crate) fn is_look_valid(then: &ArmState, now: &ArmState) -> bool {
    !is_old(then.stamp, now.stamp) && then.position.max_difference(&now.position) <= STANDING
}

/// Returns whether a plan moves the arm.
pub(crate) fn plan_moves_arm(plan: &Plan) -> bool {
    plan.steps.iter().any(Step::moves_arm)
}

/// Returns the names in these steps.
pub(crate) fn object_names(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps.iter().flat_map(Step::object_names)
}

/// Returns a name in the rest of a plan whose object was moved by somebody else, according to these
/// `changes`.
pub(crate) fn find_disturbed_object(
    rest: &[Step],
    changes: &[ObjectDisplacement],
) -> Option<String> {
    object_names(rest)
        .find(|name| changes.iter().any(|change| change.name == *name))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::JointVector;

    #[test]
    fn a_look_counts_for_a_while_and_as_long_as_nobody_moves_the_arm() {
        let arm = |seconds: f64, shoulder: f64| ArmState {
            stamp: Stamp::default().later_by(Duration::from_secs_f64(seconds)),
            position: JointVector::from(vec![0.3, shoulder]),
            velocity: JointVector::zeros(2),
            effort: JointVector::zeros(2),
            commanded: None,
            alarm: None,
        };
        let then = arm(7.0, -0.5);
        assert!(is_look_valid(&then, &arm(7.0, -0.5)));
        assert!(is_look_valid(&then, &arm(9.0, -0.52)));
        assert!(!is_look_valid(&then, &arm(9.1, -0.5)), "it is old");
        assert!(!is_look_valid(&then, &arm(7.5, -0.6)), "it was pushed");
        assert!(!is_look_valid(&then, &arm(7.5, f64::NAN)));
    }
}
