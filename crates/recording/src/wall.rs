//! The wall clock of a recorded run, event by event.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use enact_robot::Robot;
use enact_runtime::{Event, Observer};

use crate::encode::Encoder;
use crate::reader::Recording;

/// An observer that knows by the wall clock when each event happened that a
/// [`Playback`](crate::Playback) tells again. It is to be told first.
pub struct RecordedWall {
    encoder: Encoder,
    /// Of each message that an event left, nanoseconds since 1970.
    walls: Vec<u64>,
    told: usize,
    now: Arc<AtomicU64>,
}

impl RecordedWall {
    /// The clock of a run of `robot`.
    pub fn new(recording: &Recording, robot: &Robot) -> Self {
        let records = recording.records().iter();
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

    /// When the newest event happened, nanoseconds since 1970.
    pub fn now(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.now)
    }
}

impl Observer for RecordedWall {
    fn observe(&mut self, event: &Event<'_>) {
        let entries = self.encoder.encode(event);
        let told = entries.iter().filter(|entry| entry.topic.is_of_the_loop());
        self.told += told.count();
        if let Some(wall) = self.told.checked_sub(1).and_then(|it| self.walls.get(it)) {
            self.now.store(*wall, Ordering::Relaxed);
        }
    }
}
