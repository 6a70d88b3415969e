//! What a node tells of itself.

use serde::{Deserialize, Serialize};

use crate::fault::FaultCounts;

/// What an arm's node tells anybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmStatus {
    /// Name of the node.
    pub name: String,
    /// Name of the robot.
    pub robot: String,
    /// Digest of its description.
    pub digest: [u8; 32],
    /// Time between two commands, ns.
    pub period: u64,
    /// Who drives, for people.
    pub holder: Option<String>,
    /// The stop that is pressed, if one is.
    pub stop: Option<PressedStop>,
    /// The motion that is being carried out.
    pub motion: Option<u64>,
    /// Messages that were refused, by cause.
    pub refused: FaultCounts,
    /// Times that the arm braked because no heartbeat came.
    pub links_lost: u64,
}

/// A stop that is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PressedStop {
    /// Its number; it grows with each press.
    pub number: u64,
    /// Who pressed it, for people.
    pub by: String,
}

/// Asks for the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// When it was sent, ns on the sender's monotonic clock.
    pub sent: u64,
}

/// A node's answer to a [`Ping`], with its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// When the question came, ns on the node's monotonic clock.
    pub received: u64,
    /// When the answer went, ns on the node's monotonic clock.
    pub answered: u64,
    /// Time of day then, ns since 1970.
    pub time_of_day: i64,
}

/// Returns what somebody else says of itself, short and without control characters.
pub fn sanitize_for_display(text: &str) -> String {
    const MAX_CHARS: usize = 80;
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_CHARS)
        .collect()
}
