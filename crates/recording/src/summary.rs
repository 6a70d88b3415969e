//! Reads what a run was and what came of it without reading the rest of its file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use enact_types::Stamp;
use mcap::McapResult;
use mcap::Summary;
use mcap::records::ChunkIndex;
use mcap::sans_io::{SummaryReadEvent, SummaryReader, SummaryReaderOptions};

use crate::error::RecordingError;
use crate::message_reader::{Extent, MAX_RECORD_BYTES, Messages};
use crate::reader::Recording;
use crate::run_digest::{OUTLINE_TOPICS, Outline};
use crate::topic::Topic;

impl Recording {
    /// Reads only the time of a run, its instructions and their outcomes: from the end of its file, or,
    /// of a file of an earlier version, by its summary. A file without either, as after a kill, is
    /// read whole. What is skipped is not verified against its checksums either.
    ///
    /// # Errors
    /// [`RecordingError`] if the file cannot be read or is not a recording.
    pub fn read_outline(path: &Path) -> Result<Self, RecordingError> {
        match told(path) {
            Ok(Some(recording)) => Ok(recording),
            // Reading the whole file gives the precise error.
            Ok(None) | Err(_) => Self::open(path),
        }
    }
}

fn told(path: &Path) -> McapResult<Option<Recording>> {
    let mut file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    match Outline::read(&mut file)? {
        Some(outline) => Ok(outline.into_recording()),
        None => indexed(&mut file),
    }
}

/// Reads the chunks that the summary says tell of it; `None` without a summary.
fn indexed(file: &mut File) -> McapResult<Option<Recording>> {
    file.rewind()?;
    let Some(summary) = summary(file)? else {
        return Ok(None);
    };
    let Some(statistics) = &summary.stats else {
        return Ok(None);
    };
    let span = [statistics.message_start_time, statistics.message_end_time];
    let told = |topic: &str| {
        Topic::from_channel_name(topic).is_some_and(|(it, _)| OUTLINE_TOPICS.contains(&it))
    };
    let channels = || summary.channels.values();
    let wanted: Vec<u16> = channels()
        .filter(|channel| told(&channel.topic))
        .map(|channel| channel.id)
        .collect();
    let holds = |chunk: &&ChunkIndex| {
        let indexed = &chunk.message_index_offsets;
        // Without a message index, any chunk may contain any of them.
        indexed.is_empty() || wanted.iter().any(|channel| indexed.contains_key(channel))
    };
    let mut chunks: Vec<&ChunkIndex> = summary.chunk_indexes.iter().filter(holds).collect();
    chunks.sort_by_key(|chunk| chunk.chunk_start_offset);
    let mut bytes = Vec::new();
    for chunk in chunks {
        file.seek(SeekFrom::Start(chunk.chunk_start_offset))?;
        let read = file
            .by_ref()
            .take(chunk.chunk_length)
            .read_to_end(&mut bytes)?;
        if read as u64 != chunk.chunk_length {
            return Ok(None);
        }
    }
    let ids = channels().map(|channel| (channel.id, channel.topic.clone()));
    let mut messages = Messages::of_chunks(bytes, ids);
    let mut records = Vec::new();
    while let Some(record) = messages.next()? {
        if OUTLINE_TOPICS.contains(&record.topic) {
            records.push(record);
        }
    }
    // Chunks alone are an incomplete file; any other result is damage.
    if messages.extent().0 != Extent::Truncated {
        return Ok(None);
    }
    let span = span.map(Stamp::from_nanos);
    Ok(Some(Recording::of_outline(records, span)))
}

fn summary(file: &mut File) -> McapResult<Option<Summary>> {
    let options = SummaryReaderOptions::default().with_record_length_limit(MAX_RECORD_BYTES);
    let mut reader = SummaryReader::new_with_options(options);
    while let Some(event) = reader.next_event() {
        match event? {
            SummaryReadEvent::ReadRequest(needed) => {
                let left = left(file)?;
                let room = needed.min(usize::try_from(left).unwrap_or(usize::MAX));
                let read = file.read(reader.insert(room))?;
                reader.notify_read(read);
            }
            SummaryReadEvent::SeekRequest(to) => reader.notify_seeked(file.seek(to)?),
        }
    }
    Ok(reader.finish())
}

/// Returns the number of bytes from here to the end.
fn left(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    Ok(length.saturating_sub(file.stream_position()?))
}
