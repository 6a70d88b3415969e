//! A camera that streams: a thread of its own takes what comes, and the newest picture wins.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use enact_types::{Frame, Intrinsics, Pose, Reason, Stamp, StopSwitch};

use crate::motion_watch::MotionWatch;
use crate::source::{Pixels, Source};
use crate::stream_thread;
use crate::{Camera, CameraError};

/// Time to wait for a new picture.
const FRAME_TIMEOUT: Duration = Duration::from_secs(5);
/// Time to wait for the first picture while nothing has gone wrong: exposure settles.
const FIRST_PATIENCE: Duration = Duration::from_secs(15);
/// Polling period of the stop switch while waiting.
const PAUSE: Duration = Duration::from_millis(10);
/// A picture that comes this often in a row, and for this long, is frozen.
const REPEATED: u64 = 10;
const REPEATED_TIME: Duration = Duration::from_secs(1);

/// Longest wait for a picture of an arm that moves.
const UNSEEN: Duration = Duration::from_secs(8);
/// Time from the beginning of a motion until much has moved.
const ONSET: Duration = Duration::from_secs(1);

/// What a stream may do.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// Greatest age of a picture when it arrives; older ones are not shown.
    pub max_age: Duration,
    /// Age of every picture when it arrives, where the camera does not tell it.
    pub latency: Duration,
    /// Time to wait for a new picture.
    pub patience: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(1),
            latency: Duration::ZERO,
            patience: FRAME_TIMEOUT,
        }
    }
}

/// Counts of what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamCounts {
    /// Whole pictures.
    pub pictures: u64,
    /// Pictures that were cut off or spoiled, and dropped.
    pub damaged: u64,
    /// Pictures equal to their predecessors, byte for byte.
    pub repeated: u64,
    /// Pictures that came too late.
    pub late: u64,
    /// Times that the connection was made.
    pub connections: u64,
}

/// A stream of pictures, taken by a thread that lasts as long as any of its handles.
#[derive(Clone)]
pub struct PictureStream {
    shared: Arc<Shared>,
    limits: StreamLimits,
    /// The thread ends once no handle has it any more.
    _reader: Arc<()>,
}

/// What thread and readers share.
pub(crate) struct Shared {
    /// Name and place of the camera, for messages.
    pub(crate) name: String,
    state: Mutex<State>,
    arrived: Condvar,
}

/// What is known of the stream now.
#[derive(Default)]
pub(crate) struct State {
    /// The newest picture that is no repetition and not too old.
    pub(crate) newest: Option<Arc<Shot>>,
    /// Since when there is no connection, and why.
    pub(crate) lost: Option<(Instant, Reason)>,
    /// Since when the newest picture has been repeated, and how often.
    pub(crate) repeating: Option<(Instant, u64)>,
    /// Age of the newest picture, if it was too old.
    pub(crate) late: Option<Duration>,
    /// What was wrong with the newest picture, if anything.
    pub(crate) damaged: Option<Reason>,
    pub(crate) counts: StreamCounts,
    /// A wait for the first picture of a motion.
    pub(crate) watch: Option<MotionWatch>,
    /// Whether the thread has ended.
    pub(crate) is_dead: bool,
}

/// A picture as it arrived.
#[derive(Debug)]
pub(crate) struct Shot {
    pub(crate) sequence: u64,
    pub(crate) taken: Instant,
    pub(crate) age: Option<Duration>,
    pub(crate) pixels: Pixels,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked left a state that is one of the past at worst.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn notify(&self) {
        self.arrived.notify_all();
    }
}

