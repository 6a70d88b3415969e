//! Why a message is not obeyed, and how often that was so.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a message is not obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum MessageFault {
    /// It cannot be read.
    #[error("a message could not be read")]
    Garbage,
    /// It comes from another version of the program.
    #[error("a message has another version: run the same version of enact on both machines")]
    Version,
    /// It is not from the session that holds the lease.
    #[error("the sender does not hold the lease of this arm")]
    Foreign,
    /// It was sent under an earlier lease.
    #[error("the lease that it was sent under has ended")]
    LeaseEnded,
    /// Its signature is not the lease holder's.
    #[error("a message was not signed by the holder of the lease")]
    Forged,
    /// The sender has another robot description.
    #[error("the sender has another description of the robot: both need the same folder")]
    OtherRobot,
    /// It came before.
    #[error("a message came again")]
    Repeated,
    /// A later one came before it.
    #[error("a message came after a later one")]
    Reordered,
    /// It is too old, or was sent in the future.
    #[error(
        "a message was too old when it came: the link is too slow, or the clocks were not compared"
    )]
    Stale,
    /// Too many wait.
    #[error("too many messages came at once")]
    Flood,
}

impl MessageFault {
    /// All causes.
    pub const ALL: [Self; 10] = [
        Self::Garbage,
        Self::Version,
        Self::Foreign,
        Self::LeaseEnded,
        Self::Forged,
        Self::OtherRobot,
        Self::Repeated,
        Self::Reordered,
        Self::Stale,
        Self::Flood,
    ];

    /// Returns its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::Version => "version",
            Self::Foreign => "foreign",
            Self::LeaseEnded => "lease ended",
            Self::Forged => "forged",
            Self::OtherRobot => "other robot",
            Self::Repeated => "repeated",
            Self::Reordered => "reordered",
            Self::Stale => "stale",
            Self::Flood => "flood",
        }
    }
}

/// How many messages were refused, by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FaultCounts(BTreeMap<MessageFault, u64>);

impl FaultCounts {
    /// Counts one.
    pub fn increment(&mut self, fault: MessageFault) {
        *self.0.entry(fault).or_default() += 1;
    }

    /// Returns how many were refused for this cause.
    pub fn count_of(&self, fault: MessageFault) -> u64 {
        self.0.get(&fault).copied().unwrap_or_default()
    }

    /// Returns how many were refused.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Returns the causes that occurred, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (MessageFault, u64)> + '_ {
        self.0.iter().map(|(fault, count)| (*fault, *count))
    }
}

/// The causes that occurred, with their counts: “garbage 3, stale 1”.
impl fmt::Display for FaultCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (fault, count)) in self.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{} {count}", fault.name())?;
        }
        Ok(())
    }
}
