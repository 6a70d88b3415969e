//! Errors of the connection to ROS 2.

use std::fmt::Display;

use thiserror::Error;

/// The connection to ROS 2 does not work, or is not set up as it can be.
#[derive(Debug, Error)]
pub enum Ros2Error {
    /// An environment variable has a value that cannot be followed.
    #[error("{variable}=\"{value}\": {what}")]
    Environment {
        /// Name of the variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// A name is none that ROS 2 allows.
    #[error(
        "`{name}` is no name for a ROS 2 {what}: letters, digits and single underscores, not beginning with a digit"
    )]
    Name {
        /// The name.
        name: String,
        /// What it was to name.
        what: &'static str,
    },
    /// Something cannot be created.
    #[error("cannot create the ROS 2 {what}: {reason}")]
    Create {
        /// What was to be created.
        what: String,
        /// Why not.
        reason: String,
    },
    /// Nobody answers.
    #[error("{0}")]
    Silent(String),
    /// The arm does not reply.
    #[error(transparent)]
    Arm(#[from] enact_arm::ArmError),
}

impl Ros2Error {
    /// Wraps why something cannot be created.
    pub(crate) fn cannot_create(what: impl Into<String>, reason: impl Display) -> Self {
        Self::Create {
            what: what.into(),
            reason: reason.to_string(),
        }
    }
}
