//! How much of a recording can be read: it may be cut, or damaged.

use mcap::McapError;
use mcap::records::op;
use mcap::sans_io;
use mcap::sans_io::linear_reader::{LinearReadEvent, LinearReaderOptions};

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
                Ok(LinearReadEvent::ReadRequest(need)) => feed(&mut reader, &mut rest, need),
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

/// A record that says it is longer than this is not believed, bytes: the reader would ask for so
/// much memory at once.
const LONGEST_RECORD: usize = 1 << 30;

/// How many messages come before a record whose length cannot be true.
pub(crate) fn believable_messages(bytes: &[u8]) -> usize {
    count_messages(bytes, LinearReaderOptions::default())
}

/// How many messages come before the first chunk or record that is not as it was written.
pub(crate) fn intact_messages(bytes: &[u8]) -> usize {
    // A chunk is compared with its checksum before anything of it counts.
    let options = LinearReaderOptions::default().with_prevalidate_chunk_crcs(true);
    count_messages(bytes, options)
}

fn count_messages(bytes: &[u8], options: LinearReaderOptions) -> usize {
    let options = options
        .with_skip_end_magic(true)
        .with_record_length_limit(LONGEST_RECORD);
    let mut reader = sans_io::LinearReader::new_with_options(options);
    let mut rest = bytes;
    let mut count = 0;
    while let Some(Ok(event)) = reader.next_event() {
        match event {
            LinearReadEvent::ReadRequest(_) if rest.is_empty() => break,
            LinearReadEvent::ReadRequest(need) => feed(&mut reader, &mut rest, need),
            // What is unknown may have been a chunk.
            LinearReadEvent::Record { opcode, .. }
                if !(op::HEADER..=op::DATA_END).contains(&opcode) =>
            {
                break;
            }
            LinearReadEvent::Record { opcode, .. } => count += usize::from(opcode == op::MESSAGE),
        }
    }
    count
}

/// Hands the reader what it asks for of the `rest`, or all that there is.
fn feed(reader: &mut sans_io::LinearReader, rest: &mut &[u8], need: usize) {
    let (now, later) = rest.split_at(need.min(rest.len()));
    reader.insert(now.len()).copy_from_slice(now);
    reader.notify_read(now.len());
    *rest = later;
}
