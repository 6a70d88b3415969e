//! Counts of requests, replies and failures.

use serde::Serialize;

/// Counters since the bus was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BusStats {
    /// Packets sent.
    pub requests: u64,
    /// Valid replies.
    pub answers: u64,
    /// Replies that did not arrive in time.
    pub missing: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Packets whose checksum failed.
    pub corrupt: u64,
    /// Bytes that belonged to no packet.
    pub skipped_bytes: u64,
    /// Replies from a servo that was not asked, or of an unexpected length.
    pub strays: u64,
    /// Bytes that arrived after the exchange had ended.
    pub late_bytes: u64,
    /// Our own packets, echoed by the adapter.
    pub echoes: u64,
}
