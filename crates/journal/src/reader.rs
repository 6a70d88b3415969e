//! A journal read back, as far as it is whole.

use std::path::Path;
use std::sync::Arc;

use enact_bridge::Report;
use enact_types::{DepthImage, Frame, Stamp};
use image::RgbImage;
use mcap::MessageStream;
use mcap::read::Options;
use serde::de::DeserializeOwned;

use crate::error::JournalError;
use crate::extent::{Extent, believable_messages, intact_messages};
use crate::foxglove::Log;
use crate::message::{Broke, FrameHead, Outcome, RunInfo, Task, Wall};
use crate::picture::{CompressedImage, RawImage};
use crate::surroundings::Surroundings;
use crate::topic::Topic;

/// One message of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
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

/// A picture as a file of its own would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedPicture {
    /// When, on the arm's clock.
    pub stamp: Stamp,
    /// The file.
    pub bytes: Vec<u8>,
    /// `jpeg` or `png`.
    pub format: String,
}

impl Record {
    /// A message of one of our channels; `None` of any other.
    pub fn of(message: &mcap::Message<'_>) -> Option<Self> {
        let (topic, camera) = Topic::of_channel(&message.channel.topic)?;
        Some(Self {
            topic,
            camera,
            at: Stamp::from_nanos(message.log_time),
            wall: message.publish_time,
            json: message.data.to_vec(),
        })
    }

    /// The picture of [`Topic::StreamImage`] or [`Topic::Image`].
    ///
    /// # Errors
    /// If it is none, or its pixels cannot be read.
    pub fn picture(&self) -> Result<StreamPicture, JournalError> {
        let compressed: CompressedImage = self.read()?;
        let decoded = compressed.decode();
        Ok(StreamPicture {
            stamp: self.at,
            rgb: decoded.map_err(|reason| self.unreadable(reason))?,
        })
    }

    /// The same as a file, not decoded.
    ///
    /// # Errors
    /// If it is no picture.
    pub fn encoded_picture(&self) -> Result<EncodedPicture, JournalError> {
        let compressed: CompressedImage = self.read()?;
        let unpacked = compressed.unpack();
        Ok(EncodedPicture {
            stamp: self.at,
            bytes: unpacked.map_err(|reason| self.unreadable(reason))?,
            format: compressed.format,
        })
    }

    /// The depth of [`Topic::StreamDepth`] or [`Topic::Depth`], and when it was measured.
    ///
    /// # Errors
    /// If it is none, or cannot be read.
    pub fn depth(&self) -> Result<(Stamp, DepthImage), JournalError> {
        let raw: RawImage = self.read()?;
        let decoded = raw.decode();
        Ok((self.at, decoded.map_err(|reason| self.unreadable(reason))?))
    }

    /// What it says. Numbers come back bit for bit.
    ///
    /// # Errors
    /// If it does not say what its topic should say.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, JournalError> {
        // serde_json would round numbers.
        simd_json::serde::from_slice(&mut self.json.clone())
            .map_err(|error| self.unreadable(error.to_string()))
    }

    /// Its text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.json).into_owned()
    }

    fn unreadable(&self, reason: String) -> JournalError {
        JournalError::Message {
            topic: self.topic.name(),
            seconds: self.at.seconds(),
            reason,
        }
    }
}

/// How a recorded run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// In order.
    Ended(Box<Report>),
    /// It was given up; how and why.
    Broke(Broke),
    /// The file ends before the run does: the program was killed, or the file cut. If it is
    /// damaged, see [`Journal::damage`], the rest cannot be read.
    Cut,
}

/// A journal in memory.
#[derive(Clone, Debug)]
pub struct Journal {
    records: Vec<Record>,
    extent: Extent,
}

impl Journal {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is no journal.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let bytes = std::fs::read(path).map_err(|source| JournalError::File {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&bytes)
    }

