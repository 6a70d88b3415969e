//! Reads the messages of a recording one by one, and determines how much of it can be read: it may
//! be truncated, damaged, or larger than memory.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use enact_types::{Reason, Stamp};
use mcap::records::{self, op};
use mcap::sans_io::{LinearReadEvent, LinearReader, LinearReaderOptions};
use mcap::{McapError, parse_record};

use crate::chunk;
use crate::error::RecordingError;
use crate::reader::Message;
use crate::topic::Topic;

/// Largest credible length of a record or chunk, bytes; reading it takes as much memory.
pub(crate) const MAX_RECORD_BYTES: usize = 1 << 30;

/// The readable part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// It ends too early, and is intact up to there.
    Truncated,
    /// Something differs from what was written; a description.
    Damaged(Reason),
}

impl Extent {
    /// Returns the error of a file of this extent in which no run is described.
    pub(crate) fn no_run_error(&self) -> RecordingError {
        RecordingError::NotOurs(match self {
            Self::Whole => "it does not describe its run".into(),
            Self::Truncated => {
                "it ends before it describes its run; take another copy of it".into()
            }
            Self::Damaged(reason) => reason
                .clone()
                .reworded(|reason| format!("it is damaged ({reason}); take another copy of it")),
        })
    }
}

/// Topic of a channel and the streaming camera; `None` for a foreign channel.
type Channel = Option<(Topic, Option<Arc<str>>)>;

/// Messages of our channels in order, as far as they can be read, with one chunk in memory at a
/// time. A chunk is verified against its checksum before any of it is used.
pub(crate) struct Messages<R> {
    source: R,
    /// Number of bytes not yet processed.
    left: u64,
    /// True if the file ends like a completed one.
    ends_well: bool,
    reader: LinearReader,
    channels: HashMap<u16, Channel>,
    /// Messages of the chunk that was read last.
    ready: VecDeque<Message>,
    /// Known once there are no further messages.
    extent: Option<Extent>,
    read: usize,
    /// Number of messages before a record of unknown kind, which may have been a chunk.
    certain: Option<usize>,
}

impl<R: Read + Seek> Messages<R> {
    /// Starts reading; returns `None` if the source is not an MCAP file.
    ///
    /// # Errors
    /// [`io::Error`] if the source cannot be read.
    pub(crate) fn new(mut source: R) -> io::Result<Option<Self>> {
        let mut magic = Vec::new();
        let begin = source.by_ref().take(mcap::MAGIC.len() as u64);
        { begin }.read_to_end(&mut magic)?;
        if magic != mcap::MAGIC {
            return Ok(None);
        }
        let length = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::End(-(mcap::MAGIC.len() as i64)))?;
        magic.clear();
        source.read_to_end(&mut magic)?;
        // The checksum of the data counts the file's first bytes too.
        source.seek(SeekFrom::Start(0))?;
        let options = LinearReaderOptions::default()
            .with_validate_data_section_crc(true)
            .with_validate_summary_section_crc(true);
        Ok(Some(Self {
            left: length,
            // The initial magic bytes may be the whole file.
            ends_well: length > mcap::MAGIC.len() as u64 && magic == mcap::MAGIC,
            ..Self::of_records(source, options)
        }))
    }

    fn of_records(source: R, options: LinearReaderOptions) -> Self {
        let options = options
            .with_skip_end_magic(true)
            .with_emit_chunks(true)
            .with_record_length_limit(MAX_RECORD_BYTES);
        Self {
            source,
            left: 0,
            ends_well: false,
            reader: LinearReader::new_with_options(options),
            channels: HashMap::new(),
            ready: VecDeque::new(),
            extent: None,
            read: 0,
            certain: None,
        }
    }

    /// Returns the next message; `None` after the last readable one.
    ///
    /// # Errors
    /// [`io::Error`] if the source cannot be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Message>> {
        let mut is_complete = false;
        loop {
            if let Some(message) = self.ready.pop_front() {
                self.read += 1;
                return Ok(Some(message));
            }
            if self.extent.is_some() {
                return Ok(None);
            }
            let event = match self.reader.next_event() {
                Some(event) => event,
                None => {
                    let extent = self.extent_at_end(is_complete)?;
                    self.extent = Some(extent);
                    continue;
                }
            };
            match event {
                Ok(LinearReadEvent::ReadRequest(needed)) => {
                    // No memory is needed for bytes that do not exist.
                    let room = needed.min(usize::try_from(self.left).unwrap_or(usize::MAX));
                    let read = self.source.read(self.reader.insert(room))?;
                    self.reader.notify_read(read);
                    self.left -= read as u64;
                }
                Ok(LinearReadEvent::Record { data, opcode }) => match opcode {
                    op::CHUNK | op::CHANNEL | op::MESSAGE => {
                        let taken = match opcode {
                            op::CHUNK => take_chunk(data, &mut self.channels, &mut self.ready),
                            _ => take(opcode, data, &mut self.channels, &mut self.ready),
                        };
                        if let Err(what) = taken {
                            // A chunk counts as a whole.
                            self.ready.clear();
                            self.extent = Some(Extent::Damaged(what));
                        }
                    }
                    op::FOOTER => is_complete = true,
                    op::HEADER..=op::DATA_END => {}
                    _ => self.certain = self.certain.or(Some(self.read)),
                },
                // The first unreadable record is where the file was truncated or damaged.
                Err(error) => self.extent = Some(extent_after(error, self.ends_well)),
            }
        }
    }

    /// Returns, once there are no further messages, how much of the file could be read and how many
    /// of its messages are certain.
    pub(crate) fn extent(&self) -> (Extent, usize) {
        let extent = self.extent.clone().unwrap_or(Extent::Truncated);
        let certain = match extent {
            Extent::Damaged(_) => self.certain.unwrap_or(self.read),
            Extent::Whole | Extent::Truncated => self.read,
        };
        (extent, certain)
    }

    fn extent_at_end(&mut self, is_complete: bool) -> io::Result<Extent> {
        let mut rest = Vec::new();
        let most = mcap::MAGIC.len() as u64 + 1;
        self.source.by_ref().take(most).read_to_end(&mut rest)?;
        Ok(match (is_complete, rest.as_slice()) {
            (true, rest) if rest == mcap::MAGIC => Extent::Whole,
            (true, rest) if !mcap::MAGIC.starts_with(rest) => {
                Extent::Damaged("its end is not that of an MCAP file".into())
            }
            _ => Extent::Truncated,
        })
    }
}

