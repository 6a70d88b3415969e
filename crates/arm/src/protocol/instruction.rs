//! Instructions that a host sends to servos.

use super::{Codec, Packet, PacketTooLong};

const PING: u8 = 0x01;
const READ: u8 = 0x02;
const WRITE: u8 = 0x03;
const STAGE: u8 = 0x04;
const ACTION: u8 = 0x05;
const REBOOT: u8 = 0x08;
const SYNC_READ: u8 = 0x82;
const SYNC_WRITE: u8 = 0x83;

/// The instructions that both protocols share. Code 8 reboots a Dynamixel; on a Feetech servo it
/// starts the boot loader, so never send it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServoInstruction<'a> {
    /// Ping.
    Ping,
    /// Read bytes starting at an address.
    Read {
        /// First register.
        address: u16,
        /// Number of bytes.
        count: u16,
    },
    /// Write bytes starting at an address.
    Write {
        /// First register.
        address: u16,
        /// Bytes to write.
        data: &'a [u8],
    },
    /// Like `Write`, but takes effect on `Action`.
    Stage {
        /// First register.
        address: u16,
        /// Bytes to write.
        data: &'a [u8],
    },
    /// Execute the staged writes.
    Action,
    /// Restart as after power-on.
    Reboot,
    /// Read the same registers of several servos, which reply one after another.
    SyncRead {
        /// First register.
        address: u16,
        /// Number of bytes per servo.
        count: u16,
        /// Ids in the order of the replies.
        ids: &'a [u8],
    },
    /// Write the same registers of several servos, without a reply.
    SyncWrite {
        /// First register.
        address: u16,
        /// Number of bytes per servo.
        count: u16,
        /// Repeats an id followed by its bytes.
        items: &'a [u8],
    },
}

impl<'a> ServoInstruction<'a> {
    /// Appends the packet of this instruction to `id`.
    ///
    /// # Errors
    /// [`PacketTooLong`] if it is longer than the bus accepts.
    pub fn encode(
        &self,
        codec: &dyn Codec,
        id: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), PacketTooLong> {
        let mut body = Vec::with_capacity(64);
        let code = match *self {
            Self::Ping => PING,
            Self::Action => ACTION,
            Self::Reboot => REBOOT,
            Self::Read { address, count } => {
                codec.put_address(address, &mut body)?;
                codec.put_address(count, &mut body)?;
                READ
            }
            Self::Write { address, data } => {
                codec.put_address(address, &mut body)?;
                body.extend_from_slice(data);
                WRITE
            }
            Self::Stage { address, data } => {
                codec.put_address(address, &mut body)?;
                body.extend_from_slice(data);
                STAGE
            }
            Self::SyncRead {
                address,
                count,
                ids: rest,
            } => {
                codec.put_address(address, &mut body)?;
                codec.put_address(count, &mut body)?;
                body.extend_from_slice(rest);
                SYNC_READ
            }
            Self::SyncWrite {
                address,
                count,
                items: rest,
            } => {
                codec.put_address(address, &mut body)?;
                codec.put_address(count, &mut body)?;
                body.extend_from_slice(rest);
                SYNC_WRITE
            }
        };
        codec.encode(id, code, &body, out)
    }

    /// Returns the same read starting `before` registers earlier and `more` registers longer; other
    /// instructions are unchanged.
    #[must_use]
    pub fn with_wider_read(self, before: u16, more: u16) -> Self {
        match self {
            Self::Read { address, count } => Self::Read {
                address: address - before,
                count: count + more,
            },
            Self::SyncRead {
                address,
                count,
                ids,
            } => Self::SyncRead {
                address: address - before,
                count: count + more,
                ids,
            },
            other => other,
        }
    }

    /// Returns the first register of a read.
    pub fn first_read_register(&self) -> Option<u16> {
        match self {
            Self::Read { address, .. } | Self::SyncRead { address, .. } => Some(*address),
            _ => None,
        }
    }

    /// Parses the packet of a host; `None` for an unknown or malformed instruction.
    pub fn decode(codec: &dyn Codec, frame: &'a Packet) -> Option<Self> {
        let mut rest = frame.body.as_slice();
        let mut number = || codec.take_address(&mut rest);
        Some(match frame.code {
            PING => Self::Ping,
            ACTION => Self::Action,
            REBOOT => Self::Reboot,
            READ => {
                let (address, count) = (number()?, number()?);
                rest.is_empty().then_some(Self::Read { address, count })?
            }
            WRITE => Self::Write {
                address: number()?,
                data: rest,
            },
            STAGE => Self::Stage {
                address: number()?,
                data: rest,
            },
            SYNC_READ => {
                let (address, count) = (number()?, number()?);
                Self::SyncRead {
                    address,
                    count,
                    ids: rest,
                }
            }
            SYNC_WRITE => {
                let (address, count) = (number()?, number()?);
                let whole = rest.len().is_multiple_of(usize::from(count) + 1);
                whole.then_some(Self::SyncWrite {
                    address,
                    count,
                    items: rest,
                })?
            }
            _ => return None,
        })
    }
}
