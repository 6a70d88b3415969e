//! A recording read back, as far as it is whole.

use std::fs::File;
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
    FailureMessage, FrameMessage, OutcomeMessage, RunInfo, TaskMessage, WallClockMessage,
};
use crate::messages::{Extent, Messages};
use crate::picture::{CompressedImage, RawImage};
use crate::topic::Topic;

/// One message of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its channel.
    pub topic: Topic,
    /// Which camera films, where that is what the channel is for.
    pub camera: Option<Arc<str>>,
    /// When, on the arm's clock.
    pub at: Stamp,
    /// When by the wall clock, nanoseconds since 1970.
    pub wall: u64,
    /// The message.
    pub json: Vec<u8>,
}

/// A picture that was filmed or taken.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamPicture {
    /// When, on the arm's clock.
    pub stamp: Stamp,
    /// What it shows.
    pub rgb: RgbImage,
}

impl Message {
    /// The picture of [`Topic::StreamImage`] or [`Topic::Image`].
    ///
    /// # Errors
    /// If it is none, or its pixels cannot be read.
    pub fn picture(&self) -> Result<StreamPicture, RecordingError> {
        let compressed: CompressedImage = self.read()?;
        let decoded = compressed.decode();
        Ok(StreamPicture {
            stamp: self.at,
            rgb: decoded.map_err(|reason| self.unreadable(reason))?,
        })
    }

    /// The depth of [`Topic::StreamDepth`] or [`Topic::Depth`], and when it was measured.
    ///
    /// # Errors
    /// If it is none, or cannot be read.
    pub fn depth(&self) -> Result<(Stamp, DepthImage), RecordingError> {
        let raw: RawImage = self.read()?;
        let decoded = raw.decode();
        Ok((self.at, decoded.map_err(|reason| self.unreadable(reason))?))
    }

    /// What it says. Numbers come back bit for bit.
    ///
    /// # Errors
    /// If it does not say what its topic should say.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, RecordingError> {
        // serde_json would round numbers.
        simd_json::serde::from_slice(&mut self.json.clone())
            .map_err(|error| self.unreadable(Reason::of(error)))
    }

    /// Its text.
    pub fn text(&self) -> String {
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

/// How a recorded run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEnd {
    /// In order.
    Ended(Box<TaskReport>),
    /// It was given up; how and why.
    Failed(FailureMessage),
    /// The file ends before the run does: the program was killed, or the file cut. If it is
    /// damaged, see [`Recording::damage`], the rest cannot be read.
    Truncated,
}

