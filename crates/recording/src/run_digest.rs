//! What tells the time, the instructions and the outcomes of a run, once more in one metadata record
//! at the end of its file: a list of many runs reads little of each.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use enact_types::Stamp;
use mcap::records::{Footer, Metadata, MetadataIndex, Record, op};
use mcap::{McapError, McapResult, parse_record};
use serde::{Deserialize, Serialize};

use crate::chunk;
use crate::message_reader::MAX_RECORD_BYTES;
use crate::reader::{Message, Recording};
use crate::topic::Topic;

/// Topics that contain the time, the instructions and the outcomes of a run.
pub(crate) const OUTLINE_TOPICS: [Topic; 5] = [
    Topic::Wall,
    Topic::Task,
    Topic::Report,
    Topic::Failure,
    Topic::Outcome,
];

/// Name of the record, and its keys: the outline as JSON, and the CRC-32 of that in hexadecimal.
const NAME: &str = "enact.outline";
const OUTLINE: &str = "outline";
const CHECKSUM: &str = "crc32";

/// Length of the footer and the closing magic bytes.
const CLOSING: usize = 1 + 8 + 20 + mcap::MAGIC.len();
/// Number of bytes read at the end of a file: the footer and what it points to are there, unless there
/// are many records of metadata.
const TAIL: u64 = 4096;

/// The messages of a run that tell what it was, and its first and last time.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outline {
    /// First and last log time, nanoseconds; `None` without messages.
    span: Option<[u64; 2]>,
    messages: Vec<ToldMessage>,
}

/// A message of one of the topics [`OUTLINE_TOPICS`].
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ToldMessage {
    topic: String,
    /// Log time and publish time, nanoseconds.
    at: u64,
    wall: u64,
    json: String,
}

impl Outline {
    /// Notes a message that is written.
    pub(crate) fn note(&mut self, topic: Topic, at: u64, wall: u64, json: &[u8]) {
        let [first, last] = self.span.unwrap_or([at, at]);
        self.span = Some([first.min(at), last.max(at)]);
        if OUTLINE_TOPICS.contains(&topic) {
            self.messages.push(ToldMessage {
                topic: topic.name().to_owned(),
                at,
                wall,
                json: String::from_utf8_lossy(json).into_owned(),
            });
        }
    }

    /// Returns the record for the end of the file.
    pub(crate) fn to_metadata_record(&self) -> Metadata {
        let text = serde_json::to_string(self).expect("it has text keys only");
        let checksum = checksum(&text);
        let entries = [(OUTLINE, text), (CHECKSUM, checksum)];
        Metadata {
            name: NAME.to_owned(),
            metadata: entries.map(|(key, value)| (key.to_owned(), value)).into(),
        }
    }

    /// Reads the outline at the end of a file; `None` if the file was not completed, or has none, as
    /// those of earlier versions.
    ///
    /// # Errors
    /// [`McapError`] if the file cannot be read, or its end differs from what was written.
    pub(crate) fn read(file: &mut File) -> McapResult<Option<Self>> {
        let length = file.metadata()?.len();
        let tail = bytes(file, length.saturating_sub(TAIL), length)?;
        let Some(footer) = footer(&tail) else {
            return Ok(None);
        };
        let end = length - CLOSING as u64;
        let within = |from: u64, to: u64| {
            let begin = length - tail.len() as u64;
            (begin <= from && from <= to && to <= end)
                .then(|| &tail[(from - begin) as usize..(to - begin) as usize])
        };
        let offsets = within(footer.summary_offset_start, end);
        let Some(offsets) = offsets.filter(|_| footer.summary_offset_start > 0) else {
            return Ok(None);
        };
        let group = records(offsets)?
            .into_iter()
            .find_map(|record| match record {
                Record::SummaryOffset(group) if group.group_opcode == op::METADATA_INDEX => {
                    Some(group)
                }
                _ => None,
            });
        let indexes = group.and_then(|group| {
            let to = group.group_start.checked_add(group.group_length)?;
            within(group.group_start, to)
        });
        let Some(indexes) = indexes else {
            return Ok(None);
        };
        let place = records(indexes)?
            .into_iter()
            .find_map(|record| match record {
                Record::MetadataIndex(index) if index.name == NAME => Some(index),
                _ => None,
            });
        place.map(|place| Self::at(file, &place, end)).transpose()
    }

    /// Reads the outline at its place, which is before `end`.
    fn at(file: &mut File, place: &MetadataIndex, end: u64) -> McapResult<Self> {
        let to = place.offset.checked_add(place.length);
        let to = to.filter(|to| *to <= end && place.length <= MAX_RECORD_BYTES as u64);
        let content = bytes(file, place.offset, to.ok_or(McapError::UnexpectedEof)?)?;
        for record in records(&content)? {
            if let Record::Metadata(Metadata { metadata, .. }) = record {
                return Self::of_entries(&metadata);
            }
        }
        Err(McapError::UnexpectedEof)
    }

