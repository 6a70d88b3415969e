//! The meaning of an instruction.

use crate::spatial_relations::{Direction, Relation};

/// The meaning of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Perform all of these actions, in order.
    Act(Vec<Action>),
    /// Only say this sentence.
    Say(String),
    /// Only ask this question.
    Ask(String),
}

/// A single action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The object should end in or on the target.
    Put {
        /// Object to move.
        object: String,
        /// Relation to the target.
        relation: Relation,
        /// Target of the placement.
        target: String,
    },
    /// The object should end in the gripper.
    Pick(String),
    /// The object should be pointed at.
    Point(String),
    /// The object should be pushed.
    Push(String, Direction),
    /// The object should be turned where it stands, by degrees counterclockwise from above.
    Rotate(String, i16),
    /// The arm should go home.
    Home,
}

impl Action {
    /// Returns the objects that must be present and within reach.
    pub fn required_objects(&self) -> Vec<&str> {
        match self {
            Self::Put { object, target, .. } => vec![object, target],
            Self::Pick(object)
            | Self::Point(object)
            | Self::Push(object, _)
            | Self::Rotate(object, _) => vec![object],
            Self::Home => Vec::new(),
        }
    }
}
