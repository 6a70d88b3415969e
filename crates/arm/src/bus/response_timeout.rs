//! How long to wait beyond what the wire needs.

use std::time::Duration;

/// Estimates how late answers come, as TCP does (RFC 6298): a running mean and a running
/// deviation of the delay, and twice the wait after each silence. So a silent servo costs
/// a fast adapter little, and a slow adapter is given its time.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResponseTimeout {
    /// Mean and deviation of the delay, seconds; `None` before the first answer.
    delay: Option<(f64, f64)>,
    silences: u32,
}

/// Less beyond the mean would take the scheduler's hiccups for silence.
const SHORTEST: f64 = 0.004;
/// FTDI adapters hold bytes back for 16 ms unless told otherwise.
const LONGEST: f64 = 0.025;
/// Weights of a new sample, those of the RFC.
const MEAN_WEIGHT: f64 = 0.125;
const DEVIATION_WEIGHT: f64 = 0.25;

impl ResponseTimeout {
    /// How long to wait beyond the time that the bytes need on the wire.
    pub fn wait(&self) -> Duration {
        let estimate = self.delay.map_or(LONGEST, |(mean, deviation)| {
            mean + (4.0 * deviation).max(SHORTEST)
        });
        let doubled = estimate * f64::from(1u32 << self.silences.min(8));
        Duration::from_secs_f64(doubled.min(LONGEST))
    }

    /// An answer came this much later than the wire needs.
    pub fn answered(&mut self, late: Duration) {
        let late = late.as_secs_f64();
        self.silences = 0;
        self.delay = Some(match self.delay {
            None => (late, late / 2.0),
            Some((mean, deviation)) => (
                mean + MEAN_WEIGHT * (late - mean),
                deviation + DEVIATION_WEIGHT * ((late - mean).abs() - deviation),
            ),
        });
    }

    /// No answer came.
    pub fn silent(&mut self) {
        self.silences = self.silences.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_become_short_on_a_fast_line_and_long_again_in_silence() {
        let mut response_timeout = ResponseTimeout::default();
        assert_eq!(response_timeout.wait(), Duration::from_millis(25));
        for _ in 0..20 {
            response_timeout.answered(Duration::ZERO);
        }
        assert_eq!(response_timeout.wait(), Duration::from_millis(4));
        response_timeout.silent();
        assert_eq!(response_timeout.wait(), Duration::from_millis(8));
        for _ in 0..100 {
            response_timeout.silent();
        }
        assert_eq!(response_timeout.wait(), Duration::from_millis(25));
        response_timeout.answered(Duration::ZERO);
        assert_eq!(response_timeout.wait(), Duration::from_millis(4));
    }

    /// Fault 12.
    #[test]
    fn an_adapter_with_sixteen_milliseconds_gets_them() {
        let mut response_timeout = ResponseTimeout::default();
        for _ in 0..50 {
            response_timeout.answered(Duration::from_millis(16));
        }
        let wait = response_timeout.wait();
        assert!(
            Duration::from_millis(16) <= wait && wait <= Duration::from_millis(25),
            "{wait:?}"
        );
    }
}
