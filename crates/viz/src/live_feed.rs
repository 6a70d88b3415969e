//! A run that goes on, for viewers that come and go: each begins with how things stand and then asks
//! for what is new.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use enact_robot::Robot;
use enact_types::Stamp;
use rerun::RecordingStream;
use rerun::external::re_build_info::CrateVersion;
use rerun::external::re_log_encoding::{EncodeError, Encoder, EncodingOptions};
use rerun::log::{Chunk, LogMsg};
use rerun::sink::{LogSink, SinkFlushError};

use crate::clock::ARM_TIMELINE;
use crate::{VizError, arm};

/// Largest size of the messages that are kept for viewers that ask for what is new, bytes.
const MAX_RECENT_BYTES: usize = 64 << 20;

/// Time after which somebody who asks for nothing watches no longer. Nothing but how things stand is
/// kept while nobody watches.
const WATCHING_TIME: Duration = Duration::from_secs(30);

/// A joint that moved by less stands still, rad or m: twice the step of a servo's encoder cannot be seen.
const STILL: f64 = 0.003;

/// A piece of a run, a whole `.rrd` file by itself.
#[derive(Clone, Debug)]
pub struct LivePiece {
    /// The file; empty if there is nothing new.
    pub rrd: Vec<u8>,
    /// Number of the first message after this piece.
    pub next: u64,
}

/// Gives a run that goes on to viewers, piece by piece. It keeps a bounded part of the run: the newest
/// of everything, and what came last.
pub struct LiveFeed {
    stream: RecordingStream,
    robot: Robot,
    kept: Kept,
    /// The last reading of the joints that was shown.
    shown: Mutex<Option<Reading>>,
}

/// Where the joints were.
struct Reading {
    at: Stamp,
    positions: Vec<f64>,
}

impl LiveFeed {
    /// Has the feed keep what `stream` logs of this robot.
    pub(crate) fn attach_to_stream(stream: &RecordingStream, robot: &Robot) -> Self {
        let kept = Kept::default();
        stream.set_sink(Box::new(kept.clone()));
        Self {
            stream: stream.clone(),
            robot: robot.clone(),
            kept,
            shown: Mutex::default(),
        }
    }

    /// Returns the messages from number `after` on; without a number, or if they are not all kept any
    /// more, how things stand.
    ///
    /// # Errors
    /// If a message cannot be encoded.
    pub fn piece_after(&self, after: Option<u64>) -> Result<LivePiece, VizError> {
        let (messages, next) = self.kept.lock().from(after, Instant::now());
        let rrd = encoded(&messages).map_err(|error| VizError::Page(error.into()))?;
        Ok(LivePiece { rrd, next })
    }

    /// Shows the arm with its joints at `positions`, at a time on the arm's clock. The next piece but
    /// one has it at the latest. An old reading changes nothing, nor does one of an arm that stands
    /// still: viewers draw anew for each piece.
    pub fn show_arm(&self, positions: &[f64], at: Stamp) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = shown.as_ref().is_none_or(|before| {
            let mut moved = before.positions.iter().zip(positions);
            before.at < at && moved.any(|(old, new)| (old - new).abs() > STILL)
        });
        if !is_news || positions.len() != self.robot.joints().len() {
            return;
        }
        *shown = Some(Reading {
            at,
            positions: positions.to_vec(),
        });
        // Whatever thread this is, turns and times of day are the observer's.
        self.stream.reset_time();
        self.stream
            .set_time(ARM_TIMELINE, Duration::from_nanos(at.nanos()));
        // A pose that is missing is followed by the next.
        let _ = arm::log_arm_pose(&self.stream, &self.robot, positions);
    }
}

fn encoded(messages: &[LogMsg]) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    if messages.is_empty() {
        return Ok(bytes);
    }
    let options = EncodingOptions::PROTOBUF_COMPRESSED;
    let mut encoder = Encoder::new_eager(CrateVersion::LOCAL, options, &mut bytes)?;
    for message in messages {
        encoder.append(message)?;
    }
    encoder.finish()?;
    drop(encoder);
    Ok(bytes)
}

/// The messages that are kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Number of the next message.
    next: u64,
    /// What each viewer needs before all else: the stores, and the arrangement of the views.
    opening: Vec<LogMsg>,
    /// The newest message of each kind.
    newest: BTreeMap<Kind, (u64, LogMsg)>,
    /// What came last, with its size.
    recent: VecDeque<(u64, usize, LogMsg)>,
    /// Size of what came last.
    size: usize,
    /// When somebody asked last.
    asked: Option<Instant>,
}

/// What a message is about.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    entity: String,
    components: Vec<String>,
    is_static: bool,
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogSink for Kept {
    fn send(&self, message: LogMsg) {
        self.lock().keep(message, Instant::now());
    }

    fn flush_blocking(&self, _patience: Duration) -> Result<(), SinkFlushError> {
        Ok(())
    }
}

impl State {
    fn keep(&mut self, message: LogMsg, now: Instant) {
        let number = self.next;
        self.next += 1;
        let kind = Kind::of(&message);
        match kind {
            Some(kind) => {
                self.newest.insert(kind, (number, message.clone()));
            }
            None => self.opening.push(message.clone()),
        }
        let is_watched = self
            .asked
            .is_some_and(|asked| now.saturating_duration_since(asked) < WATCHING_TIME);
        if !is_watched {
            self.recent.clear();
            self.size = 0;
            return;
        }
        let size = match &message {
            LogMsg::ArrowMsg(_, arrow) => arrow.batch.get_array_memory_size(),
            _ => 0,
        };
        self.recent.push_back((number, size, message));
        self.size += size;
        while self.size > MAX_RECENT_BYTES
            && let Some((_, size, _)) = self.recent.pop_front()
        {
            self.size -= size;
        }
    }

