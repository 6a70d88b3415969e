//! The thread behind a stream: takes what comes, drops what is no use, and connects again.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use enact_types::Reason;

use crate::latency::{BacklogDetector, PictureAgeEstimator};
use crate::motion_watch::MotionWatch;
use crate::quality::Quality;
use crate::source::{Feed, FeedOutcome, Picture, Pixels, Source};
use crate::stream::{Shared, Shot, StreamLimits};

/// Longest wait without a look at who still reads.
const SLICE: Duration = Duration::from_millis(100);
/// Longest silence of an open source before it is opened again.
const SILENCE: Duration = Duration::from_secs(3);
/// Longest silence of a camera with few pictures.
const MAX_SILENCE: Duration = Duration::from_secs(20);
/// Number of connections whose loss is said.
const SAID: u64 = 5;
/// Delays before the source is opened again.
const FIRST_DELAY: Duration = Duration::from_millis(200);
const LAST_DELAY: Duration = Duration::from_secs(2);
/// Longest time until exposure has settled.
const SETTLING: Duration = Duration::from_secs(2);
/// Change of brightness from picture to picture at which exposure has settled, gray levels.
const SETTLED: f64 = 4.0;

/// Takes pictures until nobody reads them.
pub(crate) fn run(
    source: Box<dyn Source>,
    shared: &Arc<Shared>,
    reader: &Weak<()>,
    limits: StreamLimits,
) {
    // A panic of a driver's is a camera that is lost.
    let _last = Ending(Arc::clone(shared));
    let mut taker = Taker {
        shared,
        reader,
        limits,
        sequence: 0,
        previous: None,
        latency: PictureAgeEstimator::new(),
        pace: BacklogDetector::default(),
        settling: None,
    };
    taker.run(source);
}

/// Tells readers that the thread has ended, however it did.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.state().is_dead = true;
        self.0.notify();
    }
}

struct Taker<'a> {
    shared: &'a Shared,
    reader: &'a Weak<()>,
    limits: StreamLimits,
    sequence: u64,
    /// The newest picture, whether it was shown or not.
    previous: Option<Pixels>,
    latency: PictureAgeEstimator,
    pace: BacklogDetector,
    /// Since when exposure settles, and the brightness of the previous picture.
    settling: Option<(Instant, Option<f64>)>,
}

