//! A camera that films on its own thread while an arm moves.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use enact_arm::realtime::{self, BackgroundPriority};
use enact_camera::Camera;

use super::FrameSink;
use super::clock::ArmClock;

/// Polling period while the arm is at rest.
const PAUSE: Duration = Duration::from_millis(10);

/// A filming thread, which runs until this is dropped. It has a lower priority than everything else
/// and does not affect the arm: a late picture is merely missing.
#[derive(Debug)]
pub struct StreamThread {
    over: Arc<AtomicBool>,
}

impl StreamThread {
    /// Films with `camera` at a number of pictures per second whenever the arm of `clock` moves.
    ///
    /// # Errors
    /// [`io::Error`] if the system cannot start a thread.
    pub fn start(
        camera: Box<dyn Camera>,
        sink: impl FrameSink + 'static,
        clock: ArmClock,
        fps: u32,
    ) -> io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let mut crew = Captured {
            camera,
            sink: Box::new(sink),
            clock,
            period: Duration::from_secs(1) / fps.max(1),
            said: None,
        };
        thread::Builder::new()
            .name("film".to_owned())
            .spawn(move || {
                realtime::lower_thread_priority(BackgroundPriority::Waiting);
                crew.film(&is_over);
            })?;
        Ok(Self { over })
    }
}

impl Drop for StreamThread {
    /// Does not wait for a picture that never comes.
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

struct Captured {
    camera: Box<dyn Camera>,
    sink: Box<dyn FrameSink>,
    clock: ArmClock,
    period: Duration,
    /// The last error.
    said: Option<String>,
}

impl Captured {
    fn film(&mut self, over: &AtomicBool) {
        let mut due = None;
        // One picture of the arm before it moves.
        let mut first = true;
        while !over.load(Ordering::Relaxed) {
            let now = Instant::now();
            let is_found = || first && self.clock.stamp_at(now).is_some();
            if !self.clock.is_arm_moving() && !is_found() {
                due = None;
                thread::sleep(PAUSE);
                continue;
            }
            // A camera of the same rate is asked a little early, so that clock jitter does not make
            // it miss a picture.
            let wanted = *due.get_or_insert(now);
            let ask = wanted - self.period / 4;
            if ask > now {
                thread::sleep((ask - now).min(PAUSE));
                continue;
            }
            first = false;
            due = Some(match self.shoot() {
                Some(taken) => next(wanted, taken, self.period),
                None => Instant::now() + self.period,
            });
        }
    }

    /// Takes a picture; returns the time when it was taken.
    fn shoot(&mut self) -> Option<Instant> {
        let (frame, taken) = match self.camera.capture_timed() {
            Ok(shot) => shot,
            Err(error) => {
                let error = error.to_string();
                if self.said.as_ref() != Some(&error) {
                    tracing::warn!("the camera stream has a gap: {error}");
                    self.said = Some(error);
                }
                return None;
            }
        };
        self.said = None;
        if let Some(at) = self.clock.stamp_at(taken) {
            self.sink.receive(frame, at);
        }
        Some(taken)
    }
}

/// Returns when the next picture is due, after one that was due at `due` and taken at `taken`: a
/// period later, if the camera keeps up.
fn next(due: Instant, taken: Instant, period: Duration) -> Instant {
    due.max(taken - period / 4) + period
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns when pictures are taken with a camera that has one every `camera` milliseconds, the
    /// first after `phase`; milliseconds from the start.
    fn taken(camera: f64, phase: f64, period: f64, count: usize) -> Vec<f64> {
        let origin = Instant::now() + Duration::from_secs(10);
        let after = |ms: f64| origin + Duration::from_secs_f64(ms / 1000.0);
        let ms = |instant: Instant| instant.saturating_duration_since(origin).as_secs_f64() * 1e3;
        let period = Duration::from_secs_f64(period / 1000.0);
        let (mut due, mut now, mut all) = (origin, origin, Vec::new());
        while all.len() < count {
            let asked = ms(now.max(due - period / 4));
            // The next picture that begins after the request.
            let begun = ((asked - phase) / camera).floor() + 1.0;
            now = after(phase + begun * camera);
            all.push(ms(now));
            due = next(due, now, period);
        }
        all
    }

    #[test]
    fn no_picture_of_a_camera_of_the_same_rate_is_missed() {
        for phase in 0..33 {
            let all = taken(33.3, f64::from(phase), 33.3, 100);
            let longest = all
                .windows(2)
                .map(|two| two[1] - two[0])
                .fold(0.0, f64::max);
            // One interval may differ until the pace is found.
            let steady = all.windows(2).skip(2).map(|two| two[1] - two[0]);
            assert!(longest < 67.0, "{longest}");
            assert!(steady.fold(0.0, f64::max) < 34.0, "{phase}: {all:?}");
        }
    }

    #[test]
    fn a_fast_camera_keeps_the_rate_and_a_slow_one_its_own() {
        let mean = |camera: f64| {
            let all = taken(camera, 3.0, 33.3, 200);
            (all[199] - all[0]) / 199.0
        };
        assert!((mean(1.0) - 33.3).abs() < 1.0, "{}", mean(1.0));
        assert!((mean(16.7) - 33.3).abs() < 1.0, "{}", mean(16.7));
        assert!((mean(100.0) - 100.0).abs() < 0.1, "{}", mean(100.0));
    }
}
