//! Tells whoever waits for an answer that it takes long.

use std::time::{Duration, Instant};

use crate::options::NoticeListener;

/// An answer that takes longer is told of while it comes.
const QUIET_TIME: Duration = Duration::from_secs(5);
/// Then it is told of again this often.
const TOLD_AGAIN: Duration = Duration::from_secs(10);

/// An answer that is waited for.
pub(crate) struct WaitNotifier<'a> {
    notify: &'a NoticeListener,
    started: Instant,
    told: Duration,
}

impl<'a> WaitNotifier<'a> {
    /// Begins now.
    pub(crate) fn new(notify: &'a NoticeListener) -> Self {
        Self {
            notify,
            started: Instant::now(),
            told: Duration::ZERO,
        }
    }

    /// Tells the sentence for the time that has passed, if it is time to.
    pub(crate) fn notify_if_due(&mut self, sentence: impl FnOnce(Duration) -> String) {
        let passed = self.started.elapsed();
        let due = if self.told.is_zero() {
            QUIET_TIME
        } else {
            self.told + TOLD_AGAIN
        };
        if passed >= due {
            self.told = passed;
            self.notify.tell(&sentence(passed));
        }
    }
}