    /// Reads all whole chunks of `bytes`, whatever comes after them.
    ///
    /// # Errors
    /// If they are no MCAP at all.
    pub fn parse(bytes: &[u8]) -> Result<Self, JournalError> {
        if !bytes.starts_with(mcap::MAGIC) {
            return Err(JournalError::NotOurs("it is no MCAP file".to_owned()));
        }
        let messages = MessageStream::new_with_options(bytes, Options::IgnoreEndMagic.into())
            .map_err(|error| JournalError::NotOurs(error.to_string()))?;
        let mut records = Vec::new();
        let mut extent = Extent::of(bytes);
        let believable = believable_messages(bytes);
        let mut places = Vec::new();
        for (place, message) in messages.enumerate().take(believable) {
            // The first thing that cannot be read is where the file was cut, or damaged.
            let message = match message {
                Ok(message) => message,
                Err(error) => {
                    extent = extent.and(bytes, &error);
                    break;
                }
            };
            records.extend(Record::of(&message));
            places.resize(records.len(), place);
        }
        if let Extent::Damaged(_) = extent {
            // A chunk is found to be wrong only after its messages were read.
            let intact = intact_messages(bytes);
            records.truncate(places.partition_point(|place| *place < intact));
        }
        Ok(Self { records, extent })
    }

    /// Every message in order.
    pub fn records(&self) -> &[Record] {
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
    /// If the journal does not say: it is something else's, or was cut at once.
    pub fn info(&self) -> Result<RunInfo, JournalError> {
        let record = self.of(Topic::Run).next();
        let nothing = || {
            let reason = "nothing says what the run rests on".to_owned();
            JournalError::NotOurs(self.damage().unwrap_or(reason))
        };
        record.ok_or_else(nothing)?.read()
    }

    /// What was known to stand around the arm, if the journal says.
    ///
    /// # Errors
    /// If that cannot be read.
    pub fn surroundings(&self) -> Result<Option<Surroundings>, JournalError> {
        let record = self.of(Topic::Surroundings).next();
        record.map(Record::read).transpose()
    }

    /// When and by what command it was begun.
    pub fn wall(&self) -> Option<Wall> {
        self.of(Topic::Wall).next()?.read().ok()
    }

    /// The tasks, in order.
    pub fn tasks(&self) -> Vec<String> {
        self.read_all::<Task>(Topic::Task)
            .map(|task| task.task)
            .collect()
    }

    /// Whether the goal of the last task was reached, by whoever knew. Who only shows what would
    /// be done reaches nothing.
    pub fn is_reached(&self) -> Option<bool> {
        let mut rest = self.records.iter().rev();
        let outcome = rest.find(|it| matches!(it.topic, Topic::Outcome | Topic::Task))?;
        let reached = outcome.read::<Outcome>().ok()?.reached;
        let task = rest.find(|it| it.topic == Topic::Task);
        let task = task.and_then(|task| task.read::<Task>().ok());
        let is_dry = task.is_some_and(|task| task.bounds.dry_run);
        (!is_dry).then_some(reached)
    }

    /// How the last of its tasks ended.
    pub fn end(&self) -> End {
        let last = self
            .records
            .iter()
            .rev()
            .find(|record| matches!(record.topic, Topic::Task | Topic::Report | Topic::Broke));
        let read = |record: &Record| match record.topic {
            Topic::Report => record
                .read()
                .ok()
                .map(|report| End::Ended(Box::new(report))),
            Topic::Broke => record.read().ok().map(End::Broke),
            _ => None,
        };
        last.and_then(read).unwrap_or(End::Cut)
    }

    /// The run as lines of talk.
    pub fn log(&self) -> impl Iterator<Item = Log> + '_ {
        self.read_all(Topic::Log)
    }

    /// Time on the arm's clock from the first message to the last.
    pub fn duration(&self) -> std::time::Duration {
        let mut times = self.records.iter().map(|record| record.at);
        let first = times.next().unwrap_or_default();
        times.next_back().unwrap_or(first).since(first)
    }

    /// Every picture that came with all that belongs to it.
    ///
    /// # Errors
    /// The first that cannot be read.
    pub fn frames(&self) -> Result<Vec<Frame>, JournalError> {
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
    pub fn of(&self, topic: Topic) -> impl DoubleEndedIterator<Item = &Record> {
        self.records
            .iter()
            .filter(move |record| record.topic == topic)
    }

    fn read_all<T: DeserializeOwned>(&self, topic: Topic) -> impl Iterator<Item = T> + '_ {
        self.of(topic).filter_map(|record| record.read().ok())
    }
}

/// The picture that `head` announces, from the records after it; `None` where the
/// journal was cut between them.
fn frame(head: &Record, after: &[Record]) -> Result<Option<Frame>, JournalError> {
    let read: FrameHead = head.read()?;
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
