//! When the driver was last heard of.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Clock;

/// Usual time without a heartbeat after which the arm brakes.
pub const DEFAULT_MAX_SILENCE: Duration = Duration::from_millis(100);

/// Notes heartbeats; asked once per control period, on the arm's thread, without a lock.
#[derive(Debug)]
pub struct Deadman {
    clock: Clock,
    /// Time without a heartbeat after which the arm brakes.
    limit: Duration,
    /// The motion that the newest heartbeat was for.
    motion: AtomicU64,
    /// When it came, ns.
    heard: AtomicU64,
    /// Whether nothing is to move any more.
    is_over: AtomicBool,
}

impl Deadman {
    /// Creates one that has heard nothing.
    pub fn new(clock: Clock, limit: Duration) -> Self {
        Self {
            clock,
            limit,
            motion: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    /// Notes a heartbeat for a motion that came at `at`.
    pub fn note_heartbeat(&self, motion: u64, at: u64) {
        self.heard.store(at, Ordering::SeqCst);
        self.motion.store(motion, Ordering::SeqCst);
    }

    /// Ends every motion from now on.
    pub fn end_all_motions(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    /// Returns whether motions are ended for good.
    pub fn are_motions_ended(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Returns for how long nothing was heard of a motion that was ordered at `ordered`, if that is too
    /// long.
    pub fn excessive_silence(&self, motion: u64, ordered: u64) -> Option<Duration> {
        let is_its = self.motion.load(Ordering::SeqCst) == motion;
        let heard = self.heard.load(Ordering::SeqCst);
        let last = if is_its { heard.max(ordered) } else { ordered };
        let silent = Duration::from_nanos(self.clock.now().saturating_sub(last));
        (silent > self.limit || self.are_motions_ended()).then_some(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_heartbeats_keep_a_motion_going() {
        let clock = Clock::new();
        let deadman = Deadman::new(clock, DEFAULT_MAX_SILENCE);
        // Far in the future, so that no pause of the test makes a difference.
        let later = clock.now() + 3_600_000_000_000;
        assert_eq!(deadman.excessive_silence(3, later), None);
        std::thread::sleep(2 * DEFAULT_MAX_SILENCE);
        assert!(deadman.excessive_silence(3, 0).is_some());
        deadman.note_heartbeat(2, later);
        assert!(deadman.excessive_silence(3, 0).is_some());
        deadman.note_heartbeat(3, later);
        assert_eq!(deadman.excessive_silence(3, 0), None);
        deadman.end_all_motions();
        assert!(deadman.excessive_silence(3, later).is_some());
    }
}