impl PictureStream {
    /// Begins to take pictures from `source`, which is called `name` in messages.
    ///
    /// # Errors
    /// [`io::Error`] if the system cannot start a thread.
    pub fn start(name: &str, source: Box<dyn Source>, limits: StreamLimits) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            name: format!("`{name}` ({})", source.place()),
            state: Mutex::default(),
            arrived: Condvar::new(),
        });
        let reader = Arc::new(());
        let (taker, read) = (Arc::clone(&shared), Arc::downgrade(&reader));
        thread::Builder::new()
            .name(format!("camera {name}"))
            .spawn(move || stream_thread::run(source, &taker, &read, limits))?;
        Ok(Self {
            shared,
            limits,
            _reader: reader,
        })
    }

    /// Returns a camera of these pictures, placed at `base_from_camera` with `vertical_fov` in
    /// radians. Waiting for a picture ends once `stop` is pressed.
    pub fn create_camera(
        &self,
        vertical_fov: f64,
        base_from_camera: Pose,
        stop: &StopSwitch,
    ) -> StreamCamera {
        StreamCamera {
            stream: self.clone(),
            vertical_fov,
            base_from_camera,
            stop: stop.clone(),
            first: None,
            lag_is_known: false,
        }
    }

    /// Returns counts of what came so far.
    pub fn counts(&self) -> StreamCounts {
        self.shared.state().counts
    }

    /// Returns the age of the newest picture when it arrived, if the camera tells it.
    pub fn newest_picture_arrival_age(&self) -> Option<Duration> {
        self.shared.state().newest.as_ref()?.age
    }

    /// Waits for a picture that was taken after now.
    fn next(&self, stop: &StopSwitch) -> Result<Arc<Shot>, CameraError> {
        let asked = Instant::now();
        let mut state = self.shared.state();
        loop {
            if let Some(shot) = &state.newest
                && shot.taken >= asked
            {
                return Ok(Arc::clone(shot));
            }
            if stop.is_pressed() {
                return Err(CameraError::Stopped);
            }
            let is_first = state.newest.is_none() && state.is_well();
            let patience = if is_first {
                self.limits.patience.max(FIRST_PATIENCE)
            } else {
                self.limits.patience
            };
            let waited = asked.elapsed();
            if state.is_dead || state.is_frozen() || waited >= patience {
                return Err(self.failure(&state, waited));
            }
            state = self
                .shared
                .arrived
                .wait_timeout(state, PAUSE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn failure(&self, state: &State, waited: Duration) -> CameraError {
        let camera = self.shared.name.clone();
        if state.is_dead {
            let reason = "the thread that takes its pictures has ended".into();
            return CameraError::Lost { camera, reason };
        }
        if let Some((since, reason)) = &state.lost {
            let seconds = since.elapsed().as_secs_f64();
            let reason = reason.clone();
            let reason = reason.reworded(|why| format!("{why} (for {seconds:.1} s)"));
            return CameraError::Lost { camera, reason };
        }
        if let Some((since, times)) = state.repeating {
            let age = since.elapsed();
            return CameraError::Repeating { camera, times, age };
        }
        if let Some(age) = state.late {
            let limit = self.limits.max_age;
            return CameraError::Late { camera, age, limit };
        }
        let reason = match &state.damaged {
            Some(reason) => reason
                .clone()
                .reworded(|why| format!("no picture of {camera} is whole: {why}")),
            None => {
                let seconds = waited.as_secs_f64();
                format!("{camera} sent none for {seconds:.1} s").into()
            }
        };
        CameraError::Silent { reason }
    }
}

impl State {
    /// Returns whether nothing is wrong.
    fn is_well(&self) -> bool {
        self.lost.is_none()
            && self.repeating.is_none()
            && self.late.is_none()
            && self.damaged.is_none()
    }

    fn is_frozen(&self) -> bool {
        self.repeating
            .is_some_and(|(since, times)| times >= REPEATED && since.elapsed() >= REPEATED_TIME)
    }
}

impl fmt::Debug for PictureStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PictureStream")
            .field("name", &self.shared.name)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A camera that shows the newest picture of a stream: one that was taken after it was asked for, as
/// far as the stream tells. Several cameras may share a stream.
#[derive(Debug)]
pub struct StreamCamera {
    stream: PictureStream,
    vertical_fov: f64,
    base_from_camera: Pose,
    stop: StopSwitch,
    first: Option<Instant>,
    /// Whether pictures were seen to follow the arm, or never to show it.
    lag_is_known: bool,
}

impl StreamCamera {
    /// Returns the stream.
    pub fn stream(&self) -> &PictureStream {
        &self.stream
    }
}

impl StreamCamera {
    /// Returns how long after the beginning of a motion a picture showed it; `None` if none did in
    /// time, or the stream has other troubles.
    fn lag(&self) -> Result<Option<Duration>, CameraError> {
        loop {
            let watched = {
                let state = self.stream.shared.state();
                let watch = state.watch.as_ref();
                let is_well = state.lost.is_none() && !state.is_dead && !state.is_frozen();
                watch
                    .filter(|_| is_well)
                    .map(|watch| (watch.begun, watch.changed))
            };
            match watched {
                None => return Ok(None),
                Some((begun, Some(changed))) => {
                    return Ok(Some(changed.saturating_duration_since(begun)));
                }
                Some((begun, None)) if begun.elapsed() >= self.unseen() => return Ok(None),
                Some(_) if self.stop.is_pressed() => return Err(CameraError::Stopped),
                Some(_) => thread::sleep(PAUSE),
            }
        }
    }

    fn unseen(&self) -> Duration {
        UNSEEN + self.stream.limits.latency
    }
}

impl Camera for StreamCamera {
    fn watch_for_motion(&mut self) {
        if self.lag_is_known {
            return;
        }
        let newest = self.stream.shared.state().newest.clone();
        let picture = newest.and_then(|shot| shot.pixels.decode().ok());
        self.stream.shared.state().watch = picture.map(|picture| MotionWatch::begin(&picture));
    }

    fn check_lag(&mut self) -> Result<(), CameraError> {
        if self.lag_is_known {
            return Ok(());
        }
        let lag = self.lag()?;
        let shared = &self.stream.shared;
        let watch = shared.state().watch.take();
        let limit = self.stream.limits.max_age + ONSET;
        match lag {
            Some(lag) if lag > limit => Err(CameraError::Lagging {
                camera: shared.name.clone(),
                lag,
                limit,
            }),
            Some(_) => {
                self.lag_is_known = true;
                Ok(())
            }
            None => {
                let waited = watch.map(|watch| watch.begun.elapsed());
                if waited.is_some_and(|waited| waited >= self.unseen()) {
                    let name = &shared.name;
                    tracing::warn!(
                        "the camera {name} does not show the arm's motion; whether it is late is not known"
                    );
                    self.lag_is_known = true;
                }
                Ok(())
            }
        }
    }

    fn capture(&mut self) -> Result<Frame, CameraError> {
        let (frame, _) = self.capture_timed()?;
        Ok(frame)
    }

    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        let asked = Instant::now();
        loop {
            let shot = self.stream.next(&self.stop)?;
            let rgb = match shot.pixels.decode() {
                Ok(rgb) => rgb,
                Err(reason) if asked.elapsed() < self.stream.limits.patience => {
                    let mut state = self.stream.shared.state();
                    state.counts.damaged += 1;
                    state.damaged = Some(reason);
                    continue;
                }
                Err(reason) => {
                    let path = self.stream.shared.name.clone();
                    return Err(CameraError::Picture { path, reason });
                }
            };
            let first = *self.first.get_or_insert(shot.taken);
            let (width, height) = rgb.dimensions();
            let frame = Frame {
                sequence: shot.sequence,
                stamp: Stamp::ZERO.later_by(shot.taken.saturating_duration_since(first)),
                intrinsics: Intrinsics::from_vertical_fov(width, height, self.vertical_fov),
                rgb,
                depth: None,
                base_from_camera: self.base_from_camera,
            };
            return Ok((frame, shot.taken));
        }
    }
}
