//! A sink that a run never waits for: what a slow viewer does not take is left out and counted.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rerun::external::re_log_types::LogMsg;
use rerun::sink::{LogSink, SinkFlushError};

/// So many messages wait at most; a turn of the loop has some hundred, one or two of them pictures.
const ROOM: usize = 512;
/// How often whoever flushes looks whether all was taken.
const PERIOD: Duration = Duration::from_millis(5);

/// Hands what is logged to another sink, on a thread of its own.
pub(crate) struct Lossy {
    queue: SyncSender<LogMsg>,
    /// The thread has it too, and ends it: rerun's connection waits for its viewer when it is
    /// dropped, without end.
    sink: Weak<dyn LogSink>,
    /// Messages that are not taken yet.
    waiting: Arc<AtomicUsize>,
    lost: AtomicU64,
}

impl Lossy {
    pub(crate) fn new(sink: impl LogSink) -> Self {
        let (queue, messages) = sync_channel::<LogMsg>(ROOM);
        let waiting = Arc::new(AtomicUsize::new(0));
        let sink: Arc<dyn LogSink> = Arc::new(sink);
        let this = Self {
            queue,
            sink: Arc::downgrade(&sink),
            waiting: Arc::clone(&waiting),
            lost: AtomicU64::new(0),
        };
        thread::spawn(move || {
            for message in messages {
                sink.send(message);
                waiting.fetch_sub(1, Ordering::Release);
            }
        });
        this
    }
}

impl LogSink for Lossy {
    fn send(&self, message: LogMsg) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(message).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush_blocking(&self, patience: Duration) -> Result<(), SinkFlushError> {
        let begun = Instant::now();
        while self.waiting.load(Ordering::Acquire) > 0 {
            if begun.elapsed() >= patience {
                return Err(SinkFlushError::Timeout);
            }
            thread::sleep(PERIOD);
        }
        if let Some(sink) = self.sink.upgrade() {
            sink.flush_blocking(patience.saturating_sub(begun.elapsed()))?;
        }
        match self.lost.load(Ordering::Relaxed) {
            0 => Ok(()),
            lost => Err(SinkFlushError::failed(format!(
                "{lost} messages were left out because the viewer was too slow for them"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rerun::{RecordingStreamBuilder, TextLog};
    use std::sync::{Condvar, Mutex};

    /// Takes nothing before it is told to.
    #[derive(Clone, Default)]
    struct Stuck(Arc<(Mutex<(bool, usize)>, Condvar)>);

    impl Stuck {
        fn release(&self) {
            self.0.0.lock().unwrap().0 = true;
            self.0.1.notify_all();
        }

        fn taken(&self) -> usize {
            self.0.0.lock().unwrap().1
        }
    }

    impl LogSink for Stuck {
        fn send(&self, _: LogMsg) {
            let state = self.0.0.lock().unwrap();
            let mut state = self.0.1.wait_while(state, |state| !state.0).unwrap();
            state.1 += 1;
        }

        fn flush_blocking(&self, _: Duration) -> Result<(), SinkFlushError> {
            Ok(())
        }
    }

    fn message() -> LogMsg {
        let builder = RecordingStreamBuilder::new("test").enabled(true);
        let (stream, storage) = builder.memory().unwrap();
        stream.log("a", &TextLog::new("b")).unwrap();
        stream.flush_blocking().unwrap();
        storage.take().pop().unwrap()
    }

    #[test]
    fn a_viewer_that_hangs_holds_nobody_up_and_what_it_missed_is_counted() {
        let (viewer, message) = (Stuck::default(), message());
        let sink = Lossy::new(viewer.clone());
        for _ in 0..2 * ROOM {
            sink.send(message.clone());
        }
        let hangs = sink.flush_blocking(Duration::from_millis(20));
        assert!(matches!(hangs, Err(SinkFlushError::Timeout)), "{hangs:?}");
        viewer.release();
        let told = sink.flush_blocking(Duration::MAX).unwrap_err().to_string();
        let lost = 2 * ROOM - viewer.taken();
        assert!((ROOM - 1..=ROOM).contains(&lost), "{lost}");
        assert!(told.starts_with(&format!("{lost} messages")), "{told}");
    }

    #[test]
    fn a_viewer_that_keeps_up_gets_everything() {
        let (viewer, message) = (Stuck::default(), message());
        viewer.release();
        let sink = Lossy::new(viewer.clone());
        for _ in 0..ROOM {
            sink.send(message.clone());
        }
        sink.flush_blocking(Duration::MAX).unwrap();
        assert_eq!(viewer.taken(), ROOM);
    }
}