    fn of_entries(entries: &BTreeMap<String, String>) -> McapResult<Self> {
        let damaged = |what: &str| McapError::from(std::io::Error::other(what.to_owned()));
        let entry = |key: &str| {
            entries
                .get(key)
                .ok_or_else(|| damaged("an entry is missing"))
        };
        let text = entry(OUTLINE)?;
        if *entry(CHECKSUM)? != checksum(text) {
            return Err(damaged("the checksum of the outline is another"));
        }
        serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))
    }

    /// Returns the recording of these messages; `None` if a topic is unknown.
    pub(crate) fn into_recording(self) -> Option<Recording> {
        let messages = self.messages.into_iter().map(|told| {
            let (topic, camera) = Topic::from_channel_name(&told.topic)?;
            Some(Message {
                topic,
                camera,
                at: Stamp::from_nanos(told.at),
                wall: told.wall,
                json: told.json.into_bytes(),
            })
        });
        let messages = messages.collect::<Option<Vec<Message>>>()?;
        let span = self.span.unwrap_or_default().map(Stamp::from_nanos);
        Some(Recording::of_outline(messages, span))
    }
}

fn checksum(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

/// Returns the footer, if these are the last bytes of a completed file.
fn footer(tail: &[u8]) -> Option<Footer> {
    let closing = tail.get(tail.len().checked_sub(CLOSING)?..)?;
    let record = closing.strip_suffix(mcap::MAGIC)?;
    match records(record).ok()?.into_iter().next()? {
        Record::Footer(footer) => Some(footer),
        _ => None,
    }
}

/// Parses consecutive records.
fn records(bytes: &[u8]) -> McapResult<Vec<Record<'_>>> {
    chunk::records(bytes)
        .map(|record| {
            let (opcode, content) = record.map_err(std::io::Error::other)?;
            parse_record(opcode, content)
        })
        .collect()
}

/// Reads the bytes of a file from one place to another.
fn bytes(file: &mut File, from: u64, to: u64) -> McapResult<Vec<u8>> {
    let length = to.saturating_sub(from);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.by_ref().take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(McapError::UnexpectedEof)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Returns a completed file whose end has these records of metadata.
    fn file_with(records: &[Metadata]) -> Vec<u8> {
        let mut sink = std::io::Cursor::new(Vec::new());
        let mut writer = mcap::Writer::new(&mut sink).unwrap();
        for record in records {
            writer.write_metadata(record).unwrap();
        }
        writer.finish().unwrap();
        drop(writer);
        sink.into_inner()
    }

    fn read(bytes: &[u8]) -> McapResult<Option<Outline>> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Outline::read(&mut file)
    }

    fn outline() -> Outline {
        let mut outline = Outline::default();
        outline.note(Topic::Wall, 5, 1, b"{}");
        outline.note(Topic::Objects, 2, 2, b"[]");
        outline.note(
            Topic::Task,
            9,
            3,
            "{\"instruction\":\"把它放下\"}".as_bytes(),
        );
        outline
    }

    #[test]
    fn only_what_is_told_is_kept_with_the_times_of_all() {
        let outline = outline();
        assert_eq!(outline.span, Some([2, 9]));
        let topics: Vec<&str> = outline
            .messages
            .iter()
            .map(|it| it.topic.as_str())
            .collect();
        assert_eq!(topics, ["/run/wall", "/task"]);
    }

    #[test]
    fn what_was_written_is_read_wherever_the_record_stands() {
        let other = Metadata {
            name: "of another program".to_owned(),
            metadata: BTreeMap::new(),
        };
        let ours = outline().to_metadata_record();
        for records in [vec![ours.clone()], vec![other.clone(), ours, other]] {
            assert_eq!(read(&file_with(&records)).unwrap(), Some(outline()));
        }
    }

    #[test]
    fn a_file_without_it_or_without_its_end_has_none() {
        let whole = file_with(&[outline().to_metadata_record()]);
        assert_eq!(read(&file_with(&[])).unwrap(), None);
        for length in [0, mcap::MAGIC.len(), whole.len() / 2, whole.len() - 1] {
            assert_eq!(read(&whole[..length]).unwrap(), None, "{length}");
        }
    }

    #[test]
    fn another_byte_in_it_is_noticed() {
        let whole = file_with(&[outline().to_metadata_record()]);
        let text = b"instruction";
        let at = whole.windows(text.len()).position(|it| it == text).unwrap();
        let mut damaged = whole;
        damaged[at] ^= 1;
        assert!(read(&damaged).is_err());
    }
}
