//! Servo models and their registers.
//!
//! | module | idea |
//! |---|---|
//! | [`register`] | a register: address, encoding and unit |
//! | [`model`] | what a driver must know about a servo model |
//! | [`sts`] | Feetech's STS series |
//! | [`x_series`] | Dynamixel's X series |

pub mod model;
pub mod register;
pub mod sts;
pub mod x_series;

pub use model::{Facts, Family, Restart, ServoModel};
pub use register::{Encoding, Register, Unit};
