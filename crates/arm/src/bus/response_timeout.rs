//! Timeout of a reply beyond the transmission time.

use std::time::Duration;

/// Estimates the delay of replies as TCP does (RFC 6298): a running mean and mean deviation of the
/// delay, with the timeout doubled after each missing reply. A silent servo costs little time on a
/// fast adapter, and a slow adapter gets the time it needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResponseTimeout {
    /// Mean and mean deviation of the delay, seconds; `None` before the first reply.
    delay: Option<(f64, f64)>,
    silences: u32,
}

/// Smallest margin beyond the mean, seconds: with less, scheduling jitter would pass for silence.
const MIN_MARGIN_S: f64 = 0.004;
/// Largest and initial timeout, seconds: FTDI adapters delay bytes by 16 ms by default.
const MAX_TIMEOUT_S: f64 = 0.025;
/// Weight of a new sample, as in the RFC.
const MEAN_WEIGHT: f64 = 0.125;
const DEVIATION_WEIGHT: f64 = 0.25;

impl ResponseTimeout {
    /// Returns how long to wait beyond the transmission time.
    pub fn wait_time(&self) -> Duration {
        let estimate = self.delay.map_or(MAX_TIMEOUT_S, |(mean, deviation)| {
            mean + (4.0 * deviation).max(MIN_MARGIN_S)
        });
        let doubled = estimate * f64::from(1u32 << self.silences.min(8));
        Duration::from_secs_f64(doubled.min(MAX_TIMEOUT_S))
    }

    /// Records a reply that arrived this much later than the transmission time.
    pub fn record_reply(&mut self, late: Duration) {
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

    /// Records that no reply arrived.
    pub fn record_missing_reply(&mut self) {
        self.silences = self.silences.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_become_short_on_a_fast_line_and_long_again_in_silence() {
        let mut response_timeout = ResponseTimeout::default();
        assert_eq!(response_timeout.wait_time(), Duration::from_millis(25));
        for _ in 0..20 {
            response_timeout.record_reply(Duration::ZERO);
        }
        assert_eq!(response_timeout.wait_time(), Duration::from_millis(4));
        response_timeout.record_missing_reply();
        assert_eq!(response_timeout.wait_time(), Duration::from_millis(8));
        for _ in 0..100 {
            response_timeout.record_missing_reply();
        }
        assert_eq!(response_timeout.wait_time(), Duration::from_millis(25));
        response_timeout.record_reply(Duration::ZERO);
        assert_eq!(response_timeout.wait_time(), Duration::from_millis(4));
    }

    /// Fault 12.
    #[test]
    fn an_adapter_with_sixteen_milliseconds_gets_them() {
        let mut response_timeout = ResponseTimeout::default();
        for _ in 0..50 {
            response_timeout.record_reply(Duration::from_millis(16));
        }
        let wait = response_timeout.wait_time();
        assert!(
            Duration::from_millis(16) <= wait && wait <= Duration::from_millis(25),
            "{wait:?}"
        );
    }
}
