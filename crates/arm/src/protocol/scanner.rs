//! Finds packets in a stream that may contain anything.

use super::{Codec, Packet, ScanResult};

/// Finds packets by skipping, byte by byte, what is not one.
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    bytes: Vec<u8>,
    at: usize,
    /// Bytes that belonged to no packet.
    pub skipped: u64,
    /// Packets whose checksum failed.
    pub corrupt: u64,
}

impl Scanner {
    /// Appends received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns the next packet of at most `longest` bytes from the bytes received so far.
    pub fn next(&mut self, codec: &dyn Codec, longest: usize) -> Option<Packet> {
        loop {
            match codec.scan(&self.bytes[self.at..], longest) {
                ScanResult::Partial => {
                    self.bytes.drain(..self.at);
                    self.at = 0;
                    return None;
                }
                ScanResult::Skip(count) => self.skip(count),
                ScanResult::Corrupt => {
                    self.corrupt += 1;
                    self.skip(1);
                }
                ScanResult::Packet(frame, length) => {
                    self.at += length;
                    return Some(frame);
                }
            }
        }
    }

    /// Returns the next packet when no more bytes will arrive: an incomplete packet is then
    /// garbage, whatever length it claims.
    pub fn next_at_end_of_input(&mut self, codec: &dyn Codec, longest: usize) -> Option<Packet> {
        loop {
            if let Some(frame) = self.next(codec, longest) {
                return Some(frame);
            }
            if self.bytes.is_empty() {
                return None;
            }
            self.skip(1);
        }
    }

    /// Discards the received bytes and returns their number.
    pub fn clear(&mut self) -> usize {
        let left = self.bytes.len() - self.at;
        self.bytes.clear();
        self.at = 0;
        left
    }

    fn skip(&mut self, count: usize) {
        self.at += count;
        self.skipped += count as u64;
    }
}
