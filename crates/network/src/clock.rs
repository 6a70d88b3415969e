//! Clocks of two machines, compared by round trips.
//!
//! Whether a message is too old is judged by monotonic clocks, which nobody sets, and by the measured
//! offset between them: what the clocks of the wall show does not matter. That these differ is noticed and
//! told, because recordings and logs of both machines are hard to compare then.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Comparisons that are remembered; clocks drift apart by less than a millisecond meanwhile.
const REMEMBERED: usize = 8;
/// Difference of two clocks of the wall that is told, seconds.
pub const NOTABLE_CLOCK_DIFFERENCE_S: f64 = 0.5;

/// The clocks of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    ahead: i64,
}

impl Clock {
    /// Starts a clock at zero.
    pub fn new() -> Self {
        Self::with_wall_clock_ahead(0)
    }

    /// Starts a clock on a machine whose clock of the wall is this many nanoseconds ahead, for tests.
    pub fn with_wall_clock_ahead(ahead: i64) -> Self {
        Self {
            origin: Instant::now(),
            ahead,
        }
    }

    /// Returns the time since the start, ns.
    pub fn now(&self) -> u64 {
        self.nanos_of_instant(Instant::now())
    }

    /// Returns the time of an instant since the start, ns; zero before.
    pub fn nanos_of_instant(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.origin).as_nanos() as u64
    }

    /// Returns the instant of a time on this clock, if there is one.
    pub fn instant_at_nanos(&self, nanos: u64) -> Option<Instant> {
        self.origin.checked_add(Duration::from_nanos(nanos))
    }

    /// Returns the time of day, ns since 1970.
    #[allow(
        clippy::disallowed_methods,
        reason = "clocks of machines are compared, and nothing goes by them"
    )]
    pub fn unix_time_nanos(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let since = since.map_or(0, |since| since.as_nanos() as i64);
        since.saturating_add(self.ahead)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

/// A question and its answer: four times, ns on the monotonic clock of whoever took them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// When we asked.
    pub asked: u64,
    /// When they received the question.
    pub received: u64,
    /// When they answered.
    pub answered: u64,
    /// When we received the answer.
    pub back: u64,
}

/// How far another clock is ahead of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Their clock minus ours, ns.
    pub ahead: i128,
    /// Greatest error, ns: half of the round trip.
    pub within: u64,
}

impl Exchange {
    /// Returns the offset, as the Network Time Protocol has it (RFC 5905, section 8); `None` if the times
    /// contradict each other.
    pub fn offset(&self) -> Option<Offset> {
        let away = self.back.checked_sub(self.asked)?;
        let theirs = self.answered.checked_sub(self.received)?;
        let round_trip = away.checked_sub(theirs)?;
        let there = i128::from(self.received) - i128::from(self.asked);
        let back = i128::from(self.answered) - i128::from(self.back);
        Some(Offset {
            ahead: (there + back) / 2,
            within: round_trip / 2,
        })
    }
}

/// The offset by the last exchanges: that of the quickest.
#[derive(Clone, Debug, Default)]
pub struct OffsetEstimate(VecDeque<Exchange>);

impl OffsetEstimate {
    /// Adds an exchange, unless its times contradict each other or it is known.
    pub fn add_exchange(&mut self, exchange: Exchange) {
        if exchange.offset().is_none() || self.0.contains(&exchange) {
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(exchange);
    }

    /// Returns the exchange that was added last.
    pub fn newest_exchange(&self) -> Option<Exchange> {
        self.0.back().copied()
    }

    /// Returns the offset, if it was ever measured.
    pub fn offset(&self) -> Option<Offset> {
        let offsets = self.0.iter().filter_map(Exchange::offset);
        offsets.min_by_key(|offset| offset.within)
    }

    /// Returns how old a message is at least that was sent at `sent` on their side's clock — the one that
    /// asked — and came at `now` on the clock of the side that answered, ns; negative if it came
    /// from the future. `None` if the clocks were never compared.
    pub fn min_message_age(&self, sent: u64, now: u64) -> Option<i128> {
        let offset = self.offset()?;
        let age = i128::from(now) - (i128::from(sent) + offset.ahead);
        let within = i128::from(offset.within);
        // What may be an error of measurement is not held against it.
        Some(if age > 0 {
            (age - within).max(0)
        } else {
            (age + within).min(0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    /// Returns an exchange with a clock that is `ahead`, over links of these delays, ns.
    fn exchange(at: u64, ahead: u64, there: u64, back: u64) -> Exchange {
        let received = at + there + ahead;
        Exchange {
            asked: at,
            received,
            answered: received + MS,
            back: at + there + MS + back,
        }
    }

    #[test]
    fn the_offset_is_within_half_a_round_trip() {
        let ahead = 5_000 * MS;
        for (there, back) in [(10, 10), (70, 30), (0, 100), (100, 0)] {
            let exchange = exchange(7 * MS, ahead, there * MS, back * MS);
            let offset = exchange.offset().unwrap();
            let error = (offset.ahead - i128::from(ahead)).unsigned_abs();
            assert!(error <= u128::from(offset.within), "{there} {back}");
            assert_eq!(offset.within, (there + back) * MS / 2);
        }
    }

    #[test]
    fn the_quickest_exchange_counts_and_nonsense_does_not() {
        let mut estimate = OffsetEstimate::default();
        assert_eq!(estimate.min_message_age(0, 0), None);
        estimate.add_exchange(Exchange {
            asked: 9,
            received: 5,
            answered: 4,
            back: 1,
        });
        assert_eq!(estimate.offset(), None);
        estimate.add_exchange(exchange(0, 1000 * MS, 80 * MS, 20 * MS));
        estimate.add_exchange(exchange(500 * MS, 1000 * MS, 2 * MS, 2 * MS));
        let offset = estimate.offset().unwrap();
        assert_eq!(
            (offset.ahead, offset.within),
            (1000 * i128::from(MS), 2 * MS)
        );
        // Sent at 600 ms, it took 50 ms.
        let age = estimate.min_message_age(600 * MS, 1650 * MS).unwrap();
        assert_eq!(age, i128::from(48 * MS));
        let early = estimate.min_message_age(600 * MS, 1500 * MS).unwrap();
        assert_eq!(early, -i128::from(98 * MS));
        assert_eq!(
            estimate.min_message_age(u64::MAX, 0).map(|age| age < 0),
            Some(true)
        );
    }
}
