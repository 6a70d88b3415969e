//! Packets of servo buses and their meaning.
//!
//! | module | idea |
//! |---|---|
//! | [`instruction`] | instructions that a host sends to servos |
//! | [`status`] | replies of servos |
//! | [`scanner`] | finds packets in a stream that may contain garbage |
//! | [`feetech`] | Feetech's STS and SMS series |
//! | [`dynamixel`] | Dynamixel protocol 2.0 |

mod crc;
pub mod dynamixel;
pub mod feetech;
pub mod instruction;
pub mod scanner;
pub mod status;
#[cfg(test)]
mod tests;

use std::fmt;

pub use dynamixel::Dynamixel;
pub use feetech::Feetech;
pub use instruction::ServoInstruction;
pub use scanner::Scanner;
pub use status::{Alarm, Status, StatusError};

/// Broadcast id, which every servo listens to and none replies with.
pub const BROADCAST_ID: u8 = 0xFE;

/// A packet without header, length and checksum. The meaning of `code` and `body` depends on
/// whether a host or a servo sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Id of the addressee or the sender.
    pub id: u8,
    /// Byte after the length field.
    pub code: u8,
    /// Bytes after the code.
    pub body: Vec<u8>,
}

/// Classification of the beginning of received bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanResult {
    /// Possibly a packet; more bytes are needed.
    Partial,
    /// This many bytes that begin no packet.
    Skip(usize),
    /// A packet whose checksum fails. Its first byte begins no packet.
    Corrupt,
    /// A packet and its number of bytes.
    Packet(Packet, usize),
}

/// Encoding and detection of packets of one protocol.
pub trait Codec: fmt::Debug + Send + Sync {
    /// Appends a packet to `out`.
    ///
    /// # Errors
    /// [`PacketTooLong`] if it is longer than a servo accepts.
    fn encode(&self, id: u8, code: u8, body: &[u8], out: &mut Vec<u8>)
    -> Result<(), PacketTooLong>;

    /// Examines what `bytes` begin with. A packet that claims more than `longest` bytes is not one.
    fn scan(&self, bytes: &[u8], longest: usize) -> ScanResult;

    /// Returns the longest status packet with this many data bytes.
    fn max_status_length(&self, data: usize) -> usize;

    /// Appends a register address, or a count of registers.
    ///
    /// # Errors
    /// [`PacketTooLong`] if the protocol has no room for it.
    fn put_address(&self, address: u16, out: &mut Vec<u8>) -> Result<(), PacketTooLong>;

    /// Takes a register address, or a count of registers, off the front.
    fn take_address(&self, bytes: &mut &[u8]) -> Option<u16>;

    /// Parses a packet as a servo's reply; `None` if it cannot be one.
    fn decode_status(&self, frame: Packet) -> Option<Status>;

    /// Appends a servo's reply to `out`.
    ///
    /// # Errors
    /// [`PacketTooLong`] if it is too long.
    fn encode_status(&self, status: &Status, out: &mut Vec<u8>) -> Result<(), PacketTooLong>;

    /// Returns the number of data bytes in the reply to a ping.
    fn ping_reply_data_length(&self) -> usize;

    /// Returns whether a status packet can have the same bytes as an instruction packet, so that an
    /// adapter's echo must be known to tell it from a reply.
    fn echo_looks_like_status(&self) -> bool;

    /// Returns the reason that a servo rejected an instruction, from the error byte of its reply.
    fn status_error(&self, error: u8) -> Option<StatusError>;

    /// Returns the alarms of a servo, from the error byte of its reply; `None` if there are alarms
    /// that the byte does not specify.
    fn alarms(&self, error: u8) -> Option<Vec<Alarm>>;
}

/// A packet that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a packet would be longer than the bus takes")]
pub struct PacketTooLong;
