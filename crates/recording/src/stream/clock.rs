//! The arm's clock, for other threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState};
use enact_camera::{Camera, CameraError};
use enact_robot::{Command, Trajectory};
use enact_types::{Frame, Refusal, Stamp};

use super::joint_track::JointTrack;
use super::stream_thread::StreamThread;

/// An arm without a command for longer than this is at rest.
const STANDS: Duration = Duration::from_millis(100);

/// Value that is not known yet.
const UNKNOWN: i64 = i64::MIN;

/// Gives the time on an arm's clock at any instant, from any thread. Clones share the clock. It
/// takes no lock, so an arm's thread never waits for it.
#[derive(Clone, Debug)]
pub struct ArmClock(Arc<Times>);

/// Times in nanoseconds.
#[derive(Debug)]
struct Times {
    origin: Instant,
    /// Time from the origin to zero on the arm's clock.
    zero: AtomicI64,
    /// Time from the origin to the newest command.
    moved: AtomicI64,
}

impl Default for ArmClock {
    fn default() -> Self {
        Self(Arc::new(Times {
            origin: Instant::now(),
            zero: AtomicI64::new(UNKNOWN),
            moved: AtomicI64::new(UNKNOWN),
        }))
    }
}

impl ArmClock {
    /// Records that the clock shows `stamp` now.
    pub fn note_stamp(&self, stamp: Stamp) {
        let zero = self.since_origin(Instant::now()) - nanos(Duration::from_nanos(stamp.nanos()));
        self.0.zero.store(zero, Ordering::Relaxed);
    }

    /// Records that the clock shows `stamp` now, and that the arm is moving.
    pub fn note_stamp_while_moving(&self, stamp: Stamp) {
        self.note_stamp(stamp);
        let now = self.since_origin(Instant::now());
        self.0.moved.store(now, Ordering::Relaxed);
    }

    /// Returns the time on the clock at an instant; `None` before it is known.
    pub fn stamp_at(&self, instant: Instant) -> Option<Stamp> {
        let zero = self.0.zero.load(Ordering::Relaxed);
        let since_zero = self.since_origin(instant).checked_sub(zero);
        let since_zero = since_zero.filter(|_| zero != UNKNOWN)?;
        Some(Stamp::from_nanos(u64::try_from(since_zero).unwrap_or(0)))
    }

    /// Returns whether the arm is moving, or was a moment ago.
    pub fn is_arm_moving(&self) -> bool {
        let moved = self.0.moved.load(Ordering::Relaxed);
        moved != UNKNOWN && self.since_origin(Instant::now()) - moved < nanos(STANDS)
    }

    fn since_origin(&self, instant: Instant) -> i64 {
        match instant.checked_duration_since(self.0.origin) {
            Some(after) => nanos(after),
            None => -nanos(self.0.origin.duration_since(instant)),
        }
    }
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// An arm that updates its clock.
pub struct ClockedArm {
    arm: Box<dyn Arm>,
    clock: ArmClock,
    track: JointTrack,
    /// They film as long as the arm exists.
    _streams: Vec<StreamThread>,
}

impl ClockedArm {
    /// Wraps `arm`, whose clock is `clock`.
    pub fn new(arm: Box<dyn Arm>, clock: ArmClock) -> Self {
        Self {
            arm,
            clock,
            track: JointTrack::default(),
            _streams: Vec::new(),
        }
    }

    /// Has the arm keep where it was, for cameras that it carries.
    pub fn with_joint_track(self, track: JointTrack) -> Self {
        Self { track, ..self }
    }

    /// Attaches streams that film as long as the arm exists.
    pub fn with_stream_threads(self, streams: Vec<StreamThread>) -> Self {
        Self {
            _streams: streams,
            ..self
        }
    }
}

impl Arm for ClockedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        let state = self.arm.state()?;
        self.clock.note_stamp(state.stamp);
        self.track.note_position(&state.position);
        Ok(state)
    }

    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        self.arm.admits(trajectory)
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let state = self.arm.cycle(command)?;
        self.clock.note_stamp_while_moving(state.stamp);
        self.track.note_position(&state.position);
        Ok(state)
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.arm.idle()
    }
}

/// A camera whose pictures have the arm's time, as soon as that is known.
pub struct ArmClockCamera {
    camera: Box<dyn Camera>,
    clock: ArmClock,
}

impl ArmClockCamera {
    /// Wraps `camera` beside an arm whose clock is `clock`.
    pub fn new(camera: Box<dyn Camera>, clock: ArmClock) -> Self {
        Self { camera, clock }
    }
}

impl Camera for ArmClockCamera {
    fn watch_for_motion(&mut self) {
        self.camera.watch_for_motion();
    }

    fn check_lag(&mut self) -> Result<(), CameraError> {
        self.camera.check_lag()
    }

    fn capture(&mut self) -> Result<Frame, CameraError> {
        let (frame, _) = self.capture_timed()?;
        Ok(frame)
    }

    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        let (mut frame, taken) = self.camera.capture_timed()?;
        if let Some(stamp) = self.clock.stamp_at(taken) {
            frame.stamp = stamp;
        }
        Ok((frame, taken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_by_itself_from_what_was_said_last() {
        let clock = ArmClock::default();
        assert_eq!(clock.stamp_at(Instant::now()), None);
        assert!(!clock.is_arm_moving());
        let before = Instant::now();
        clock.note_stamp(Stamp::from_nanos(5_000_000_000));
        let after = Instant::now();
        let second = Duration::from_secs(1);
        let shown = |instant: Instant| clock.stamp_at(instant).unwrap().seconds();
        assert!(shown(before) <= 5.0 && shown(after) >= 5.0);
        assert!((shown(after + second) - shown(after) - 1.0).abs() < 1e-6);
        assert!((shown(after) - shown(after - second) - 1.0).abs() < 1e-6);
        // Never before the start.
        assert_eq!(clock.stamp_at(before - 60 * second), Some(Stamp::ZERO));
        assert!(!clock.is_arm_moving());
        clock.note_stamp_while_moving(Stamp::from_nanos(6_000_000_000));
        assert!(clock.is_arm_moving());
    }
}