impl Taker<'_> {
    fn run(&mut self, mut source: Box<dyn Source>) {
        let mut delay = FIRST_DELAY;
        while self.is_read() {
            let before = self.sequence;
            let reason = match source.open() {
                Ok(feed) => {
                    self.begin(source.needs_exposure_settling());
                    match self.take(feed) {
                        Some(reason) => reason,
                        None => return,
                    }
                }
                Err(reason) => reason,
            };
            if self.sequence > before {
                delay = FIRST_DELAY;
            }
            self.lose(reason);
            let end = Instant::now() + delay;
            while Instant::now() < end && self.is_read() {
                thread::sleep(SLICE.min(end.saturating_duration_since(Instant::now())));
            }
            delay = (2 * delay).min(LAST_DELAY);
        }
    }

    fn is_read(&self) -> bool {
        self.reader.strong_count() > 0
    }

    fn begin(&mut self, settles: bool) {
        self.shared.state().counts.connections += 1;
        // Another connection may have another clock and another pace.
        (self.latency, self.pace) = (PictureAgeEstimator::new(), BacklogDetector::default());
        self.settling = settles.then(|| (Instant::now(), None));
    }

    /// Takes pictures until the feed breaks, and returns why it did, or until nobody reads.
    fn take(&mut self, mut feed: Box<dyn Feed>) -> Option<Reason> {
        let mut heard = Instant::now();
        while self.is_read() {
            match feed.next(SLICE) {
                Ok(FeedOutcome::Picture(picture)) => {
                    heard = Instant::now();
                    self.arrived(picture);
                }
                Ok(FeedOutcome::Damaged(reason)) => {
                    heard = Instant::now();
                    self.damaged(reason);
                }
                Ok(FeedOutcome::Nothing) if heard.elapsed() > self.silence() => {
                    let seconds = self.silence().as_secs_f64();
                    return Some(format!("nothing came for {seconds:.1} s").into());
                }
                Ok(FeedOutcome::Nothing) => {}
                Err(reason) => return Some(reason),
            }
        }
        None
    }

    /// Returns how long a camera that sends pictures at this pace may be silent.
    fn silence(&self) -> Duration {
        let usual = self.pace.period().unwrap_or_default();
        SILENCE.max((4 * usual).min(MAX_SILENCE))
    }

    fn lose(&mut self, reason: Reason) {
        let mut state = self.shared.state();
        if state.lost.is_none() {
            if state.newest.is_some() && state.counts.connections <= SAID {
                let last = state.counts.connections == SAID;
                let rest = if last {
                    "; it breaks often, and that is said no more"
                } else {
                    ""
                };
                tracing::warn!("the camera {} is lost: {reason}{rest}", self.shared.name);
            }
            state.lost = Some((Instant::now(), reason));
        } else if let Some((_, known)) = &mut state.lost {
            *known = reason;
        }
        self.shared.notify();
    }

    fn damaged(&self, reason: Reason) {
        let mut state = self.shared.state();
        state.counts.damaged += 1;
        if state.counts.damaged == 1 {
            let name = &self.shared.name;
            tracing::warn!("a picture of the camera {name} is dropped: {reason}");
        }
        state.damaged = Some(reason);
    }

    fn arrived(&mut self, picture: Picture) {
        if let Some(reason) = picture.pixels.find_damage() {
            self.damaged(reason);
            return;
        }
        if !self.has_settled(&picture.pixels) {
            return;
        }
        self.sequence += 1;
        let is_new = self.previous.as_ref() != Some(&picture.pixels);
        let age = picture
            .stamp
            .map(|stamp| self.latency.age(picture.begun, stamp));
        let is_current = self.pace.is_current(picture.begun);
        if is_new {
            self.previous = Some(picture.pixels.clone());
        }
        let name = &self.shared.name;
        let mut state = self.shared.state();
        state.counts.pictures += 1;
        if let Some((since, _)) = state.lost.take()
            && state.newest.is_some()
            && state.counts.connections <= SAID
        {
            let seconds = since.elapsed().as_secs_f64();
            tracing::warn!("the camera {name} is back after {seconds:.1} s");
        }
        if !is_new {
            state.counts.repeated += 1;
            let (since, times) = state.repeating.unwrap_or((picture.begun, 0));
            state.repeating = Some((since, times + 1));
            return;
        }
        state.repeating = None;
        if age.is_some_and(|age| age > self.limits.max_age) || !is_current {
            state.counts.late += 1;
            if state.late.is_none()
                && let Some(age) = age
            {
                let seconds = age.as_secs_f64();
                tracing::warn!("pictures of the camera {name} come {seconds:.1} s late");
            }
            state.late = age.or(state.late);
            return;
        }
        (state.late, state.damaged) = (None, None);
        let ago = age.unwrap_or(self.limits.latency);
        let shot = Arc::new(Shot {
            sequence: self.sequence,
            taken: picture.begun.checked_sub(ago).unwrap_or(picture.begun),
            age,
            pixels: picture.pixels,
        });
        state.newest = Some(Arc::clone(&shot));
        let watch = state.watch.clone().filter(MotionWatch::is_comparison_due);
        drop(state);
        self.shared.notify();
        if let Some(watch) = watch {
            self.compare(watch, &shot);
        }
    }

    /// Looks for the arm's motion in a picture, while readers go on.
    fn compare(&self, mut watch: MotionWatch, shot: &Shot) {
        let Ok(picture) = shot.pixels.decode() else {
            return;
        };
        watch.compare(&picture, shot.taken);
        let mut state = self.shared.state();
        // Another motion may have begun meanwhile.
        if let Some(current) = state.watch.as_mut()
            && current.begun == watch.begun
        {
            *current = watch;
        }
    }

    /// Returns whether exposure has settled.
    fn has_settled(&mut self, pixels: &Pixels) -> bool {
        let Some((since, before)) = self.settling else {
            return true;
        };
        let brightness = pixels
            .decode()
            .map(|rgb| Quality::measure(&rgb).brightness)
            .ok();
        let is_steady = brightness
            .zip(before)
            .is_some_and(|(now, before)| (now - before).abs() < SETTLED && now > SETTLED);
        if is_steady || since.elapsed() > SETTLING {
            self.settling = None;
        } else {
            self.settling = Some((since, brightness.or(before)));
        }
        self.settling.is_none()
    }
}
