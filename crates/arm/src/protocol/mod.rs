//! Packets of servo buses, as bytes and as what they mean.
//!
//! | module | idea |
//! |---|---|
//! | [`instruction`] | what a host asks of servos |
//! | [`status`] | what a servo answers |
//! | [`scanner`] | packets out of a stream that may hold garbage |
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

/// The id that every servo listens to and none answers with.
pub const BROADCAST: u8 = 0xFE;

/// A packet without header, length and check. What `code` and `body` mean depends on
/// whether a host or a servo sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Who is asked, or who answers.
    pub id: u8,
    /// The byte after the length.
    pub code: u8,
    /// What follows.
    pub body: Vec<u8>,
}

/// What a run of received bytes begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanResult {
    /// Perhaps a packet; more bytes will tell.
    Partial,
    /// So many bytes that begin no packet.
    Skip(usize),
    /// A packet whose check fails. Its first byte begins none.
    Corrupt,
    /// A packet of so many bytes.
    Packet(Packet, usize),
}

/// One protocol's way to write and find packets.
pub trait Codec: fmt::Debug + Send + Sync {
    /// Appends a packet to `out`.
    ///
    /// # Errors
    /// If it is longer than a servo takes.
    fn encode(&self, id: u8, code: u8, body: &[u8], out: &mut Vec<u8>)
    -> Result<(), PacketTooLong>;

    /// Judges what `bytes` begin with. A packet that claims more than `longest` bytes is none.
    fn scan(&self, bytes: &[u8], longest: usize) -> ScanResult;

    /// Longest status packet with so many data bytes.
    fn status_length(&self, data: usize) -> usize;

    /// Appends a register address, or a count of registers.
    ///
    /// # Errors
    /// If the protocol has no room for it.
    fn put_address(&self, address: u16, out: &mut Vec<u8>) -> Result<(), PacketTooLong>;

    /// Takes a register address, or a count of registers, off the front.
    fn take_address(&self, bytes: &mut &[u8]) -> Option<u16>;

    /// The frame as a servo's answer; `None` if it cannot be one.
    fn status(&self, frame: Packet) -> Option<Status>;

    /// Appends a servo's answer to `out`.
    ///
    /// # Errors
    /// If it is too long.
    fn encode_status(&self, status: &Status, out: &mut Vec<u8>) -> Result<(), PacketTooLong>;

    /// Data bytes in the answer to a ping.
    fn ping_data(&self) -> usize;

    /// Whether a status packet can have the very bytes of an instruction packet, so that an
    /// adapter's echo must be known to be told from an answer.
    fn echo_looks_like_status(&self) -> bool;

    /// Why a servo did not do what it was told, by the error byte of its answer.
    fn refusal(&self, error: u8) -> Option<StatusError>;

    /// What a servo suffers from, by the error byte of its answer; `None` if it does but the
    /// byte does not say from what.
    fn alarms(&self, error: u8) -> Option<Vec<Alarm>>;
}

/// A packet that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a packet would be longer than the bus takes")]
pub struct PacketTooLong;
