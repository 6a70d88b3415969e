//! Feetech's protocol of the STS and SMS series ("protocol 0").
//!
//! `FF FF id length code body… checksum`; the length counts code, body and checksum. The checksum
//! is the complement of the sum of everything between header and checksum. Nothing is escaped.

use super::status::alarms_of;
use super::{Alarm, BROADCAST_ID, Codec, Packet, PacketTooLong, ScanResult, Status, StatusError};

/// Codec of the protocol.
#[derive(Clone, Copy, Debug)]
pub struct Feetech;

const HEADER: [u8; 2] = [0xFF, 0xFF];
/// Number of bytes around the body.
const OVERHEAD: usize = 6;
/// Size of a servo's receive buffer; it drops longer packets.
const MAX_PACKET_BYTES: usize = 128;

/// Bits of the error byte.
const ALARMS: [(u8, Alarm); 5] = [
    (0x01, Alarm::Voltage),
    (0x02, Alarm::Encoder),
    (0x04, Alarm::Temperature),
    (0x08, Alarm::Current),
    (0x20, Alarm::Overload),
];

/// Returns the alarms of an error byte, or of the status register that it copies.
pub fn alarms_from_bits(bits: u8) -> Vec<Alarm> {
    alarms_of(&ALARMS, bits)
}

impl Codec for Feetech {
    fn encode(
        &self,
        id: u8,
        code: u8,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), PacketTooLong> {
        if body.len() + OVERHEAD > MAX_PACKET_BYTES {
            return Err(PacketTooLong);
        }
        let start = out.len() + HEADER.len();
        out.extend(HEADER);
        out.extend([id, body.len() as u8 + 2, code]);
        out.extend_from_slice(body);
        out.push(check(&out[start..]));
        Ok(())
    }

    fn scan(&self, bytes: &[u8], longest: usize) -> ScanResult {
        let start = first_header(bytes);
        if start > 0 {
            return ScanResult::Skip(start);
        }
        let Some(&[_, _, id, length]) = bytes.first_chunk() else {
            // A third FF is not an id; the header may begin one byte later.
            return if bytes.get(2) == Some(&0xFF) {
                ScanResult::Skip(1)
            } else {
                ScanResult::Partial
            };
        };
        let whole = usize::from(length) + 4;
        if id > BROADCAST_ID || length < 2 || whole > longest {
            return ScanResult::Skip(1);
        }
        let Some(packet) = bytes.get(..whole) else {
            return ScanResult::Partial;
        };
        if check(&packet[2..whole - 1]) != packet[whole - 1] {
            return ScanResult::Corrupt;
        }
        let frame = Packet {
            id,
            code: packet[4],
            body: packet[5..whole - 1].to_vec(),
        };
        ScanResult::Packet(frame, whole)
    }

    fn max_status_length(&self, data: usize) -> usize {
        data + OVERHEAD
    }

    fn put_address(&self, address: u16, out: &mut Vec<u8>) -> Result<(), PacketTooLong> {
        out.push(address.try_into().map_err(|_| PacketTooLong)?);
        Ok(())
    }

    fn take_address(&self, bytes: &mut &[u8]) -> Option<u16> {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        Some(u16::from(*first))
    }

    fn decode_status(&self, frame: Packet) -> Option<Status> {
        (frame.id != BROADCAST_ID).then_some(Status {
            id: frame.id,
            error: frame.code,
            data: frame.body,
        })
    }

    fn encode_status(&self, status: &Status, out: &mut Vec<u8>) -> Result<(), PacketTooLong> {
        self.encode(status.id, status.error, &status.data, out)
    }

    fn ping_reply_data_length(&self) -> usize {
        0
    }

    fn echo_looks_like_status(&self) -> bool {
        true
    }

    fn status_error(&self, _error: u8) -> Option<StatusError> {
        None
    }

    fn alarms(&self, error: u8) -> Option<Vec<Alarm>> {
        Some(alarms_from_bits(error))
    }
}

/// Returns the position where the first header may begin, or the end.
fn first_header(bytes: &[u8]) -> usize {
    let mut pairs = bytes.windows(2);
    match pairs.position(|pair| pair == HEADER) {
        Some(at) => at,
        None if bytes.last() == Some(&0xFF) => bytes.len() - 1,
        None => bytes.len(),
    }
}

fn check(bytes: &[u8]) -> u8 {
    !bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte))
}
