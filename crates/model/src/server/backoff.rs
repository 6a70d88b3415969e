//! Delays between retries.

use std::time::Duration;

/// Longest wait as a fraction of the whole time for retries.
const MAX_WAIT_DIVISOR: u32 = 8;
/// The first wait, as one part in this many of the whole time for retries.
const FIRST: u32 = 100;
/// The time for a server that is merely busy, as one part in this many of the whole.
const BUSY: u32 = 3;

/// Waits that double, shortened at random by up to a half, so that clients rejected together do not
/// return together.
#[derive(Debug)]
pub(crate) struct Backoff {
    total: Duration,
    next: Duration,
    spent: Duration,
    /// Number of waits granted.
    pub waits: u32,
}

impl Backoff {
    /// Waits of at most `total` together.
    pub(crate) fn new(total: Duration) -> Self {
        Self {
            total,
            next: total / FIRST,
            spent: Duration::ZERO,
            waits: 0,
        }
    }

    /// Returns the next wait; `None` once they add up to enough. `asked` is the delay that the
    /// server asks for; a server that knows when it will be ready `is_patient` and may use all the
    /// time. `random` is from 0 to 1.
    pub(crate) fn next_wait(
        &mut self,
        asked: Option<Duration>,
        is_patient: bool,
        random: f64,
    ) -> Option<Duration> {
        let own = self.next.mul_f64(1.0 - random / 2.0);
        let wait = match asked {
            // Never before it asks for.
            Some(asked) => own.max(asked + (self.next / 10).mul_f64(random)),
            None => own,
        };
        let most = if is_patient || asked.is_some() {
            self.total
        } else {
            self.total / BUSY
        };
        if wait.is_zero() || self.spent + wait > most {
            return None;
        }
        self.spent += wait;
        self.waits += 1;
        self.next = (self.next * 2).min(self.total / MAX_WAIT_DIVISOR);
        Some(wait)
    }

    /// Returns the total time waited.
    pub(crate) fn spent(&self) -> Duration {
        self.spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(waits: impl Iterator<Item = Duration>) -> Vec<f64> {
        waits.map(|wait| wait.as_secs_f64()).collect()
    }

    #[test]
    fn waits_double_and_end() {
        let all = |is_patient, random| {
            let mut backoff = Backoff::new(Duration::from_secs(60));
            let waits = std::iter::from_fn(|| backoff.next_wait(None, is_patient, random));
            seconds(waits.take(100))
        };
        assert_eq!(all(false, 0.0), [0.6, 1.2, 2.4, 4.8, 7.5]);
        assert_eq!(
            all(false, 1.0),
            [0.3, 0.6, 1.2, 2.4, 3.75, 3.75, 3.75, 3.75]
        );
        let patient: f64 = all(true, 0.5).iter().sum();
        assert!(patient > 50.0 && patient <= 60.0, "{patient}");
    }

    #[test]
    fn a_server_is_left_alone_for_as_long_as_it_asks() {
        let mut backoff = Backoff::new(Duration::from_secs(60));
        let wait = |backoff: &mut Backoff, asked| {
            let asked = Duration::from_secs(asked);
            backoff.next_wait(Some(asked), false, 0.5)
        };
        let first = wait(&mut backoff, 30).unwrap();
        assert!(first >= Duration::from_secs(30) && first < Duration::from_secs(31));
        assert_eq!(wait(&mut backoff, 31), None, "more than there is in all");
        assert!(wait(&mut backoff, 1).is_some());
        assert_eq!(backoff.waits, 2);
        let none = Backoff::new(Duration::ZERO).next_wait(None, true, 0.5);
        assert_eq!(none, None, "without time there is no second question");
    }
}
