//! How old pictures are when they arrive.

use std::time::{Duration, Instant, UNIX_EPOCH};

/// A clock that differs from ours by more than this shows no time of day, seconds.
const SAME_CLOCK: f64 = 3600.0;

/// Learns from times on the camera's clock how old its pictures are.
///
/// A clock that shows the time of day tells the age itself. Any other tells how much longer a picture
/// took than the fastest one.
#[derive(Debug)]
pub(crate) struct PictureAgeEstimator {
    origin: Instant,
    /// Least time from the camera's clock to our own.
    least: Option<f64>,
}

impl PictureAgeEstimator {
    pub(crate) fn new() -> Self {
        Self {
            origin: Instant::now(),
            least: None,
        }
    }

    /// Returns the age of a picture that began to arrive at `begun` and was taken at `stamp` on the
    /// camera's clock.
    pub(crate) fn age(&mut self, begun: Instant, stamp: f64) -> Duration {
        let of_day = of_day(begun, stamp);
        let offset = begun.saturating_duration_since(self.origin).as_secs_f64() - stamp;
        let least = self.least.map_or(offset, |least| least.min(offset));
        self.least = Some(least);
        let age = of_day.unwrap_or(offset - least);
        Duration::try_from_secs_f64(age).unwrap_or_default()
    }
}

/// Returns the age by the time of day, if the camera's clock shows one that is not ahead of ours.
fn of_day(begun: Instant, stamp: f64) -> Option<f64> {
    let taken = UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(stamp).ok()?)?;
    let since_begun = begun.elapsed();
    let age = taken.elapsed().ok()?.saturating_sub(since_begun);
    let age = age.as_secs_f64();
    (age < SAME_CLOCK).then_some(age)
}

/// Notices pictures that waited somewhere: after a gap, those that come in quick succession are old.
#[derive(Debug, Default)]
pub(crate) struct BacklogDetector {
    last: Option<Instant>,
    /// Usual time between pictures, seconds.
    period: Option<f64>,
    /// Number of intervals that the period rests on.
    known: u32,
    is_catching_up: bool,
}

impl BacklogDetector {
    /// Intervals before a gap is recognized.
    const KNOWN: u32 = 5;
    /// Shortest gap, seconds.
    const GAP: f64 = 0.5;

    /// Returns the usual time between pictures, once it is known.
    pub(crate) fn period(&self) -> Option<Duration> {
        let seconds = self.period.filter(|_| self.known >= Self::KNOWN)?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// Returns whether a picture that began to arrive at `begun` is current, as far as can be told.
    pub(crate) fn is_current(&mut self, begun: Instant) -> bool {
        let Some(last) = self.last.replace(begun) else {
            return true;
        };
        let interval = begun.saturating_duration_since(last).as_secs_f64();
        let Some(period) = self.period else {
            self.period = Some(interval);
            return true;
        };
        if self.known >= Self::KNOWN && interval > Self::GAP.max(8.0 * period) {
            self.is_catching_up = true;
            return false;
        }
        if self.is_catching_up {
            self.is_catching_up = interval < period / 2.0;
            return !self.is_catching_up;
        }
        self.known += 1;
        self.period = Some(period + 0.1 * (interval - period));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(origin: Instant, seconds: f64) -> Instant {
        origin + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_clock_of_its_own_tells_how_much_longer_a_picture_took() {
        let mut latency = PictureAgeEstimator::new();
        let origin = Instant::now();
        let mut age = |begun: f64, stamp: f64| {
            let age = latency.age(after(origin, begun), 1000.0 + stamp);
            (age.as_secs_f64() * 1e3).round()
        };
        assert_eq!(age(0.0, 0.0), 0.0);
        assert_eq!(age(0.1, 0.1), 0.0);
        assert_eq!(age(5.2, 0.2), 5000.0);
        assert_eq!(age(0.25, 0.3), 0.0, "the fastest one so far");
        assert_eq!(age(0.4, 0.4), 50.0);
    }

    #[test]
    fn the_time_of_day_tells_the_age() {
        let mut latency = PictureAgeEstimator::new();
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
        let mut age = |stamp: f64| latency.age(Instant::now(), stamp).as_secs_f64();
        // The first picture is late already. A busy computer makes it later, rounding makes it less so.
        assert!((4.99..60.0).contains(&age(now - 5.0)));
        assert!(age(now) < 55.0);
        // A clock that is ahead is none of the day.
        assert_eq!(age(now + 500.0), 0.0);
    }

    #[test]
    fn what_waited_in_a_queue_is_old() {
        let origin = Instant::now();
        let mut pace = BacklogDetector::default();
        let mut current = |seconds: f64| pace.is_current(after(origin, seconds));
        for number in 0..20 {
            assert!(current(f64::from(number) * 0.04));
        }
        // The line stood still for five seconds, then everything comes at once.
        assert!(!current(5.8));
        for number in 1..100 {
            assert!(!current(5.8 + f64::from(number) * 0.002));
        }
        assert!(current(6.04) && current(6.08));
    }

    #[test]
    fn a_slow_camera_has_no_gaps() {
        let origin = Instant::now();
        let mut pace = BacklogDetector::default();
        for number in 0..20 {
            assert!(pace.is_current(after(origin, f64::from(number) * 2.0)));
        }
    }
}
