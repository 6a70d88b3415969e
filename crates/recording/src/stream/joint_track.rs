//! Where an arm was when a picture was taken, for cameras that it carries.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use enact_types::JointVector;

/// Age of the oldest positions that are kept.
const HISTORY_DURATION: Duration = Duration::from_secs(10);

/// The newest positions of an arm. Clones share them. The arm's thread never waits for a reader: a
/// position that finds one reading is left out.
#[derive(Clone, Debug, Default)]
pub struct JointTrack(Arc<Mutex<VecDeque<(Instant, JointVector)>>>);

impl JointTrack {
    /// Keeps where the arm is now.
    pub fn note_position(&self, position: &JointVector) {
        self.note_at(Instant::now(), position);
    }

    fn note_at(&self, now: Instant, position: &JointVector) {
        let Ok(mut track) = self.0.try_lock() else {
            return;
        };
        if !position.is_finite() {
            return;
        }
        while track
            .front()
            .is_some_and(|(at, _)| now - *at > HISTORY_DURATION)
        {
            track.pop_front();
        }
        track.push_back((now, position.clone()));
    }

    /// Returns where the arm was at an instant: between two readings, or where it stood last. `None` if
    /// that was before all that is known.
    pub fn position_at(&self, instant: Instant) -> Option<JointVector> {
        let track = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let after = track.partition_point(|(at, _)| *at <= instant);
        let (before, from) = track.get(after.checked_sub(1)?)?;
        let Some((next, to)) = track.get(after) else {
            return Some(from.clone());
        };
        let whole = next.saturating_duration_since(*before).as_secs_f64();
        let share = (instant - *before).as_secs_f64() / whole;
        let between = from.iter().zip(to.iter());
        let between = between.map(|(from, to)| from + share * (to - from));
        Some(between.collect::<Vec<f64>>().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arm_was_between_its_readings() {
        let track = JointTrack::default();
        let origin = Instant::now();
        let after = |ms: u64| origin + Duration::from_millis(ms);
        assert_eq!(track.position_at(origin), None);
        for (ms, angle) in [(100, 0.0), (200, 1.0), (300, 3.0)] {
            track.note_at(after(ms), &vec![angle, -angle].into());
        }
        track.note_at(after(400), &vec![f64::NAN, 0.0].into());
        let at = |ms| {
            track
                .position_at(after(ms))
                .map(|joints| (joints[0], joints[1]))
        };
        assert_eq!(at(50), None);
        assert_eq!(at(100), Some((0.0, 0.0)));
        assert_eq!(at(250), Some((2.0, -2.0)));
        assert_eq!(at(900), Some((3.0, -3.0)), "it stands since");
        // What is old is forgotten.
        track.note_at(after(20_000), &vec![5.0, -5.0].into());
        assert_eq!(at(250), None);
    }
}
