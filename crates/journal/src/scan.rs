//! A journal read from disk message by message: it may be longer than memory.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use enact_types::Stamp;
use mcap::records;
use mcap::sans_io::{LinearReadEvent, LinearReader, LinearReaderOptions};

use crate::error::JournalError;
use crate::reader::Record;
use crate::topic::Topic;

/// A record longer than this is taken for damage, bytes.
const LONGEST: usize = 1 << 30;

/// The messages of a file in order, as far as it is whole, a chunk in memory at a time.
pub struct Scan {
    path: PathBuf,
    file: BufReader<File>,
    reader: LinearReader,
    /// Topic of each channel, and which camera films.
    channels: HashMap<u16, (Topic, Option<Arc<str>>)>,
    over: bool,
}

impl Scan {
    /// Begins to read a file.
    ///
    /// # Errors
    /// If it cannot be read or is no MCAP at all.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let unread = |source| JournalError::File {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(unread)?;
        let mut magic = Vec::new();
        let begin = file.by_ref().take(mcap::MAGIC.len() as u64);
        { begin }.read_to_end(&mut magic).map_err(unread)?;
        if magic != mcap::MAGIC {
            return Err(JournalError::NotOurs("it is no MCAP file".to_owned()));
        }
        let options = LinearReaderOptions::default()
            .with_skip_start_magic(true)
            .with_prevalidate_chunk_crcs(true)
            .with_record_length_limit(LONGEST);
        Ok(Self {
            path: path.to_owned(),
            file: BufReader::new(file),
            reader: LinearReader::new_with_options(options),
            channels: HashMap::new(),
            over: false,
        })
    }

    fn read(&mut self) -> Result<Option<Record>, JournalError> {
        while let Some(event) = self.reader.next_event() {
            // The first thing that cannot be read is where the file was cut, or damaged.
            let Ok(event) = event else {
                return Ok(None);
            };
            match event {
                LinearReadEvent::ReadRequest(needed) => {
                    let room = self.reader.insert(needed);
                    let read = self.file.read(room).map_err(|source| JournalError::File {
                        path: self.path.clone(),
                        source,
                    })?;
                    self.reader.notify_read(read);
                }
                LinearReadEvent::Record { data, opcode } => {
                    match mcap::parse_record(opcode, data) {
                        Ok(records::Record::Channel(channel)) => {
                            if let Some(known) = Topic::of_channel(&channel.topic) {
                                self.channels.insert(channel.id, known);
                            }
                        }
                        Ok(records::Record::Message { header, data }) => {
                            if let Some((topic, camera)) = self.channels.get(&header.channel_id) {
                                return Ok(Some(Record {
                                    topic: *topic,
                                    camera: camera.clone(),
                                    at: Stamp::from_nanos(header.log_time),
                                    wall: header.publish_time,
                                    json: data.into_owned(),
                                }));
                            }
                        }
                        Ok(records::Record::DataEnd(_)) | Err(_) => return Ok(None),
                        Ok(_) => {}
                    }
                }
            }
        }
        Ok(None)
    }
}

impl Iterator for Scan {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.read().transpose();
        self.over = !matches!(next, Some(Ok(_)));
        next
    }
}
