//! The newest reading of the joints.

use std::sync::{Mutex, PoisonError, TryLockError};

use enact_types::Stamp;

/// The newest reading. Whoever writes it never waits: a reading that finds somebody reading is left
/// out, since the next one comes soon.
#[derive(Debug, Default)]
pub struct LatestArmReading(Mutex<Option<ArmReading>>);

/// Where the joints are, in the robot's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmReading {
    /// Time on the arm's clock.
    pub at: Stamp,
    /// Positions, rad or m.
    pub position: Vec<f64>,
    /// Torque or force as a fraction of the limit.
    pub load: Vec<f64>,
}

impl LatestArmReading {
    /// Keeps a reading, without waiting.
    pub fn store_reading(&self, at: Stamp, position: &[f64], load: &[f64]) {
        let mut newest = match self.0.try_lock() {
            Ok(newest) => newest,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        // The memory of the last one is used again: this is in the way of the arm's loop.
        let reading = newest.get_or_insert_default();
        reading.at = at;
        reading.position.clear();
        reading.position.extend_from_slice(position);
        reading.load.clear();
        reading.load.extend_from_slice(load);
    }

    /// Returns the newest reading.
    pub fn newest(&self) -> Option<ArmReading> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_replaces_the_last_one_unless_somebody_reads() {
        let readings = LatestArmReading::default();
        assert_eq!(readings.newest(), None);
        readings.store_reading(Stamp::ZERO, &[1.0, 2.0], &[0.1, 0.2]);
        readings.store_reading(Stamp::ZERO, &[3.0, 4.0], &[0.3, 0.4]);
        assert_eq!(readings.newest().unwrap().position, [3.0, 4.0]);
        let reader = readings.0.lock().unwrap();
        readings.store_reading(Stamp::ZERO, &[5.0, 6.0], &[0.5, 0.6]);
        drop(reader);
        assert_eq!(readings.newest().unwrap().load, [0.3, 0.4]);
    }
}
