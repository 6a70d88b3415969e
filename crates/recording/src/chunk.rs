//! The records of one chunk, which is compared with its length and checksum before any counts.
//!
//! `mcap`'s own reader of chunks never ends where a damaged header promises more than the compressed
//! data holds, so chunks are decompressed here.

use std::io::{self, Read};

use enact_types::Reason;
use mcap::records::ChunkHeader;

use crate::message_reader::MAX_RECORD_BYTES;

/// Returns the decompressed records of a chunk.
///
/// # Errors
/// Says in words how the chunk differs from what was written.
pub(crate) fn decompressed(header: &ChunkHeader, data: &[u8]) -> Result<Vec<u8>, Reason> {
    let size = header.uncompressed_size;
    if size > MAX_RECORD_BYTES as u64 {
        return Err(format!("a chunk says that it is {size} bytes long").into());
    }
    let read = |source: &mut dyn Read| -> io::Result<Vec<u8>> {
        let mut records = Vec::new();
        // One byte more tells a chunk that is too long.
        source.take(size + 1).read_to_end(&mut records)?;
        Ok(records)
    };
    let records = match header.compression.as_str() {
        "" => Ok(data.to_vec()),
        "zstd" => zstd::stream::Decoder::with_buffer(data).and_then(|mut source| read(&mut source)),
        "lz4" => lz4::Decoder::new(data).and_then(|mut source| read(&mut source)),
        other => return Err(format!("the compression `{other}` is unknown").into()),
    };
    let records = records.map_err(|error| {
        Reason::from_text_and_source(format!("a chunk cannot be decompressed: {error}"), error)
    })?;
    if records.len() as u64 != size {
        return Err(format!("a chunk holds {} bytes, not {size}", records.len()).into());
    }
    let found = crc32fast::hash(&records);
    match header.uncompressed_crc {
        // Zero: the writer gave none.
        0 => Ok(records),
        written if written == found => Ok(records),
        written => Err(format!("the checksum of a chunk is {found:08X}, not {written:08X}").into()),
    }
}

/// Returns opcode and content of each record; an error, in words, where one does not fit.
pub(crate) fn records(bytes: &[u8]) -> impl Iterator<Item = Result<(u8, &[u8]), Reason>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (opcode, after) = rest.split_first()?;
        let fits = after
            .split_first_chunk::<8>()
            .and_then(|(length, content)| {
                content.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
            });
        let Some((content, next)) = fits else {
            rest = &[];
            return Some(Err("a record is longer than its chunk".into()));
        };
        rest = next;
        Some(Ok((*opcode, content)))
    })
}
