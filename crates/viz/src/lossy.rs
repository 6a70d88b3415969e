//! A sink that never blocks the run: messages that a slow viewer does not take are dropped and
//! counted.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use enact_types::StopSwitch;
use rerun::external::re_log_types::LogMsg;
use rerun::sink::{LogSink, SinkFlushError};

/// Capacity of the queue, messages; a turn of the loop has about a hundred, one or two of them
/// pictures.
const QUEUE_CAPACITY: usize = 512;
/// Interval at which a flush checks whether everything was taken.
const POLL_PERIOD: Duration = Duration::from_millis(5);
/// Longest time that the viewer may take to receive the rest…
const FLUSH_TIMEOUT: Duration = Duration::from_secs(30);
/// …and the time granted to it after a stop.
const STOPPED_FLUSH_TIMEOUT: Duration = Duration::from_millis(200);

/// Forwards log messages to another sink, on its own thread.
pub(crate) struct LossySink {
    queue: SyncSender<LogMsg>,
    /// The thread owns it too and drops it, because rerun's connection waits forever for its viewer
    /// when it is dropped.
    sink: Weak<dyn LogSink>,
    /// Number of messages not taken yet.
    waiting: Arc<AtomicUsize>,
    lost: AtomicU64,
    /// Stop switch; once it is pressed, a flush waits no longer than [`STOPPED_FLUSH_TIMEOUT`].
    stop: StopSwitch,
    /// Whether waiting for the viewer has been given up.
    given_up: AtomicBool,
}

impl LossySink {
    pub(crate) fn new(sink: impl LogSink, stop: &StopSwitch) -> Self {
        let (queue, messages) = sync_channel::<LogMsg>(QUEUE_CAPACITY);
        let waiting = Arc::new(AtomicUsize::new(0));
        let sink: Arc<dyn LogSink> = Arc::new(sink);
        let this = Self {
            queue,
            sink: Arc::downgrade(&sink),
            waiting: Arc::clone(&waiting),
            lost: AtomicU64::new(0),
            stop: stop.clone(),
            given_up: AtomicBool::new(false),
        };
        thread::spawn(move || {
            for message in messages {
                sink.send(message);
                waiting.fetch_sub(1, Ordering::Release);
            }
        });
        this
    }

    /// Returns whether a flush that already lasts this long has to end.
    fn gives_up(&self, after: Duration) -> bool {
        let over =
            after >= FLUSH_TIMEOUT || (self.stop.is_pressed() && after >= STOPPED_FLUSH_TIMEOUT);
        self.given_up.fetch_or(over, Ordering::Relaxed) || over
    }
}

impl LogSink for LossySink {
    fn send(&self, message: LogMsg) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(message).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush_blocking(&self, patience: Duration) -> Result<(), SinkFlushError> {
        let begun = Instant::now();
        // The caller flushes more than once, in the end without a limit.
        let is_over = || begun.elapsed() >= patience || self.gives_up(begun.elapsed());
        while self.waiting.load(Ordering::Acquire) > 0 {
            if is_over() {
                return Err(SinkFlushError::Timeout);
            }
            thread::sleep(POLL_PERIOD);
        }
        if let Some(sink) = self.sink.upgrade() {
            while let Err(error) = sink.flush_blocking(patience.min(STOPPED_FLUSH_TIMEOUT / 2)) {
                if is_over() || !matches!(error, SinkFlushError::Timeout) {
                    return Err(error);
                }
            }
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

    /// A sink that takes nothing until it is told to.
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
        let stop = StopSwitch::new();
        let sink = LossySink::new(viewer.clone(), &stop);
        for _ in 0..2 * QUEUE_CAPACITY {
            sink.send(message.clone());
        }
        let hangs = sink.flush_blocking(Duration::from_millis(20));
        assert!(matches!(hangs, Err(SinkFlushError::Timeout)), "{hangs:?}");
        stop.press();
        for _ in 0..2 {
            let hangs = sink.flush_blocking(Duration::MAX);
            assert!(matches!(hangs, Err(SinkFlushError::Timeout)), "{hangs:?}");
        }
        viewer.release();
        while sink.waiting.load(Ordering::Acquire) > 0 {
            thread::sleep(POLL_PERIOD);
        }
        let told = sink.flush_blocking(Duration::MAX).unwrap_err().to_string();
        let lost = 2 * QUEUE_CAPACITY - viewer.taken();
        assert!(
            (QUEUE_CAPACITY - 1..=QUEUE_CAPACITY).contains(&lost),
            "{lost}"
        );
        assert!(told.starts_with(&format!("{lost} messages")), "{told}");
    }

    #[test]
    fn a_viewer_that_keeps_up_gets_everything() {
        let (viewer, message) = (Stuck::default(), message());
        viewer.release();
        let sink = LossySink::new(viewer.clone(), &StopSwitch::new());
        for _ in 0..QUEUE_CAPACITY {
            sink.send(message.clone());
        }
        sink.flush_blocking(Duration::MAX).unwrap();
        assert_eq!(viewer.taken(), QUEUE_CAPACITY);
    }
}