impl Messages<io::Cursor<Vec<u8>>> {
    /// Reads consecutive chunks of a file whose channels are known.
    pub(crate) fn of_chunks(
        chunks: Vec<u8>,
        channels: impl Iterator<Item = (u16, String)>,
    ) -> Self {
        let chunks_only = LinearReaderOptions::default().with_skip_start_magic(true);
        Self {
            left: chunks.len() as u64,
            channels: channels
                .map(|(id, topic)| (id, Topic::from_channel_name(&topic)))
                .collect(),
            ..Self::of_records(io::Cursor::new(chunks), chunks_only)
        }
    }
}

/// Takes every record of a chunk.
fn take_chunk(
    data: &[u8],
    channels: &mut HashMap<u16, Channel>,
    ready: &mut VecDeque<Message>,
) -> Result<(), Reason> {
    let record = parse_record(op::CHUNK, data).map_err(Reason::from_error)?;
    let records::Record::Chunk { header, data } = record else {
        return Ok(());
    };
    let bytes = chunk::decompressed(&header, &data)?;
    for record in chunk::records(&bytes) {
        let (opcode, content) = record?;
        take(opcode, content, channels, ready)?;
    }
    Ok(())
}

/// Notes a channel, or adds a message of one that is ours.
fn take(
    opcode: u8,
    content: &[u8],
    channels: &mut HashMap<u16, Channel>,
    ready: &mut VecDeque<Message>,
) -> Result<(), Reason> {
    match parse_record(opcode, content) {
        Ok(records::Record::Channel(channel)) => {
            channels.insert(channel.id, Topic::from_channel_name(&channel.topic));
        }
        Ok(records::Record::Message { header, data }) => match channels.get(&header.channel_id) {
            Some(Some((topic, camera))) => ready.push_back(Message {
                topic: *topic,
                camera: camera.clone(),
                at: Stamp::from_nanos(header.log_time),
                wall: header.publish_time,
                json: data.into_owned(),
            }),
            Some(None) => {}
            None => {
                let (number, channel) = (header.sequence, header.channel_id);
                return Err(Reason::from_error(McapError::UnknownChannel(
                    number, channel,
                )));
            }
        },
        Ok(_) => {}
        Err(error) => return Err(Reason::from_error(error)),
    }
    Ok(())
}

/// Returns the state of a file in which reading ended with this error.
fn extent_after(error: McapError, ends_well: bool) -> Extent {
    match error {
        // Only a file that was never completed may simply end, and so may a record in it.
        McapError::UnexpectedEof | McapError::RecordTooLarge { .. } if !ends_well => {
            Extent::Truncated
        }
        _ => Extent::Damaged(Reason::from_error(error)),
    }
}
