//! Bytes out, bytes in, and the time.

use std::io;
use std::time::Duration;

/// What a bus sends and receives on. It has a clock of its own, so that a simulated line
/// needs no real time.
pub trait Transport: Send {
    /// Time since the line was opened; never goes back.
    fn now(&self) -> Duration;

    /// Waits until the clock says `time`.
    fn sleep_until(&mut self, time: Duration);

    /// Sends all of `bytes`.
    ///
    /// # Errors
    /// If the line is lost.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Appends what has been received to `into`, and how many bytes that are; if nothing
    /// is there, waits for the first byte until `deadline` at most, then says 0.
    ///
    /// # Errors
    /// If the line is lost.
    fn receive(&mut self, into: &mut Vec<u8>, deadline: Duration) -> io::Result<usize>;
}
