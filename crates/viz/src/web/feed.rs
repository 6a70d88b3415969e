//! A growing byte stream for browsers that open the page at any time.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Largest number of bytes returned at once.
const PIECE: usize = 1 << 20;

/// A recording in progress: one thread writes, others read from the beginning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feed(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    grown: Condvar,
}

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    is_complete: bool,
}

impl Feed {
    /// Marks the end of the stream.
    pub(crate) fn mark_complete(&self) {
        self.lock().is_complete = true;
        self.0.grown.notify_all();
    }

    /// Waits for bytes after the first `from` and returns them; `None` at the end of the stream.
    pub(crate) fn wait_for_bytes_after(&self, from: usize) -> Option<Vec<u8>> {
        let waits = |state: &mut State| state.bytes.len() <= from && !state.is_complete;
        let state = self.0.grown.wait_while(self.lock(), waits);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let rest = state.bytes.get(from..).filter(|rest| !rest.is_empty())?;
        Some(rest[..rest.len().min(PIECE)].to_vec())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Feed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().bytes.extend_from_slice(bytes);
        self.0.grown.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(feed: &Feed) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(more) = feed.wait_for_bytes_after(bytes.len()) {
            bytes.extend(more);
        }
        bytes
    }

    #[test]
    fn early_and_late_readers_get_everything() {
        let mut feed = Feed::default();
        let early = {
            let feed = feed.clone();
            std::thread::spawn(move || read(&feed))
        };
        let bytes: Vec<u8> = (0..3 * PIECE).map(|index| index as u8).collect();
        for part in bytes.chunks(PIECE - 7) {
            feed.write_all(part).unwrap();
        }
        feed.mark_complete();
        assert_eq!(early.join().unwrap(), bytes);
        assert_eq!(read(&feed), bytes);
    }

    #[test]
    fn a_feed_without_bytes_ends() {
        let feed = Feed::default();
        feed.mark_complete();
        assert_eq!(feed.wait_for_bytes_after(0), None);
    }
}
