//! The observer that records a run.

use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use enact_robot::Robot;
use enact_runtime::{Event, Observer};
use enact_types::Stamp;
use mcap::McapError;
use serde::Serialize;
use serde_json::json;

use crate::encode::{EncodedMessage, Encoder};
use crate::error::RecordingError;
use crate::foxglove::{Level, Log};
use crate::mcap_writer;
use crate::message::{OutcomeMessage, RunFailureMessage, RunInfo, RunStartMessage};
use crate::queue::{QueueSender, QueuedMessage, queue};
use crate::stream::CameraStream;
use crate::topic::Topic;
use crate::wall_time::interpolate_wall_time;

/// Largest size of messages that wait for the disk, bytes.
const MAX_QUEUED_BYTES: usize = 64 * 1024 * 1024;

/// Returns nanoseconds since 1970.
pub type WallClock = Box<dyn FnMut() -> u64 + Send>;

/// A wall clock shared by several writers of a run.
pub(crate) type SharedClock = Arc<Mutex<WallClock>>;

/// Returns the time on the clock.
pub(crate) fn now_by(clock: &SharedClock) -> u64 {
    let mut clock = clock.lock().unwrap_or_else(PoisonError::into_inner);
    clock()
}

/// Records a run. It never stops or delays the run: messages for which the disk is too slow are
/// dropped, counted, and reported.
///
/// # Examples
/// ```
/// use std::fs;
/// use std::path::Path;
/// use std::time::UNIX_EPOCH;
///
/// use enact_arm::{Arm, IdealArm};
/// use enact_recording::{ModelInfo, Recorder, RobotInfo, RunInfo};
/// use enact_runtime::{Event, Observer};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("run.mcap");
/// let so101 = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101"));
/// let info = RunInfo {
///     enact: "0.1.0".to_owned(),
///     robot: RobotInfo {
///         name: "so101".to_owned(),
///         urdf: fs::read_to_string(so101.join("robot.urdf"))?,
///         toml: Some(fs::read_to_string(so101.join("robot.toml"))?),
///         meshes: Vec::new(),
///     },
///     scene: None,
///     launch: serde_json::Value::Null,
///     seed: 0,
///     model: ModelInfo {
///         name: "none".to_owned(),
///         sha256: None,
///         perception: "none".to_owned(),
///         planning: ModelInfo::HAND_GUIDED_SOURCE.to_owned(),
///         planner: None,
///     },
///     servos: None,
///     prompts: None,
/// };
/// let robot = info.robot.load_robot()?;
/// let clock = || UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64);
/// let mut recorder = Recorder::create(&path, &info, &robot, Vec::new(), Box::new(clock))?;
/// // A session that is given `Box::new(&mut recorder)` records all its events like this one.
/// recorder.observe(&Event::StateRead(&IdealArm::new(&robot).state()?));
/// assert_eq!(recorder.finish()?.lost, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Recorder {
    encoder: Encoder,
    inlet: Option<Arc<QueueSender>>,
    thread: Option<JoinHandle<Result<(), McapError>>>,
    clock: SharedClock,
    /// Time of the previous event, on both clocks.
    told: (Stamp, u64),
    /// Newest time on the arm's clock, nanoseconds.
    now: Arc<AtomicU64>,
    /// Whether anything was begun that is worth keeping.
    begun: Arc<AtomicBool>,
}

/// Records outcomes of tasks, and what they taught, while a session owns the recorder.
#[derive(Clone)]
pub struct OutcomeRecorder {
    inlet: Weak<QueueSender>,
    clock: SharedClock,
    now: Arc<AtomicU64>,
}

impl OutcomeRecorder {
    /// Records whether the goal of the task that has just ended was reached.
    pub fn record_outcome(&self, reached: bool) {
        self.post(|at| EncodedMessage::new(Topic::Outcome, at, &OutcomeMessage { reached }));
    }

    /// Records what the task that is ending taught, as a line of the log.
    pub fn note_lesson(&self, lesson: &str) {
        self.post(|at| {
            let line = Log::new(at, Level::Info, "lesson", lesson.to_owned());
            EncodedMessage::new(Topic::Log, at, &line)
        });
    }

    fn post(&self, entry: impl FnOnce(Stamp) -> EncodedMessage) {
        if let Some(inlet) = self.inlet.upgrade() {
            let entry = entry(Stamp::from_nanos(self.now.load(Ordering::Relaxed)));
            let wall = now_by(&self.clock);
            inlet.post_or_drop(QueuedMessage { entry, wall });
        }
    }
}

/// Summary of a finished recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingSummary {
    /// Number of messages dropped because the disk was too slow.
    pub lost: u64,
}

