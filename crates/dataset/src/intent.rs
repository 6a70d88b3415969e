//! What an instruction means.

use enact_plan::{Direction, Relation};

/// What an instruction means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// All of these, in order.
    Act(Vec<Action>),
    /// Nothing but this sentence.
    Say(String),
    /// Nothing but this question.
    Ask(String),
}

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The object is to end in or on the target.
    Put {
        /// What.
        object: String,
        /// In or on.
        relation: Relation,
        /// Where.
        target: String,
    },
    /// The object is to end in the gripper.
    Pick(String),
    /// The object is to be pointed at.
    Point(String),
    /// The object is to be pushed.
    Push(String, Direction),
    /// The arm is to go home.
    Home,
}

impl Action {
    /// The objects that must be there and within reach.
    pub fn objects(&self) -> Vec<&str> {
        match self {
            Self::Put { object, target, .. } => vec![object, target],
            Self::Pick(object) | Self::Point(object) | Self::Push(object, _) => vec![object],
            Self::Home => Vec::new(),
        }
    }
}
