//! Wall times of recorded messages: interpolated when they are written, repeated in a playback.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use enact_robot::Robot;
use enact_runtime::{Event, Observer};
use enact_types::Stamp;

use crate::encode::Encoder;
use crate::reader::Recording;

/// An observer that knows the wall time of each event that a [`Playback`](crate::Playback) repeats.
/// It must be the first observer.
pub struct PlaybackWallClock {
    encoder: Encoder,
    /// Wall time of each recorded message of an event, nanoseconds since 1970.
    walls: Vec<u64>,
    told: usize,
    now: Arc<AtomicU64>,
}

impl PlaybackWallClock {
    /// Creates the clock of a run of `robot`.
    pub fn new(recording: &Recording, robot: &Robot) -> Self {
        let records = recording.messages().iter();
        let first = records.clone().next().map_or(0, |record| record.wall);
        Self {
            encoder: Encoder::new(robot),
            walls: records
                .filter(|record| record.topic.is_of_the_loop())
                .map(|record| record.wall)
                .collect(),
            told: 0,
            now: Arc::new(AtomicU64::new(first)),
        }
    }

    /// Returns the wall time of the newest event, nanoseconds since 1970.
    pub fn newest_wall_time_ns(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.now)
    }
}

impl Observer for PlaybackWallClock {
    fn observe(&mut self, event: &Event<'_>) {
        let entries = self.encoder.encode(event);
        let told = entries.iter().filter(|entry| entry.topic.is_of_the_loop());
        self.told += told.count();
        if let Some(wall) = self.told.checked_sub(1).and_then(|it| self.walls.get(it)) {
            self.now.store(*wall, Ordering::Relaxed);
        }
    }
}

/// Returns the wall time of a moment on the arm's clock, interpolated between two moments at which
/// both clocks are known.
pub(crate) fn interpolate_wall_time(then: (Stamp, u64), now: (Stamp, u64), at: Stamp) -> u64 {
    let (whole, left) = (now.0.since(then.0), now.0.since(at));
    if left.is_zero() || whole.is_zero() || then.1 == 0 {
        return now.1;
    }
    let share = (left.as_secs_f64() / whole.as_secs_f64()).min(1.0);
    now.1 - (now.1.saturating_sub(then.1) as f64 * share) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_late_has_the_wall_time_when_it_happened() {
        let second = |seconds: u64| Stamp::from_nanos(seconds * 1_000_000_000);
        let (then, now) = ((second(10), 5_000), (second(14), 9_000));
        for (at, wall) in [(10, 5_000), (11, 6_000), (13, 8_000), (14, 9_000)] {
            assert_eq!(interpolate_wall_time(then, now, second(at)), wall);
        }
        // Before both, and if nothing passed.
        assert_eq!(interpolate_wall_time(then, now, second(3)), 5_000);
        assert_eq!(
            interpolate_wall_time(then, (second(10), 9_000), second(10)),
            9_000
        );
        assert_eq!(
            interpolate_wall_time((Stamp::ZERO, 0), now, second(13)),
            9_000
        );
    }
}
