//! Bounded queue of messages to the writer's thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::encode::EncodedMessage;

/// A message and the wall time of its event, nanoseconds since 1970.
pub(crate) struct QueuedMessage {
    pub(crate) entry: EncodedMessage,
    pub(crate) wall: u64,
}

/// State shared by both ends.
#[derive(Debug, Default)]
struct Load {
    bytes: AtomicUsize,
    lost: AtomicU64,
    /// True if the receiver is gone.
    closed: AtomicBool,
}

/// Polling period while waiting for room.
const PAUSE: Duration = Duration::from_millis(1);

/// Sending end of the queue.
#[derive(Debug)]
pub(crate) struct QueueSender {
    sender: Sender<QueuedMessage>,
    load: Arc<Load>,
    room: usize,
}

/// Receiving end of the queue.
pub(crate) struct QueueReceiver {
    receiver: Receiver<QueuedMessage>,
    load: Arc<Load>,
}

/// Next item of the queue.
pub(crate) enum NextItem {
    Entry(QueuedMessage),
    /// No message for a while.
    Quiet,
    /// No more messages will follow.
    Over,
}

/// Creates a queue that holds at most `room` bytes of messages.
pub(crate) fn queue(room: usize) -> (QueueSender, QueueReceiver) {
    let (sender, receiver) = channel();
    let load = Arc::new(Load::default());
    let inlet = QueueSender {
        sender,
        load: Arc::clone(&load),
        room,
    };
    (inlet, QueueReceiver { receiver, load })
}

impl QueueSender {
    /// Sends a message once there is room, for callers that can wait.
    pub(crate) fn wait_and_post(&self, posted: QueuedMessage) {
        let size = posted.entry.size();
        let is_full = || {
            let taken = self.load.bytes.load(Ordering::Relaxed);
            // A message that is larger than the queue never finds room.
            taken > 0 && taken + size > self.room
        };
        while is_full() && !self.load.closed.load(Ordering::Relaxed) {
            std::thread::sleep(PAUSE);
        }
        self.post_or_drop(posted);
    }

    /// Sends a message, or counts it as lost if there is no room. Never waits.
    pub(crate) fn post_or_drop(&self, posted: QueuedMessage) {
        let size = posted.entry.size();
        let taken = self.load.bytes.fetch_add(size, Ordering::Relaxed);
        if taken + size > self.room || self.sender.send(posted).is_err() {
            self.load.bytes.fetch_sub(size, Ordering::Relaxed);
            self.load.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the number of messages lost so far for lack of room.
    pub(crate) fn lost(&self) -> u64 {
        self.load.lost.load(Ordering::Relaxed)
    }
}

impl QueueReceiver {
    /// Returns the next message, waiting at most `patience`.
    pub(crate) fn next(&self, patience: Duration) -> NextItem {
        match self.receiver.recv_timeout(patience) {
            Ok(posted) => {
                let size = posted.entry.size();
                self.load.bytes.fetch_sub(size, Ordering::Relaxed);
                NextItem::Entry(posted)
            }
            Err(RecvTimeoutError::Timeout) => NextItem::Quiet,
            Err(RecvTimeoutError::Disconnected) => NextItem::Over,
        }
    }

    /// Returns the number of messages lost so far for lack of room.
    pub(crate) fn lost(&self) -> u64 {
        self.load.lost.load(Ordering::Relaxed)
    }
}

impl Drop for QueueReceiver {
    fn drop(&mut self) {
        self.load.closed.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::Topic;
    use enact_types::Stamp;

    const LONG: Duration = Duration::from_secs(60);

    fn posted(text: &str) -> QueuedMessage {
        QueuedMessage {
            entry: EncodedMessage::new(Topic::Speech, Stamp::ZERO, &text),
            wall: 0,
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_and_room_comes_back() {
        let (inlet, outlet) = queue(10);
        inlet.post_or_drop(posted("12345678"));
        inlet.post_or_drop(posted("12345678"));
        assert_eq!(inlet.lost(), 1);
        assert!(matches!(outlet.next(Duration::ZERO), NextItem::Entry(_)));
        assert!(matches!(outlet.next(Duration::ZERO), NextItem::Quiet));
        inlet.post_or_drop(posted("12345678"));
        assert_eq!(outlet.lost(), 1);
        drop(inlet);
        assert!(matches!(outlet.next(Duration::ZERO), NextItem::Entry(_)));
        assert!(matches!(outlet.next(Duration::ZERO), NextItem::Over));
    }

    #[test]
    fn who_can_wait_loses_nothing() {
        let (inlet, outlet) = queue(10);
        let writer = std::thread::spawn(move || {
            for _ in 0..50 {
                inlet.wait_and_post(posted("12345678"));
            }
            inlet.lost()
        });
        let taken = (0..50).filter(|_| matches!(outlet.next(LONG), NextItem::Entry(_)));
        assert_eq!(taken.count(), 50);
        assert_eq!(writer.join().unwrap(), 0);

        // Nothing waits for a writer that is gone.
        let (inlet, outlet) = queue(10);
        inlet.post_or_drop(posted("12345678"));
        drop(outlet);
        inlet.wait_and_post(posted("12345678"));
        assert_eq!(inlet.lost(), 1);
    }
}
