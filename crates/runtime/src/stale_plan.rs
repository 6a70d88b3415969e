//! Plans that what they rest on has left behind.

use std::time::Duration;

use enact_ground::scene::change::ObjectChange;
use enact_plan::{Plan, Step};
use enact_types::Stamp;

/// A look older than this is not trusted without a glance at what the plan names.
const FRESH: Duration = Duration::from_secs(2);
/// So many plans in a task may be overtaken; then the person is asked.
pub(crate) const PATIENCE: usize = 3;

/// Whether a look at `looked` is too old at `now` to move by: the model may have thought, or the
/// person considered, for long.
pub(crate) fn is_old(looked: Stamp, now: Stamp) -> bool {
    now.since(looked) > FRESH
}

/// Whether a plan moves the arm.
pub(crate) fn moves(plan: &Plan) -> bool {
    plan.steps.iter().any(Step::moves)
}

/// What these steps name.
pub(crate) fn named(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps.iter().flat_map(Step::names)
}

/// What the rest of a plan names that somebody else has moved, by these `changes`.
pub(crate) fn disturbed(rest: &[Step], changes: &[ObjectChange]) -> Option<String> {
    named(rest)
        .find(|name| changes.iter().any(|change| change.name == *name))
        .map(str::to_owned)
}
