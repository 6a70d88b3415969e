//! How much of a recording can be read: it may be cut, or damaged.

use mcap::read::{ChunkReader, LinearReader, Options};
use mcap::records::{ChunkHeader, Record, op};
use mcap::sans_io;
use mcap::sans_io::linear_reader::{LinearReadEvent, LinearReaderOptions};
use mcap::{McapError, McapResult};

/// How much of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// It ends too early, and is right up to there.
    Cut,
    /// Something in it is not what was written; what is wrong.
    Damaged(String),
}

impl Extent {
    /// Reads the records of a file, but not what chunks hold.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let options = LinearReaderOptions::default()
            .with_skip_end_magic(true)
            .with_emit_chunks(true)
            .with_validate_data_section_crc(true)
            .with_validate_summary_section_crc(true);
        let mut reader = sans_io::LinearReader::new_with_options(options);
        let mut rest = bytes;
        let mut is_complete = false;
        while let Some(event) = reader.next_event() {
            match event {
                Ok(LinearReadEvent::ReadRequest(_)) if is_complete => break,
                Ok(LinearReadEvent::ReadRequest(need)) => {
                    let (now, later) = rest.split_at(need.min(rest.len()));
                    reader.insert(now.len()).copy_from_slice(now);
                    reader.notify_read(now.len());
                    rest = later;
                }
                Ok(LinearReadEvent::Record { opcode, .. }) => {
                    is_complete |= opcode == op::FOOTER;
                }
                Err(error) => return Self::Cut.and(bytes, &error),
            }
        }
        match (is_complete, rest) {
            (true, rest) if rest == mcap::MAGIC => Self::Whole,
            (true, rest) if !mcap::MAGIC.starts_with(rest) => {
                Self::Damaged("its end is not that of an MCAP file".to_owned())
            }
            _ => Self::Cut,
        }
    }

    /// What it is if this is what ended reading.
    pub(crate) fn and(self, bytes: &[u8], error: &McapError) -> Self {
        match (self, error) {
            (Self::Damaged(reason), _) => Self::Damaged(reason),
            // Only a file that was never completed may just end.
            (_, McapError::UnexpectedEof) if !bytes.ends_with(mcap::MAGIC) => Self::Cut,
            _ => Self::Damaged(error.to_string()),
        }
    }
}

/// How many messages come before the first chunk or record that is not as it was written.
pub(crate) fn intact_messages(bytes: &[u8]) -> usize {
    let reader = LinearReader::new_with_options(bytes, Options::IgnoreEndMagic.into());
    let mut count = 0;
    for record in reader.into_iter().flatten().map_while(Result::ok) {
        match record {
            Record::Message { .. } => count += 1,
            Record::Chunk { header, data } => match messages_of(header, &data) {
                Ok(inside) => count += inside,
                Err(_) => break,
            },
            // It may have been a chunk.
            Record::Unknown { .. } => break,
            _ => {}
        }
    }
    count
}

fn messages_of(header: ChunkHeader, data: &[u8]) -> McapResult<usize> {
    let mut count = 0;
    for record in ChunkReader::new(header, data)? {
        count += usize::from(matches!(record?, Record::Message { .. }));
    }
    Ok(count)
}
