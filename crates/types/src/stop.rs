//! The stop switch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Polling period of the switch while waiting.
const POLL_PERIOD: Duration = Duration::from_millis(10);

/// A latched stop switch. Once pressed, the arm slows down along its path and accepts no further
/// trajectory, and nothing waits any longer for a model, a camera or a person, until the switch is
/// released. Clones share the switch.
///
/// # Examples
/// ```
/// use enact_types::StopSwitch;
///
/// let switch = StopSwitch::new();
/// let button = switch.clone();
/// assert_eq!(switch.run_unless_pressed(|| 6 * 7), Some(42));
/// button.press();
/// assert!(switch.is_pressed());
/// assert_eq!(switch.run_unless_pressed(|| 6 * 7), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopSwitch(Arc<AtomicBool>);

/// Reason that a wait ended without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitError {
    /// The switch was pressed.
    Stopped,
    /// The deadline passed.
    Late,
    /// The sender is gone.
    Gone,
}

impl StopSwitch {
    /// Creates a released switch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops everything. Safe to call from a signal handler's thread.
    pub fn press(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Lets everything continue.
    pub fn release(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Returns whether the switch is pressed.
    pub fn is_pressed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Waits for a value from a channel, at most until `deadline`.
    ///
    /// # Errors
    /// [`WaitError`] if the switch is pressed, the deadline passes or the sender is gone.
    pub fn receive_unless_pressed<T>(
        &self,
        from: &Receiver<T>,
        deadline: Option<Instant>,
    ) -> Result<T, WaitError> {
        loop {
            if self.is_pressed() {
                return Err(WaitError::Stopped);
            }
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            match from.recv_timeout(left.unwrap_or(POLL_PERIOD).min(POLL_PERIOD)) {
                Ok(received) => return Ok(received),
                Err(RecvTimeoutError::Disconnected) => return Err(WaitError::Gone),
                Err(RecvTimeoutError::Timeout) if left.is_some_and(|left| left < POLL_PERIOD) => {
                    return Err(WaitError::Late);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Runs `work` on a thread of its own and waits for it; returns `None` once the switch is
    /// pressed. Work that is no longer waited for is not aborted, and its result is dropped.
    ///
    /// # Panics
    /// If the work does.
    pub fn run_unless_pressed<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (sender, receiver) = channel();
        // The receiver may be gone.
        let thread = thread::spawn(move || drop(sender.send(work())));
        match self.receive_unless_pressed(&receiver, None) {
            Ok(done) => Some(done),
            Err(WaitError::Gone) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => None,
            },
            Err(_) => None,
        }
    }

    /// Sleeps for `duration`, or until the switch is pressed.
    pub fn sleep_unless_pressed(&self, duration: Duration) {
        let end = Instant::now() + duration;
        while !self.is_pressed() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(POLL_PERIOD));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than any test takes.
    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_press_stays_and_reaches_every_clone() {
        let switch = StopSwitch::new();
        let clone = switch.clone();
        clone.press();
        assert!(switch.is_pressed());
        switch.release();
        assert!(!clone.is_pressed());
    }

    #[test]
    fn what_comes_is_received_and_what_does_not_is_not_waited_for() {
        let switch = StopSwitch::new();
        let (sender, receiver) = channel();
        sender.send(7).unwrap();
        assert_eq!(switch.receive_unless_pressed(&receiver, None), Ok(7));
        let soon = Some(Instant::now() + 2 * POLL_PERIOD);
        assert_eq!(
            switch.receive_unless_pressed(&receiver, soon),
            Err(WaitError::Late)
        );
        let pressed = thread::spawn({
            let switch = switch.clone();
            move || {
                thread::sleep(2 * POLL_PERIOD);
                switch.press();
            }
        });
        let never = Some(Instant::now() + LONG);
        assert_eq!(
            switch.receive_unless_pressed(&receiver, never),
            Err(WaitError::Stopped)
        );
        pressed.join().unwrap();
        switch.release();
        drop(sender);
        assert_eq!(
            switch.receive_unless_pressed(&receiver, None),
            Err(WaitError::Gone)
        );
    }

    #[test]
    fn work_is_left_alone_once_the_switch_is_pressed() {
        let switch = StopSwitch::new();
        assert_eq!(switch.run_unless_pressed(|| 7), Some(7));
        switch.press();
        assert_eq!(switch.run_unless_pressed(|| thread::sleep(LONG)), None);
        switch.sleep_unless_pressed(LONG);
        let switch = StopSwitch::new();
        let begun = Instant::now();
        switch.sleep_unless_pressed(3 * POLL_PERIOD);
        assert!(begun.elapsed() >= 3 * POLL_PERIOD);
    }

    #[test]
    #[should_panic(expected = "broken")]
    fn a_panic_of_the_work_is_one_of_who_waits() {
        StopSwitch::new().run_unless_pressed(|| panic!("broken"));
    }
}
