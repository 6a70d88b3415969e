//! Communication errors that a retry cannot fix.

use thiserror::Error;

use crate::protocol::{PacketTooLong, StatusError};
use crate::servo::register::RegisterOverflow;

/// Broken communication with servos.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BusError {
    /// The port cannot be opened.
    #[error("cannot open {path}: {what}; {hint}")]
    Port {
        /// Path of the port.
        path: String,
        /// Error message of the operating system.
        what: String,
        /// Suggested remedy.
        hint: &'static str,
    },
    /// The port has disappeared.
    #[error("the port is lost: {0}; is the arm still plugged in?")]
    Lost(String),
    /// A servo does not reply.
    #[error("servo {id} does not answer")]
    Silent {
        /// Id of the servo.
        id: u8,
    },
    /// The replies of a servo are corrupt.
    #[error("the answers of servo {id} are broken: bad wiring, or two servos with this id?")]
    Garbled {
        /// Id of the servo.
        id: u8,
    },
    /// A servo rejected an instruction.
    #[error("servo {id} refused: {why}")]
    Refused {
        /// Id of the servo.
        id: u8,
        /// Reason given by the servo.
        why: StatusError,
    },
    /// A number does not fit its register.
    #[error(transparent)]
    DoesNotFit(#[from] RegisterOverflow),
    /// A packet is too long.
    #[error(transparent)]
    TooLong(#[from] PacketTooLong),
}
