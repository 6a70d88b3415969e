//! Why a goal is not followed.

use enact_arm::ExecutionEnd;
use enact_types::Refusal;

use crate::messages::control::{FollowJointTrajectoryResult, error_code};

/// Why a goal is not followed, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoalFault {
    /// One of [`error_code`].
    pub code: i32,
    /// The reason, in a sentence.
    pub why: String,
}

impl GoalFault {
    /// Creates a fault of the goal itself.
    pub fn invalid_goal(why: impl Into<String>) -> Self {
        Self {
            code: error_code::INVALID_GOAL,
            why: why.into(),
        }
    }

    /// Creates a fault of the goal's joints.
    pub fn invalid_joints(why: impl Into<String>) -> Self {
        Self {
            code: error_code::INVALID_JOINTS,
            why: why.into(),
        }
    }

    /// Returns why a motion ended before its end; `None` if it did not. A stop is one here.
    pub fn from_execution_end(end: &ExecutionEnd, is_stop_latched: bool) -> Option<Self> {
        let why = match end {
            ExecutionEnd::Finished => return None,
            ExecutionEnd::Stopped if is_stop_latched => {
                "the arm is stopped; call /enact/clear to let it move again".to_owned()
            }
            ExecutionEnd::Stopped => "the motion was called off".to_owned(),
            ExecutionEnd::Fault(refusal) => refusal.to_string(),
            ExecutionEnd::Contact { joint, effort } => format!(
                "joint `{joint}` met resistance ({:.0} % of its effort limit); the arm backed off",
                effort.abs() * 100.0
            ),
        };
        Some(Self {
            code: error_code::PATH_TOLERANCE_VIOLATED,
            why,
        })
    }
}

impl From<Refusal> for GoalFault {
    fn from(refusal: Refusal) -> Self {
        Self::invalid_goal(refusal.to_string())
    }
}

impl From<GoalFault> for FollowJointTrajectoryResult {
    fn from(fault: GoalFault) -> Self {
        Self {
            error_code: fault.code,
            error_string: fault.why,
        }
    }
}
