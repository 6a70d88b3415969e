//! Monotonic time since the start of a run.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Nanoseconds since the start of the run, on the clock of its source.
///
/// Simulated and real clocks both start at zero. A stamp never comes from the wall clock, so a
/// clock step cannot make time go backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(u64);

impl Stamp {
    /// The start of the run.
    pub const ZERO: Self = Self(0);

    /// Creates a stamp this many nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since the start.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Returns the seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0 as f64 * 1e-9
    }

    /// Returns the stamp `duration` later.
    pub fn later_by(self, duration: Duration) -> Self {
        Self(self.0 + duration.as_nanos() as u64)
    }

    /// Returns the time from `earlier` to this stamp, zero if `earlier` is in fact later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s", self.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_never_go_negative() {
        let early = Stamp::from_nanos(5);
        let late = early.later_by(Duration::from_nanos(7));
        assert_eq!(late.since(early), Duration::from_nanos(7));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
