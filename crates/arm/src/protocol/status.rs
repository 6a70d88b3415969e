//! Replies of servos.

use std::fmt;

/// Reply of a servo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Id of the sender.
    pub id: u8,
    /// Error byte in the protocol's own encoding: see [`Codec::status_error`](super::Codec::status_error) and
    /// [`Codec::alarms`](super::Codec::alarms). The data is valid in any case.
    pub error: u8,
    /// Data of the requested registers.
    pub data: Vec<u8>,
}

/// Returns the alarms whose bits are set; `table` holds the bit of each.
pub(super) fn alarms_of(table: &[(u8, Alarm)], bits: u8) -> Vec<Alarm> {
    let set = table.iter().filter(|(mask, _)| bits & mask != 0);
    set.map(|(_, alarm)| *alarm).collect()
}

/// A hardware alarm of a servo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Supply voltage outside its limits.
    Voltage,
    /// The position sensor has failed.
    Encoder,
    /// Temperature too high.
    Temperature,
    /// Current too high.
    Current,
    /// Electrical shock, or insufficient power for the motor.
    Shock,
    /// More torque than the servo can sustain.
    Overload,
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Voltage => "supply voltage outside its limits",
            Self::Encoder => "position sensor fault",
            Self::Temperature => "too hot",
            Self::Current => "over-current",
            Self::Shock => "electrical shock or too little power",
            Self::Overload => "overload",
        })
    }
}

/// Reason that a Dynamixel rejected an instruction. Feetech servos never give one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// It could not process the packet.
    #[error("it could not process the packet")]
    Failed,
    /// The instruction is unknown.
    #[error("it does not know the instruction")]
    UnknownInstruction,
    /// The checksum was wrong when the packet arrived.
    #[error("the checksum was wrong when the packet reached it")]
    Checksum,
    /// The value is out of range; also the reply of a tripped bus watchdog to any goal.
    #[error("the value is out of range, or its bus watchdog has tripped")]
    Range,
    /// The number of bytes is not that of the register.
    #[error("the register has another length")]
    Length,
    /// The value is beyond the limit that another register sets.
    #[error("the value is beyond a limit set in the servo")]
    Limit,
    /// The register cannot be written, or not while torque is on.
    #[error("the register cannot be written now")]
    Access,
    /// A code that the protocol does not define.
    #[error("error {0}, which the protocol does not define")]
    Other(u8),
}
