//! Whether a step did what it was for, from what arm and camera report.

use enact_plan::{Step, Verdict};
use enact_robot::Robot;
use enact_robot::description::Gripper;
use enact_types::{Frame, JointVector};

use crate::scene::{SceneMemory, Solid};
use crate::skills::grounded;

/// Fingers shut to less than this share of the object's width hold nothing.
const HELD_SHARE: f64 = 0.4;
/// An object seen this near to where it was is still there, meters.
pub(crate) const SAME_PLACE: f64 = 0.02;

/// The gripper holds nothing after closing.
pub const CLOSED_ON_NOTHING: &str = "the gripper closed on nothing";
/// The object left the gripper on the way.
pub const SLIPPED: &str = "it slipped out of the gripper";
/// The object is where it was.
pub const STILL_THERE: &str = "it is still on the table";
/// The object came to rest beside its target.
pub const FELL: &str = "it fell";
/// The object or the arm is where it was.
pub const DID_NOT_MOVE: &str = "it did not move";
/// Neither arm nor camera can tell.
pub const NOT_VISIBLE: &str = "nobody can see it";

/// What arm and camera report after a step.
#[derive(Clone, Copy)]
pub struct StepEvidence<'a> {
    /// The robot.
    pub robot: &'a Robot,
    /// All joints as measured, where the arm reports them.
    pub measured: Option<&'a JointVector>,
    /// The scene before the step.
    pub before: &'a SceneMemory,
    /// The scene after it, `frame` taken in.
    pub after: &'a SceneMemory,
    /// The picture taken after it.
    pub frame: &'a Frame,
}

/// A verdict and, unless it is yes, the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepVerdict {
    /// Whether it worked.
    pub verdict: Verdict,
    /// Why not, in words for the next prompt.
    pub reason: String,
}

impl StepVerdict {
    pub(crate) fn yes() -> Self {
        Self {
            verdict: Verdict::Yes,
            reason: String::new(),
        }
    }

    pub(crate) fn no(reason: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::No,
            reason: reason.into(),
        }
    }

    pub(crate) fn unknown() -> Self {
        Self {
            verdict: Verdict::Unknown,
            reason: NOT_VISIBLE.to_owned(),
        }
    }
}

/// Whether a gripper with all joints at `measured` has something as wide as
/// this object between its fingers.
pub fn holds(gripper: &Gripper, measured: &JointVector, solid: &Solid) -> bool {
    let shut = gripper.opening(gripper.closed);
    let opening = gripper.opening(measured[gripper.joint]);
    opening - shut > HELD_SHARE * (solid.width() - shut).max(0.0)
}

/// Judges a step by what is known after it.
pub fn judge(step: &Step, evidence: &StepEvidence<'_>) -> StepVerdict {
    grounded(step).verify(evidence)
}

/// Whether the joints that tell of a step are those before the arm moves home to look.
pub fn is_judged_in_place(step: &Step) -> bool {
    grounded(step).is_verified_in_place()
}
