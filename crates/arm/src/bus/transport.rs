//! Bytes out, bytes in, and the time.

use std::io;
use std::time::Duration;

/// Byte transport of a bus. It has its own clock, so that a simulated line needs no real time.
pub trait Transport: Send {
    /// Returns the time since the transport was opened; it never goes back.
    fn now(&self) -> Duration;

    /// Waits until the clock reaches `time`.
    fn sleep_until(&mut self, time: Duration);

    /// Sends all of `bytes`.
    ///
    /// # Errors
    /// If the port is lost.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Appends received bytes to `into` and returns their number. If there are none, waits for the
    /// first byte until `deadline` at most, then returns 0.
    ///
    /// # Errors
    /// If the port is lost.
    fn receive(&mut self, into: &mut Vec<u8>, deadline: Duration) -> io::Result<usize>;
}
