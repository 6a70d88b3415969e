//! How often what went wrong.

use serde::Serialize;

/// Counts since the bus was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BusStats {
    /// Packets sent.
    pub requests: u64,
    /// Proper answers.
    pub answers: u64,
    /// Answers that did not come in time.
    pub missing: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Packets whose check failed.
    pub corrupt: u64,
    /// Bytes that belonged to no packet.
    pub skipped_bytes: u64,
    /// Answers from a servo that was not asked, or of another length than asked.
    pub strays: u64,
    /// Bytes that came when nobody had asked any more.
    pub late_bytes: u64,
    /// Our own packets, sent back by the adapter.
    pub echoes: u64,
}
