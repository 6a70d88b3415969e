//! The right to drive.

use serde::{Deserialize, Serialize};

use super::envelope::{SecretKey, SessionId};

/// Asks for the lease.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeaseRequest {
    /// Session that will hold it.
    pub session: SessionId,
    /// Who asks, for people.
    pub holder: String,
    /// Digest of the robot description that the driver has.
    pub robot: [u8; 32],
}

/// Answer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaseReply {
    /// The lease is the session's.
    Granted {
        /// Its number; it grows with each lease.
        lease: u64,
        /// What the holder signs with.
        key: SecretKey,
        /// How long it lasts without a heartbeat, ms.
        lasts_ms: u64,
    },
    /// Somebody else has it.
    Held {
        /// Who, for people.
        holder: String,
        /// How long it lasts yet without a heartbeat of the holder, ms.
        left_ms: u64,
    },
    /// The node has another robot.
    OtherRobot,
}
