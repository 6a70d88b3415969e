//! Reads a recording, as far as it is intact.

use std::fs::{File, TryLockError};
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use enact_runtime::TaskReport;
use enact_types::{DepthImage, Frame, Reason, Stamp};
use image::RgbImage;
use serde::de::DeserializeOwned;

use crate::collision_world::CollisionWorldMessage;
use crate::error::RecordingError;
use crate::foxglove::Log;
use crate::message::{
    FrameMessage, OutcomeMessage, RunFailureMessage, RunInfo, RunStartMessage, TaskMessage,
};
use crate::message_reader::{Extent, Messages};
use crate::picture::{CompressedImage, RawImage};
use crate::topic::Topic;

/// One message of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Topic of its channel.
    pub topic: Topic,
    /// Camera of a stream topic.
    pub camera: Option<Arc<str>>,
    /// Time on the arm's clock.
    pub at: Stamp,
    /// Wall time, nanoseconds since 1970.
    pub wall: u64,
    /// The message as JSON.
    pub json: Vec<u8>,
}

/// A streamed or captured picture.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedPicture {
    /// Time on the arm's clock.
    pub stamp: Stamp,
    /// The picture.
    pub rgb: RgbImage,
}

impl Message {
    /// Returns the picture of [`Topic::StreamImage`] or [`Topic::Image`].
    ///
    /// # Errors
    /// [`RecordingError`] if this is another topic, or its pixels cannot be read.
    pub fn picture(&self) -> Result<RecordedPicture, RecordingError> {
        let compressed: CompressedImage = self.deserialize_message()?;
        let decoded = compressed.decode();
        Ok(RecordedPicture {
            stamp: self.at,
            rgb: decoded.map_err(|reason| self.unreadable(reason))?,
        })
    }

    /// Returns the depth of [`Topic::StreamDepth`] or [`Topic::Depth`], and the time of its
    /// measurement.
    ///
    /// # Errors
    /// [`RecordingError`] if this is another topic, or the depth cannot be read.
    pub fn depth_image(&self) -> Result<(Stamp, DepthImage), RecordingError> {
        let raw: RawImage = self.deserialize_message()?;
        let decoded = raw.decode();
        Ok((self.at, decoded.map_err(|reason| self.unreadable(reason))?))
    }

    /// Parses the message. Numbers are restored bit for bit.
    ///
    /// # Errors
    /// [`RecordingError::Message`] if it does not have the content that its topic requires.
    pub fn deserialize_message<T: DeserializeOwned>(&self) -> Result<T, RecordingError> {
        // serde_json would round numbers.
        simd_json::serde::from_slice(&mut self.json.clone())
            .map_err(|error| self.unreadable(Reason::from_error(error)))
    }

    /// Returns the message as text.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.json).into_owned()
    }

    fn unreadable(&self, reason: Reason) -> RecordingError {
        RecordingError::Message {
            topic: self.topic.name(),
            seconds: self.at.seconds(),
            reason,
        }
    }
}

/// End of a recorded run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEnd {
    /// The last task ended regularly.
    Ended(Box<TaskReport>),
    /// It was aborted; how and why.
    Failed(RunFailureMessage),
    /// Nothing tells: no task was carried out, the run goes on (see [`Recording::is_growing`]), or the
    /// file ends before it, since the program was killed or the file truncated (see
    /// [`Recording::is_whole`]). If it is damaged, see [`Recording::damage`], the rest cannot be read.
    Truncated,
}

