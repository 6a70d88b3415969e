//! Writes messages to MCAP, on a thread of its own.

use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use mcap::records::MessageHeader;
use mcap::{Compression, McapError, WriteOptions};

use crate::encode::EncodedMessage;
use crate::foxglove::{Level, Log};
use crate::queue::{NextItem, QueueReceiver, QueuedMessage};
use crate::run_digest::Outline;
use crate::schema;
use crate::topic::Topic;

/// Uncompressed size of a chunk, bytes: about a picture with its depth.
const CHUNK: u64 = 512 * 1024;
/// Largest age of what is lost if the process is killed.
const FLUSH_DELAY: Duration = Duration::from_millis(500);

/// Writes the messages of `outlet` until no more can follow.
pub(crate) fn write_queued_messages<W: Write + Seek>(
    outlet: &QueueReceiver,
    sink: W,
) -> Result<(), McapError> {
    let mut file = File::new(sink)?;
    write_all(outlet, &mut file)?;
    drop(ManuallyDrop::into_inner(file.writer));
    Ok(())
}

fn write_all<W: Write + Seek>(outlet: &QueueReceiver, file: &mut File<W>) -> Result<(), McapError> {
    let mut told = 0;
    loop {
        match outlet.next(FLUSH_DELAY) {
            NextItem::Entry(posted) => {
                let lost = outlet.lost();
                if lost > told {
                    file.tell_of_loss(&posted, lost - told)?;
                    told = lost;
                }
                file.write(posted)?;
            }
            NextItem::Quiet => file.writer.flush()?,
            NextItem::Over => return file.finish(),
        }
    }
}

struct File<W: Write + Seek> {
    /// Dropped only after it has finished: a writer that failed would try again, and panic.
    writer: ManuallyDrop<mcap::Writer<W>>,
    channels: BTreeMap<(Topic, Option<Arc<str>>), u16>,
    sequence: u32,
    outline: Outline,
}

impl<W: Write + Seek> File<W> {
    fn new(sink: W) -> Result<Self, McapError> {
        // Only whole chunks reach the file, so that it can be read after a kill.
        let writer = WriteOptions::new()
            .compression(Some(Compression::Zstd))
            .chunk_size(Some(CHUNK))
            .disable_seeking(true)
            .library(concat!("enact ", env!("CARGO_PKG_VERSION")))
            .create(sink)?;
        let mut file = Self {
            writer: ManuallyDrop::new(writer),
            channels: BTreeMap::new(),
            sequence: 0,
            outline: Outline::default(),
        };
        for topic in Topic::SINGLE_CHANNEL {
            file.channel(topic, None)?;
        }
        Ok(file)
    }

    /// Returns the channel of a topic, and of a streaming camera. A camera's channel is added with
    /// its first message.
    fn channel(&mut self, topic: Topic, camera: Option<&Arc<str>>) -> Result<u16, McapError> {
        let key = (topic, camera.cloned());
        if let Some(channel) = self.channels.get(&key) {
            return Ok(*channel);
        }
        let (name, text) = schema::for_topic(topic);
        let writer = &mut self.writer;
        let schema = writer.add_schema(name, "jsonschema", text.as_bytes())?;
        let name = topic.channel_name(camera.map(AsRef::as_ref));
        let channel = writer.add_channel(schema, &name, "json", &BTreeMap::new())?;
        self.channels.insert(key, channel);
        Ok(channel)
    }

    fn write(&mut self, QueuedMessage { entry, wall }: QueuedMessage) -> Result<(), McapError> {
        let header = MessageHeader {
            channel_id: self.channel(entry.topic, entry.camera.as_ref())?,
            sequence: self.sequence,
            log_time: entry.at.nanos(),
            publish_time: wall,
        };
        self.sequence += 1;
        let topic = entry.topic;
        let json = entry.into_json();
        self.writer.write_to_known_channel(&header, &json)?;
        self.outline.note(topic, header.log_time, wall, &json);
        Ok(())
    }

    /// Completes the file.
    fn finish(&mut self) -> Result<(), McapError> {
        self.writer
            .write_metadata(&self.outline.to_metadata_record())?;
        self.writer.finish()?;
        Ok(())
    }

    fn tell_of_loss(&mut self, next: &QueuedMessage, lost: u64) -> Result<(), McapError> {
        let line = format!("{lost} entries were lost here: the disk was too slow");
        let at = next.entry.at;
        self.write(QueuedMessage {
            entry: EncodedMessage::new(Topic::Log, at, &Log::new(at, Level::Error, "lost", line)),
            wall: next.wall,
        })
    }
}