    /// Returns the messages from number `after` on, or how things stand, and the number that comes
    /// next.
    fn from(&mut self, after: Option<u64>, now: Instant) -> (Vec<LogMsg>, u64) {
        self.asked = Some(now);
        let first = self.recent.front().map_or(self.next, |(first, ..)| *first);
        let messages = match after {
            Some(after) if (first..=self.next).contains(&after) => {
                let new = self.recent.iter().filter(|(number, ..)| *number >= after);
                let new: Vec<_> = new.map(|(_, _, message)| message).collect();
                if new.is_empty() {
                    return (Vec::new(), self.next);
                }
                // A file of which the store is not known cannot be read.
                let is_store = |message: &&LogMsg| matches!(message, LogMsg::SetStoreInfo(_));
                let stores = self.opening.iter().filter(is_store);
                stores.chain(new).cloned().collect()
            }
            _ => {
                let mut standing: Vec<_> = self.newest.values().collect();
                standing.sort_by_key(|(number, _)| *number);
                let standing = standing.into_iter().map(|(_, message)| message);
                self.opening.iter().chain(standing).cloned().collect()
            }
        };
        (messages, self.next)
    }
}

impl Kind {
    /// Returns what a message of the run is about; none for what is not the run's.
    fn of(message: &LogMsg) -> Option<Self> {
        let LogMsg::ArrowMsg(store, arrow) = message else {
            return None;
        };
        if !store.is_recording() {
            return None;
        }
        let chunk = Chunk::from_arrow_msg(arrow).ok()?;
        let mut components: Vec<String> = chunk
            .component_descriptors()
            .map(|it| it.to_string())
            .collect();
        components.sort();
        Some(Self {
            entity: chunk.entity_path().to_string(),
            components,
            is_static: chunk.is_static(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rerun::{ChunkStore, ChunkStoreConfig, RecordingStreamBuilder, TextDocument};

    fn stream() -> (RecordingStream, Kept) {
        let stream = RecordingStreamBuilder::new("test").enabled(true);
        let stream = stream.buffered().unwrap();
        let kept = Kept::default();
        stream.set_sink(Box::new(kept.clone()));
        (stream, kept)
    }

    fn log(stream: &RecordingStream, entity: &str, text: &str) {
        stream.log(entity, &TextDocument::new(text)).unwrap();
        stream.flush_blocking().unwrap();
    }

    /// Returns the entities and the number of rows in a piece.
    fn read(messages: &[LogMsg]) -> (Vec<String>, u64) {
        let rrd = encoded(messages).unwrap();
        let config = ChunkStoreConfig::ALL_DISABLED;
        let stores = ChunkStore::from_rrd_reader(&config, &mut rrd.as_slice()).unwrap();
        let mut entities = Vec::new();
        let mut rows = 0;
        for store in stores.values() {
            for chunk in store.iter_physical_chunks() {
                let entity = chunk.entity_path().to_string();
                if entity == "/a" || entity == "/b" {
                    entities.push(entity);
                    rows += chunk.num_rows() as u64;
                }
            }
        }
        entities.sort();
        entities.dedup();
        (entities, rows)
    }

    #[test]
    fn a_viewer_that_comes_late_gets_the_newest_of_everything() {
        let (stream, kept) = stream();
        for text in ["1", "2", "3"] {
            log(&stream, "a", text);
        }
        log(&stream, "b", "4");
        let (messages, next) = kept.lock().from(None, Instant::now());
        assert_eq!(read(&messages), (vec!["/a".to_owned(), "/b".to_owned()], 2));
        let (nothing, same) = kept.lock().from(Some(next), Instant::now());
        assert!(nothing.is_empty());
        assert_eq!(same, next);
        assert!(encoded(&nothing).unwrap().is_empty());
        log(&stream, "a", "5");
        let (new, after) = kept.lock().from(Some(next), Instant::now());
        assert_eq!((read(&new), after), ((vec!["/a".to_owned()], 1), next + 1));
    }

    #[test]
    fn a_viewer_that_fell_behind_begins_again_and_so_does_one_of_another_server() {
        let (stream, kept) = stream();
        kept.lock().from(None, Instant::now());
        let large = "x".repeat(MAX_RECENT_BYTES / 3);
        for _ in 0..5 {
            log(&stream, "a", &large);
        }
        let mut state = kept.lock();
        assert!(state.size <= MAX_RECENT_BYTES);
        let standing = state.opening.len() + state.newest.len();
        for lost in [0, state.next + 1] {
            let (messages, next) = state.from(Some(lost), Instant::now());
            assert_eq!((messages.len(), next), (standing, state.next));
        }
    }

    #[test]
    fn only_how_things_stand_is_kept_while_nobody_watches() {
        let (stream, kept) = stream();
        for text in ["1", "2"] {
            log(&stream, "a", text);
        }
        assert!(kept.lock().recent.is_empty());
        let long_ago = Instant::now();
        let (_, next) = kept.lock().from(None, long_ago);
        log(&stream, "a", "3");
        assert_eq!(kept.lock().recent.len(), 1);
        let message = kept.lock().recent[0].2.clone();
        kept.lock().keep(message, long_ago + WATCHING_TIME);
        let mut state = kept.lock();
        assert!(state.recent.is_empty());
        assert_eq!(state.size, 0);
        // Who comes back begins again.
        let (messages, _) = state.from(Some(next), long_ago + WATCHING_TIME);
        assert_eq!(messages.len(), state.opening.len() + state.newest.len());
    }
}
