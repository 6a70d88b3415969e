//! What cannot be made good by asking again.

use thiserror::Error;

use crate::protocol::{PacketTooLong, StatusError};
use crate::servo::register::RegisterOverflow;

/// Broken communication with servos.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BusError {
    /// The port cannot be opened.
    #[error("cannot open {path}: {what}; {hint}")]
    Port {
        /// The port.
        path: String,
        /// What the system says.
        what: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// The port was there and is no more.
    #[error("the port is lost: {0}; is the arm still plugged in?")]
    Lost(String),
    /// A servo does not answer.
    #[error("servo {id} does not answer")]
    Silent {
        /// Its id.
        id: u8,
    },
    /// A servo's answers are broken.
    #[error("the answers of servo {id} are broken: bad wiring, or two servos with this id?")]
    Garbled {
        /// Its id.
        id: u8,
    },
    /// A servo did not do what it was told.
    #[error("servo {id} refused: {why}")]
    Refused {
        /// Its id.
        id: u8,
        /// Its reason.
        why: StatusError,
    },
    /// A number does not fit its register.
    #[error(transparent)]
    DoesNotFit(#[from] RegisterOverflow),
    /// A packet does not fit.
    #[error(transparent)]
    TooLong(#[from] PacketTooLong),
}
