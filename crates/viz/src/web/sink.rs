//! A recording into a feed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rerun::external::re_build_info::CrateVersion;
use rerun::external::re_log_encoding::{EncodeError, Encoder, EncodingOptions};
use rerun::external::re_log_types::LogMsg;
use rerun::sink::{LogSink, SinkFlushError};

use super::feed::Feed;

/// Encodes log messages as an `.rrd` file, into a [`Feed`].
pub(crate) struct FeedSink {
    feed: Feed,
    state: Mutex<State>,
}

struct State {
    encoder: Encoder<Feed>,
    failure: Option<EncodeError>,
}

impl FeedSink {
    pub(crate) fn new(feed: Feed) -> Result<Self, EncodeError> {
        let options = EncodingOptions::PROTOBUF_COMPRESSED;
        let encoder = Encoder::new_eager(CrateVersion::LOCAL, options, feed.clone())?;
        Ok(Self {
            feed,
            state: Mutex::new(State {
                encoder,
                failure: None,
            }),
        })
    }
}

impl LogSink for FeedSink {
    fn send(&self, message: LogMsg) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = state.encoder.append(&message) {
            state.failure.get_or_insert(error);
        }
    }

    fn flush_blocking(&self, _patience: Duration) -> Result<(), SinkFlushError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.failure.take() {
            Some(error) => Err(SinkFlushError::failed(error.to_string())),
            None => Ok(()),
        }
    }
}

impl Drop for FeedSink {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The sink is in memory, and a missing footer only costs the reader an index.
        let _ = state.encoder.finish();
        self.feed.mark_complete();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rerun::{ChunkStore, ChunkStoreConfig, RecordingStreamBuilder, TextLog};

    #[test]
    fn the_feed_is_a_recording() {
        let feed = Feed::default();
        let builder = RecordingStreamBuilder::new("test").enabled(true);
        let stream = builder.buffered().unwrap();
        stream
            .log("before", &TextLog::new("kept for the sink"))
            .unwrap();
        stream.set_sink(Box::new(FeedSink::new(feed.clone()).unwrap()));
        stream.log("after", &TextLog::new("sent to it")).unwrap();
        stream.flush_blocking().unwrap();
        drop(stream);
        let mut bytes = Vec::new();
        while let Some(more) = feed.wait_for_bytes_after(bytes.len()) {
            bytes.extend(more);
        }
        let config = ChunkStoreConfig::ALL_DISABLED;
        let stores = ChunkStore::from_rrd_reader(&config, &mut bytes.as_slice()).unwrap();
        let store = stores.into_values().next().unwrap();
        let entities: Vec<String> = store
            .all_entities()
            .iter()
            .map(|it| it.to_string())
            .collect();
        for entity in ["/before", "/after"] {
            assert!(entities.iter().any(|it| it == entity), "{entities:?}");
        }
    }
}
