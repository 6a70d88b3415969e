//! How much a server may send for one request.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// What may be sent, counted from one request to the next. Whoever sends without end is not listened
/// to any more.
#[derive(Debug)]
pub(super) struct Budget {
    left: AtomicUsize,
    is_spent: AtomicBool,
}

impl Budget {
    /// Bytes for one request.
    pub(super) const BYTES: usize = 4 << 20;

    /// Allows a request's worth from now on.
    pub(super) fn renew(&self) {
        self.left.store(Self::BYTES, Ordering::Relaxed);
    }

    /// Takes so many bytes; false if there are too few.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let left = |left: usize| left.checked_sub(bytes);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        if taken.is_err() {
            self.is_spent.store(true, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Returns whether too much was sent.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            left: AtomicUsize::new(Self::BYTES),
            is_spent: AtomicBool::new(false),
        }
    }
}

/// Input that ends with an error once more comes than the budget has.
pub(super) struct Budgeted<R> {
    input: R,
    budget: Arc<Budget>,
}

impl<R> Budgeted<R> {
    /// Bounds an input.
    pub(super) fn new(input: R, budget: Arc<Budget>) -> Self {
        Self { input, budget }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Budgeted<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.input).poll_read(context, buffer))?;
        let read = buffer.filled().len() - before;
        Poll::Ready(match self.budget.take(read) {
            true => Ok(()),
            false => Err(io::Error::other("more comes than was asked for")),
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn what_comes_is_read_until_it_is_too_much() {
        let budget = Arc::new(Budget::default());
        let read = |length: usize| {
            let input = std::io::Cursor::new(vec![7; length]);
            let mut input = Budgeted::new(input, Arc::clone(&budget));
            async move {
                let mut bytes = Vec::new();
                input.read_to_end(&mut bytes).await.map(|_| bytes.len())
            }
        };
        let most = Budget::BYTES;
        assert_eq!(read(most - 1).await.unwrap(), most - 1);
        assert_eq!(read(1).await.unwrap(), 1);
        assert!(!budget.is_spent());
        budget.renew();
        assert!(read(most + 1).await.is_err());
        assert!(budget.is_spent());
    }
}
