//! A journal read back, as far as it is whole.

use std::path::Path;

use enact_bridge::Report;
use enact_types::{Frame, Stamp};
use mcap::MessageStream;
use mcap::read::Options;
use serde::de::DeserializeOwned;

use crate::error::JournalError;
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
    /// When, on the arm's clock.
    pub at: Stamp,
    /// When by the wall clock, nanoseconds since 1970.
    pub wall: u64,
    /// The message.
    pub json: Vec<u8>,
}

impl Record {
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
    /// The file ends before the run does: the program was killed, or the file cut.
    Cut,
}

/// A journal in memory.
#[derive(Clone, Debug)]
pub struct Journal {
    records: Vec<Record>,
    is_whole: bool,
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
        let mut is_whole = bytes.len() > 2 * mcap::MAGIC.len() && bytes.ends_with(mcap::MAGIC);
        for message in messages {
            // The first thing that cannot be read is where the file was cut, or damaged.
            let Ok(message) = message else {
                is_whole = false;
                break;
            };
            if let Some(topic) = Topic::named(&message.channel.topic) {
                records.push(Record {
                    topic,
                    at: Stamp::from_nanos(message.log_time),
                    wall: message.publish_time,
                    json: message.data.into_owned(),
                });
            }
        }
        Ok(Self { records, is_whole })
    }

    /// Every message in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Whether the file was completed, and all of it can be read.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What the run rests on.
    ///
    /// # Errors
    /// If the journal does not say: it is something else's, or was cut at once.
    pub fn info(&self) -> Result<RunInfo, JournalError> {
        let record = self.of(Topic::Run).next();
        record
            .ok_or_else(|| JournalError::NotOurs("nothing says what the run rests on".to_owned()))?
            .read()
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

    /// Whether the goal was reached, by whoever knew.
    pub fn is_reached(&self) -> Option<bool> {
        let outcome = self.read_all::<Outcome>(Topic::Outcome).last()?;
        Some(outcome.reached)
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
        (true, Some(record)) => {
            let raw: RawImage = record.read()?;
            Some(raw.decode().map_err(|reason| record.unreadable(reason))?)
        }
    };
    let compressed: CompressedImage = image.read()?;
    Ok(Some(Frame {
        sequence: read.sequence,
        stamp: read.stamp,
        rgb: compressed
            .decode()
            .map_err(|reason| image.unreadable(reason))?,
        depth,
        intrinsics: read.intrinsics,
        base_from_camera: read.base_from_camera,
    }))
}
