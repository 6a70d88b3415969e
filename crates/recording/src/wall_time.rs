//! The wall clock of a recorded run, event by event.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use enact_robot::Robot;
use enact_runtime::{Event, Observer};

use crate::encode::Encoder;
use crate::reader::Recording;

/// An observer that knows the wall time of each event that a [`Playback`](crate::Playback) repeats.
/// It must be the first observer.
pub struct RecordedWallClock {
    encoder: Encoder,
    /// Wall time of each recorded message of an event, nanoseconds since 1970.
    walls: Vec<u64>,
    told: usize,
    now: Arc<AtomicU64>,
}

impl RecordedWallClock {
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

impl Observer for RecordedWallClock {
    fn observe(&mut self, event: &Event<'_>) {
        let entries = self.encoder.encode(event);
        let told = entries.iter().filter(|entry| entry.topic.is_of_the_loop());
        self.told += told.count();
        if let Some(wall) = self.told.checked_sub(1).and_then(|it| self.walls.get(it)) {
            self.now.store(*wall, Ordering::Relaxed);
        }
    }
}
