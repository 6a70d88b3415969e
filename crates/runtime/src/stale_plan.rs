//! Plans whose premises have changed.

use std::time::Duration;

use enact_ground::scene::change::ObjectChange;
use enact_plan::{Plan, Step};
use enact_types::Stamp;

/// Age of a look beyond which the objects that the plan names are checked again.
const FRESH: Duration = Duration::from_secs(2);
/// Number of stale plans in a task after which the person is asked.
pub(crate) const PATIENCE: usize = 3;

/// Returns whether a look at `looked` is too old at `now` to move by, because the model or the
/// person took long.
pub(crate) fn is_old(looked: Stamp, now: Stamp) -> bool {
    now.since(looked) > FRESH
}

/// Returns whether a plan moves the arm.
pub(crate) fn moves(plan: &Plan) -> bool {
    plan.steps.iter().any(Step::moves)
}

/// Returns the names in these steps.
pub(crate) fn named(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps.iter().flat_map(Step::names)
}

/// Returns a name in the rest of a plan whose object was moved by somebody else, according to these
/// `changes`.
pub(crate) fn disturbed(rest: &[Step], changes: &[ObjectChange]) -> Option<String> {
    named(rest)
        .find(|name| changes.iter().any(|change| change.name == *name))
        .map(str::to_owned)
}