/// A recording in memory.
#[derive(Clone, Debug)]
pub struct Recording {
    records: Vec<Message>,
    extent: Extent,
    /// First and last time, if the records do not give them.
    span: Option<[Stamp; 2]>,
    /// Whether a program was writing the file when it was read.
    is_growing: bool,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// [`RecordingError`] if it cannot be read or is not a recording.
    ///
    /// # Examples
    /// ```
    /// # use std::path::Path;
    /// # use enact_arm::{Arm, IdealArm};
    /// # use enact_recording::{ModelInfo, Recorder, RobotInfo, RunInfo};
    /// # use enact_runtime::{Event, Observer};
    /// use enact_recording::{Recording, Topic};
    ///
    /// # let so101 = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101"));
    /// # let info = RunInfo {
    /// #     enact: "0.1.0".to_owned(),
    /// #     robot: RobotInfo {
    /// #         name: "so101".to_owned(),
    /// #         urdf: std::fs::read_to_string(so101.join("robot.urdf"))?,
    /// #         toml: Some(std::fs::read_to_string(so101.join("robot.toml"))?),
    /// #         meshes: Vec::new(),
    /// #     },
    /// #     scene: None,
    /// #     launch: serde_json::Value::Null,
    /// #     seed: 0,
    /// #     model: ModelInfo {
    /// #         name: "none".to_owned(),
    /// #         sha256: None,
    /// #         perception: "none".to_owned(),
    /// #         planning: ModelInfo::HAND_GUIDED_SOURCE.to_owned(),
    /// #         planner: None,
    /// #     },
    /// #     servos: None,
    /// #     prompts: None,
    /// # };
    /// # let robot = info.robot.load_robot()?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("run.mcap");
    /// # let mut recorder = Recorder::create(&path, &info, &robot, Vec::new(), Box::new(|| 0))?;
    /// # recorder.observe(&Event::StateRead(&IdealArm::new(&robot).state()?));
    /// # recorder.finish()?;
    /// let recording = Recording::open(&path)?;
    /// assert!(recording.is_whole());
    /// assert_eq!(recording.run_info()?.robot.name, "so101");
    /// for message in recording.messages() {
    ///     println!("{:8.3} s {}", message.at.seconds(), message.topic.name());
    /// }
    /// assert_eq!(recording.messages_of_topic(Topic::JointStates).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let unread = |source| RecordingError::File {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(unread)?;
        if file.metadata().map_err(unread)?.is_file() {
            // First: it may be completed meanwhile.
            let is_written = is_being_written(&file);
            let read = Self::read(BufReader::new(file)).map_err(unread)?;
            return match read {
                Ok(recording) => Ok(Self {
                    is_growing: is_written && !recording.is_whole(),
                    ..recording
                }),
                // Nothing of it has reached the disk yet.
                Err(_) if is_written => Ok(Self {
                    records: Vec::new(),
                    extent: Extent::Truncated,
                    span: None,
                    is_growing: true,
                }),
                Err(error) => Err(error),
            };
        }
        // A pipe cannot be rewound.
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unread)?;
        Self::parse(&bytes)
    }

    /// Reads all whole chunks of `bytes`, whatever comes after them.
    ///
    /// # Errors
    /// [`RecordingError::NotOurs`] if they are not MCAP.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordingError> {
        Self::read(Cursor::new(bytes)).unwrap_or_else(|error| {
            // Reading from memory cannot fail otherwise.
            Err(RecordingError::NotOurs(Reason::from_error(error)))
        })
    }

    fn read(source: impl Read + Seek) -> io::Result<Result<Self, RecordingError>> {
        let Some(mut messages) = Messages::new(source)? else {
            return Ok(Err(not_mcap_error()));
        };
        let mut records = Vec::new();
        while let Some(record) = messages.next()? {
            records.push(record);
        }
        let (extent, certain) = messages.extent();
        records.truncate(certain);
        Ok(Ok(Self {
            records,
            extent,
            span: None,
            is_growing: false,
        }))
    }

    /// Creates a recording from some of its records, assumed intact.
    pub(crate) fn of_outline(records: Vec<Message>, span: [Stamp; 2]) -> Self {
        Self {
            records,
            extent: Extent::Whole,
            span: Some(span),
            is_growing: false,
        }
    }

    /// Returns all messages in order.
    pub fn messages(&self) -> &[Message] {
        &self.records
    }

    /// Returns whether the file was completed and can be read entirely.
    pub fn is_whole(&self) -> bool {
        self.extent == Extent::Whole
    }

    /// Returns whether a program was still writing the file when it was read: its end is open.
    pub fn is_growing(&self) -> bool {
        self.is_growing
    }

    /// Returns a description of the damage and of the readable part, if the file has other bytes
    /// than were written rather than merely being truncated.
    pub fn damage(&self) -> Option<Reason> {
        let Extent::Damaged(reason) = &self.extent else {
            return None;
        };
        // What is half written looks as if it were.
        if self.is_growing {
            return None;
        }
        let last = self.records.last().map_or(Stamp::ZERO, |record| record.at);
        Some(reason.clone().reworded(|reason| {
            format!(
                "the recording is damaged ({reason}), and is read up to {:.3} s only; take another copy of it",
                last.seconds()
            )
        }))
    }

    /// Returns the configuration of the run.
    ///
    /// # Errors
    /// [`RecordingError`] if the recording has none: it is another program's, or was truncated at
    /// its start.
    pub fn run_info(&self) -> Result<RunInfo, RecordingError> {
        let record = self.messages_of_topic(Topic::Run).next();
        let nothing = || self.extent.no_run_error();
        record.ok_or_else(nothing)?.deserialize_message()
    }

    /// Returns the known collision world around the arm, if recorded.
    ///
    /// # Errors
    /// [`RecordingError`] if it cannot be read.
    pub fn collision_world(&self) -> Result<Option<CollisionWorldMessage>, RecordingError> {
        let record = self.messages_of_topic(Topic::CollisionWorld).next();
        record.map(Message::deserialize_message).transpose()
    }

    /// Returns the wall time and the command line at the start.
    pub fn run_start(&self) -> Option<RunStartMessage> {
        self.messages_of_topic(Topic::Wall)
            .next()?
            .deserialize_message()
            .ok()
    }

    /// Returns the instructions of the tasks, in order.
    pub fn task_instructions(&self) -> Vec<String> {
        self.read_all::<TaskMessage>(Topic::Task)
            .map(|task| task.instruction)
            .collect()
    }

    /// Returns whether the goal of the last task was reached, if recorded; `None` for a dry run.
    pub fn is_goal_reached(&self) -> Option<bool> {
        let mut rest = self.records.iter().rev();
        let outcome = rest.find(|it| matches!(it.topic, Topic::Outcome | Topic::Task))?;
        let reached = outcome
            .deserialize_message::<OutcomeMessage>()
            .ok()?
            .reached;
        let task = rest.find(|it| it.topic == Topic::Task);
        let task = task.and_then(|task| task.deserialize_message::<TaskMessage>().ok());
        let is_dry = task.is_some_and(|task| task.options.dry_run);
        (!is_dry).then_some(reached)
    }

    /// Returns how the last task ended.
    pub fn run_end(&self) -> RunEnd {
        let last =
            self.records.iter().rev().find(|record| {
                matches!(record.topic, Topic::Task | Topic::Report | Topic::Failure)
            });
        let read = |record: &Message| match record.topic {
            Topic::Report => record
                .deserialize_message()
                .ok()
                .map(|report| RunEnd::Ended(Box::new(report))),
            Topic::Failure => record.deserialize_message().ok().map(RunEnd::Failed),
            _ => None,
        };
        last.and_then(read).unwrap_or(RunEnd::Truncated)
    }

    /// Returns the log lines of the run.
    pub fn log_lines(&self) -> impl Iterator<Item = Log> + '_ {
        self.read_all(Topic::Log)
    }

    /// Returns the time on the arm's clock from the first message to the last.
    pub fn duration(&self) -> std::time::Duration {
        if let Some([first, last]) = self.span {
            return last.since(first);
        }
        let mut times = self.records.iter().map(|record| record.at);
        let first = times.next().unwrap_or_default();
        times.next_back().unwrap_or(first).since(first)
    }

    /// Returns every picture that is complete.
    ///
    /// # Errors
    /// [`RecordingError`] for the first one that cannot be read.
    pub fn frames(&self) -> Result<Vec<Frame>, RecordingError> {
        let mut frames = Vec::new();
        for (index, record) in self.records.iter().enumerate() {
            if record.topic == Topic::Frame
                && let Some(frame) = frame(record, &self.records[index + 1..])?
            {
                frames.push(frame);
            }
        }
        Ok(frames)
    }

    /// Returns the messages of a topic.
    pub fn messages_of_topic(&self, topic: Topic) -> impl DoubleEndedIterator<Item = &Message> {
        self.records
            .iter()
            .filter(move |record| record.topic == topic)
    }

    fn read_all<T: DeserializeOwned>(&self, topic: Topic) -> impl Iterator<Item = T> + '_ {
        self.messages_of_topic(topic)
            .filter_map(|record| record.deserialize_message().ok())
    }
}

