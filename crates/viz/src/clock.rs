//! The timelines `turn`, `arm_time` and `wall_time`.

use std::time::Duration;

use enact_arm::ArmState;
use enact_types::Stamp;
use rerun::{RecordingStream, TimeCell, TimeColumn};

/// Turns, counted over all tasks of the recording.
pub(crate) const TURN_TIMELINE: &str = "turn";
/// Time on the arm's clock.
pub(crate) const ARM_TIMELINE: &str = "arm_time";
/// Time of day.
pub(crate) const WALL_TIMELINE: &str = "wall_time";

/// Nanoseconds since 1970.
pub type WallClock = Box<dyn Fn() -> u64 + Send>;

/// Smallest spacing of recorded states.
const SPACING: Duration = Duration::from_millis(20);

/// Time of the next recorded event.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EventTimes {
    pub(crate) turn: i64,
    pub(crate) arm: Stamp,
    /// Nanoseconds since 1970 at the previous event and at this one.
    pub(crate) wall: (u64, u64),
}

impl EventTimes {
    /// Stamps everything that this thread logs to `stream` from now on.
    pub(crate) fn apply_to_stream(self, stream: &RecordingStream) {
        stream.set_time(TURN_TIMELINE, TimeCell::from_sequence(self.turn));
        stream.set_time(ARM_TIMELINE, Duration::from_nanos(self.arm.nanos()));
        let wall = signed(self.wall.1);
        stream.set_time(
            WALL_TIMELINE,
            TimeCell::from_timestamp_nanos_since_epoch(wall),
        );
    }

    /// Returns the time since the previous event.
    pub(crate) fn since_previous_event(self) -> Duration {
        Duration::from_nanos(self.wall.1.saturating_sub(self.wall.0))
    }

    /// Returns the times of `states` as columns of data, for a motion that took the time since the
    /// previous event.
    pub(crate) fn time_columns(self, states: &[&ArmState]) -> [TimeColumn; 3] {
        let arm = |state: &&ArmState| signed(state.stamp.nanos());
        let first = states.first().map_or(Stamp::ZERO, |state| state.stamp);
        let whole = self.arm.since(first).as_secs_f64();
        let wall = |state: &&ArmState| {
            let share = state.stamp.since(first).as_secs_f64() / whole;
            // A single state has the current time.
            let share = if share.is_finite() {
                share.min(1.0)
            } else {
                1.0
            };
            signed(self.wall.0 + self.since_previous_event().mul_f64(share).as_nanos() as u64)
        };
        [
            TimeColumn::new_sequence(TURN_TIMELINE, states.iter().map(|_| self.turn)),
            TimeColumn::new_duration_nanos(ARM_TIMELINE, states.iter().map(arm)),
            TimeColumn::new_timestamp_nanos_since_epoch(WALL_TIMELINE, states.iter().map(wall)),
        ]
    }
}

fn signed(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

/// Returns the readable states of an arm with this many joints, about fifty a second, always
/// including the last.
pub(crate) fn thin_out_states(states: &[ArmState], joints: usize) -> Vec<&ArmState> {
    let readable = |state: &&ArmState| state.position.len() == joints && state.position.is_finite();
    let mut kept: Vec<&ArmState> = Vec::new();
    let mut states = states.iter().filter(readable).peekable();
    while let Some(state) = states.next() {
        let due = kept
            .last()
            .is_none_or(|last| state.stamp.since(last.stamp) >= SPACING);
        if due || states.peek().is_none() {
            kept.push(state);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::JointVector;

    fn state(milliseconds: u64, positions: &[f64]) -> ArmState {
        let zeros = JointVector::zeros(positions.len());
        ArmState {
            stamp: Stamp::from_nanos(milliseconds * 1_000_000),
            position: positions.to_vec().into(),
            velocity: zeros.clone(),
            effort: zeros,
            commanded: None,
            alarm: None,
        }
    }

    #[test]
    fn fifty_states_a_second_are_kept_and_the_last() {
        let states: Vec<_> = (0..=203).map(|i| state(i * 5, &[0.0, 0.0])).collect();
        let kept = thin_out_states(&states, 2);
        assert_eq!(kept.len(), 52);
        assert_eq!(kept.last().unwrap().stamp, states[203].stamp);
    }

    #[test]
    fn unreadable_states_are_left_out() {
        let states = [
            state(0, &[0.0]),
            state(100, &[0.0, f64::NAN]),
            state(200, &[0.0, 1.0]),
        ];
        let kept = thin_out_states(&states, 2);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].stamp, states[2].stamp);
        assert!(thin_out_states(&[], 2).is_empty());
    }
}