impl Recorder {
    /// Creates a recording in a new file at `path`, with its folder if needed.
    ///
    /// # Errors
    /// [`RecordingError::File`] if the file cannot be created.
    pub fn create(
        path: &Path,
        info: &RunInfo,
        robot: &Robot,
        command: Vec<String>,
        clock: WallClock,
    ) -> Result<Self, RecordingError> {
        let failed = |source| RecordingError::File {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::create(path).map_err(failed)?;
        // Tells readers that it grows. A file system without locks only tells them less.
        if cfg!(unix) {
            let _ = file.try_lock();
        }
        Ok(Self::create_for_writer(
            BufWriter::new(file),
            info,
            robot,
            command,
            clock,
        ))
    }

    /// Creates a recording that writes to `sink`.
    pub fn create_for_writer(
        sink: impl Write + Seek + Send + 'static,
        info: &RunInfo,
        robot: &Robot,
        command: Vec<String>,
        clock: WallClock,
    ) -> Self {
        let (inlet, outlet) = queue(MAX_QUEUED_BYTES);
        let mut writer = Self {
            encoder: Encoder::new(robot),
            inlet: Some(Arc::new(inlet)),
            thread: Some(std::thread::spawn(move || {
                mcap_writer::write_queued_messages(&outlet, sink)
            })),
            clock: Arc::new(Mutex::new(clock)),
            told: (Stamp::ZERO, 0),
            now: Arc::default(),
            begun: Arc::default(),
        };
        let unix_seconds = now_by(&writer.clock) as f64 * 1e-9;
        writer.write(Topic::Run, info);
        writer.write(Topic::Description, &json!({"data": info.robot.urdf}));
        let meshes = writer.encoder.encode_robot_meshes();
        writer.post(meshes.into_iter().collect());
        writer.write(
            Topic::Wall,
            &RunStartMessage {
                unix_seconds,
                command,
            },
        );
        writer
    }

    /// Returns the stream of a camera of this name that films the run. It may outlive the
    /// recording, which then accepts no more pictures.
    ///
    /// # Panics
    /// If the name has other characters than letters, digits, `_` and `-`.
    pub fn camera_stream(&self, camera: &str, with_depth: bool) -> CameraStream {
        let inlet = self.inlet.as_ref().map(Arc::downgrade);
        let base = self.encoder.base_frame_id();
        CameraStream::new(
            inlet.unwrap_or_default(),
            &self.clock,
            camera,
            base,
            with_depth,
        )
    }

    /// Returns a handle that can record outcomes and lessons while the recording is written.
    pub fn outcome_recorder(&self) -> OutcomeRecorder {
        OutcomeRecorder {
            inlet: self.inlet.as_ref().map(Arc::downgrade).unwrap_or_default(),
            clock: Arc::clone(&self.clock),
            now: Arc::clone(&self.now),
        }
    }

    /// Returns a flag that is set once anything begins that is worth keeping: a task, or what a person
    /// asks for beside one.
    pub fn worth_keeping_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.begun)
    }

    /// Records a line of the log.
    pub fn record_log_line(&mut self, name: &str, text: &str) {
        let at = self.encoder.latest_stamp();
        let line = Log::new(at, Level::Info, name, text.to_owned());
        self.post(vec![EncodedMessage::new(Topic::Log, at, &line)]);
    }

    /// Records whether the goal was reached.
    pub fn record_outcome(&mut self, reached: bool) {
        self.write(Topic::Outcome, &OutcomeMessage { reached });
    }

    /// Records why the run was aborted, if there is no event for it.
    pub fn record_failure(&mut self, how: &str, reason: &str) {
        let (how, reason) = (how.to_owned(), reason.to_owned());
        self.write(Topic::Failure, &RunFailureMessage { how, reason });
    }

    /// Writes everything out and completes the file.
    ///
    /// # Errors
    /// [`RecordingError`] for the first error in writing it.
    pub fn finish(mut self) -> Result<RecordingSummary, RecordingError> {
        self.close()
    }

    fn write(&mut self, topic: Topic, message: &impl Serialize) {
        let entry = self.encoder.encode_at_current_time(topic, message);
        self.post(vec![entry]);
    }

    /// Sends the messages of a new event. Messages about the time since the previous event get wall
    /// times interpolated between the two.
    fn post(&mut self, entries: Vec<EncodedMessage>) {
        let now = (self.encoder.latest_stamp(), now_by(&self.clock));
        let then = std::mem::replace(&mut self.told, now);
        self.now.store(now.0.nanos(), Ordering::Relaxed);
        for entry in entries {
            let wall = interpolate_wall_time(then, now, entry.at);
            if let Some(inlet) = &self.inlet {
                inlet.post_or_drop(QueuedMessage { entry, wall });
            }
        }
    }

    fn close(&mut self) -> Result<RecordingSummary, RecordingError> {
        let lost = self.inlet.take().map_or(0, |inlet| inlet.lost());
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => Err(RecordingError::Write(error)),
            Some(Err(_)) => Err(RecordingError::Write(
                std::io::Error::other("the thread that writes it panicked").into(),
            )),
            Some(Ok(Ok(()))) | None => Ok(RecordingSummary { lost }),
        }
    }
}

impl Observer for Recorder {
    fn observe(&mut self, event: &Event<'_>) {
        if let Event::TaskStarted { .. } | Event::UserCommand(_) = event {
            self.begun.store(true, Ordering::Relaxed);
        }
        let entries = self.encoder.encode(event);
        self.post(entries);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.thread.is_none() {
            return;
        }
        if std::thread::panicking() {
            self.record_failure("panic", "the program panicked");
        }
        // Callers who want to know about errors call `finish`.
        drop(self.close());
    }
}

impl fmt::Debug for OutcomeRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("now", &self.encoder.latest_stamp())
            .finish_non_exhaustive()
    }
}
