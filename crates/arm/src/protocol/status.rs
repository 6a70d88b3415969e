//! What a servo answers.

use std::fmt;

/// A servo's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Who answers.
    pub id: u8,
    /// What is wrong, in the protocol's own way: see [`Codec::refusal`](super::Codec::refusal)
    /// and [`Codec::alarms`](super::Codec::alarms). The data is good in any case.
    pub error: u8,
    /// The registers asked for.
    pub data: Vec<u8>,
}

/// What a servo suffers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Supply voltage outside its limits.
    Voltage,
    /// The position sensor does not work.
    Encoder,
    /// Too hot.
    Temperature,
    /// Too much current.
    Current,
    /// Electrical shock, or too little power for the motor.
    Shock,
    /// More torque than it can bear for long.
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

/// Why a Dynamixel did not do what it was told. Feetech servos never say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// It could not process the packet.
    #[error("it could not process the packet")]
    Failed,
    /// It does not know the instruction.
    #[error("it does not know the instruction")]
    UnknownInstruction,
    /// The checksum was wrong when the packet reached it.
    #[error("the checksum was wrong when the packet reached it")]
    Checksum,
    /// The value is out of range; also the answer of a tripped bus watchdog to any goal.
    #[error("the value is out of range, or its bus watchdog has tripped")]
    Range,
    /// Fewer or more bytes than the register has.
    #[error("the register has another length")]
    Length,
    /// The value is beyond the limit that another register sets.
    #[error("the value is beyond a limit set in the servo")]
    Limit,
    /// The register cannot be written, or not while torque is on.
    #[error("the register cannot be written now")]
    Access,
    /// A number that the protocol does not define.
    #[error("error {0}, which the protocol does not define")]
    Other(u8),
}
