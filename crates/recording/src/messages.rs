//! The messages of a recording one by one, and how much of it can be read: it may be cut, damaged,
//! or longer than memory.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use enact_types::Stamp;
use mcap::records::{self, op};
use mcap::sans_io::{LinearReadEvent, LinearReader, LinearReaderOptions};
use mcap::{McapError, parse_record};

use crate::reader::Message;
use crate::topic::Topic;

/// A record or chunk that says it is longer than this is not believed, bytes: it would take as much
/// memory.
pub(crate) const LONGEST: usize = 1 << 30;

/// How much of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// It ends too early, and is right up to there.
    Truncated,
    /// Something in it is not what was written; what is wrong.
    Damaged(String),
}

/// The topic of a channel, and which camera films; `None` of a channel that is not ours.
type Channel = Option<(Topic, Option<Arc<str>>)>;

/// Messages of our channels in order, as far as they can be read, a chunk in memory at a time. A
/// chunk is compared with its checksum before anything of it counts.
pub(crate) struct Messages<R> {
    source: R,
    /// Bytes that were not handed over yet.
    left: u64,
    /// Whether the last bytes are those of a file that was completed.
    ends_well: bool,
    reader: LinearReader,
    channels: HashMap<u16, Channel>,
    /// Known once there is no further message.
    extent: Option<Extent>,
    read: usize,
    /// How many messages came before a record of unknown kind, which may have been a chunk.
    certain: Option<usize>,
}

impl<R: Read + Seek> Messages<R> {
    /// Begins to read; `None` if it is no MCAP at all.
    ///
    /// # Errors
    /// If it cannot be read.
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
        source.seek(SeekFrom::Start(mcap::MAGIC.len() as u64))?;
        let options = LinearReaderOptions::default()
            .with_validate_data_section_crc(true)
            .with_validate_summary_section_crc(true);
        Ok(Some(Self {
            left: length - mcap::MAGIC.len() as u64,
            // What begins the file may be all that there is.
            ends_well: length > mcap::MAGIC.len() as u64 && magic == mcap::MAGIC,
            ..Self::of_records(source, options)
        }))
    }

    fn of_records(source: R, options: LinearReaderOptions) -> Self {
        let options = options
            .with_skip_start_magic(true)
            .with_skip_end_magic(true)
            .with_prevalidate_chunk_crcs(true)
            .with_record_length_limit(LONGEST);
        Self {
            source,
            left: 0,
            ends_well: false,
            reader: LinearReader::new_with_options(options),
            channels: HashMap::new(),
            extent: None,
            read: 0,
            certain: None,
        }
    }

    /// The next message; `None` after the last that can be read.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Message>> {
        let mut is_complete = false;
        while self.extent.is_none() {
            let event = match self.reader.next_event() {
                Some(event) => event,
                None => {
                    let extent = self.extent_at_end(is_complete)?;
                    self.extent = Some(extent);
                    break;
                }
            };
            match event {
                Ok(LinearReadEvent::ReadRequest(needed)) => {
                    // Of what is not there nobody needs the memory.
                    let room = needed.min(usize::try_from(self.left).unwrap_or(usize::MAX));
                    let read = self.source.read(self.reader.insert(room))?;
                    self.reader.notify_read(read);
                    self.left -= read as u64;
                }
                Ok(LinearReadEvent::Record { data, opcode }) => match opcode {
                    op::CHANNEL | op::MESSAGE => match parse_record(opcode, data) {
                        Ok(records::Record::Channel(channel)) => {
                            let known = Topic::of_channel(&channel.topic);
                            self.channels.insert(channel.id, known);
                        }
                        Ok(records::Record::Message { header, data }) => {
                            match self.channels.get(&header.channel_id) {
                                Some(Some((topic, camera))) => {
                                    self.read += 1;
                                    return Ok(Some(Message {
                                        topic: *topic,
                                        camera: camera.clone(),
                                        at: Stamp::from_nanos(header.log_time),
                                        wall: header.publish_time,
                                        json: data.into_owned(),
                                    }));
                                }
                                Some(None) => {}
                                None => {
                                    let (number, channel) = (header.sequence, header.channel_id);
                                    let error = McapError::UnknownChannel(number, channel);
                                    self.extent = Some(Extent::Damaged(error.to_string()));
                                }
                            }
                        }
                        Ok(_) => {}
                        Err(error) => self.extent = Some(extent_after(&error, self.ends_well)),
                    },
                    op::FOOTER => is_complete = true,
                    op::HEADER..=op::DATA_END => {}
                    _ => self.certain = self.certain.or(Some(self.read)),
                },
                // The first thing that cannot be read is where the file was cut, or damaged.
                Err(error) => self.extent = Some(extent_after(&error, self.ends_well)),
            }
        }
        Ok(None)
    }

    /// How much of the file could be read, once there is no further message, and how many of its
    /// messages are certain.
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
                Extent::Damaged("its end is not that of an MCAP file".to_owned())
            }
            _ => Extent::Truncated,
        })
    }
}

impl Messages<io::Cursor<Vec<u8>>> {
    /// Reads chunks one after another, of a file whose channels are known.
    pub(crate) fn of_chunks(
        chunks: Vec<u8>,
        channels: impl Iterator<Item = (u16, String)>,
    ) -> Self {
        Self {
            left: chunks.len() as u64,
            channels: channels
                .map(|(id, topic)| (id, Topic::of_channel(&topic)))
                .collect(),
            ..Self::of_records(io::Cursor::new(chunks), LinearReaderOptions::default())
        }
    }
}

/// What a file is if this ends reading.
fn extent_after(error: &McapError, ends_well: bool) -> Extent {
    match error {
        // Only a file that was never completed may just end, and so may a record in it.
        McapError::UnexpectedEof | McapError::RecordTooLarge { .. } if !ends_well => {
            Extent::Truncated
        }
        _ => Extent::Damaged(error.to_string()),
    }
}