/// A recording in memory.
#[derive(Clone, Debug)]
pub struct Recording {
    records: Vec<Message>,
    extent: Extent,
    /// First and last time, where the messages at hand do not tell.
    span: Option<[Stamp; 2]>,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is no recording.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let unread = |source| RecordingError::File {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(unread)?;
        if file.metadata().map_err(unread)?.is_file() {
            return Self::read(BufReader::new(file)).map_err(unread)?;
        }
        // There is no way back in a pipe.
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unread)?;
        Self::parse(&bytes)
    }

    /// Reads all whole chunks of `bytes`, whatever comes after them.
    ///
    /// # Errors
    /// If they are no MCAP at all.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordingError> {
        Self::read(Cursor::new(bytes)).unwrap_or_else(|error| {
            // Nothing keeps memory from being read.
            Err(RecordingError::NotOurs(error.to_string()))
        })
    }

    fn read(source: impl Read + Seek) -> io::Result<Result<Self, RecordingError>> {
        let Some(mut messages) = Messages::new(source)? else {
            return Ok(Err(no_mcap()));
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
        }))
    }

    /// A recording of which some records are at hand, whole as far as anybody knows.
    pub(crate) fn of_outline(records: Vec<Message>, span: [Stamp; 2]) -> Self {
        Self {
            records,
            extent: Extent::Whole,
            span: Some(span),
        }
    }

    /// Every message in order.
    pub fn records(&self) -> &[Message] {
        &self.records
    }

    /// Whether the file was completed, and all of it can be read.
    pub fn is_whole(&self) -> bool {
        self.extent == Extent::Whole
    }

    /// How the file is damaged, and up to where it is read: it is not merely cut, but has other
    /// bytes in it than were written.
    pub fn damage(&self) -> Option<String> {
        let Extent::Damaged(reason) = &self.extent else {
            return None;
        };
        let last = self.records.last().map_or(Stamp::ZERO, |record| record.at);
        Some(format!(
            "the recording is damaged ({reason}), and is read up to {:.3} s only; take another copy of it",
            last.seconds()
        ))
    }

    /// What the run rests on.
    ///
    /// # Errors
    /// If the recording does not say: it is something else's, or was cut at once.
    pub fn info(&self) -> Result<RunInfo, RecordingError> {
        let record = self.of(Topic::Run).next();
        let nothing = || {
            let reason = "nothing says what the run rests on".to_owned();
            RecordingError::NotOurs(self.damage().unwrap_or(reason))
        };
        record.ok_or_else(nothing)?.read()
    }

    /// What was known to stand around the arm, if the recording says.
    ///
    /// # Errors
    /// If that cannot be read.
    pub fn collision_world(&self) -> Result<Option<CollisionWorldMessage>, RecordingError> {
        let record = self.of(Topic::CollisionWorld).next();
        record.map(Message::read).transpose()
    }

    /// When and by what command it was begun.
    pub fn wall(&self) -> Option<WallClockMessage> {
        self.of(Topic::Wall).next()?.read().ok()
    }

    /// The tasks, in order.
    pub fn tasks(&self) -> Vec<String> {
        self.read_all::<TaskMessage>(Topic::Task)
            .map(|task| task.instruction)
            .collect()
    }

    /// Whether the goal of the last task was reached, by whoever knew. Who only shows what would
    /// be done reaches nothing.
    pub fn is_reached(&self) -> Option<bool> {
        let mut rest = self.records.iter().rev();
        let outcome = rest.find(|it| matches!(it.topic, Topic::Outcome | Topic::Task))?;
        let reached = outcome.read::<OutcomeMessage>().ok()?.reached;
        let task = rest.find(|it| it.topic == Topic::Task);
        let task = task.and_then(|task| task.read::<TaskMessage>().ok());
        let is_dry = task.is_some_and(|task| task.options.dry_run);
        (!is_dry).then_some(reached)
    }

    /// How the last of its tasks ended.
    pub fn end(&self) -> RunEnd {
        let last =
            self.records.iter().rev().find(|record| {
                matches!(record.topic, Topic::Task | Topic::Report | Topic::Failure)
            });
        let read = |record: &Message| match record.topic {
            Topic::Report => record
                .read()
                .ok()
                .map(|report| RunEnd::Ended(Box::new(report))),
            Topic::Failure => record.read().ok().map(RunEnd::Failed),
            _ => None,
        };
        last.and_then(read).unwrap_or(RunEnd::Truncated)
    }

    /// The run as lines of talk.
    pub fn log(&self) -> impl Iterator<Item = Log> + '_ {
        self.read_all(Topic::Log)
    }

    /// Time on the arm's clock from the first message to the last.
    pub fn duration(&self) -> std::time::Duration {
        if let Some([first, last]) = self.span {
            return last.since(first);
        }
        let mut times = self.records.iter().map(|record| record.at);
        let first = times.next().unwrap_or_default();
        times.next_back().unwrap_or(first).since(first)
    }

    /// Every picture that came with all that belongs to it.
    ///
    /// # Errors
    /// The first that cannot be read.
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

    /// The messages of a topic.
    pub fn of(&self, topic: Topic) -> impl DoubleEndedIterator<Item = &Message> {
        self.records
            .iter()
            .filter(move |record| record.topic == topic)
    }

    fn read_all<T: DeserializeOwned>(&self, topic: Topic) -> impl Iterator<Item = T> + '_ {
        self.of(topic).filter_map(|record| record.read().ok())
    }
}

/// The error of a file that is something else.
pub(crate) fn no_mcap() -> RecordingError {
    RecordingError::NotOurs("it is no MCAP file".to_owned())
}

/// The picture that `head` announces, from the records after it; `None` where the
/// recording was cut between them.
fn frame(head: &Message, after: &[Message]) -> Result<Option<Frame>, RecordingError> {
    let read: FrameMessage = head.read()?;
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
        (true, Some(record)) => Some(record.depth()?.1),
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
