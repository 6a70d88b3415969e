//! Dynamixel protocol 2.0.
//!
//! `FF FF FD 00 id length(2) code body… crc(2)`; the length counts code, body and checksum. Inside
//! code and body every `FF FF FD` is followed by an extra `FD`, so that the header occurs nowhere
//! else. A status packet has code 0x55 and its error as the first byte of the body.

use super::crc::crc16;
use super::status::alarms_of;
use super::{Alarm, BROADCAST_ID, Codec, Packet, PacketTooLong, ScanResult, Status, StatusError};

/// Codec of the protocol.
#[derive(Clone, Copy, Debug)]
pub struct Dynamixel;

const HEADER: [u8; 4] = [0xFF, 0xFF, 0xFD, 0x00];
const STUFFED: [u8; 3] = [0xFF, 0xFF, 0xFD];
const STUFFING: u8 = 0xFD;
const STATUS: u8 = 0x55;
/// Length of header, id and length field.
const HEAD: usize = 7;
const CRC: usize = 2;
/// Longest packet that is sent; the protocol permits 64 KiB.
const MAX_PACKET_BYTES: usize = 1024;
/// Bit of the error byte that refers to the hardware error register.
const ALERT: u8 = 0x80;

/// Bits of the hardware error register.
const ALARMS: [(u8, Alarm); 5] = [
    (0x01, Alarm::Voltage),
    (0x04, Alarm::Temperature),
    (0x08, Alarm::Encoder),
    (0x10, Alarm::Shock),
    (0x20, Alarm::Overload),
];

/// Returns the alarms of the hardware error register.
pub fn alarms_from_bits(bits: u8) -> Vec<Alarm> {
    alarms_of(&ALARMS, bits)
}

impl Codec for Dynamixel {
    fn encode(
        &self,
        id: u8,
        code: u8,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), PacketTooLong> {
        let start = out.len();
        out.extend(HEADER);
        out.extend([id, 0, 0, code]);
        for byte in body {
            out.push(*byte);
            if out[start + HEAD..].ends_with(&STUFFED) {
                out.push(STUFFING);
            }
        }
        let length = out.len() - start - HEAD + CRC;
        if length + HEAD > MAX_PACKET_BYTES {
            out.truncate(start);
            return Err(PacketTooLong);
        }
        out[start + 5..start + 7].copy_from_slice(&(length as u16).to_le_bytes());
        let crc = crc16(&out[start..]);
        out.extend(crc.to_le_bytes());
        Ok(())
    }

    fn scan(&self, bytes: &[u8], longest: usize) -> ScanResult {
        let start = first_header(bytes);
        if start > 0 {
            return ScanResult::Skip(start);
        }
        let Some(&[_, _, _, _, id, low, high]) = bytes.first_chunk() else {
            return ScanResult::Partial;
        };
        let whole = usize::from(u16::from_le_bytes([low, high])) + HEAD;
        if id > BROADCAST_ID || whole < HEAD + 1 + CRC || whole > longest {
            return ScanResult::Skip(1);
        }
        let Some(packet) = bytes.get(..whole) else {
            return ScanResult::Partial;
        };
        let (checked, crc) = packet.split_at(whole - CRC);
        if crc16(checked).to_le_bytes() != crc {
            return ScanResult::Corrupt;
        }
        let content = unstuffed(&checked[HEAD..]);
        let frame = Packet {
            id,
            code: content[0],
            body: content[1..].to_vec(),
        };
        ScanResult::Packet(frame, whole)
    }

    fn max_status_length(&self, data: usize) -> usize {
        let content = data + 2;
        HEAD + content + content / STUFFED.len() + CRC
    }

    fn put_address(&self, address: u16, out: &mut Vec<u8>) -> Result<(), PacketTooLong> {
        out.extend(address.to_le_bytes());
        Ok(())
    }

    fn take_address(&self, bytes: &mut &[u8]) -> Option<u16> {
        let (first, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(u16::from_le_bytes(*first))
    }

    fn decode_status(&self, frame: Packet) -> Option<Status> {
        if frame.code != STATUS || frame.id == BROADCAST_ID {
            return None;
        }
        let (error, data) = frame.body.split_first()?;
        Some(Status {
            id: frame.id,
            error: *error,
            data: data.to_vec(),
        })
    }

    fn encode_status(&self, status: &Status, out: &mut Vec<u8>) -> Result<(), PacketTooLong> {
        let mut body = vec![status.error];
        body.extend_from_slice(&status.data);
        self.encode(status.id, STATUS, &body, out)
    }

    fn ping_reply_data_length(&self) -> usize {
        // Model (two bytes) and firmware.
        3
    }

    fn echo_looks_like_status(&self) -> bool {
        false
    }

    fn status_error(&self, error: u8) -> Option<StatusError> {
        Some(match error & !ALERT {
            0 => return None,
            1 => StatusError::Failed,
            2 => StatusError::UnknownInstruction,
            3 => StatusError::Checksum,
            4 => StatusError::Range,
            5 => StatusError::Length,
            6 => StatusError::Limit,
            7 => StatusError::Access,
            other => StatusError::Other(other),
        })
    }

    fn alarms(&self, error: u8) -> Option<Vec<Alarm>> {
        (error & ALERT == 0).then(Vec::new)
    }
}

/// Returns the position where the first header may begin, or the end.
fn first_header(bytes: &[u8]) -> usize {
    (0..bytes.len())
        .find(|at| {
            let rest = &bytes[*at..];
            let known = rest.len().min(HEADER.len());
            rest[..known] == HEADER[..known]
        })
        .unwrap_or(bytes.len())
}

/// Removes the stuffing byte after each `FF FF FD`.
fn unstuffed(content: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(content.len());
    let mut after_pattern = false;
    for byte in content {
        if after_pattern && *byte == STUFFING {
            after_pattern = false;
            continue;
        }
        plain.push(*byte);
        after_pattern = plain.ends_with(&STUFFED);
    }
    plain
}