/// Returns whether a program is writing a recording to this file.
fn is_being_written(file: &File) -> bool {
    if !cfg!(unix) {
        return false;
    }
    match file.try_lock_shared() {
        Ok(()) => {
            // Whoever begins to write it is not kept waiting.
            let _ = file.unlock();
            false
        }
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(_)) => false,
    }
}

/// Returns the error for a file that is not MCAP.
pub(crate) fn not_mcap_error() -> RecordingError {
    RecordingError::NotOurs("it is no MCAP file".into())
}

/// Returns the picture announced by `head`, from the records after it; `None` if the recording is
/// truncated between them.
fn frame(head: &Message, after: &[Message]) -> Result<Option<Frame>, RecordingError> {
    let read: FrameMessage = head.deserialize_message()?;
    let next = |topic| {
        after
            .iter()
            .take_while(|record| record.topic != Topic::Frame)
            .find(|record| record.topic == topic)
    };
    let Some(image) = next(Topic::Image) else {
        return Ok(None);
    };
    let depth = match (read.has_depth, next(Topic::Depth)) {
        (false, _) => None,
        (true, None) => return Ok(None),
        (true, Some(record)) => Some(record.depth_image()?.1),
    };
    Ok(Some(Frame {
        sequence: read.sequence,
        stamp: read.stamp,
        rgb: image.picture()?.rgb,
        depth,
        intrinsics: read.intrinsics,
        base_from_camera: read.base_from_camera,
    }))
}
