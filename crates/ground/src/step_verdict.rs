//! Decides whether a step achieved its purpose, from the readings of arm and camera.
//!
//! A failure is what they show, not what they fail to show: where a success would look the same,
//! within the error of the measurement, the verdict is unknown, and its reason says what is not told.

use enact_plan::{Step, Verdict};
use enact_robot::Robot;
use enact_robot::description::Gripper;
use enact_types::{Frame, JointVector};

use crate::scene::{Contour, SceneMemory, SceneObject, Solid};
use crate::skills::grounded_skill_of;

/// Share of the object's width below which closed fingers hold nothing.
const HELD_SHARE: f64 = 0.4;
/// Distance from its previous place within which an object counts as still there, meters.
pub(crate) const SAME_PLACE_TOLERANCE_M: f64 = 0.02;

/// The gripper holds nothing after closing.
pub const CLOSED_ON_NOTHING: &str = "the gripper closed on nothing";
/// The object slipped out of the gripper on the way.
pub const SLIPPED: &str = "it slipped out of the gripper";
/// The object is still at its previous place.
pub const STILL_THERE: &str = "it is still on the table";
/// The object came to rest beside its target.
pub const FELL: &str = "it fell";
/// The object or the arm is still at its previous place.
pub const DID_NOT_MOVE: &str = "it did not move";
/// Neither arm nor camera can tell.
pub const OUTCOME_NOT_VISIBLE: &str = "nobody can see it";

/// The readings of arm and camera after a step.
#[derive(Clone, Copy)]
pub struct StepEvidence<'a> {
    /// The robot.
    pub robot: &'a Robot,
    /// Measured positions of all joints, where the arm reports them.
    pub measured: Option<&'a JointVector>,
    /// The scene before the step.
    pub before: &'a SceneMemory,
    /// The scene after the step, including `frame`.
    pub after: &'a SceneMemory,
    /// The picture taken after the step.
    pub frame: &'a Frame,
}

impl StepEvidence<'_> {
    /// Returns the object of this name as it was before the step, in the hand or not.
    pub(crate) fn object_before_step(&self, name: &str) -> Option<&SceneObject> {
        self.before.find(name).or_else(|| {
            let held = self.before.held_object()?;
            (held.object.name == name).then_some(&held.object)
        })
    }
}

/// A verdict and, unless it is yes, its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepVerdict {
    /// Success of the step.
    pub verdict: Verdict,
    /// Reason for a failure, in words for the next prompt.
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
            reason: OUTCOME_NOT_VISIBLE.to_owned(),
        }
    }

    /// The camera sees the object, but not whether `what` is true of it.
    pub(crate) fn unknown_whether(what: &str) -> Self {
        Self {
            verdict: Verdict::Unknown,
            reason: format!("the picture does not tell whether {what}"),
        }
    }
}

/// Returns whether a gripper with all joints at `measured` has something as wide as this object,
/// at its narrowest, between its fingers.
pub fn holds_something_as_wide(gripper: &Gripper, measured: &JointVector, solid: &Solid) -> bool {
    let shut = gripper.fingertip_opening(gripper.closed);
    let opening = gripper.fingertip_opening(measured[gripper.joint]);
    let width = solid
        .contour
        .as_ref()
        .map_or_else(|| solid.smallest_width(), Contour::narrowest_width);
    opening - shut > HELD_SHARE * (width - shut).max(0.0)
}

/// Judges a step by the evidence after it.
pub fn judge(step: &Step, evidence: &StepEvidence<'_>) -> StepVerdict {
    grounded_skill_of(step).verify(evidence)
}

/// Returns whether the joints for the verdict of a step are those before the arm moves home to
/// look.
pub fn is_judged_before_going_home(step: &Step) -> bool {
    grounded_skill_of(step).is_verified_before_going_home()
}
